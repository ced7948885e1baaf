// The steady state that the mean of a network runs into.
#pragma once

#include <atomic>
#include <vector>

#include "meanfield/linearise.hpp"
#include "meanfield/reduction.hpp"

namespace fano {

// The stable steady state of the mean that starts from `start`; `linear` is left there. Throws SolverError if there is
// none, or if the mean comes to rest where it is not stable.
Eigen::VectorXd steady_mean(Network const& network, Linearisation& linear, Reduction const& reduction,
                            std::vector<double> const& start, std::atomic<bool> const* stop);

}  // namespace fano
