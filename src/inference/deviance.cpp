#include "inference/deviance.hpp"

#include <algorithm>
#include <cmath>

#include <boost/math/special_functions/log1p.hpp>

namespace fano {

namespace {

// The first bin whose counts are these or come after them.
std::size_t first_from(CountDistribution const& d, std::vector<std::int64_t> const& counts) {
    std::size_t at = 0;
    for (std::size_t k = 0; k < counts.size(); ++k) {
        auto const i =
            std::clamp<std::int64_t>(counts[k] - d.low[k], 0, static_cast<std::int64_t>(d.size[k]));
        at = at * d.size[k] + static_cast<std::size_t>(i);
        if (d.low[k] + i == counts[k] && i < static_cast<std::int64_t>(d.size[k])) continue;
        for (std::size_t rest = k + 1; rest < counts.size(); ++rest) at *= d.size[rest];
        break;
    }
    return at;
}

// Residuals of one time, written one after another.
class Residuals {
public:
    Residuals(Deviance& found, CountDistribution const& d, double cells, Eigen::Index first)
        : found_(found), d_(d), cells_(cells), at_(first) {}

    Eigen::Index at() const { return at_; }

    void add_seen(Snapshots::Row const& row) {
        auto const next = first_from(d_, row.counts);
        add_unseen(next);
        auto const bin = d_.bin(row.counts);
        done_ = next + (bin ? 1 : 0);
        bool const bounded = !(bin && d_.probability[*bin] > d_.error);
        double const q = bounded ? std::max(d_.error, 1e-15) : d_.probability[*bin];
        double const x = cells_ * q / row.cells - 1;
        double const size = std::sqrt(-2 * row.cells * boost::math::log1pmx(x));
        double const steepness =
            std::abs(x) < 1e-6 ? cells_ / std::sqrt(row.cells) : row.cells * std::abs(x) / (q * size);
        for (Eigen::Index a = 0; a < found_.slope.cols() && !bounded; ++a)
            found_.slope(at_, a) = steepness * d_.derivative[static_cast<std::size_t>(a)][*bin];
        found_.residual[at_++] = x < 0 ? -size : size;
    }

    // All counts up to a bin.
    void add_unseen(std::size_t end) {
        double q = 0;
        for (auto i = done_; i < end; ++i) q += d_.probability[i];
        if (q > d_.error) {
            found_.residual[at_] = std::sqrt(2 * cells_ * q);
            for (Eigen::Index a = 0; a < found_.slope.cols(); ++a) {
                auto const& slope = d_.derivative[static_cast<std::size_t>(a)];
                double sum = 0;
                for (auto i = done_; i < end; ++i) sum += slope[i];
                found_.slope(at_, a) = cells_ * sum / found_.residual[at_];
            }
        }
        ++at_;
    }

private:
    Deviance& found_;
    CountDistribution const& d_;
    double cells_;
    Eigen::Index at_;
    std::size_t done_ = 0;  // bins
};

}  // namespace

Eigen::Index deviance_residuals(Snapshots const& data) {
    return static_cast<Eigen::Index>(2 * data.rows.size() + data.times().size());
}

Deviance deviance(std::vector<CountDistribution> const& distributions, Snapshots const& data) {
    auto const cells = data.cells();
    auto const size = deviance_residuals(data);
    auto const parameters = static_cast<Eigen::Index>(distributions.front().derivative.size());
    Deviance found{Eigen::VectorXd::Zero(size), Eigen::MatrixXd::Zero(size, parameters)};
    Eigen::Index at = 0;
    std::size_t row = 0;
    for (std::size_t t = 0; t < distributions.size(); ++t) {
        Residuals residuals(found, distributions[t], cells[t], at);
        for (; row < data.rows.size() && data.rows[row].time == distributions[t].time; ++row)
            residuals.add_seen(data.rows[row]);
        residuals.add_unseen(distributions[t].probability.size());
        at = residuals.at();
    }
    return found;
}

}  // namespace fano
