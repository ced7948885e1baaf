#include "cme/occupancy.hpp"

#include <cmath>

#include "cme/multilevel.hpp"
#include "fano/error.hpp"

namespace fano {

Occupancy::Occupancy(Columns const& a, std::vector<std::uint64_t> transient, std::vector<double> lost,
                     std::atomic<bool> const* stop, bool narrow)
    : a_(a),
      transient_(std::move(transient)),
      lost_(std::move(lost)),
      stop_(stop),
      among_(part_of(a, transient_)) {
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
    if (narrow) elimination_ = Elimination::of(among_, exit_, stop_);
}

std::vector<double> Occupancy::times(std::vector<double> const& source) const {
    Eigen::VectorXd from(exit_.size());
    for (Eigen::Index i = 0; i < from.size(); ++i) from[i] = source[transient_[static_cast<std::size_t>(i)]];
    Eigen::VectorXd const x = elimination_ ? elimination_->times(from) : times_by_levels(from);
    if (!std::isfinite(x.sum()))
        throw SolverError(
            "the states are left so seldom that the time until then is beyond double precision");
    std::vector<double> times(place_.size());
    for (Eigen::Index i = 0; i < x.size(); ++i) times[transient_[static_cast<std::size_t>(i)]] = x[i];
    return times;
}

// A process that begins again, after a while, whenever it has left: times are its stationary weights over that of the wait.
Eigen::VectorXd Occupancy::times_by_levels(Eigen::VectorXd const& source) const {
    auto const n = static_cast<int>(source.size());
    double const all = source.sum(), rate = among_.diagonal().cwiseAbs().maxCoeff();
    if (all == 0) return Eigen::VectorXd::Zero(n);
    std::vector<Eigen::Triplet<double>> entries;
    entries.reserve(static_cast<std::size_t>(among_.nonZeros() + 2 * n));
    auto const flow = [&](int to, int from, double value) {
        if (value > 0) entries.emplace_back(to, from, value);
    };
    for (int i = 0; i < n; ++i) {
        for (Columns::InnerIterator e(among_, i); e; ++e)
            if (e.row() != i) flow(static_cast<int>(e.row()), i, e.value());
        flow(n, i, exit_[i]);
        flow(i, n, rate * source[i] / all);
    }
    Columns again(n + 1, n + 1);
    again.setFromTriplets(entries.begin(), entries.end());
    auto const weights = solve_by_levels(again, Eigen::VectorXd::Ones(n + 1), stop_);
    if (!weights || !((*weights)[n] > 0))
        throw SolverError("the equations for the times in all states do not converge; take a smaller --box");
    return weights->head(n) * (all / rate / (*weights)[n]);
}

double Occupancy::lost(std::vector<double> const& x) const {
    double sum = 0;
    for (std::size_t i = 0; i < lost_.size(); ++i) sum += lost_[i] * x[i];
    return sum;
}

}  // namespace fano
