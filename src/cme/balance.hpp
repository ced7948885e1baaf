// Solves A x = b for parts of a generator: sparse LU where its factors fit, else GMRES.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <Eigen/SparseCore>

namespace fano {

using Columns = Eigen::SparseMatrix<double>;

// Rows and columns of the members, but for the one that is left out.
Columns part_of(Columns const& a, std::vector<std::uint64_t> const& members,
                std::uint64_t without = std::numeric_limits<std::uint64_t>::max());

class LinearSolver {
public:
    virtual ~LinearSolver() = default;
    virtual Eigen::VectorXd solve(Eigen::VectorXd const& b) = 0;
};

std::unique_ptr<LinearSolver> make_solver(Columns const& a, bool direct, std::atomic<bool> const* stop);

// x >= 0 with A x = 0 and sum 1, of an irreducible generator whose columns sum to 0. `factoring`: about how long that
// takes [s]. By factors where that is soon, else by levels of aggregates, else by factors or GMRES, whichever is to be had.
// The last two are refined by residuals in long double, from which diagonal entries follow as sums: so that slow modes,
// which are differences of fast rates, are right.
struct Balance {
    Eigen::VectorXd x;
    double residual;  // sum |A x|, over the sum of all flows
    std::string method = "direct";
};
Balance solve_balance(Columns const& a, Eigen::VectorXd const& guess, double factoring,
                      std::atomic<bool> const* stop);

// The distribution over states with losses that lasts longest: A x = -rate x, sum 1. By inverse iteration.
struct Lasting {
    Eigen::VectorXd x;
    double rate;
    std::string method = "direct";
};
// `exits`: [state] rates at which states are lost.
Lasting solve_lasting(Columns const& a, Eigen::VectorXd const& exits, double factoring,
                      std::atomic<bool> const* stop);

}  // namespace fano
