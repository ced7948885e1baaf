// The steady state that the mean of a network runs into, and the coordinates in which it is one point.
#pragma once

#include <atomic>
#include <vector>

#include "meanfield/linearise.hpp"

namespace fano {

// Conservation laws make some counts follow from others: with the free species y, all counts are
//   x = link y + what does not change,   S = link S_free.
// Reder, J. Theor. Biol. 135, 175 (1988).
struct Reduction {
    std::vector<Eigen::Index> free, bound;  // species
    Eigen::MatrixXd link;                   //!< [species][free species]

    // Of the motion of the free species, from the Jacobian of all.
    Eigen::MatrixXd jacobian(Eigen::MatrixXd const& full) const { return full(free, Eigen::all) * link; }
};

Reduction reduce(Eigen::MatrixXd const& stoichiometry);

// The stable steady state of the mean that starts from `start`; `linear` is left there. Throws SolverError if there is
// none, or if the mean comes to rest where it is not stable.
Eigen::VectorXd steady_mean(Network const& network, Linearisation& linear, Reduction const& reduction,
                            std::vector<double> const& start, std::atomic<bool> const* stop);

}  // namespace fano
