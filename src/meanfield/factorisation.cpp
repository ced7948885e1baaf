// LU decomposition: a panel of columns by elimination, then all columns to its right by products of matrices.
#include "meanfield/factorisation.hpp"

#include <algorithm>
#include <cmath>

#include "meanfield/stop.hpp"

namespace fano {

using Eigen::Index;

bool Factorisation::compute(Eigen::Ref<Eigen::MatrixXd> matrix, std::atomic<bool> const* stop) {
    constexpr Index panel = 64;
    Index const n = matrix.rows();
    pivot_.resize(static_cast<std::size_t>(n));
    for (Index first = 0; first < n; first += panel) {
        heed(stop);
        Index const width = std::min(panel, n - first), last = first + width, right = n - last;
        auto const swap_in = [&](Index column) {
            for (Index j = first; j < last; ++j)
                std::swap(matrix(j, column), matrix(pivot_[static_cast<std::size_t>(j)], column));
        };
        for (Index j = first; j < last; ++j) {
            Index const below = n - j - 1;
            Index pivot = 0;
            double const largest = matrix.col(j).tail(below + 1).cwiseAbs().maxCoeff(&pivot);
            if (!(largest > 0) || !std::isfinite(largest)) return false;
            pivot_[static_cast<std::size_t>(j)] = j + pivot;
            if (pivot > 0)
                matrix.row(j).segment(first, width).swap(matrix.row(j + pivot).segment(first, width));
            matrix.col(j).tail(below) /= double{matrix(j, j)};
            matrix.block(j + 1, j + 1, below, last - j - 1).noalias() -=
                matrix.col(j).tail(below) * matrix.row(j).segment(j + 1, last - j - 1);
        }
        for (Index column = 0; column < first; ++column) swap_in(column);
        for (Index column = last; column < n; ++column) swap_in(column);
        auto upper = matrix.block(first, last, width, right);
        matrix.block(first, first, width, width).triangularView<Eigen::UnitLower>().solveInPlace(upper);
        matrix.block(last, last, right, right).noalias() -= matrix.block(last, first, right, width) * upper;
    }
    return true;
}

void Factorisation::solve(Eigen::Ref<Eigen::MatrixXd const> const& matrix,
                          Eigen::Ref<Eigen::VectorXd> x) const {
    for (std::size_t j = 0; j < pivot_.size(); ++j) std::swap(x[static_cast<Index>(j)], x[pivot_[j]]);
    matrix.triangularView<Eigen::UnitLower>().solveInPlace(x);
    matrix.triangularView<Eigen::Upper>().solveInPlace(x);
}

}  // namespace fano
