// `fano cme MODEL`: the distribution itself, over time or stationary.
#include "fano/cme.hpp"

#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/settings.hpp"
#include "cli/text.hpp"
#include "fano/error.hpp"
#include "fano/result.hpp"

namespace fano::cli {

namespace {

struct CmeArguments : SolverArguments {
    std::vector<std::string> box, joint;
    std::string integrator = "auto", most_states;
    double tolerance = 1e-6;
    unsigned threads = 0;
    bool stationary = false, quasi = false;
};

// NAME=LOW:HIGH.
CountBounds parse_bounds(std::string const& text) {
    constexpr auto usage = "--box NAME=LOW:HIGH";
    auto const equals = text.find('='), colon = text.find(':', equals == std::string::npos ? 0 : equals);
    if (equals == std::string::npos || equals == 0 || colon == std::string::npos)
        throw InputError(fmt::format("--box {} is not a species with bounds; write {}", text, usage));
    auto const number = [&](std::size_t begin, std::size_t end) {
        double const value = parse_value(text.substr(begin, end - begin), "--box " + text, usage);
        if (value != std::floor(value) || std::abs(value) > 1e15)
            throw InputError(fmt::format("--box {}: bounds are whole numbers; write {}", text, usage));
        return static_cast<std::int64_t>(value);
    };
    return {text.substr(0, equals), number(equals + 1, colon), number(colon + 1, text.size())};
}

CmeOptions options_of(CmeArguments const& arguments, Network const& network) {
    CmeOptions options;
    if (!arguments.stationary && !arguments.quasi) options.times = choose_times(arguments.times, network);
    options.tolerance = arguments.tolerance;
    options.integrator = parse_integrator(arguments.integrator);
    for (auto const& bounds : arguments.box) options.box.push_back(parse_bounds(bounds));
    options.joint = parse_joint(arguments.joint, network);
    options.threads = arguments.threads;
    if (!arguments.most_states.empty()) {
        double const most =
            parse_value(arguments.most_states, "--max-states " + arguments.most_states, "--max-states N");
        if (!(most >= 1 && most <= 1e15))
            throw InputError(fmt::format("--max-states {}: from 1 to 1e15", arguments.most_states));
        options.most_states = static_cast<std::uint64_t>(most);
    }
    options.stop = &StopOnSignal::flag();
    return options;
}

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

void print_certificate(CmeSolution const& solution, CmeDistribution const& at) {
    if (!solution.stationary) {
        fmt::print(
            "\nerror at most {:.3g} in all probabilities together (asked for: {:.3g}): {:.3g} left the "
            "states, "
            "{:.3g} was given up, {:.3g} by integration\n",
            at.certificate.total(), solution.tolerance, at.certificate.sink, at.certificate.pruned,
            at.certificate.integration);
        return;
    }
    auto const& report = *solution.stationary;
    std::string box;
    for (auto const& b : report.box)
        box += fmt::format("{}{} {}..{}", box.empty() ? "" : ", ", b.species, b.low, b.high);
    fmt::print("\nbox: {}\n", box.empty() ? "as conservation laws have it" : box);
    fmt::print(
        "outflow at its edge {:.3g} per time; a box twice as wide changes all probabilities together by {} "
        "(an estimate, no bound)\n",
        report.outflow,
        std::isnan(report.doubling) ? "an unknown amount: it does not fit"
                                    : fmt::format("{:.3g}", report.doubling));
    if (report.quasi)
        fmt::print("escape rate {:.9g}, mean time to escape {:.9g}\n", report.escape, 1 / report.escape);
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
    print_certificate(solution, at);
    fmt::print("{}, {:.3g} s on {}\n", solution.method, solution.seconds, solution.device);
}

void cme(CmeArguments const& arguments, std::string const& command_line) {
    Network const network = compile_for(read_model_for(arguments), arguments);
    StopOnSignal const signals;
    StopWriting const writing{StopOnSignal::flag()};
    auto options = options_of(arguments, network);
    auto const solution = [&] {
        if (arguments.stationary || arguments.quasi) return stationary_cme(network, options, arguments.quasi);
        Progress progress{options.times.back(), network.time_unit.empty() ? "time units" : network.time_unit,
                          arguments.quiet};
        options.progress = [&](double part) { progress(part * options.times.back()); };
        return solve_cme(network, options);
    }();
    auto const provenance = describe(network, solution, command_line);
    for (auto const& file : arguments.out) write_solution(file, solution, provenance);
    if (arguments.quiet) return;
    print(network, solution);
    for (auto const& note : solution.notes) say("note: " + note);
    for (auto const& file : arguments.out) fmt::print("wrote {}\n", file);
}

}  // namespace

void add_cme(CLI::App& app, std::string const& command_line) {
    auto* const command = app.add_subcommand(
        "cme", "Solve the master equation: the exact distribution, with a bound on its error");
    auto a = std::make_shared<CmeArguments>();
    auto* const times = add_solver_options(*command, *a);
    auto* const stationary = command->add_flag("--stationary", a->stationary, "The stationary distribution");
    auto* const quasi =
        command->add_flag("--quasi-stationary", a->quasi,
                          "The distribution that lasts longest before an end, and the rate of that");
    stationary->excludes(times, quasi);
    quasi->excludes(times);
    command->add_option("--tolerance", a->tolerance, "What all errors together may come to: 1e-13 to 0.5")
        ->check(number_from(1e-13, 0.5))
        ->capture_default_str();
    command->add_option("--integrator", a->integrator, "auto, uniformization, krylov, rational")
        ->capture_default_str();
    command->add_option(
        "--box", a->box,
        "NAME=LOW:HIGH, for each species: exactly these states, instead of those that matter");
    command->add_option("--joint", a->joint,
                        "A,B: keep the joint distribution of two species or observables");
    command->add_option("--max-states", a->most_states,
                        "Give up beyond so many states (default: as memory allows)");
    command->add_option("--threads", a->threads, "Threads (default: one a core)");
    command->callback([a, command_line] { cme(*a, command_line); });
}

}  // namespace fano::cli
