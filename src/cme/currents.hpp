// What flows in a stationary state: how often reactions fire, around which cycles, and how far from equilibrium.
#pragma once

#include <span>

#include "cme/boxes.hpp"

namespace fano {

Currents find_currents(Network const& network, Box const& box, std::span<double const> p);

}  // namespace fano
