#include "cme/problem.hpp"

#include <algorithm>
#include <cmath>
#include <thread>
#include <tuple>

#include <fmt/format.h>
#include <unistd.h>

#include "cme/likely_box.hpp"
#include "fano/error.hpp"
#include "fano/meanfield.hpp"

namespace fano {

namespace {

constexpr std::uint64_t bytes_a_state = 64;  // vectors of a step, the copy to go back to, tables

void check(Network const& network, CmeOptions const& options) {
    auto const& times = options.times;
    bool const ascending = std::adjacent_find(times.begin(), times.end(),
                                              [](double a, double b) { return !(a < b); }) == times.end();
    if (times.empty() || !ascending || !(times.front() >= 0) || !std::isfinite(times.back()))
        throw InputError(network.file, 0, "times must ascend from 0 or later, and there must be one");
    if (!(options.tolerance >= 1e-13 && options.tolerance <= 0.5))
        throw InputError(
            fmt::format("--tolerance {} is out of reach: double precision allows 1e-13, and more than 0.5 "
                        "says nothing",
                        options.tolerance));
}

std::vector<Bounds> bounds_of(Network const& network, CmeOptions const& options) {
    std::vector<Bounds> bounds(network.species.size());
    for (auto const& b : options.box) {
        auto const at = std::find(network.species.begin(), network.species.end(), b.species);
        if (at == network.species.end())
            throw InputError(network.file, 0,
                             fmt::format("--box {}: there is no such species{}", b.species,
                                         suggest(b.species, network.species)));
        if (b.low < 0 || b.high < b.low || b.high > Bounds{}.high)
            throw InputError(fmt::format("--box {}={}:{}: bounds go from 0 to {}, the lower one first",
                                         b.species, b.low, b.high, Bounds{}.high));
        bounds[static_cast<std::size_t>(at - network.species.begin())] = {b.low, b.high};
    }
    return bounds;
}

// How far counts go, [species], by the mean field; as at time 0 where that has no answer.
std::vector<double> expected_counts(Network const& network, std::vector<double> const& initial, double end,
                                    std::vector<Bounds> const& bounds) {
    auto counts = initial;
    try {
        std::vector<double> times;
        for (int i = 1; i <= 20; ++i) times.push_back(end * i / 20);
        auto const course = solve_mean_field(network, times, 1e-3);
        for (std::size_t i = 0; i < course.counts.size(); ++i)
            counts[i % counts.size()] = std::max(counts[i % counts.size()], course.counts[i]);
    } catch (Error const&) {
    }
    for (std::size_t s = 0; s < counts.size(); ++s)
        if (bounds[s].high < Bounds{}.high) counts[s] = static_cast<double>(bounds[s].high - bounds[s].low);
    return counts;
}

// The species along which rows lie: one with which fewest others need axes, then one along which propensities are
// products, then one with many different counts.
Coordinates choose_coordinates(Network const& network, CmeOptions const& options,
                               InitialStates const& initial) {
    auto bounds = bounds_of(network, options);
    auto const conserved = conserved_bounds(network, initial);
    for (std::size_t s = 0; s < bounds.size(); ++s)
        bounds[s].high = std::min(bounds[s].high, conserved[s].high);
    auto const expected = expected_counts(network, initial.counts, options.times.back(), bounds);
    std::vector<bool> changes(network.species.size());
    for (auto const& reaction : network.reactions)
        for (auto const& change : reaction.changes) changes[change.species] = true;
    std::optional<Coordinates> best;
    std::tuple<int, int, double> best_score{};
    for (std::uint32_t s = 0; s < network.species.size(); ++s) {
        if (!changes[s] && (best || s + 1 < network.species.size())) continue;
        Coordinates coordinates{network, s, initial.counts, initial.spread, bounds};
        Laws const laws{network, coordinates};
        int mixed = 0;
        for (std::size_t r = 0; r < laws.size(); ++r) mixed += !laws.separable(r);
        std::tuple const score{-static_cast<int>(coordinates.axes().size()), -mixed, expected[s]};
        if (!best || score > best_score) {
            best_score = score;
            best = std::move(coordinates);
        }
    }
    if (!best)
        throw InputError(network.file, 0, "the network has no species, so there is nothing to solve for");
    return *std::move(best);
}

}  // namespace

Problem::Problem(Network const& n, CmeOptions const& options)
    : network((check(n, options), n)),
      initial(initial_states(network, options.tolerance / 16)),
      coordinates(choose_coordinates(network, options, initial)),
      boxed(!options.box.empty() &&
            std::none_of(coordinates.axes().begin(), coordinates.axes().end(),
                         [&](auto s) { return coordinates.bounds()[s].high == Bounds{}.high; })),
      targets(options.until ? Targets{*options.until} : Targets{}),
      laws(network, coordinates),
      team(options.threads > 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency())) {
    for (auto const& [a, b] : options.joint) joint.emplace_back(network.output(a), network.output(b));
    auto const memory = static_cast<std::uint64_t>(sysconf(_SC_AVPHYS_PAGES)) *
                        static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    most_states = options.most_states > 0 ? options.most_states : memory / 4 * 3 / bytes_a_state;
}

std::optional<Interval> Problem::place(std::vector<double> const& counts) const {
    auto const state = coordinates.clip(coordinates.state(counts));
    if (!state || targets.size() == 0) return state;
    auto const target = targets.of(coordinates, *state);
    return target == Targets::none ? state : target_state(target);
}

void Problem::expect_memory_for(std::uint64_t states) const {
    if (states <= most_states) return;
    throw SolverError(
        network.file,
        fmt::format("{} states, which need {:.3g} GB, are more than the {} that there is memory for; "
                    "raise --tolerance, bound counts with --box, or use fano run",
                    states, static_cast<double>(states) * bytes_a_state / 1e9, most_states));
}

void Problem::visit(StateSet const& states, std::span<double const> p,
                    std::function<void(StateRow const&)> const& visit) const {
    std::vector<double> counts(network.species.size());
    for (auto const& row : states.counted_rows()) {
        coordinates.counts(row.prefix, row.low, counts.data());
        visit({counts, coordinates.step(), p.subspan(row.first, row.size)});
    }
}

void Problem::describe(CmeSolution& solution) const {
    solution.outputs = network.outputs;
    solution.joint = joint;
    for (auto const& reaction : network.reactions) solution.reactions.push_back(reaction.id);
    for (std::uint32_t k = 0; k < targets.size(); ++k) solution.targets.push_back(targets.label(k));
    solution.device = fmt::format("cpu ({} thread{})", team.size(), team.size() == 1 ? "" : "s");
}

}  // namespace fano
