// The coordinates in which a network moves: conservation laws make some counts follow from others.
#pragma once

#include <vector>

#include <Eigen/Core>

#include "fano/network.hpp"

namespace fano {

Eigen::MatrixXd stoichiometry(Network const& network);  //!< [species][reaction]

// With the free species y, all counts are
//   x = link y + what does not change,   S = link S_free.
// Reder, J. Theor. Biol. 135, 175 (1988).
struct Reduction {
    std::vector<Eigen::Index> free, bound;  // species
    Eigen::MatrixXd link;  //!< [species][free species]; the identity in the rows of free ones

    // Of the motion of the free species, from the Jacobian of all.
    Eigen::MatrixXd jacobian(Eigen::MatrixXd const& full) const { return full(free, Eigen::all) * link; }
    // What each bound species has beyond what follows from the free ones, [bound]; it does not change.
    Eigen::VectorXd conserved(Eigen::VectorXd const& counts) const {
        return counts(bound) - link(bound, Eigen::all) * counts(free);
    }
};

Reduction reduce(Eigen::MatrixXd const& stoichiometry);

}  // namespace fano
