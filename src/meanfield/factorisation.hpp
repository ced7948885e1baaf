// Linear equations of thousands of unknowns, factorised in parts of a fraction of a second.
#pragma once

#include <atomic>
#include <vector>

#include <Eigen/Core>

namespace fano {

// P A = L U with partial pivoting, in the place of A: by blocks of columns, so that a request to stop is heard between
// them, which Eigen's own does not. Golub & Van Loan, Matrix Computations, 3.4.
class Factorisation {
public:
    // False if the matrix is singular. Throws Interrupted when *stop becomes true.
    bool compute(Eigen::Ref<Eigen::MatrixXd> matrix, std::atomic<bool> const* stop = nullptr);
    // Replaces a right-hand side by the solution; `matrix` as compute() left it.
    void solve(Eigen::Ref<Eigen::MatrixXd const> const& matrix, Eigen::Ref<Eigen::VectorXd> x) const;

private:
    std::vector<Eigen::Index> pivot_;  //!< [row] the row it changed places with
};

}  // namespace fano
