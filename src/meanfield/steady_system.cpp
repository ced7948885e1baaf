// Newton's method for steady states, and what is said of one: eigenvalues, stability.
#include "meanfield/steady_system.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Eigenvalues>

#include "fano/error.hpp"
#include "meanfield/stop.hpp"

namespace fano {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double rounding = std::numeric_limits<double>::epsilon();
constexpr int most_iterations = 200;
constexpr double largest_count = 1e15;  // beyond it a molecule more is lost in the rounding

// Counts in the unit in which a step of Newton's method is small or large.
VectorXd unit_of(VectorXd const& counts) { return counts.cwiseAbs().cwiseMax(1e-6); }

VectorXd rounded(VectorXd const& counts, double bound) {
    return counts.unaryExpr([bound](double x) { return std::abs(x) < bound ? 0.0 : x; });
}

// Osborne's iteration: a similarity by powers of 2 that makes rows and columns equally large, so that slow
// modes of scarce species do not drown in the rounding errors of fast modes of abundant ones.
void balance(MatrixXd& a) {
    for (bool changed = true; changed;) {
        changed = false;
        for (Index i = 0; i < a.rows(); ++i) {
            double const own = std::abs(a(i, i));
            double const row = a.row(i).cwiseAbs().sum() - own, column = a.col(i).cwiseAbs().sum() - own;
            if (!(row > 0 && column > 0)) continue;
            double const factor = std::exp2(std::round(0.5 * std::log2(row / column)));
            if (column * factor + row / factor > 0.95 * (column + row)) continue;
            a.row(i) /= factor;
            a.col(i) *= factor;
            changed = true;
        }
    }
}

}  // namespace

ScaledSolver::ScaledSolver(MatrixXd matrix, VectorXd unit) : unit_(std::move(unit)), row_(matrix.rows()) {
    matrix = matrix * unit_.asDiagonal();
    for (Index row = 0; row < matrix.rows(); ++row) {
        double const size = matrix.row(row).cwiseAbs().maxCoeff();
        row_[row] = size > 0 ? size : 1;
        matrix.row(row) /= row_[row];
    }
    decomposition_.compute(matrix);
}

VectorXd ScaledSolver::operator()(VectorXd const& right) const {
    return unit_.asDiagonal() * decomposition_.solve(right.cwiseQuotient(row_));
}

SteadySystem::SteadySystem(RateEquations& equations, std::atomic<bool> const* stop)
    : equations_(equations),
      stop_(stop),
      reduction_(reduce(stoichiometry(equations.network()))),
      conserved_(reduction_.conserved(equations.initial())) {}

VectorXd SteadySystem::residual(VectorXd const& counts) {
    VectorXd result(size());
    equations_.slope(counts.data(), 0, result.data());
    result(reduction_.bound) = reduction_.conserved(counts) - conserved_;
    return result;
}

MatrixXd SteadySystem::jacobian(VectorXd const& counts) {
    MatrixXd result = MatrixXd::Zero(size(), size());
    equations_.jacobian(counts.data(), 0, result.data());
    for (auto const bound : reduction_.bound) {
        auto row = result.row(bound);
        row.setZero();
        row(bound) = 1;
        row(reduction_.free) = -reduction_.link.row(bound);
    }
    return result;
}

VectorXd SteadySystem::magnitude(VectorXd const& counts) {
    VectorXd slope(size());
    equations_.slope(counts.data(), 0, slope.data());
    VectorXd result = equations_.turnover();
    VectorXd const sizes = counts.cwiseAbs();
    auto const& [free, bound, link] = reduction_;
    result(bound) = sizes(bound) + link(bound, Eigen::all).cwiseAbs() * sizes(free);
    return result;
}

