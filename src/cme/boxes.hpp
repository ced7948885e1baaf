// Boxes of states for questions about the long run: where they begin, how they widen, and what leaves them where.
#pragma once

#include <memory>

#include "cme/generator.hpp"
#include "cme/long_term.hpp"
#include "cme/problem.hpp"

namespace fano {

struct Box {
    std::vector<Bounds> bounds;  //!< [species]
    std::unique_ptr<Coordinates> coordinates;
    StateSet states;
};

class Boxes {
public:
    // What leaves a box: below and above its bounds, [species].
    using Sides = std::vector<std::pair<double, double>>;

    // Throws InputError where a GPU is asked for, which has no solver for them.
    Boxes(Problem const& problem, CmeOptions const& options);

    // The bounds that were asked for, or those of where counts are likely to stay.
    std::vector<Bounds> first() const;
    // The same, with all initial states.
    std::vector<Bounds> first_with_starts() const;
    // Throws SolverError where it would hold more states than matrices and their factors have memory for.
    Box make(std::vector<Bounds> bounds) const;
    bool fits(std::vector<Bounds> const& bounds) const;
    // Wider by a part of its width on the sides that are wanted(species, above), as far as conservation laws allow.
    template <class Wanted>
    std::vector<Bounds> widened(Box const& box, double part, Wanted wanted) const {
        auto bounds = box.bounds;
        for (auto s : box.coordinates->axes()) {
            auto const by = widening(bounds[s], part);
            if (wanted(s, false)) bounds[s].low = std::max(bounds[s].low - by, limits_[s].low);
            if (wanted(s, true)) bounds[s].high = std::min(bounds[s].high + by, limits_[s].high);
        }
        return bounds;
    }
    std::vector<Bounds> widened(Box const& box, double part) const {
        return widened(box, part, [](auto, auto) { return true; });
    }
    // Of what a generator with an absorbing edge would lose at x.
    Sides outflow(Generator const& open, Box const& box, std::span<double const> x) const;
    // Values of the states of one box on those of another, targets apart.
    static std::vector<double> moved(Box const& from, std::span<double const> values, Box const& to);
    // The species that have bounds.
    std::vector<CountBounds> describe(Box const& box) const;

private:
    static std::int64_t widening(Bounds const& bounds, double part);
    std::vector<Bounds> within_limits(std::vector<Bounds> bounds) const;

    Problem const& problem_;
    std::vector<Bounds> const limits_;
    std::uint64_t const most_;  // states
};

}  // namespace fano
