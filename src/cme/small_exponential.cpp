#include "cme/small_exponential.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <Eigen/Eigenvalues>
#include <unsupported/Eigen/MatrixFunctions>

namespace fano {

namespace {

// exp(M h 2^k) for k = 0, 1, ... by squaring.
class Powers {
public:
    Powers(Eigen::MatrixXd const& m, double h) : power_((m * h).exp()) {}
    void square() { power_ = power_ * power_; }
    Eigen::VectorXd apply(Eigen::VectorXd const& u) const { return power_ * u; }

private:
    Eigen::MatrixXd power_;
};

// The same in Schur form. Squaring loses digits where M is large; the diagonal, on which the others depend, is computed
// anew each time: Al-Mohy & Higham, SIAM J. Matrix Anal. Appl. 31, 970 (2009), code fragment 2.1.
class SchurPowers {
public:
    SchurPowers(Eigen::MatrixXd const& m, double h) : schur_(m.cast<Complex>()), h_(h) {
        Matrix const t = schur_.matrixT() * h;
        power_ = t.exp().triangularView<Eigen::Upper>();
        renew_diagonal();
    }
    void square() {
        power_ = (power_.triangularView<Eigen::Upper>() * power_).eval();
        h_ *= 2;
        renew_diagonal();
    }
    Eigen::VectorXd apply(Eigen::VectorXd const& u) const {
        Eigen::VectorXcd const inside = schur_.matrixU().adjoint() * u.cast<Complex>();
        return (schur_.matrixU() * (power_ * inside)).real();
    }

private:
    using Complex = std::complex<double>;
    using Matrix = Eigen::MatrixXcd;

    void renew_diagonal() {
        for (Eigen::Index i = 0; i < power_.rows(); ++i) {
            power_(i, i) = std::exp(schur_.matrixT()(i, i) * h_);
            if (i == 0) continue;
            // Beside it, by the divided difference where that is accurate.
            Complex const a = schur_.matrixT()(i - 1, i - 1) * h_, b = schur_.matrixT()(i, i) * h_;
            if (std::abs(a - b) > 1)
                power_(i - 1, i) = schur_.matrixT()(i - 1, i) * h_ * (std::exp(b) - std::exp(a)) / (b - a);
        }
    }

    Eigen::ComplexSchur<Matrix> schur_;
    double h_;
    Matrix power_;
};

template <class P>
SmallStep longest(Eigen::MatrixXd const& m, SmallError const& known, double time, double tolerance,
                  bool any) {
    // A grid of 16 points in each doubling of the time, because the residual may rise and fall early: powers of one short
    // step by squaring. Eight squarings or more, then as many as make the first step short.
    double const size = m.cwiseAbs().colwise().sum().maxCoeff() * time;
    if (!std::isfinite(size)) return {};
    int const doublings = std::max(8, static_cast<int>(std::ceil(std::log2(std::max(size, 1.0)))) + 1);
    P forward(m, std::ldexp(time, -doublings - 4));
    SmallStep best;
    Eigen::VectorXd u = Eigen::VectorXd::Unit(m.rows(), 0);
    auto const residual = [&] {
        double const rounding = known.carry.size() == 0 ? known.rounding.dot(u.cwiseAbs())
                                                        : known.rounding.dot((known.carry * u).cwiseAbs());
        return known.factor * std::abs(known.reader.dot(u)) + rounding;
    };
    double error = 0, before = residual(), reached = 0;
    for (int d = 0; d <= doublings; ++d) {
        constexpr int points = 16;
        double const end = std::ldexp(time, d - doublings), step = (end - reached) / points;
        if (d > 1) forward.square();
        for (int k = 0; k < points; ++k) {
            u = forward.apply(u);
            double const now = residual();
            error += std::max(now, before) * step;
            before = now;
            reached = k + 1 == points ? end : reached + step;
            if (error <= tolerance * (reached / time)) best = {reached, error, u};
        }
        if (!(error <= tolerance)) break;
    }
    return any || best.time >= time ? best : SmallStep{};
}

}  // namespace

SmallStep longest_step(Eigen::MatrixXd const& m, SmallError const& error, double time, double tolerance,
                       bool any, bool stiff) {
    return stiff ? longest<SchurPowers>(m, error, time, tolerance, any)
                 : longest<Powers>(m, error, time, tolerance, any);
}

}  // namespace fano
