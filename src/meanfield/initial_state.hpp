// Mean and variance of what a newborn cell holds, for methods that follow moments instead of cells.
#pragma once

#include <string>
#include <vector>

#include "fano/network.hpp"

namespace fano {

struct InitialState {
    std::vector<double> mean, variance;  //!< [slot], species first; drawn quantities are independent
    std::vector<std::string>
        notes;  // what was replaced by its mean: cell parameters, formulas of drawn values
};

// Throws InputError for distributions whose arguments are out of range, as a cell's birth would.
InitialState initial_state(Network const& network);

}  // namespace fano
