#include "cme/boxes.hpp"

#include <algorithm>
#include <cmath>

#include "cme/likely_box.hpp"
#include "cme/window.hpp"
#include "fano/error.hpp"

namespace fano {

Boxes::Boxes(Problem const& problem, CmeOptions const& options)
    : problem_(problem),
      limits_(problem.boxed ? conserved_bounds(problem.network, problem.initial)
                            : problem.coordinates.bounds()),
      // What is not asked for leaves room for matrices and factors.
      most_(options.most_states > 0 ? options.most_states : problem.most_states / 8) {
    if (options.device.device == Device::gpu)
        throw InputError("--device gpu: what lasts is solved for on the processor; leave --device out");
}

std::vector<Bounds> Boxes::first() const {
    return problem_.boxed ? problem_.coordinates.bounds()
                          : within_limits(likely_box(problem_.network, problem_.initial));
}

std::vector<Bounds> Boxes::first_with_starts() const {
    auto bounds = first();
    if (problem_.boxed) return bounds;
    for (auto const& state : problem_.initial.states)
        for (std::size_t s = 0; s < bounds.size(); ++s) {
            auto const count = std::llround(state.counts[s]);
            bounds[s].low = std::min<std::int64_t>(bounds[s].low, count);
            bounds[s].high = std::max<std::int64_t>(bounds[s].high, count);
        }
    return within_limits(std::move(bounds));
}

std::vector<Bounds> Boxes::within_limits(std::vector<Bounds> bounds) const {
    for (std::size_t s = 0; s < bounds.size(); ++s) {
        bounds[s].low = std::clamp(bounds[s].low, limits_[s].low, limits_[s].high);
        bounds[s].high = std::clamp(bounds[s].high, limits_[s].low, limits_[s].high);
    }
    return bounds;
}

Box Boxes::make(std::vector<Bounds> bounds) const {
    Box box{std::move(bounds), nullptr, {}};
    box.coordinates =
        std::make_unique<Coordinates>(problem_.network, problem_.coordinates.axes().back(),
                                      problem_.initial.counts, problem_.initial.spread, box.bounds);
    box.states = box_states(problem_.network, *box.coordinates, most_, problem_.targets);
    return box;
}

bool Boxes::fits(std::vector<Bounds> const& bounds) const {
    double states = 1;
    for (auto s : problem_.coordinates.axes())
        states *= static_cast<double>(bounds[s].high - bounds[s].low + 1);
    return states <= static_cast<double>(most_);
}

std::int64_t Boxes::widening(Bounds const& bounds, double part) {
    return static_cast<std::int64_t>(
        std::ceil(std::max(2.0, part * static_cast<double>(bounds.high - bounds.low + 1))));
}

Boxes::Sides Boxes::outflow(Generator const& open, Box const& box, std::span<double const> x) const {
    Sides sides(problem_.network.species.size(), {0, 0});
    std::vector<double> counts(sides.size());
    for (auto const& leak : open.leaks()) {
        double const flux = open.flux(leak, x);
        auto const& row = box.states.row_of(leak.first);
        box.coordinates->counts(row.prefix, row.low + static_cast<std::int64_t>(leak.first - row.first),
                                counts.data());
        for (auto const& change : problem_.network.reactions[leak.reaction].changes) {
            auto const to = static_cast<std::int64_t>(counts[change.species]) + change.change;
            if (to < box.bounds[change.species].low) sides[change.species].first += flux;
            if (to > box.bounds[change.species].high) sides[change.species].second += flux;
        }
    }
    return sides;
}

std::vector<double> Boxes::moved(Box const& from, std::span<double const> values, Box const& to) {
    std::vector<Interval> intervals;
    std::vector<double> counts(from.coordinates->step().size());
    for (auto const& row : from.states.counted_rows()) {
        from.coordinates->counts(row.prefix, row.low, counts.data());
        auto interval = to.coordinates->state(counts);
        interval.high = interval.low + static_cast<std::int64_t>(row.size) - 1;
        intervals.push_back(interval);
    }
    // Prefixes are packed otherwise in another box, but in the same order.
    return transfer(StateSet{std::move(intervals)}, values, to.states);
}

std::vector<CountBounds> Boxes::describe(Box const& box) const {
    std::vector<CountBounds> list;
    for (std::size_t s = 0; s < box.bounds.size(); ++s)
        if (box.bounds[s].high < Bounds{}.high)
            list.push_back({problem_.network.species[s], box.bounds[s].low, box.bounds[s].high});
    return list;
}

}  // namespace fano
