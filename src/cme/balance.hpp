// Solves A x = 0 and A x = b for generators and parts of them, by whichever way suits their size.
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

// x >= 0 with A x = 0 and sum 1, of an irreducible generator whose columns sum to 0. By elimination where the band is
// narrow enough, else by levels of aggregates, which begin at the guess; where these do not get there, by factors, if
// `factoring` them takes few seconds, or GMRES, refined by residuals in long double.
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
