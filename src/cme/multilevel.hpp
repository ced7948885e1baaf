// The stationary distribution of a large Markov process by aggregation: states that exchange probability fast are taken
// together, level upon level, with the current weights within; what comes out of a coarse level moves whole groups.
// Horton & Leutenegger, SIGMETRICS 22, 191 (1994). Nothing is subtracted on the way, so that weights far below rounding
// errors of the sum are right to many digits.
#pragma once

#include <atomic>
#include <optional>

#include <Eigen/SparseCore>

namespace fano {

// x >= 0 with A x = 0 and sum 1, of an irreducible generator by columns; nothing where it does not get there.
std::optional<Eigen::VectorXd> solve_by_levels(Eigen::SparseMatrix<double> const& a,
                                               Eigen::VectorXd const& guess, std::atomic<bool> const* stop);

}  // namespace fano
