// The subcommands of `fano`. Each adds itself to the command line and returns nothing; errors are exceptions.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace fano::cli {

void add_run(CLI::App& app, std::string const& command_line);
void add_rdme(CLI::App& app, std::string const& command_line);
void add_info(CLI::App& app);
void add_devices(CLI::App& app);
void add_ode(CLI::App& app, std::string const& command_line);
void add_lna(CLI::App& app, std::string const& command_line);
void add_moments(CLI::App& app, std::string const& command_line);
void add_cme(CLI::App& app, std::string const& command_line);
void add_passage(CLI::App& app, std::string const& command_line);
void add_fit(CLI::App& app, std::string const& command_line);
void add_compare(CLI::App& app, std::string const& command_line);

}  // namespace fano::cli
