// Finds conservation laws by Gauss-Jordan elimination. Stoichiometries are small whole numbers, which pivoting by size
// keeps exact but for rounding.
#include "meanfield/reduction.hpp"

namespace fano {

using Eigen::Index;
using Eigen::MatrixXd;

MatrixXd stoichiometry(Network const& network) {
    MatrixXd s = MatrixXd::Zero(static_cast<Index>(network.species.size()),
                                static_cast<Index>(network.reactions.size()));
    for (Index r = 0; r < s.cols(); ++r)
        for (auto const& c : network.reactions[static_cast<std::size_t>(r)].changes)
            s(c.species, r) += static_cast<double>(c.change);
    return s;
}

Reduction reduce(MatrixXd const& stoichiometry) {
    MatrixXd s = stoichiometry.transpose();
    Reduction result;
    Index rank = 0;
    for (Index column = 0; column < s.cols(); ++column) {
        Index pivot = 0;
        double const largest =
            rank < s.rows() ? s.col(column).tail(s.rows() - rank).cwiseAbs().maxCoeff(&pivot) : 0;
        if (largest < 1e-9) {
            result.bound.push_back(column);
            continue;
        }
        s.row(rank).swap(s.row(rank + pivot));
        s.row(rank) /= double{s(rank, column)};
        for (Index r = 0; r < s.rows(); ++r)
            if (r != rank && s(r, column) != 0) s.row(r) -= double{s(r, column)} * s.row(rank);
        result.free.push_back(column);
        ++rank;
    }
    // A column of S^T is now the combination of those of the free species that it always was.
    result.link = s.topRows(rank).transpose();
    return result;
}

}  // namespace fano
