// Schur form, back substitution from the last column on, and one step of refinement by the residual.
#include "meanfield/lyapunov.hpp"

#include <Eigen/Eigenvalues>

#include "meanfield/stop.hpp"

namespace fano {

namespace {

class Solver {
public:
    Solver(Eigen::MatrixXd const& a, std::atomic<bool> const* stop) : schur_(a.rows()), stop_(stop) {
        Eigen::HessenbergDecomposition<Eigen::MatrixXcd> const start{a.cast<std::complex<double>>()};
        Eigen::MatrixXcd h = start.matrixH(), u = start.matrixQ();
        // A few sweeps at a time, from where the last ones came to; Eigen tries other shifts at the 10th and the 20th.
        constexpr Eigen::Index sweeps = 24;
        schur_.setMaxIterations(sweeps);
        for (Eigen::Index done = 0; done <= most_sweeps * a.rows(); done += sweeps) {
            heed(stop);
            schur_.computeFromHessenberg(h, u);
            if (schur_.info() == Eigen::Success) return;
            h = schur_.matrixT();
            u = schur_.matrixU();
        }
        throw SolverError(
            "the eigenvalues of the Jacobian were not found; its entries may not be finite numbers");
    }

    // With A = U T U^H: T Y + Y T^H + U^H Q U = 0, X = U Y U^H.
    Eigen::MatrixXd operator()(Eigen::MatrixXd const& q) const {
        Eigen::MatrixXcd const& t = schur_.matrixT();
        Eigen::MatrixXcd const& u = schur_.matrixU();
        Eigen::Index const n = t.rows();
        Eigen::MatrixXcd y = u.adjoint() * q * u;
        for (Eigen::Index j = n - 1; j >= 0; --j) {
            heed(stop_);
            Eigen::VectorXcd known = y.col(j);
            for (Eigen::Index k = j + 1; k < n; ++k) known += std::conj(t(j, k)) * y.col(k);
            Eigen::MatrixXcd shifted = t;
            shifted.diagonal().array() += std::conj(t(j, j));
            y.col(j) = -shifted.triangularView<Eigen::Upper>().solve(known);
        }
        Eigen::MatrixXd const x = (u * y * u.adjoint()).real();
        return 0.5 * (x + x.transpose());
    }

private:
    static constexpr Eigen::Index most_sweeps = 30;  // of the rows, on average

    Eigen::ComplexSchur<Eigen::MatrixXcd> schur_;
    std::atomic<bool> const* stop_;
};

}  // namespace

Eigen::MatrixXd solve_lyapunov(Eigen::MatrixXd const& a, Eigen::MatrixXd const& q,
                               std::atomic<bool> const* stop) {
    if (a.rows() == 0) return q;
    Solver const solve{a, stop};
    Eigen::MatrixXd const x = solve(q);
    return x + solve(a * x + x * a.transpose() + q);
}

}  // namespace fano
