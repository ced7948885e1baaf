// How a set of states follows the probability.
#pragma once

#include <functional>

#include "cme/generator.hpp"

namespace fano {

// What the window must be ready for.
struct Ahead {
    double rate_allowed;  //!< [1/time] of probability that may leave, in all
    double time;          // for which it is to hold
    double reach;         // how many standard deviations beyond the drift of that time
};

// The states beyond the set to which probability leaves faster than it may, and those that it gets to from there: as
// far as drift and diffusion at the edge take it. Nothing where bounds forbid it.
std::vector<Interval> states_beyond(Generator const& a, Coordinates const& coordinates, Laws& laws,
                                    std::span<double const> p, Ahead const& ahead,
                                    Targets const& targets = {});

struct Shrunk {
    StateSet states;
    double mass;  // given up
};

// Without states at the ends of rows that hold little: at most `mass` in all, and at most `rate` of probability would
// flow into them. The set itself if few could go.
Shrunk shrink(Generator const& a, std::span<double const> p, double mass, double rate);

// All states within the bounds, those in targets replaced by these. Throws SolverError if there are more than `most`.
StateSet box_states(Network const& network, Coordinates const& coordinates, std::uint64_t most,
                    Targets const& targets = {});

}  // namespace fano
