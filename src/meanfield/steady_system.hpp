// The equations of a steady state as a square system: slopes of the free species, and what is conserved in the place of
// those of the bound ones.
#pragma once

#include <optional>
#include <vector>

#include <Eigen/Core>
#include <Eigen/QR>

#include "fano/meanfield.hpp"
#include "meanfield/rate_equations.hpp"
#include "meanfield/reduction.hpp"

namespace fano {

class SteadySystem {
public:
    explicit SteadySystem(RateEquations& equations, std::atomic<bool> const* stop = nullptr);

    Eigen::Index size() const { return equations_.size(); }
    // Slopes in the rows of free species, in those of bound ones deviations from what was conserved at the start.
    Eigen::VectorXd residual(Eigen::VectorXd const& counts);
    Eigen::MatrixXd jacobian(Eigen::VectorXd const& counts);
    // What adds up to each residual, without signs: the size beside which it is a rounding error.
    Eigen::VectorXd magnitude(Eigen::VectorXd const& counts);

    // The root that Newton's method leads to, with counts to 1e-12 or to the rounding errors of the
    // residuals.
    std::optional<Eigen::VectorXd> solve(Eigen::VectorXd counts);
    // A root, clear of rounding: counts that are 0 but for rounding become 0. Nothing if some count is
    // negative.
    std::optional<Eigen::VectorXd> physical(Eigen::VectorXd const& root);
    // Whether the root is a point by itself, and not on a curve of roots or where two meet.
    bool isolated(Eigen::VectorXd const& root);
    SteadyState describe(Eigen::VectorXd const& root);

private:
    RateEquations& equations_;
    std::atomic<bool> const* stop_;
    Reduction reduction_;
    Eigen::VectorXd conserved_;  //!< [bound] of the initial state
};

// Solves matrix * x = right for x in units of `unit`, each row in units of its largest element: counts and
// slopes may differ by many orders of magnitude. Where the matrix does not determine x, it is the smallest in
// its units.
class ScaledSolver {
public:
    ScaledSolver(Eigen::MatrixXd matrix, Eigen::VectorXd unit);
    Eigen::VectorXd operator()(Eigen::VectorXd const& right) const;
    // Of x in its units.
    double norm(Eigen::VectorXd const& x) const { return x.cwiseQuotient(unit_).norm(); }
    double largest(Eigen::VectorXd const& x) const { return x.cwiseQuotient(unit_).cwiseAbs().maxCoeff(); }

private:
    Eigen::VectorXd unit_, row_;
    Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> decomposition_;
};

}  // namespace fano
