#include "cme/elimination.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "meanfield/stop.hpp"

namespace fano {

namespace {

using Sparse = Eigen::SparseMatrix<double>;

class Neighbours {
public:
    explicit Neighbours(Sparse const& a) : pattern_(a + Sparse(a.transpose())) {}

    std::size_t size() const { return static_cast<std::size_t>(pattern_.cols()); }
    std::size_t count(std::uint32_t state) const {
        return static_cast<std::size_t>(pattern_.outerIndexPtr()[state + 1] -
                                        pattern_.outerIndexPtr()[state]);
    }
    template <class Use>
    void visit(std::uint32_t state, Use use) const {
        for (Sparse::InnerIterator e(pattern_, static_cast<Eigen::Index>(state)); e; ++e)
            use(static_cast<std::uint32_t>(e.row()));
    }
    // States by their distance from the first, those of few neighbours first: Cuthill & McKee 1969.
    std::vector<std::uint32_t> from(std::uint32_t first) const {
        std::vector<bool> seen(size());
        std::vector<std::uint32_t> order{first}, next;
        seen[first] = true;
        for (std::size_t i = 0; i < size(); ++i) {
            if (i == order.size())  // another part, not connected with those before
                for (std::uint32_t s = 0; s < size() && i == order.size(); ++s)
                    if (!seen[s]) {
                        seen[s] = true;
                        order.push_back(s);
                    }
            next.clear();
            visit(order[i], [&](std::uint32_t s) {
                if (seen[s]) return;
                seen[s] = true;
                next.push_back(s);
            });
            std::sort(next.begin(), next.end(), [&](auto x, auto y) { return count(x) < count(y); });
            order.insert(order.end(), next.begin(), next.end());
        }
        return order;
    }

private:
    Sparse pattern_;
};

}  // namespace

std::optional<Elimination> Elimination::of(Sparse const& a, Eigen::VectorXd const& exits,
                                           std::atomic<bool> const* stop) {
    constexpr double most_operations = 3e9, most_numbers = 1e8;
    Neighbours const neighbours(a);
    Elimination made;
    // From a state that is far from others, so that the steps of distance are many and narrow.
    made.order_ = neighbours.from(neighbours.from(neighbours.from(0).back()).back());
    std::size_t const n = made.order_.size();
    std::vector<std::size_t> place(n);
    for (std::size_t i = 0; i < n; ++i) place[made.order_[i]] = i;
    for (std::size_t i = 0; i < n; ++i)
        neighbours.visit(static_cast<std::uint32_t>(i), [&](std::uint32_t s) {
            made.width_ = std::max(made.width_, std::max(place[i], place[s]) - std::min(place[i], place[s]));
        });
    auto const states = static_cast<double>(n), width = static_cast<double>(made.width_);
    if (states * width * width > most_operations || states * (2 * width + 1) > most_numbers)
        return std::nullopt;
    made.band_.assign(n * (2 * made.width_ + 1), 0);
    made.exit_.resize(n);
    for (std::size_t i = 0; i < n; ++i) made.exit_[place[i]] = exits[static_cast<Eigen::Index>(i)];
    for (Eigen::Index j = 0; j < a.cols(); ++j)
        for (Sparse::InnerIterator e(a, j); e; ++e)
            if (e.row() != j)
                made.rate(place[static_cast<std::size_t>(j)], place[static_cast<std::size_t>(e.row())]) +=
                    e.value();
    made.eliminate(stop);
    return made;
}

void Elimination::eliminate(std::atomic<bool> const* stop) {
    out_.resize(exit_.size());
    for (std::size_t k = exit_.size(); k-- > 0;) {
        if (k % 256 == 0) heed(stop);
        auto const low = lowest(k);
        double out = exit_[k];
        for (std::size_t j = low; j < k; ++j) out += rate(k, j);
        out_[k] = out;
        if (!(out > 0)) continue;
        for (std::size_t i = low; i < k; ++i) {
            if (!(rate(i, k) > 0)) continue;
            double const part = rate(i, k) / out;
            double* const to = &rate(i, low);
            double const* const from = &rate(k, low);
            for (std::size_t j = 0; j < k - low; ++j) to[j] += part * from[j];
            exit_[i] += part * exit_[k];
        }
    }
}

Eigen::VectorXd Elimination::times(Eigen::VectorXd const& source) const {
    std::size_t const n = order_.size();
    std::vector<double> x(n);
    for (std::size_t k = 0; k < n; ++k) x[k] = source[order_[k]];
    for (std::size_t k = n; k-- > 0;)
        if (x[k] > 0)
            for (std::size_t j = lowest(k); j < k; ++j) x[j] += x[k] / out_[k] * rate(k, j);
    Eigen::VectorXd found(source.size());
    for (std::size_t k = 0; k < n; ++k) {
        for (std::size_t i = lowest(k); i < k; ++i) x[k] += x[i] * rate(i, k);
        if (x[k] > 0) x[k] /= out_[k];
        found[order_[k]] = x[k];
    }
    return found;
}

Eigen::VectorXd Elimination::stationary() const {
    std::size_t const n = order_.size();
    constexpr double large = 1e200;
    std::vector<double> x(n);
    x[0] = 1;
    for (std::size_t k = 1; k < n; ++k) {
        for (std::size_t i = lowest(k); i < k; ++i) x[k] += x[i] * rate(i, k);
        if (x[k] > 0) x[k] /= out_[k];
        if (x[k] > large)
            for (std::size_t i = 0; i <= k; ++i) x[i] /= large;
    }
    Eigen::VectorXd found(static_cast<Eigen::Index>(n));
    for (std::size_t k = 0; k < n; ++k) found[order_[k]] = x[k];
    return found / found.sum();
}

}  // namespace fano
