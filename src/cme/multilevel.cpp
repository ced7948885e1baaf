#include "cme/multilevel.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <vector>

#include <Eigen/Cholesky>

#include "meanfield/stop.hpp"

namespace fano {

namespace {

using Sparse = Eigen::SparseMatrix<double>;
using Rows = Eigen::SparseMatrix<double, Eigen::RowMajor>;
using Index = Eigen::Index;
using Place = std::uint32_t;  // of a state, a group or an entry
constexpr Place nowhere = ~Place{0};

// How closely two states belong together: by the geometric mean of the rates between them, which is what an exchange in
// equilibrium depends on; rates in one direction only count a little.
Sparse strengths(Sparse const& a) {
    Sparse const back = a.transpose();
    Sparse both = a.cwiseProduct(back);
    for (Index k = 0; k < both.nonZeros(); ++k) both.valuePtr()[k] = std::sqrt(both.valuePtr()[k]);
    both += 1e-3 * (a + back);
    both.prune([](Index i, Index j, double) { return i != j; });
    return both;
}

// [state] group. A state takes the closest one that is still alone, if that is about as close as any; else it joins the
// group of its closest neighbour while that is small.
std::vector<Place> pair_up(Sparse const& strength) {
    constexpr double about = 0.25;
    constexpr int most = 3;
    std::vector<Place> group(static_cast<std::size_t>(strength.cols()), nowhere);
    std::vector<int> sizes;
    for (Place i = 0; i < group.size(); ++i) {
        if (group[i] != nowhere) continue;
        double strongest = 0, best = 0, best_joined = 0;
        Place partner = nowhere, joined = nowhere;
        for (Sparse::InnerIterator e(strength, i); e; ++e) {
            auto const other = static_cast<Place>(e.row());
            strongest = std::max(strongest, e.value());
            if (group[other] == nowhere && e.value() > best) {
                best = e.value();
                partner = other;
            } else if (group[other] != nowhere && e.value() > best_joined && sizes[group[other]] < most) {
                best_joined = e.value();
                joined = group[other];
            }
        }
        if (partner != nowhere && best >= about * strongest) {
            group[i] = group[partner] = static_cast<Place>(sizes.size());
            sizes.push_back(2);
        } else if (joined != nowhere) {
            group[i] = joined;
            ++sizes[joined];
        } else {
            group[i] = static_cast<Place>(sizes.size());
            sizes.push_back(1);
        }
    }
    return group;
}

Sparse grouped(Sparse const& strength, std::vector<Place> const& group) {
    auto const groups = static_cast<Index>(*std::max_element(group.begin(), group.end())) + 1;
    std::vector<Eigen::Triplet<double>> entries;
    entries.reserve(static_cast<std::size_t>(strength.nonZeros()));
    for (Index j = 0; j < strength.cols(); ++j)
        for (Sparse::InnerIterator e(strength, j); e; ++e) {
            auto const to = group[static_cast<Place>(e.row())], from = group[static_cast<Place>(j)];
            if (to != from) entries.emplace_back(static_cast<int>(to), static_cast<int>(from), e.value());
        }
    Sparse result(groups, groups);
    result.setFromTriplets(entries.begin(), entries.end());
    return result;
}

// A generator without its diagonal, by rows, and what its columns sum to.
struct Level {
    std::vector<Place> first{0}, column;
    std::vector<double> rate;
    std::vector<double> exit;
    std::vector<double> x;
    // The next level: of a state, and of an entry its entry there, or nowhere within a group.
    std::vector<Place> group, place;

    Place size() const { return static_cast<Place>(exit.size()); }

