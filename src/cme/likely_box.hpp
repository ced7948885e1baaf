// Where a stationary distribution is likely to be, before it is known.
#pragma once

#include "cme/coordinates.hpp"
#include "cme/initial.hpp"

namespace fano {

// [species] around the steady states of the mean field and their noise, or the initial state where there are none;
// conserved totals bound it.
std::vector<Bounds> likely_box(Network const& network, InitialStates const& initial);

// [species] What conservation laws allow.
std::vector<Bounds> conserved_bounds(Network const& network, InitialStates const& initial);

}  // namespace fano
