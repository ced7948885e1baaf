// A set of states for a whole time course.
#pragma once

#include "cme/problem.hpp"

namespace fano {

// States that keep all but `tolerance` of the probability from time 0 to the last of the options' times:
// nothing is given up on the way. Throws SolverError if they do not fit, Interrupted.
StateSet covering_states(Problem& problem, CmeOptions const& options, double tolerance);

// p at time 0 on a set of states.
std::vector<double> initial_probabilities(InitialStates const& initial, Coordinates const& coordinates,
                                          StateSet const& states);

}  // namespace fano