    void set(Rows const& a) {
        for (Index i = 0; i < a.rows(); ++i) {
            for (Rows::InnerIterator e(a, i); e; ++e)
                if (e.col() != i && e.value() > 0) {
                    column.push_back(static_cast<Place>(e.col()));
                    rate.push_back(e.value());
                }
            first.push_back(static_cast<Place>(column.size()));
        }
        exit.resize(static_cast<std::size_t>(a.rows()));
        x.resize(exit.size());
        sum_exits();
    }
    void sum_exits() {
        std::fill(exit.begin(), exit.end(), 0.0);
        for (std::size_t k = 0; k < column.size(); ++k) exit[column[k]] += rate[k];
    }
    double inflow(Place i) const {
        double sum = 0;
        for (Place k = first[i]; k < first[i + 1]; ++k) sum += rate[k] * x[column[k]];
        return sum;
    }
    // Gauss-Seidel: each state in balance with its neighbours, upwards and back.
    void smooth() {
        auto const relax = [&](Place i) {
            if (exit[i] > 0) x[i] = inflow(i) / exit[i];
        };
        for (Place i = 0; i < size(); ++i) relax(i);
        for (Place i = size(); i-- > 0;) relax(i);
    }
    // Calls use(entry, group that it leads to, group that it comes from) for those between groups.
    template <class Use>
    void between_groups(Use use) const {
        for (Place i = 0; i < size(); ++i)
            for (Place k = first[i]; k < first[i + 1]; ++k)
                if (group[i] != group[column[k]]) use(k, group[i], group[column[k]]);
    }
};

class Levels {
public:
    Levels(Sparse const& a, std::atomic<bool> const* stop) : stop_(stop) {
        levels_.emplace_back().set(Rows(a));
        auto strength = strengths(a);
        while (levels_.back().size() > coarsest) {
            heed(stop_);
            auto group = pair_up(strength);
            strength = grouped(strength, group);
            auto const pairs = pair_up(strength);
            strength = grouped(strength, pairs);
            for (auto& g : group) g = pairs[g];
            if (static_cast<double>(strength.cols()) > 0.8 * levels_.back().size()) break;
            connect(std::move(group), static_cast<std::size_t>(strength.cols()));
        }
    }

    std::vector<double>& x() { return levels_.front().x; }
    Level const& finest() const { return levels_.front(); }
    // Whether the last level is so small that it can be solved directly.
    bool usable() const { return levels_.back().size() <= 4 * coarsest; }

    void cycle(std::size_t at = 0) {
        auto& level = levels_[at];
        if (at + 1 == levels_.size()) return solve_directly(level);
        if (at < 2) heed(stop_);
        level.smooth();
        auto& next = levels_[at + 1];
        gather(level, next);
        auto const before = next.x;
        cycle(at + 1);
        if (at + 2 < levels_.size()) cycle(at + 1);
        for (Place i = 0; i < level.size(); ++i)
            if (auto const g = level.group[i]; before[g] > 0) level.x[i] *= next.x[g] / before[g];
        level.smooth();
    }

private:
    static constexpr Place coarsest = 60;

    // Appends a level whose states are groups of the last one's.
    void connect(std::vector<Place> group, std::size_t groups) {
        auto& fine = levels_.back();
        fine.group = std::move(group);
        fine.place.assign(fine.column.size(), nowhere);
        std::vector<std::vector<Place>> sources(groups);
        fine.between_groups([&](Place, Place to, Place from) { sources[to].push_back(from); });
        Level next;
        for (auto& row : sources) {
            std::sort(row.begin(), row.end());
            row.erase(std::unique(row.begin(), row.end()), row.end());
            next.column.insert(next.column.end(), row.begin(), row.end());
            next.first.push_back(static_cast<Place>(next.column.size()));
        }
        fine.between_groups([&](Place k, Place to, Place from) {
            auto const begin = next.column.begin() + next.first[to],
                       end = next.column.begin() + next.first[to + 1];
            fine.place[k] = static_cast<Place>(std::lower_bound(begin, end, from) - next.column.begin());
        });
        next.rate.resize(next.column.size());
        next.exit.resize(groups);
        next.x.resize(groups);
        levels_.push_back(std::move(next));
    }

    // Groups' weights, and rates between them with the weights within as they are now.
    static void gather(Level const& fine, Level& next) {
        std::fill(next.x.begin(), next.x.end(), 0.0);
        std::fill(next.rate.begin(), next.rate.end(), 0.0);
        for (Place i = 0; i < fine.size(); ++i) next.x[fine.group[i]] += fine.x[i];
        for (std::size_t k = 0; k < fine.column.size(); ++k) {
            if (fine.place[k] == nowhere) continue;
            auto const from = fine.column[k];
            double const whole = next.x[fine.group[from]];
            if (whole > 0) next.rate[fine.place[k]] += fine.rate[k] * (fine.x[from] / whole);
        }
        next.sum_exits();
    }

