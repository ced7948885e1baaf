// Schur form, back substitution from the last column on, and one step of refinement by the residual.
#include "meanfield/lyapunov.hpp"

#include <Eigen/Eigenvalues>

namespace fano {

namespace {

class Solver {
public:
    explicit Solver(Eigen::MatrixXd const& a) : schur_(a.cast<std::complex<double>>()) {}

    // With A = U T U^H: T Y + Y T^H + U^H Q U = 0, X = U Y U^H.
    Eigen::MatrixXd operator()(Eigen::MatrixXd const& q) const {
        Eigen::MatrixXcd const& t = schur_.matrixT();
        Eigen::MatrixXcd const& u = schur_.matrixU();
        Eigen::Index const n = t.rows();
        Eigen::MatrixXcd y = u.adjoint() * q * u;
        for (Eigen::Index j = n - 1; j >= 0; --j) {
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
    Eigen::ComplexSchur<Eigen::MatrixXcd> schur_;
};

}  // namespace

Eigen::MatrixXd solve_lyapunov(Eigen::MatrixXd const& a, Eigen::MatrixXd const& q) {
    if (a.rows() == 0) return q;
    Solver const solve{a};
    Eigen::MatrixXd const x = solve(q);
    return x + solve(a * x + x * a.transpose() + q);
}

}  // namespace fano
