// `fano lna MODEL`: the linear noise approximation, over time or in the stationary state.
#include "fano/lna.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/noise_tables.hpp"
#include "cli/progress.hpp"
#include "cli/settings.hpp"
#include "fano/error.hpp"

namespace fano::cli {

namespace {

struct LnaArguments : SolverArguments {
    std::string lags, frequencies;
    bool stationary = false;
};

// FROM:TO:POINTS or a list.
std::vector<double> parse_grid(std::string const& text, std::string const& option) {
    constexpr std::size_t most = 100'000;  // each takes a matrix function or an inverse
    if (text.empty()) return {};
    std::vector<double> grid;
    try {
        grid = parse_times(text);
    } catch (InputError const&) {
    }
    bool const negative = std::any_of(grid.begin(), grid.end(), [](double x) { return x < 0; });
    if (grid.empty() || negative || grid.size() > most)
        throw InputError(fmt::format(
            "{} {}: write FROM:TO:POINTS, such as 0:10:101, or a list such as 0,1,5.5: numbers of 0 or "
            "more, FROM no larger than TO, and at most {} of them",
            option, text, most));
    return grid;
}

// The value of species a and b, or of one, in each row of a list [row][a][b].
std::vector<double> pick(std::vector<double> const& list, std::size_t size, std::size_t place) {
    std::vector<double> values;
    for (std::size_t i = place; i < list.size(); i += size) values.push_back(list[i]);
    return values;
}

Table autocovariances(Network const& network, StationaryNoise const& found) {
    Table table{"autocovariances", {{"lag", network.time_unit, found.lags}}};
    std::size_t const n = found.species.size();
    for (std::size_t a = 0; a < n; ++a)
        for (std::size_t b = 0; b < n; ++b)
            table.columns.push_back({a == b ? found.species[a] : found.species[a] + "," + found.species[b],
                                     a == b ? squared(network.species_units[a]) : "",
                                     pick(found.autocovariance, n * n, a * n + b)});
    if (n > 1)
        table.notes.emplace_back(
            "X,Y is the covariance of X a lag later with Y; X alone is that of X with itself");
    return table;
}

Table spectrum(Network const& network, StationaryNoise const& found) {
    auto const& time = network.time_unit;
    bool const unit = !time.empty() && time != "1";
    Table table{"spectrum", {{"frequency", unit ? "radian/" + time : "", found.frequencies}}};
    for (std::size_t s = 0; s < found.species.size(); ++s)
        table.columns.push_back({found.species[s], "", pick(found.spectrum, found.species.size(), s)});
    table.notes.emplace_back(
        "angular frequencies; the variance is the integral over all of them, negative ones too, "
        "over 2 pi");
    return table;
}

void lna(LnaArguments const& arguments, std::string const& command_line) {
    Network const network = compile_for(read_model_for(arguments), arguments);
    StopOnSignal const signals;
    StopWriting const writing{StopOnSignal::flag()};
    std::vector<Table> tables;
    auto const finish = [&](SecondMoments const& found, std::string const& when) {
        write_files(arguments.out, tables, network, command_line);
        if (arguments.quiet) return;
        for (auto const& table : tables)
            if (!table.columns.empty() && table.name != "noise" && table.name != "covariances" &&
                (table.name != "counts" || !found.times.empty())) {
                fmt::print("\n{}\n", table.name);
                print_table(stdout, table);
            }
        fmt::print("\n{}\n", when);
        print_noise(stdout, found, std::max<std::size_t>(found.times.size(), 1) - 1);
        if (found.times.empty())
            for (auto const& note : found.notes) say("note: " + note);
        for (auto const& file : arguments.out) fmt::print("wrote {}\n", file);
    };
    if (arguments.stationary) {
        auto const found =
            stationary_noise(network, parse_grid(arguments.lags, "--lags"),
                             parse_grid(arguments.frequencies, "--frequencies"), &StopOnSignal::flag());
        tables = noise_tables(network, found);
        if (!found.observables.empty()) tables.push_back(observable_table(network, found));
        if (!found.lags.empty()) tables.push_back(autocovariances(network, found));
        if (!found.frequencies.empty()) tables.push_back(spectrum(network, found));
        return finish(found, "Stationary state");
    }
    auto const found = linear_noise(network, choose_times(arguments.times, network), &StopOnSignal::flag());
    tables = noise_tables(network, found);
    if (!found.observables.empty()) tables.push_back(observable_table(network, found));
    finish(found, at_time(network, found.times.back()));
}

}  // namespace

void add_lna(CLI::App& app, std::string const& command_line) {
    auto* const command = app.add_subcommand("lna", "Mean and noise in the linear noise approximation");
    auto a = std::make_shared<LnaArguments>();
    auto* const times = add_solver_options(*command, *a);
    auto* const stationary =
        command->add_flag("--stationary", a->stationary, "The stationary state instead of a time course");
    stationary->excludes(times);
    command->add_option("--lags", a->lags, "Lags of autocovariances, such as 0:10:101")->needs(stationary);
    command
        ->add_option("--frequencies", a->frequencies,
                     "Angular frequencies of power spectra, such as 0:10:101")
        ->needs(stationary);
    command->callback([a, command_line] { lna(*a, command_line); });
}

}  // namespace fano::cli
