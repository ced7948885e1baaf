// What subcommands that solve the master equation are asked, and how they show distributions.
#pragma once

#include "cli/settings.hpp"
#include "fano/cme.hpp"
#include "fano/result.hpp"

namespace fano::cli {

struct CmeArguments : SolverArguments {
    std::vector<std::string> box, joint;
    std::string integrator = "auto", device = "auto", most_states, json;
    double tolerance = 1e-6;
    unsigned threads = 0;

    bool silent() const { return quiet || json == "-"; }
};

// Adds all of them; returns --times.
CLI::Option* add_cme_options(CLI::App& command, CmeArguments& arguments);
// All but the times.
CmeOptions cme_options(CmeArguments const& arguments, Network const& network);
// Throws InputError for options that only say how to go through time; `instead`: what was asked for.
void refuse_transient_options(CmeArguments const& arguments, std::string const& instead);
// solve_cme() at the times, with progress.
CmeSolution solve_with_progress(CmeArguments const& arguments, Network const& network, CmeOptions options);
// Files, and what goes to the standard output as JSON.
void write_solution_files(CmeArguments const& arguments, CmeSolution const& solution,
                          Provenance const& provenance);
// A sentence on the parts of the bound.
void print_certificate(CmeSolution const& solution, Certificate const& certificate);
// "X 0..80, Y 0..20".
std::string box_text(std::vector<CountBounds> const& box);

}  // namespace fano::cli
