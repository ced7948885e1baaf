// The continuous Lyapunov equation, which stationary covariances obey.
#pragma once

#include <atomic>

#include <Eigen/Dense>

namespace fano {

// X such that A X + X A^T + Q = 0, for symmetric Q; symmetric. Every pair of eigenvalues of A must have a sum other
// than 0, as it has when A is stable. Bartels & Stewart, Comm. ACM 15, 820 (1972), with a complex Schur form.
// Throws SolverError where that does not converge, and Interrupted when *stop becomes true.
Eigen::MatrixXd solve_lyapunov(Eigen::MatrixXd const& a, Eigen::MatrixXd const& q,
                               std::atomic<bool> const* stop = nullptr);

}  // namespace fano
