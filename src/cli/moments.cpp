// `fano moments MODEL`: moment equations, exact or closed.
#include "fano/moments.hpp"

#include <memory>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/noise_tables.hpp"
#include "cli/progress.hpp"
#include "cli/settings.hpp"
#include "fano/error.hpp"

namespace fano::cli {

namespace {

struct MomentArguments : SolverArguments {
    std::string closure = "normal";
    unsigned order = 2;
};

// Skewness and, from order 4, excess kurtosis of every species.
Table shape(Network const& network, CountMoments const& found) {
    Table table{"shape", {{"time", network.time_unit, found.times}}};
    for (std::size_t s = 0; s < found.species.size(); ++s) {
        Column skewness{"skewness " + found.species[s], "", {}},
            kurtosis{"excess kurtosis " + found.species[s], "", {}};
        for (std::size_t t = 0; t < found.times.size(); ++t) {
            skewness.values.push_back(found.skewness(t, s));
            if (found.order > 3) kurtosis.values.push_back(found.excess_kurtosis(t, s));
        }
        table.columns.push_back(std::move(skewness));
        if (found.order > 3) table.columns.push_back(std::move(kurtosis));
    }
    return table;
}

void moments(MomentArguments const& arguments, std::string const& command_line) {
    Network const network = compile_for(read_model_for(arguments), arguments);
    StopOnSignal const signals;
    StopWriting const writing{StopOnSignal::flag()};
    auto const found =
        moment_equations(network, choose_times(arguments.times, network),
                         {arguments.order, parse_closure(arguments.closure), &StopOnSignal::flag()});
    auto tables = noise_tables(network, found);
    if (!found.observables.empty()) tables.push_back(observable_table(network, found));
    if (found.order > 2) tables.push_back(shape(network, found));
    write_files(arguments.out, tables, network, command_line);
    if (arguments.quiet) return;
    for (auto const& table : tables)
        if (table.name != "noise" && table.name != "covariances") {
            fmt::print("\n{}\n", table.name);
            print_table(stdout, table);
        }
    if (found.order > 1) {
        fmt::print("\n{}\n", at_time(network, found.times.back()));
        print_noise(stdout, found, found.times.size() - 1);
    }
    for (auto const& file : arguments.out) fmt::print("wrote {}\n", file);
}

}  // namespace

void add_moments(CLI::App& app, std::string const& command_line) {
    auto* const command =
        app.add_subcommand("moments", "Moments of the counts from their differential equations");
    auto a = std::make_shared<MomentArguments>();
    add_solver_options(*command, *a);
    command->add_option("--order", a->order, "Of the highest moments followed, 1 to 4")
        ->check(number_from(1, 4, true))
        ->capture_default_str();
    command
        ->add_option(
            "--closure", a->closure,
            "normal, lognormal or derivative-matching: what replaces higher moments where propensities are "
            "not linear")
        ->capture_default_str();
    command->callback([a, command_line] { moments(*a, command_line); });
}

}  // namespace fano::cli
