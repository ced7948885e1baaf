// Where probability is at time 0.
#pragma once

#include <vector>

#include "fano/network.hpp"

namespace fano {

struct InitialStates {
    std::vector<double> counts;  //!< [species] means; exact where not spread
    std::vector<bool> spread;    //!< [species] whether cells differ in it
    struct State {
        std::vector<double> counts;
        double probability;
    };
    std::vector<State> states;
    double left_out = 0;  // probability of states that are not listed
};

// Throws InputError for initial counts that depend on others that are drawn.
InitialStates initial_states(Network const& network, double tolerance);

}  // namespace fano