std::optional<VectorXd> SteadySystem::solve(VectorXd counts) {
    // Residuals that are nothing but rounding errors.
    auto const vanishes = [&](VectorXd const& of, double roundings) {
        VectorXd const size = magnitude(counts);
        return ((of.cwiseAbs() - roundings * rounding * size).array() <= 0).all();
    };
    VectorXd now = residual(counts);
    for (int iteration = 0; iteration < most_iterations && now.allFinite(); ++iteration) {
        heed(stop_);
        MatrixXd const matrix = jacobian(counts);
        if (!matrix.allFinite()) return {};
        ScaledSolver const inverse{matrix, unit_of(counts)};
        VectorXd const step = inverse(-now);
        if (!step.allFinite()) return {};
        if (inverse.largest(step) <= 1e-13) {
            // A singular matrix can leave no step where there is no root either.
            counts = rounded(counts + step, 1e-18);
            return vanishes(residual(counts), 1e7) ? std::optional(counts) : std::nullopt;
        }
        if (vanishes(now, 4)) return counts;
        // Damping by the natural monotonicity test (Deuflhard, Newton Methods for Nonlinear Problems, 2004,
        // 3.3), which knows nothing of the units of slopes.
        double part = 1;
        VectorXd next;
        for (;; part /= 2) {
            if (part < 1e-4) return vanishes(now, 64) ? std::optional(counts) : std::nullopt;
            next = residual(counts + part * step);
            if (next.allFinite() && inverse.norm(inverse(next)) <= (1 - part / 4) * inverse.norm(step)) break;
        }
        counts += part * step;
        now = next;
    }
    return {};
}

std::optional<VectorXd> SteadySystem::physical(VectorXd const& root) {
    if (root.cwiseAbs().maxCoeff() > largest_count) return {};
    VectorXd result = root;
    if (VectorXd const zeros = rounded(root, 1e-8); zeros != root)
        if (auto const again = solve(zeros)) {
            VectorXd const clear = rounded(*again, 1e-13);
            bool const same = ((zeros.array() != 0) || (clear.array() == 0)).all();
            if (same) result = clear;
        }
    return (result.array() >= 0).all() ? std::optional(result) : std::nullopt;
}

bool SteadySystem::isolated(VectorXd const& root) {
    MatrixXd matrix = jacobian(root);
    if (!matrix.allFinite()) return true;
    // Rows and columns of one size, so that what is small is small beside 1.
    for (int sweep = 0; sweep < 5; ++sweep) {
        auto const inverse = [](double size) { return size > 0 ? 1 / std::sqrt(size) : 1.0; };
        VectorXd const rows = matrix.cwiseAbs().rowwise().maxCoeff().unaryExpr(inverse);
        matrix = rows.asDiagonal() * matrix;
        VectorXd const columns = matrix.cwiseAbs().colwise().maxCoeff().transpose().unaryExpr(inverse);
        matrix = matrix * columns.asDiagonal();
    }
    Eigen::ColPivHouseholderQR<MatrixXd> decomposition(matrix);
    return decomposition.setThreshold(1e-10).isInvertible();
}

SteadyState SteadySystem::describe(VectorXd const& root) {
    MatrixXd full = MatrixXd::Zero(size(), size());
    equations_.jacobian(root.data(), 0, full.data());
    MatrixXd reduced = reduction_.jacobian(full);
    SteadyState state{{root.begin(), root.end()},
                      {},
                      Stability::stable,
                      equations_.observables(root.data(), std::numeric_limits<double>::quiet_NaN())};
    if (reduced.size() == 0) return state;
    if (!reduced.allFinite())
        throw SolverError(equations_.network().file,
                          "the propensities have no finite derivatives at a steady state, whose stability "
                          "therefore has no answer; look for powers below 1 of counts that are 0");
    balance(reduced);
    Eigen::VectorXcd const values = Eigen::EigenSolver<MatrixXd>(reduced, false).eigenvalues();
    state.eigenvalues.assign(values.begin(), values.end());
    std::sort(state.eigenvalues.begin(), state.eigenvalues.end(), [](auto const& a, auto const& b) {
        return a.real() != b.real() ? a.real() > b.real() : a.imag() > b.imag();
    });
    double const leading = state.eigenvalues.front().real();
    if (std::abs(leading) <= 1e-12 * values.cwiseAbs().maxCoeff())
        state.stability = Stability::marginal;
    else if (leading > 0)
        state.stability = Stability::unstable;
    return state;
}

}  // namespace fano
