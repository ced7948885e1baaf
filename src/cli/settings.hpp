// What subcommands share: values set from the command line, times, observables, result files.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "fano/network.hpp"
#include "fano/result.hpp"
#include "fano/second_moments.hpp"
#include "fano/table.hpp"

namespace fano::cli {

// What methods without cells are asked.
struct SolverArguments {
    std::string model, times;
    std::vector<std::string> set, out;
    bool quiet = false;
};

// Adds MODEL, --times (which is returned, as it may exclude others), --set, --out and --quiet.
CLI::Option* add_solver_options(CLI::App& command, SolverArguments& arguments);
// With the settings applied and the files checked.
Model read_model_for(SolverArguments const& arguments);
// Compiled, its warnings told unless that is to be quiet.
Network compile_for(Model const& model, SolverArguments const& arguments);

// The number in a part of an option; `usage` is what the option should have been: "--set NAME=VALUE".
double parse_value(std::string const& text, std::string const& option, std::string const& usage);
// Of an option: whether it is a number in a range, both ends included. Says otherwise what was given and what may be.
CLI::Validator number_from(double low, double high, bool whole = false);
// Whole numbers as people write them: 1000000, 1e6, 1_000_000. `option`: "--cells".
std::uint64_t parse_count(std::string text, std::string const& option);
// --max-states; 0 where it is not given.
std::uint64_t parse_most_states(std::string const& text);
// NAME=VALUE each.
void apply_settings(Model& model, std::vector<std::string> const& settings);
// From --times, or the model's own where that is empty.
std::vector<double> choose_times(std::string const& option, Network const& network);
// A,B each: pairs of different outputs.
std::vector<std::pair<std::string, std::string>> parse_joint(std::vector<std::string> const& pairs,
                                                             Network const& network);
// The network's outputs beyond the counts of its species.
std::vector<Output> observables_of(Network const& network);
// Their means and, where they are known, variances; without columns if there are none.
Table observable_table(Network const& network, SecondMoments const& found);
// Everything that can be wrong with result files, before any time is spent. `check`: of one file alone.
void check_result_files(std::vector<std::string> const& files, std::string const& model,
                        std::function<void(std::string const&)> const& check = check_writable);

}  // namespace fano::cli
