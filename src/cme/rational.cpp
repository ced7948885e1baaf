// exp(tA) p from a Krylov space of Z = (1 - gamma A)^-1: one factorisation, then a solve a vector. The slow modes that
// matter come first, so that steps are as long as p is smooth, however stiff A is.
// van den Eshof & Hochbruck, SIAM J. Sci. Comput. 27, 1438 (2006); residual after Botchev, BIT 53, 945 (2013).
#include <cmath>
#include <limits>

#include <Eigen/LU>
#include <Eigen/SparseLU>

#include "cme/propagator.hpp"
#include "cme/small_exponential.hpp"
#include "meanfield/stop.hpp"

namespace fano {

namespace {

class Rational final : public Propagator {
public:
    using Propagator::Propagator;

    Advance advance(Generator const& a, std::vector<double>& p, double time, double tolerance) override {
        Eigen::Map<Eigen::VectorXd> const state(p.data(), static_cast<Eigen::Index>(p.size()));
        double const start = state.norm();
        if (start == 0 || time == 0 || a.largest_exit() == 0) return {time, 0};
        for (double gamma = time / 10;; gamma /= 8) {
            // A factorisation for a step up to four times as long will do.
            if (a.id() != generator_ || gamma_ < gamma / 4 || gamma_ > gamma * 4) factorise(a, gamma);
            auto const found = step(a, state / start, start, time, tolerance);
            if (found.time > 0) {
                Eigen::VectorXd const sum = basis_.leftCols(found.state.size()) * found.state;
                Eigen::Map<Eigen::VectorXd>(p.data(), sum.size()) = start * sum;
                return {found.time, found.error};
            }
            if (gamma < time * 1e-6) return {0, 0};
            generator_ = 0;
        }
    }

private:
    static constexpr Eigen::Index most_vectors = 40;

    void factorise(Generator const& a, double gamma) {
        heed(stop_);
        gamma_ = gamma;
        if (matrix_of_ != a.id()) {
            matrix_ = a.matrix();
            matrix_of_ = a.id();
        }
        Eigen::SparseMatrix<double> shifted = -gamma * matrix_;
        for (Eigen::Index i = 0; i < shifted.rows(); ++i) shifted.coeffRef(i, i) += 1;
        // Columns are diagonally dominant: no pivots are needed.
        solve_.setPivotThreshold(0);
        if (pattern_of_ != a.id()) solve_.analyzePattern(shifted);
        pattern_of_ = a.id();
        solve_.factorize(shifted);
        generator_ = a.id();
    }

    SmallStep step(Generator const& a, Eigen::VectorXd const& first, double start, double time,
                   double tolerance) {
        basis_.resize(first.size(), most_vectors + 1);
        basis_.col(0) = first;
        Eigen::MatrixXd h = Eigen::MatrixXd::Zero(most_vectors + 1, most_vectors);
        Eigen::VectorXd image(first.size());
        for (Eigen::Index m = 1; m <= most_vectors; ++m) {
            heed(stop_);
            ++products_;
            Eigen::VectorXd w = solve_.solve(basis_.col(m - 1));
            solved_sizes_[m - 1] = w.lpNorm<1>();
            for (int pass = 0; pass < 2; ++pass) {
                Eigen::VectorXd const along = basis_.leftCols(m).transpose() * w;
                w.noalias() -= basis_.leftCols(m) * along;
                h.col(m - 1).head(m) += along;
            }
            h(m, m - 1) = w.norm();
            bool const exact = h(m, m - 1) < 1e-15 || m == first.size();
            if (!exact) basis_.col(m) = w / h(m, m - 1);
            bool const last = exact || m == most_vectors;
            if (!last && (m % 4 != 0 || m < enough_ - 8)) continue;
            Eigen::MatrixXd const inverse = h.topLeftCorner(m, m).inverse();
            Eigen::RowVectorXd const reader = inverse.row(m - 1);
            double factor = 0;
            if (!exact) {
                a.update(team_, {1, -gamma_}, basis_.col(m).data(), image.data());
                factor = start * h(m, m - 1) / gamma_ * image.lpNorm<1>();
            }
            // A solve is exact for a matrix that differs by rounding errors, which the inverse of H carries on.
            double const rounding =
                std::numeric_limits<double>::epsilon() * (1 / gamma_ + 2 * a.largest_exit()) * start;
            auto const found = longest_step((Eigen::MatrixXd::Identity(m, m) - inverse) / gamma_,
                                            {reader, factor, rounding * solved_sizes_.head(m), inverse}, time,
                                            tolerance, last, true);
            if (found.time > 0) {
                enough_ = m;
                return found;
            }
        }
        return {};
    }

    Eigen::Index enough_ = 0;
    std::uint64_t generator_ = 0, matrix_of_ = 0, pattern_of_ = 0;  // the generators that these are of
    double gamma_ = 0;
    Eigen::SparseMatrix<double> matrix_;
    Eigen::SparseLU<Eigen::SparseMatrix<double>> solve_;
    Eigen::MatrixXd basis_;
    Eigen::RowVectorXd solved_sizes_ = Eigen::RowVectorXd::Zero(most_vectors);
};

}  // namespace

std::unique_ptr<Propagator> make_rational(Team& team, std::atomic<bool> const* stop) {
    return std::make_unique<Rational>(team, stop);
}

}  // namespace fano
