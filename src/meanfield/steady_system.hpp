// The equations of a steady state as a square system: slopes of independent species, totals of the conserved
// ones.
#pragma once

#include <optional>
#include <vector>

#include <Eigen/Core>
#include <Eigen/QR>

#include "fano/meanfield.hpp"
#include "meanfield/rate_equations.hpp"

namespace fano {

// The left null space of the stoichiometry: for each conserved total one species that follows from the
// others, x[dependent] = total - coefficients * x[independent].
struct Conservation {
    std::vector<Eigen::Index> dependent, independent;  // species
    Eigen::MatrixXd coefficients;                      //!< [dependent][independent]
};
Conservation find_conservation(Network const& network);

class SteadySystem {
public:
    explicit SteadySystem(RateEquations& equations);

    Eigen::Index size() const { return equations_.size(); }
    // Slopes in the rows of independent species, deviations from the initial totals in those of dependent
    // ones.
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
    Conservation conservation_;
    Eigen::VectorXd total_;  //!< [dependent] of the initial state
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
