// -A x = s as two problems that rounding does not spoil: with the time in one state as unknown, the times in all others
// follow from equations in which that state is an exit; and the time itself from the balance of what comes in and what
// leaves for good. Residuals are sums of flows in long double.
#include "cme/occupancy.hpp"

#include <cmath>
#include <numeric>

#include "cme/multilevel.hpp"
#include "fano/error.hpp"
#include "meanfield/stop.hpp"

namespace fano {

Occupancy::Occupancy(Columns const& a, std::vector<std::uint64_t> transient, std::vector<double> lost,
                     double factoring, std::atomic<bool> const* stop)
    : a_(a), transient_(std::move(transient)), lost_(std::move(lost)), stop_(stop), direct_(factoring < 2) {
    place_.assign(static_cast<std::size_t>(a.cols()), -1);
    auto const n = static_cast<Eigen::Index>(transient_.size());
    for (Eigen::Index i = 0; i < n; ++i) place_[transient_[static_cast<std::size_t>(i)]] = i;
    exit_ = Eigen::VectorXd::Zero(n);
    for (Eigen::Index i = 0; i < n; ++i) {
        auto const state = transient_[static_cast<std::size_t>(i)];
        if (!lost_.empty()) exit_[i] += lost_[state];
        for (Columns::InnerIterator e(a_, static_cast<Eigen::Index>(state)); e; ++e)
            if (place_[static_cast<std::size_t>(e.row())] < 0) exit_[i] += e.value();
    }
    if (!direct_) return;
    // Where the process is for long: found by a first solution with whatever state.
    apart_ = n / 2;
    for (int attempt = 0; attempt < 3; ++attempt) {
        heed(stop_);
        auto const state = transient_[static_cast<std::size_t>(apart_)];
        rest_ = n > 1 ? make_solver(part_of(a_, transient_, state), true, stop_) : nullptr;
        Eigen::VectorXd into = Eigen::VectorXd::Zero(n);
        for (Columns::InnerIterator e(a_, static_cast<Eigen::Index>(state)); e; ++e)
            if (auto const i = place_[static_cast<std::size_t>(e.row())]; i >= 0 && i != apart_)
                into[i] = e.value();
        per_apart_ = Eigen::VectorXd::Unit(n, apart_);
        if (n > 1) {
            Eigen::VectorXd right(n - 1);
            right << into.head(apart_), into.tail(n - 1 - apart_);
            Eigen::VectorXd const rest = -rest_->solve(right);
            per_apart_.head(apart_) = rest.head(apart_);
            per_apart_.tail(n - 1 - apart_) = rest.tail(n - 1 - apart_);
        }
        Eigen::Index longest = 0;
        if (!(per_apart_.maxCoeff(&longest) > 1e4)) break;
        apart_ = longest;
    }
}

// x for what is `missing` from the source; `all`: its sum, known better than by adding it up.
Eigen::VectorXd Occupancy::correction(Eigen::VectorXd const& missing, double all) const {
    Eigen::Index const n = missing.size();
    Eigen::VectorXd x = Eigen::VectorXd::Zero(n);
    if (n > 1) {
        Eigen::VectorXd right(n - 1);
        right << missing.head(apart_), missing.tail(n - 1 - apart_);
        Eigen::VectorXd const rest = -rest_->solve(right);
        x.head(apart_) = rest.head(apart_);
        x.tail(n - 1 - apart_) = rest.tail(n - 1 - apart_);
    }
    // What came in leaves: all = exit . x.
    return x + (all - exit_.dot(x)) / exit_.dot(per_apart_) * per_apart_;
}

std::vector<double> Occupancy::times(std::vector<double> const& source) const {
    if (!direct_) return times_by_levels(source);
    auto const n = static_cast<Eigen::Index>(transient_.size());
    Eigen::VectorXd x = Eigen::VectorXd::Zero(n);
    double before = INFINITY;
    std::vector<long double> net(static_cast<std::size_t>(n));
    for (int round = 0; round < 30; ++round) {
        heed(stop_);
        // What the flows of x leave of the source.
        long double all = 0, flows = 0;
        for (std::size_t i = 0; i < net.size(); ++i) {
            net[i] = source[transient_[i]];
            all += net[i];
        }
        for (std::size_t i = 0; i < net.size(); ++i) {
            auto const state = transient_[i];
            long double const time = x[static_cast<Eigen::Index>(i)];
            long double const out = exit_[static_cast<Eigen::Index>(i)] * time;
            net[i] -= out;
            all -= out;
            flows += out;
            for (Columns::InnerIterator e(a_, static_cast<Eigen::Index>(state)); e; ++e) {
                auto const to = place_[static_cast<std::size_t>(e.row())];
                if (to < 0 || static_cast<std::uint64_t>(e.row()) == state) continue;
                long double const flow = e.value() * time;
                net[i] -= flow;
                net[static_cast<std::size_t>(to)] += flow;
                flows += flow;
            }
        }
        Eigen::VectorXd missing(n);
        for (Eigen::Index i = 0; i < n; ++i)
            missing[i] = static_cast<double>(net[static_cast<std::size_t>(i)]);
        double const now = missing.lpNorm<1>() + std::abs(static_cast<double>(all));
        if (round > 1 && (now > before / 2 || now < 1e-17 * static_cast<double>(flows))) break;
        before = now;
        x += correction(missing, static_cast<double>(all));
        if (!std::isfinite(x.sum()))
            throw SolverError(
                "the states are left so seldom that the time until then is beyond double precision");
    }
    std::vector<double> times(place_.size());
    for (Eigen::Index i = 0; i < n; ++i) times[transient_[static_cast<std::size_t>(i)]] = std::max(x[i], 0.0);
    return times;
}

// A process that begins again, after a while, whenever it has left: times are its stationary weights over that of the wait.
std::vector<double> Occupancy::times_by_levels(std::vector<double> const& source) const {
    auto const n = static_cast<int>(transient_.size());
    double const all = std::accumulate(source.begin(), source.end(), 0.0),
                 rate = a_.diagonal().cwiseAbs().maxCoeff();
    std::vector<double> times(place_.size());
    if (all == 0) return times;
    std::vector<Eigen::Triplet<double>> entries;
    entries.reserve(static_cast<std::size_t>(a_.nonZeros() + 2 * n));
    auto const flow = [&](int to, int from, double value) {
        if (value > 0) entries.emplace_back(to, from, value);
    };
    for (int i = 0; i < n; ++i) {
        auto const state = transient_[static_cast<std::size_t>(i)];
        for (Columns::InnerIterator e(a_, static_cast<Eigen::Index>(state)); e; ++e)
            if (auto const to = static_cast<int>(place_[static_cast<std::size_t>(e.row())]);
                to >= 0 && to != i)
                flow(to, i, e.value());
        flow(n, i, exit_[i]);
        flow(i, n, rate * source[state] / all);
    }
    Columns again(n + 1, n + 1);
    again.setFromTriplets(entries.begin(), entries.end());
    auto const weights = solve_by_levels(again, Eigen::VectorXd::Ones(n + 1), stop_);
    if (!weights || !((*weights)[n] > 0))
        throw SolverError("the equations for the times in all states do not converge; take a smaller --box");
    for (int i = 0; i < n; ++i)
        times[transient_[static_cast<std::size_t>(i)]] = (*weights)[i] / (*weights)[n] / rate * all;
    return times;
}

double Occupancy::lost(std::vector<double> const& x) const {
    double sum = 0;
    for (std::size_t i = 0; i < lost_.size(); ++i) sum += lost_[i] * x[i];
    return sum;
}

}  // namespace fano
