// Solves for a Markov process by taking its states out one by one, in an order in which neighbours are near: rates around a
// state that is taken out are added to those of its neighbours, and nothing is ever subtracted. So every time and every weight
// is right to nearly all digits, however seldom the process gets from one of its parts to another.
// Grassmann, Taksar & Heyman, Oper. Res. 33, 1107 (1985), on a band.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include <Eigen/SparseCore>

namespace fano {

class Elimination {
public:
    // `a`: a generator by columns, of which the off-diagonal entries are read. `exits`: [state] rates at which states are
    // left for others than these. Nothing where the band would be so wide that this takes many seconds.
    static std::optional<Elimination> of(Eigen::SparseMatrix<double> const& a, Eigen::VectorXd const& exits,
                                         std::atomic<bool> const* stop);

    // x with -A x = source, all of which is 0 or more: the times in all states. Infinite where nothing ever leaves.
    Eigen::VectorXd times(Eigen::VectorXd const& source) const;
    // x with A x = 0 and sum 1, of an irreducible process without exits.
    Eigen::VectorXd stationary() const;

private:
    Elimination() = default;
    double& rate(std::size_t from, std::size_t to) {
        return band_[from * (2 * width_ + 1) + to + width_ - from];
    }
    double rate(std::size_t from, std::size_t to) const {
        return band_[from * (2 * width_ + 1) + to + width_ - from];
    }
    std::size_t lowest(std::size_t k) const { return k > width_ ? k - width_ : 0; }
    void eliminate(std::atomic<bool> const* stop);

    std::vector<std::uint32_t> order_;  //!< [place] state
    std::size_t width_ = 0;             // farthest place that a rate leads to
    std::vector<double> band_;          //!< [place][place + width - own place]
    std::vector<double> exit_, out_;    //!< [place]
};

}  // namespace fano
