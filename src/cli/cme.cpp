// `fano cme MODEL`: the distribution itself, over time or stationary.
#include "fano/cme.hpp"

#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "cli/cme_arguments.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/text.hpp"
#include "fano/error.hpp"

namespace fano::cli {

namespace {

struct DistributionArguments : CmeArguments {
    bool stationary = false, quasi = false, currents = false;
};

void print_moments(Network const& network, CmeSolution const& solution, CmeDistribution const& at) {
    std::vector<std::vector<std::string>> rows{
        {"species", "mean", "variance", "Fano factor", "CV²", "skewness", "5 %", "median", "95 %"}};
    auto const number = [](double x) {
        return std::isfinite(x) ? fmt::format("{:.7g}", x) : std::string("-");
    };
    for (std::size_t o = 0; o < solution.outputs.size(); ++o)
        rows.push_back({solution.outputs[o].id, number(at.mean[o]), number(at.variance[o]),
                        number(at.fano(o)), number(at.cv2(o)), number(at.skewness[o]),
                        number(at.quantile(o, 0.05)), number(at.quantile(o, 0.5)),
                        number(at.quantile(o, 0.95))});
    auto const unit = network.time_unit.empty() ? "" : " " + network.time_unit;
    fmt::print("\n{}, {} states\n",
               std::isfinite(at.time)       ? fmt::format("At time {}{}", at.time, unit)
               : solution.stationary->quasi ? "Quasi-stationary state"
                                            : "Stationary state",
               at.states);
    print_aligned(stdout, rows);
}

void print_report(StationaryReport const& report) {
    fmt::print("\nbox: {}\n", box_text(report.box));
    fmt::print(
        "outflow at its edge {:.3g} per time; a box twice as wide changes all probabilities together by {} "
        "(an estimate, no bound)\n",
        report.outflow,
        std::isnan(report.doubling) ? "an unknown amount: it does not fit"
                                    : fmt::format("{:.3g}", report.doubling));
    if (report.quasi)
        fmt::print("escape rate {:.9g}, mean time to escape {:.9g}\n", report.escape, 1 / report.escape);
}

void print_currents(Network const& network, Currents const& currents) {
    auto const per = " per " + (network.time_unit.empty() ? "time unit" : network.time_unit);
    std::vector<std::vector<std::string>> rows{{"reaction", "equation", "events" + per}};
    for (std::size_t r = 0; r < currents.rates.size(); ++r)
        rows.push_back({network.reactions[r].id, network.reactions[r].equation,
                        fmt::format("{:.7g}", currents.rates[r])});
    fmt::print("\n");
    print_aligned(stdout, rows);
    if (!currents.cycles.empty()) {
        rows = {{"cycle", "net current" + per}};
        for (auto const& cycle : currents.cycles)
            rows.push_back({cycle.reactions, fmt::format("{:.7g}", cycle.current)});
        fmt::print("\n");
        print_aligned(stdout, rows);
    }
    fmt::print("\nof all flows, {:.4g} % are not balanced by those in the opposite way",
               100 * currents.imbalance);
    if (std::isfinite(currents.entropy_production))
        fmt::print("; entropy production {:.7g} k_B{}\n", currents.entropy_production, per);
    else
        fmt::print("; entropy production is infinite, as {} has no reverse\n", currents.irreversible);
}

// The output that varies most.
std::size_t most_variable(CmeDistribution const& at) {
    std::size_t best = 0;
    for (std::size_t o = 1; o < at.variance.size(); ++o)
        if (at.variance[o] > at.variance[best]) best = o;
    return best;
}

void print(Network const& network, CmeSolution const& solution) {
    auto const& at = solution.at.back();
    print_moments(network, solution, at);
    auto const shown = most_variable(at);
    auto const& marginal = at.marginals[shown];
    fmt::print("\n{}: probability\n", solution.outputs[shown].id);
    print_bars(stdout, marginal.probability, marginal.low, marginal.width,
               solution.outputs[shown].quantum == 1.0);
    if (solution.stationary)
        print_report(*solution.stationary);
    else
        print_certificate(solution, at.certificate);
    fmt::print("{}, {:.3g} s on {}\n", solution.method.empty() ? "nothing to do" : solution.method,
               solution.seconds, solution.device);
}

void cme(DistributionArguments const& arguments, std::string const& command_line) {
    Network const network = compile_for(read_model_for(arguments), arguments);
    StopOnSignal const signals;
    StopWriting const writing{StopOnSignal::flag()};
    if (arguments.stationary || arguments.quasi) refuse_transient_options(arguments, "--stationary");
    auto const options = cme_options(arguments, network);
    auto const solution = arguments.stationary || arguments.quasi
                              ? stationary_cme(network, options, arguments.quasi)
                              : solve_with_progress(arguments, network, options);
    write_solution_files(arguments, solution, describe(network, solution, command_line));
    if (arguments.silent()) return;
    print(network, solution);
    if (arguments.currents) print_currents(network, *solution.stationary->currents);
    for (auto const& note : solution.notes) say("note: " + note);
    for (auto const& file : arguments.out) fmt::print("wrote {}\n", file);
}

}  // namespace

void add_cme(CLI::App& app, std::string const& command_line) {
    auto* const command = app.add_subcommand(
        "cme", "Solve the master equation: the exact distribution, with a bound on its error");
    auto a = std::make_shared<DistributionArguments>();
    auto* const times = add_cme_options(*command, *a);
    auto* const stationary = command->add_flag("--stationary", a->stationary, "The stationary distribution");
    auto* const quasi =
        command->add_flag("--quasi-stationary", a->quasi,
                          "The distribution that lasts longest before an end, and the rate of that");
    stationary->excludes(times, quasi);
    quasi->excludes(times);
    command
        ->add_flag("--currents", a->currents,
                   "With --stationary: how often reactions fire, around which cycles, entropy production")
        ->needs(stationary);
    command->callback([a, command_line] { cme(*a, command_line); });
}

}  // namespace fano::cli
