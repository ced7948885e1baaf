// What subcommands share: values set from the command line, times, result files.
#pragma once

#include <string>
#include <vector>

#include "fano/network.hpp"

namespace fano::cli {

// The number in a part of an option; `usage` is what the option should have been: "--set NAME=VALUE".
double parse_value(std::string const& text, std::string const& option, std::string const& usage);
// NAME=VALUE each.
void apply_settings(Model& model, std::vector<std::string> const& settings);
// From --times, or the model's own where that is empty.
std::vector<double> choose_times(std::string const& option, Network const& network);
// Everything that can be wrong with result files, before any time is spent.
void check_result_files(std::vector<std::string> const& files, std::string const& model);

}  // namespace fano::cli
