#include "tau/choose_method.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "tau/leap_tables.hpp"

namespace fano {

namespace {

constexpr std::uint64_t pilot_cells = 64;
// What a leap costs, in exact steps, and how much must be saved to give up exactness for it (bench/tau.cpp).
constexpr double steps_a_leap = 20, least_gain = 3;

}  // namespace

MethodChoice choose_method(Network const& network, EnsembleOptions const& options) {
    try {
        LeapTables const tables{network, Method::tau, options.epsilon};
    } catch (InputError const& error) {
        if (!(options.epsilon > 0 && options.epsilon < 1)) throw;
        return {Method::exact, error.what()};
    }
    EnsembleOptions pilot = options;
    pilot.method = Method::tau;
    pilot.device = Device::cpu;
    pilot.cells = std::min(options.cells, pilot_cells);
    pilot.times = {options.times.back()};
    pilot.joint.clear();
    pilot.trajectories.clear();
    pilot.snapshots = pilot.count_reactions = pilot.tally = false;
    pilot.progress = nullptr;
    auto const seen = run_ensemble(network, pilot);
    auto const work =
        steps_a_leap * static_cast<double>(seen.leaps.leaps) + static_cast<double>(seen.leaps.exact_steps);
    double const gain = work > 0 ? static_cast<double>(seen.events) / work : 1;
    std::string const pilot_text =
        fmt::format("{} cell{} of a pilot took {} firings in {} leaps and {} exact steps", pilot.cells,
                    pilot.cells == 1 ? "" : "s", seen.events, seen.leaps.leaps, seen.leaps.exact_steps);
    if (gain < least_gain)
        return {Method::exact,
                fmt::format("{}: leaps would save too little to be worth their error", pilot_text)};
    return {Method::tau, fmt::format("{}: about {:.0f} times less work than one firing after the other",
                                     pilot_text, gain)};
}

}  // namespace fano
