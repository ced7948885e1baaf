// Central moments of initial counts.
#pragma once

#include <array>
#include <vector>

#include "meanfield/initial_state.hpp"

namespace fano {

// [species][k]: <(x - <x>)^k> for k from 0 to 4; those of order 3 and 4 only if `order` asks for them. Throws
// InputError for a distribution of which fano knows no moments that high.
std::vector<std::array<double, 5>> initial_moments(Network const& network, InitialState const& initial,
                                                   unsigned order);

}  // namespace fano
