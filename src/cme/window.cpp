#include "cme/window.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "fano/error.hpp"

namespace fano {

namespace {

// How many times a reaction that leads out of the set may have to be followed.
class Distance {
public:
    Distance(Generator const& a, Coordinates const& coordinates, Laws& laws, Ahead const& ahead)
        : a_(a),
          laws_(laws),
          ahead_(ahead),
          extents_(extents(coordinates, a.states())),
          drift_(extents_.size()),
          spread_(extents_.size()) {}

    std::int64_t operator()(Leak const& leak) {
        auto const& row = a_.states().row_of(leak.first);
        auto const middle = row.low + static_cast<std::int64_t>(leak.first - row.first + leak.size / 2);
        laws_.at_row(row.prefix, middle, a_.time());
        std::fill(drift_.begin(), drift_.end(), 0);
        std::fill(spread_.begin(), spread_.end(), 0);
        for (std::size_t r = 0; r < laws_.size(); ++r) {
            double const rate = laws_.propensity(r);
            if (!std::isfinite(rate)) continue;
            for (auto const& change : a_.reaction(r).changes) {
                auto const by = static_cast<double>(change.change);
                drift_[change.species] += by * rate;
                spread_[change.species] += by * by * std::abs(rate);
            }
        }
        double most = 2;
        for (auto const& change : a_.reaction(leak.reaction).changes) {
            auto const s = change.species;
            auto const by = static_cast<double>(change.change);
            double const far = std::max(0.0, by > 0 ? drift_[s] : -drift_[s]) * ahead_.time +
                               ahead_.reach * std::sqrt(spread_[s] * ahead_.time);
            double const widest = std::max(4.0, static_cast<double>(extents_[s].high - extents_[s].low) / 4);
            most = std::max(most, std::min(far, widest) / std::abs(by));
        }
        return static_cast<std::int64_t>(most);
    }

private:
    Generator const& a_;
    Laws& laws_;
    Ahead const& ahead_;
    std::vector<Extent> extents_;
    std::vector<double> drift_, spread_;  //!< [species]
};

}  // namespace

std::vector<Interval> states_beyond(Generator const& a, Coordinates const& coordinates, Laws& laws,
                                    std::span<double const> p, Ahead const& ahead, Targets const& targets) {
    std::vector<double> flux;
    for (auto const& leak : a.leaks()) flux.push_back(leak.fits ? std::abs(a.flux(leak, p)) : 0);
    // All leaks below the threshold together are within what is allowed.
    auto sorted = flux;
    std::sort(sorted.begin(), sorted.end());
    double below = 0, threshold = 0;
    for (double f : sorted) {
        below += f;
        if (below > ahead.rate_allowed / 2) break;
        threshold = f;
    }
    Distance distance{a, coordinates, laws, ahead};
    std::vector<Interval> beyond;
    auto const add = [&](Interval const& interval) { add_allowed(coordinates, targets, interval, beyond); };
    for (std::size_t i = 0; i < flux.size(); ++i) {
        if (!(flux[i] > threshold)) continue;
        auto const& leak = a.leaks()[i];
        auto const& move = coordinates.moves()[leak.reaction];
        Interval at = leak.target;
        auto const steps = distance(leak);
        if (move.prefix == 0) {
            auto const further = (steps - 1) * move.along;
            add({at.prefix, at.low + std::min<std::int64_t>(further, 0),
                 at.high + std::max<std::int64_t>(further, 0)});
            continue;
        }
        for (std::int64_t k = 0; k < steps; ++k) {
            add(at);
            auto const prefix = coordinates.moved(at.prefix, move.prefix);
            if (!prefix) break;
            at = {*prefix, at.low + move.along, at.high + move.along};
        }
    }
    return beyond;
}

Shrunk shrink(Generator const& a, std::span<double const> p, double mass, double rate) {
    auto const exit = a.exits();
    // States by the power of two of what would flow into them: as much as flows out of them.
    constexpr int powers = 1100;
    std::vector<double> flow_at(powers), mass_at(powers);
    auto const power_of = [&](std::size_t i) {
        double const flow = std::abs(p[i]) * exit[i];
        return flow > 0 ? std::clamp(-std::ilogb(flow), 0, powers - 1) : powers - 1;
    };
    for (std::size_t i = 0; i < p.size(); ++i) {
        auto const k = static_cast<std::size_t>(power_of(i));
        flow_at[k] += std::abs(p[i]) * exit[i];
        mass_at[k] += std::abs(p[i]);
    }
    int least = powers;  // states with this power or a higher one may go
    double flow_sum = 0, mass_sum = 0;
    while (least > 0) {
        flow_sum += flow_at[static_cast<std::size_t>(least) - 1];
        mass_sum += mass_at[static_cast<std::size_t>(least) - 1];
        if (flow_sum > rate || mass_sum > mass) break;
        --least;
    }
    std::vector<Interval> kept;
    std::uint64_t count = 0;
    double given_up = 0;
    for (auto const& row : a.states().rows()) {
        std::uint64_t low = 0, high = row.size;
        if (is_target(row.prefix)) {
            kept.push_back(target_state(static_cast<std::uint32_t>(row.prefix - first_target)));
            continue;
        }
        while (low < high && power_of(row.first + low) >= least) given_up += std::abs(p[row.first + low++]);
        while (high > low && power_of(row.first + high - 1) >= least)
            given_up += std::abs(p[row.first + --high]);
        if (low == high) continue;
        kept.push_back({row.prefix, row.low + static_cast<std::int64_t>(low),
                        row.low + static_cast<std::int64_t>(high) - 1});
        count += high - low;
    }
    if (kept.empty() || static_cast<double>(count) > 0.75 * static_cast<double>(a.size()))
        return {a.states(), 0};
    return {StateSet{std::move(kept)}, given_up};
}

StateSet box_states(Network const& network, Coordinates const& coordinates, std::uint64_t most,
                    Targets const& targets) {
    auto const& axes = coordinates.axes();
    auto const& bounds = coordinates.bounds();
    double count = 1;
    for (auto s : axes) count *= static_cast<double>(bounds[s].high - bounds[s].low + 1);
    if (count > static_cast<double>(most)) {
        std::string sizes;
        for (auto s : axes)
            sizes += fmt::format("{}{} of {}", sizes.empty() ? "" : " times ",
                                 bounds[s].high - bounds[s].low + 1, network.species[s]);
        throw SolverError(
            network.file,
            fmt::format("the box holds {:.3g} states ({}), and memory or --max-states allow for {:.3g}; "
                        "take a smaller --box or a larger --tolerance",
                        count, sizes, static_cast<double>(most)));
    }
    std::vector<double> counts(network.species.size());
    for (auto s : axes) counts[s] = static_cast<double>(bounds[s].low);
    auto intervals = targets.states();
    while (true) {
        auto interval = coordinates.state(counts);
        interval.low = bounds[axes.back()].low;
        interval.high = bounds[axes.back()].high;
        add_allowed(coordinates, targets, interval, intervals);
        std::size_t a = axes.size() - 1;
        while (a > 0) {
            auto const s = axes[a - 1];
            if (++counts[s] <= static_cast<double>(bounds[s].high)) break;
            counts[s] = static_cast<double>(bounds[s].low);
            --a;
        }
        if (a == 0) break;
    }
    return StateSet{std::move(intervals)};
}

}  // namespace fano
