// p-values come from Boost.Math, except that of Kolmogorov's distribution, which it does not have.
#include "tests/support/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <stdexcept>

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <fmt/format.h>

namespace fano::test {

namespace {

// Twice the smaller tail, each tail with the value itself.
template <class Law>
double two_sided(Law const& law, double seen) {
    double const below = boost::math::cdf(law, seen);
    double const above = seen > 0 ? boost::math::cdf(boost::math::complement(law, seen - 1)) : 1.0;
    return std::min(1.0, 2 * std::min(below, above));
}

double total(Counts const& seen) {
    return static_cast<double>(std::accumulate(seen.begin(), seen.end(), std::uint64_t{0}));
}

bool impossible_seen(Counts const& seen, Probabilities const& expected) {
    for (std::size_t n = 0; n < seen.size(); ++n)
        if (seen[n] > 0 && (n >= expected.size() || expected[n] == 0)) return true;
    return false;
}

// Where there is no sampling error left, only equality will do.
double deviate(double difference, double scale, double error) {
    if (error > 1e-12 * scale) return difference / error;
    return std::abs(difference) <= 1e-9 * scale ? 0.0 : HUGE_VAL;
}

}  // namespace

std::uint64_t test_cells(std::uint64_t n) {
    char const* const size = std::getenv("FANO_TEST_CELLS");
    if (size == nullptr || std::string(size) != "small") return n;
    return std::min(n, std::max<std::uint64_t>(n / 50, 1000));
}

Counts counts_of(Histogram const& histogram) {
    if (histogram.width != 1 || histogram.low < 0)
        throw std::invalid_argument("a histogram of counts has bins of width 1 from 0 on");
    Counts counts(static_cast<std::size_t>(histogram.low));
    counts.insert(counts.end(), histogram.cells.begin(), histogram.cells.end());
    return counts;
}

double normal_p(double z) { return std::erfc(std::abs(z) / std::sqrt(2.0)); }

double poisson_p(std::uint64_t seen, double mean) {
    if (mean == 0) return seen == 0 ? 1.0 : 0.0;
    return two_sided(boost::math::poisson(mean), static_cast<double>(seen));
}

double binomial_p(std::uint64_t seen, std::uint64_t n, double p) {
    if (seen > n) return 0;
    return two_sided(boost::math::binomial(static_cast<double>(n), p), static_cast<double>(seen));
}

double chi_square_p(Counts const& seen, Probabilities const& expected, double least) {
    if (impossible_seen(seen, expected)) return 0;
    double const n = total(seen);
    struct Pool {
        double seen = 0, expected = 0;
    };
    std::vector<Pool> pools;
    Pool open;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        open.seen += i < seen.size() ? static_cast<double>(seen[i]) : 0.0;
        open.expected += n * expected[i];
        if (open.expected < least) continue;
        pools.push_back(open);
        open = {};
    }
    if (pools.empty()) return 1;
    pools.back().seen += open.seen;
    pools.back().expected += open.expected;
    if (pools.size() == 1) return 1;
    double chi_square = 0;
    for (auto const& pool : pools) chi_square += std::pow(pool.seen - pool.expected, 2) / pool.expected;
    return boost::math::gamma_q(0.5 * static_cast<double>(pools.size() - 1), 0.5 * chi_square);
}

double kolmogorov_smirnov_p(Counts const& seen, Probabilities const& expected) {
    if (impossible_seen(seen, expected)) return 0;
    double const n = total(seen);
    double seen_below = 0, expected_below = 0, distance = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        seen_below += i < seen.size() ? static_cast<double>(seen[i]) : 0.0;
        expected_below += expected[i];
        distance = std::max(distance, std::abs(seen_below / n - expected_below));
    }
    // Stephens, J. R. Stat. Soc. B 32, 115 (1970).
    double const x = (std::sqrt(n) + 0.12 + 0.11 / std::sqrt(n)) * distance;
    if (x < 0.3) return 1;
    double sum = 0;
    for (int k = 1; k <= 20; ++k) sum += (k % 2 == 1 ? 2 : -2) * std::exp(-2 * k * k * x * x);
    return std::clamp(sum, 0.0, 1.0);
}

double mean_z(double sample, std::uint64_t n, Moments const& exact) {
    double const error = std::sqrt(exact.variance / static_cast<double>(n));
    return deviate(sample - exact.mean, std::max(1.0, std::abs(exact.mean)), error);
}

double variance_z(double sample, std::uint64_t n, Moments const& exact) {
    double const cells = static_cast<double>(n), square = exact.variance * exact.variance;
    double const error = std::sqrt((exact.fourth - square * (cells - 3) / (cells - 1)) / cells);
    return deviate(sample - exact.variance, std::max(1.0, exact.variance), error);
}

double fano_z(double sample, std::uint64_t n, Moments const& exact) {
    double const v = exact.variance / exact.mean;
    double const square =
        exact.fourth - exact.variance * exact.variance - 2 * v * exact.third + v * v * exact.variance;
    double const error = std::sqrt(std::max(0.0, square) / static_cast<double>(n)) / exact.mean;
    return deviate(sample - v, std::max(1.0, v), error);
}

void Checks::add(std::string what, double p, std::string detail) {
    checks_.push_back({std::move(what), p, std::move(detail)});
}

void Checks::equal(std::string what, double value, double exact, double relative) {
    bool const good = std::abs(value - exact) <= relative * std::max(1.0, std::abs(exact));
    add(std::move(what), good ? 1.0 : 0.0, fmt::format("{} is not {}", value, exact));
}

testing::AssertionResult Checks::hold() const {
    if (checks_.empty()) return testing::AssertionFailure() << "nothing was checked";
    double const least = false_alarm_rate_ / static_cast<double>(checks_.size());
    auto result = testing::AssertionFailure();
    bool good = true;
    for (auto const& check : checks_) {
        if (check.p >= least) continue;  // false for NaN as well
        good = false;
        result << "\n  " << check.what << ": p = " << check.p << ", refused below " << least;
        if (!check.detail.empty()) result << " (" << check.detail << ")";
    }
    return good ? testing::AssertionSuccess() : result;
}

}  // namespace fano::test
