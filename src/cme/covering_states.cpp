#include "cme/covering_states.hpp"

#include <algorithm>

#include "cme/propagator.hpp"
#include "cme/window.hpp"
#include "meanfield/stop.hpp"

namespace fano {

namespace {

StateSet initial_set(Problem const& problem) {
    std::vector<Interval> intervals;
    for (auto const& state : problem.initial.states)
        intervals.push_back(problem.coordinates.state(state.counts));
    return StateSet{std::move(intervals)};
}

}  // namespace

std::vector<double> initial_probabilities(InitialStates const& initial, Coordinates const& coordinates,
                                          StateSet const& states) {
    std::vector<double> p(states.size());
    for (auto const& state : initial.states) {
        auto const at = coordinates.state(state.counts);
        auto row = states.seek(at.prefix);
        while (row < states.rows().size() && states.rows()[row].prefix == at.prefix &&
               states.rows()[row].high() < at.low)
            ++row;
        if (row == states.rows().size() || states.rows()[row].prefix != at.prefix ||
            states.rows()[row].low > at.low)
            continue;
        p[states.rows()[row].first + static_cast<std::uint64_t>(at.low - states.rows()[row].low)] +=
            state.probability;
    }
    return p;
}

StateSet covering_states(Problem& problem, CmeOptions const& options, double tolerance) {
    double const end = options.times.back();
    auto states = initial_set(problem);
    auto p = initial_probabilities(problem.initial, problem.coordinates, states);
    std::unique_ptr<Generator> generator;
    auto const use = [&](StateSet next) {
        problem.expect_memory_for(next.size());
        if (generator) p = transfer(states, p, next);
        states = std::move(next);
        generator = std::make_unique<Generator>(problem.network, problem.coordinates, problem.laws, states);
    };
    use(states);
    auto const propagator = make_uniformization(problem.team, options.stop);
    double const exit = generator->largest_exit();
    double time = 0, lost = 0, step = exit > 0 ? 1 / exit : end, reach = 4;
    while (time < end) {
        heed(options.stop);
        step = std::min(step, end - time);
        auto next = p;
        double const before = sum(p);
        auto const done = propagator->advance(*generator, next, step, tolerance / 4 * step / end);
        generator->check(next);
        double const sink = std::max(0.0, before - sum(next) - done.error - done.rounding);
        double const allowed = std::max(0.0, tolerance / 2 * (time + step) / end - lost);
        if (sink > allowed) {
            auto wider = states_beyond(*generator, problem.coordinates, problem.laws, next,
                                       {allowed / step / 200, step, reach});
            auto const own = states.intervals();
            wider.insert(wider.end(), own.begin(), own.end());
            StateSet grown{std::move(wider)};
            reach = std::min(1.5 * reach, 20.0);
            bool const more = grown.size() > states.size();
            if (more) use(std::move(grown));
            if (more || step > 1e-12 * end) {
                step /= 2;
                continue;
            }
        }
        p.swap(next);
        lost += sink;
        reach = std::max(0.95 * reach, 2.0);
        time = step == end - time ? end : time + step;
        step *= 4;
    }
    return states;
}

}  // namespace fano