    // Elimination without subtractions: Grassmann, Taksar & Heyman, Oper. Res. 33, 1107 (1985). The likeliest is left to the
    // last, so that no weight is beyond the range of numbers beside it.
    static void solve_directly(Level& level) {
        auto const n = static_cast<Index>(level.size());
        auto const likeliest = std::max_element(level.x.begin(), level.x.end()) - level.x.begin();
        auto const place = [&](Index i) { return i == likeliest ? 0 : i < likeliest ? i + 1 : i; };
        Eigen::MatrixXd rate = Eigen::MatrixXd::Zero(n, n);  // [from][to]
        for (Place i = 0; i < level.size(); ++i)
            for (Place k = level.first[i]; k < level.first[i + 1]; ++k)
                rate(place(level.column[k]), place(i)) = level.rate[k];
        Eigen::VectorXd out = Eigen::VectorXd::Zero(n);
        for (Index k = n - 1; k > 0; --k) {
            out[k] = rate.row(k).head(k).sum();
            if (!(out[k] > 0)) continue;  // weights so small that they are 0 lead nowhere
            for (Index i = 0; i < k; ++i)
                if (rate(i, k) > 0) rate.row(i).head(k) += rate(i, k) / out[k] * rate.row(k).head(k);
        }
        Eigen::VectorXd x = Eigen::VectorXd::Zero(n);
        x[0] = 1;
        for (Index k = 1; k < n; ++k)
            if (out[k] > 0) x[k] = x.head(k).dot(rate.col(k).head(k)) / out[k];
        double const sum = x.sum();
        for (Place i = 0; i < level.size(); ++i) level.x[i] = x[place(i)] / sum;
    }

    std::vector<Level> levels_;
    std::atomic<bool> const* const stop_;
};

// What is best of the last iterates: of all their mixtures with sum 1, the one that is nearest to balance.
class Mixture {
public:
    explicit Mixture(Level const& level) : level_(level) {}

    void improve(std::vector<double>& x) {
        std::vector<double> rest(x.size());
        for (Place i = 0; i < level_.size(); ++i) rest[i] = level_.inflow(i) - level_.exit[i] * x[i];
        kept_.push_back({x, std::move(rest)});
        if (kept_.size() > most) kept_.pop_front();
        auto const m = static_cast<Index>(kept_.size()) - 1;
        if (m < 1) return;
        auto const& last = kept_.back();
        Eigen::MatrixXd products(m, m);
        Eigen::VectorXd right(m);
        auto const row = [](std::vector<double> const& v) {
            return Eigen::Map<Eigen::VectorXd const>(v.data(), static_cast<Index>(v.size()));
        };
        for (Index i = 0; i < m; ++i) {
            Eigen::VectorXd const d = row(kept_[static_cast<std::size_t>(i)].rest) - row(last.rest);
            right[i] = -d.dot(row(last.rest));
            for (Index j = 0; j <= i; ++j)
                products(i, j) = products(j, i) =
                    d.dot(row(kept_[static_cast<std::size_t>(j)].rest) - row(last.rest));
        }
        products.diagonal() *= 1 + 1e-12;
        Eigen::VectorXd const c = products.ldlt().solve(right);
        if (!c.allFinite()) return;
        Eigen::VectorXd mixed = row(last.x);
        for (Index i = 0; i < m; ++i)
            mixed += c[i] * (row(kept_[static_cast<std::size_t>(i)].x) - row(last.x));
        // A mixture with negative weights is none.
        if (mixed.minCoeff() < 0) return;
        std::copy(mixed.begin(), mixed.end(), x.begin());
    }

private:
    static constexpr std::size_t most = 4;
    struct Iterate {
        std::vector<double> x, rest;
    };
    Level const& level_;
    std::deque<Iterate> kept_;
};

void normalise(std::vector<double>& x) {
    double sum = 0;
    for (double v : x) sum += v;
    for (double& v : x) v /= sum;
}

}  // namespace

std::optional<Eigen::VectorXd> solve_by_levels(Sparse const& a, Eigen::VectorXd const& guess,
                                               std::atomic<bool> const* stop) {
    constexpr int most_cycles = 200;
    constexpr double enough = 1e-13;
    Levels levels(a, stop);
    if (!levels.usable()) return std::nullopt;
    auto& x = levels.x();
    double const least =
        1e-30 / static_cast<double>(x.size());  // so that no state is cut off from the beginning
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::max(guess[static_cast<Index>(i)], least);
    normalise(x);
    Mixture mixture(levels.finest());
    double before = 2;
    for (int cycle = 0; cycle < most_cycles; ++cycle) {
        auto const last = x;
        levels.cycle();
        normalise(x);
        double change = 0;
        for (std::size_t i = 0; i < x.size(); ++i) change += std::abs(x[i] - last[i]);
        if (!std::isfinite(change)) return std::nullopt;
        double const left = change / before < 1 ? change / (1 - change / before) : change;
        if (left < enough || (change < 1e-12 && change > before / 2))
            return Eigen::Map<Eigen::VectorXd const>(x.data(), static_cast<Index>(x.size()));
        before = change;
        mixture.improve(x);
    }
    return std::nullopt;
}

}  // namespace fano
