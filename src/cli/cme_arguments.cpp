#include "cli/cme_arguments.hpp"

#include <cmath>
#include <iostream>

#include <fmt/format.h>

#include "cli/progress.hpp"
#include "fano/error.hpp"

namespace fano::cli {

namespace {

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

}  // namespace

CLI::Option* add_cme_options(CLI::App& command, CmeArguments& a) {
    auto* const times = add_solver_options(command, a);
    command.add_option("--json", a.json, "Result for scripts: FILE.json, or - for the standard output");
    command.add_option("--tolerance", a.tolerance, "What all errors together may come to: 1e-13 to 0.5")
        ->check(number_from(1e-13, 0.5))
        ->capture_default_str();
    command.add_option("--integrator", a.integrator, "auto, uniformization, krylov, rational")
        ->capture_default_str();
    command
        .add_option("--device", a.device,
                    "cpu or gpu, gpu:1: where uniformization over time runs; auto is the processor")
        ->capture_default_str();
    command
        .add_option("--box", a.box,
                    "NAME=LOW:HIGH, for each species: exactly these states, instead of those that matter")
        ->allow_extra_args(false);
    command.add_option("--joint", a.joint, "A,B: keep the joint distribution of two species or observables")
        ->allow_extra_args(false);
    command.add_option("--max-states", a.most_states,
                       "Give up beyond so many states (default: as memory allows)");
    command.add_option("--threads", a.threads, "Threads (default: one a core)");
    return times;
}

CmeOptions cme_options(CmeArguments const& arguments, Network const& network) {
    CmeOptions options;
    options.tolerance = arguments.tolerance;
    options.integrator = parse_integrator(arguments.integrator);
    for (auto const& bounds : arguments.box) options.box.push_back(parse_bounds(bounds));
    options.device = parse_device(arguments.device);
    options.joint = parse_joint(arguments.joint, network);
    options.threads = arguments.threads;
    options.most_states = parse_most_states(arguments.most_states);
    options.stop = &StopOnSignal::flag();
    if (!arguments.json.empty() && arguments.json != "-")
        check_result_files({arguments.json}, arguments.model);
    return options;
}

void refuse_transient_options(CmeArguments const& arguments, std::string const& instead) {
    if (arguments.integrator != "auto")
        throw InputError(fmt::format("--integrator {}: {} goes through no time; leave it out",
                                     arguments.integrator, instead));
}

CmeSolution solve_with_progress(CmeArguments const& arguments, Network const& network, CmeOptions options) {
    options.times = choose_times(arguments.times, network);
    Progress progress{options.times.back(), network.time_unit.empty() ? "time units" : network.time_unit,
                      arguments.quiet};
    options.progress = [&](double part) { progress(part * options.times.back()); };
    return solve_cme(network, options);
}

void write_solution_files(CmeArguments const& arguments, CmeSolution const& solution,
                          Provenance const& provenance) {
    for (auto const& file : arguments.out) write_solution(file, solution, provenance);
    if (arguments.json == "-")
        write_json(std::cout, solution, provenance);
    else if (!arguments.json.empty())
        write_json(arguments.json, solution, provenance);
}

void print_certificate(CmeSolution const& solution, Certificate const& certificate) {
    fmt::print(
        "\nerror at most {:.3g} in all probabilities together (asked for: {:.3g}): {:.3g} left the "
        "states, {:.3g} was given up, {:.3g} by integration\n",
        certificate.total(), solution.tolerance, certificate.sink, certificate.pruned,
        certificate.integration);
}

std::string box_text(std::vector<CountBounds> const& box) {
    std::string text;
    for (auto const& b : box)
        text += fmt::format("{}{} {}..{}", text.empty() ? "" : ", ", b.species, b.low, b.high);
    return text.empty() ? "as conservation laws have it" : text;
}

}  // namespace fano::cli
