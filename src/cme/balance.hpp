// Solves A x = b for parts of a generator: sparse LU where its factors fit, else GMRES.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include <Eigen/SparseCore>

namespace fano {

using Columns = Eigen::SparseMatrix<double>;

class LinearSolver {
public:
    virtual ~LinearSolver() = default;
    virtual Eigen::VectorXd solve(Eigen::VectorXd const& b) = 0;
};

// `direct`: whether the factors are expected to fit.
std::unique_ptr<LinearSolver> make_solver(Columns const& a, bool direct, std::atomic<bool> const* stop);

// x >= 0 with A x = 0 and sum 1, of an irreducible generator whose columns sum to 0. Refined by residuals in long double,
// from which diagonal entries follow as sums: so that slow modes, which are differences of fast rates, are right.
struct Balance {
    Eigen::VectorXd x;
    double residual;  // sum |A x|, over the sum of all flows
};
Balance solve_balance(Columns const& a, Eigen::VectorXd const& guess, bool direct,
                      std::atomic<bool> const* stop);

// The distribution over states with losses that lasts longest: A x = -rate x, sum 1. By inverse iteration.
struct Lasting {
    Eigen::VectorXd x;
    double rate;
};
Lasting solve_lasting(Columns const& a, bool direct, std::atomic<bool> const* stop);

}  // namespace fano
