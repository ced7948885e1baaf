#include "rdme/step_choice.hpp"

#include <cmath>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "rdme/pairs.hpp"

namespace fano {

namespace {

constexpr double most_steps = 0xFFFFFFFF;  // their numbers have 32 bits

void try_steps_for_the_network(RdmeOptions const& options, RunTrial const& run, RdmeResult& result) {
    auto choice = try_steps(options, result.step, run);
    if (choice.step < result.step)
        result.step_reason = "so that half the step gives the same means, as pilot lattices show";
    result.step = choice.step;
    result.trials = std::move(choice.trials);
    auto const& last = result.trials.back();
    if (!choice.good)
        result.notes.push_back(fmt::format(
            "even with steps of {:.3g} the mean of \"{}\" at {:.4g} is off by {:+.2g} %, more than "
            "the {:.2g} % asked for",
            last.step, last.output, last.time, 100 * last.difference, 100 * options.tolerance));
    double const known = last.significant * last.noise;
    if (known <= options.tolerance) return;
    double const needed = static_cast<double>(options.pilot) * std::pow(known / options.tolerance, 2);
    result.notes.push_back(fmt::format(
        "{} pilot lattices know means within {:.2g} %, too little to tell whether the step makes them off by "
        "more "
        "than {:.2g} %; {} would",
        options.pilot, 100 * known, 100 * options.tolerance,
        needed < 1e6 ? fmt::format("about {:.0f}", std::ceil(needed)) : "no pilot that can be run"));
}

}  // namespace

void choose_step(Model const& model, Lattice const& lattice, std::vector<DiffusionPlan> const& plans,
                 RdmeOptions const& options, RunTrial const& run, RdmeResult& result) {
    if (options.method == RdmeMethod::exact) return;
    double fastest = 0;
    for (auto const& plan : plans) fastest = std::max(fastest, plan.largest_rate);
    double const longest = 1 / (fastest * lattice.grid.faces);
    auto const pairs = find_pairs(model, lattice);
    if (options.step > 0) {
        result.step = options.step;
        result.step_reason = "as asked for";
    } else if (fastest > 0) {
        double const usual = 1 / (12 * fastest);
        double const lived = longest_by_lifetime(model, lattice, usual, options.tolerance);
        result.step = longest_step(pairs, lattice, lived, options.tolerance);
        result.step_reason = result.step == usual   ? "h²/(12 D) of the fastest species"
                             : result.step == lived ? "so that what is made lives for some steps"
                                                    : "so that pairs react as fast as they should";
        if (auto const of_unknown = without_step_error(model, lattice);
            !of_unknown.empty() && options.pilot == 0)
            result.notes.push_back(
                fmt::format("what the step does to pairs of molecules is known beforehand, what it does "
                            "to {} is not; "
                            "--pilot 16 measures it",
                            fmt::join(of_unknown, ", ")));
    } else {
        result.step = options.times.back();
        result.step_reason = "nothing moves";
    }
    if (fastest > 0 && result.step > longest * (1 + 1e-9))
        throw InputError(
            fmt::format("a step of {} is too long: with it a molecule makes more than one hop on "
                        "average. The longest is {:.6g}",
                        result.step, longest));
    // Between two samples there may be one that is not whole, and one more in halves.
    double const between = 2 * static_cast<double>(options.times.size());
    if (double const steps = options.times.back() / result.step + between; steps > most_steps)
        throw InputError(
            model.file, 0,
            fmt::format(
                "to time {:.6g} it takes {:.3g} steps of {:.3g}, {}; there may be {:.3g}. Look at the "
                "diffusion coefficients and the edge and their units, or simulate a shorter time",
                options.times.back(), steps, result.step, result.step_reason, most_steps));
    if (options.pilot > 0 && fastest > 0 && options.times.back() > 0)
        try_steps_for_the_network(options, run, result);
    for (auto const& pair : pairs)
        result.pair_errors.push_back(
            {lattice.network.reactions[pair.reaction].id, step_error(pair, lattice, result.step)});
}

}  // namespace fano
