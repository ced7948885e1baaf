// Tests of equality; p values by Boost.Math.
#include "compare/significance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <boost/math/special_functions/gamma.hpp>

namespace fano {

namespace {

constexpr double least_expected = 5;

struct Group {
    double p = 0, q = 0, expected = 0;  // parts of the samples; cells that are expected
    void add(Group const& other) {
        p += other.p;
        q += other.q;
        expected += other.expected;
    }
};

// Adjacent bins together; what is left at the end goes to the last group.
std::vector<Group> merge(std::vector<Group> const& bins) {
    std::vector<Group> groups;
    Group open;
    for (auto const& bin : bins) {
        open.add(bin);
        if (open.expected < least_expected) continue;
        groups.push_back(open);
        open = {};
    }
    if (groups.empty()) return {open};
    groups.back().add(open);
    return groups;
}

template <class Term>
ChiSquare sum_up(std::vector<Group> const& groups, Term term) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    if (groups.size() < 2) return {none, none, none};
    double statistic = 0;
    for (auto const& group : groups) statistic += term(group);
    auto const degrees = static_cast<double>(groups.size() - 1);
    return {statistic, degrees, boost::math::gamma_q(degrees / 2, statistic / 2)};
}

}  // namespace

ChiSquare two_sample_chi_square(std::vector<double> const& p, double n, std::vector<double> const& q,
                                double m) {
    std::vector<Group> bins(p.size());
    for (std::size_t i = 0; i < p.size(); ++i)
        bins[i] = {p[i], q[i], std::min(n, m) * (n * p[i] + m * q[i]) / (n + m)};
    return sum_up(merge(bins),
                  [&](Group const& g) { return n * m * (g.p - g.q) * (g.p - g.q) / (n * g.p + m * g.q); });
}

ChiSquare goodness_of_fit(std::vector<double> const& p, double n, std::vector<double> const& q) {
    std::vector<Group> bins(p.size());
    for (std::size_t i = 0; i < p.size(); ++i) bins[i] = {p[i], q[i], n * q[i]};
    return sum_up(merge(bins), [&](Group const& g) { return n * (g.p - g.q) * (g.p - g.q) / g.q; });
}

double kolmogorov_p_value(double distance, double cells) {
    double const root = std::sqrt(cells), x = (root + 0.12 + 0.11 / root) * distance;
    if (x < 0.2) return 1;  // where the series converges slowly; 1 to 1e-12
    double sum = 0;
    for (int k = 1; k < 100; ++k) sum += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * x * x);
    return std::clamp(sum, 0.0, 1.0);
}

double expected_total_variation(std::vector<double> const& parts, double n, double m) {
    double sum = 0;
    for (double const p : parts) {
        double const spread = 2 / std::numbers::pi * p * (1 - p) * (1 / n + 1 / m);
        // The mean of |p - q| is at most this, which bins that rarely hold a cell come near to.
        sum += std::min(std::sqrt(spread), 2 * p * (1 - p));
    }
    return sum / 2;
}

}  // namespace fano
