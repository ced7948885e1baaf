// Sums over blocks of cells in the cheapest arithmetic that is exact, and estimates by exact central moments.
#include "ensemble/moments.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include <boost/multiprecision/cpp_int.hpp>

namespace fano {

namespace {

using Integer = boost::multiprecision::cpp_int;
using Real = long double;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr Estimate undefined{not_a_number, not_a_number};

// Two numbers that an instruction of every machine works on at once.
typedef double Pair __attribute__((vector_size(16)));

Pair load(double const* values) {
    Pair pair;
    std::memcpy(&pair, values, sizeof pair);
    return pair;
}

Int128 total(Pair const& sum) { return static_cast<Int128>(sum[0] + sum[1]); }

Integer integer(Wide const& value) {
    Wide const magnitude = value.negative() ? -value : value;
    Integer result;
    import_bits(result, magnitude.bits().begin(), magnitude.bits().end(), 64, false);
    return value.negative() ? Integer(-result) : result;
}

Real real(Integer const& value) { return value.convert_to<Real>(); }

double root(Real value) { return static_cast<double>(std::sqrt(std::max(value, Real{0}))); }

// Central moments m_k = 1/n sum (x - mean)^k as whole numbers scaled[k] = n^k m_k.
class CentralMoments {
public:
    explicit CentralMoments(OutputSums const& sample) : cells(sample.cells) {
        Integer sums[7];
        sums[0] = cells;
        for (std::size_t k = 1; k <= 6; ++k) sums[k] = integer(sample.powers.sum[k - 1]);
        total = sums[1] + Integer(sample.offset) * cells;
        static constexpr int binomial[7][7] = {{1},
                                               {1, 1},
                                               {1, 2, 1},
                                               {1, 3, 3, 1},
                                               {1, 4, 6, 4, 1},
                                               {1, 5, 10, 10, 5, 1},
                                               {1, 6, 15, 20, 15, 6, 1}};
        Integer const minus = -sums[1];
        for (unsigned k = 2; k <= 6; ++k) {
            // sum over j of binomial(k, j) n^(j - 1) sums[j] (-sums[1])^(k - j); sums[0] takes up the 1/n.
            scaled[k] = pow(minus, k);
            for (unsigned j = 1; j <= k; ++j) {
                scaled[k] += binomial[k][j] * pow(Integer(cells), j - 1) * sums[j] * pow(minus, k - j);
            }
        }
    }

    Real n() const { return static_cast<Real>(cells); }
    Real mean() const { return real(total) / n(); }
    Real moment(int k) const { return real(scaled[k]) / std::pow(n(), static_cast<Real>(k)); }
    // Unbiased.
    Real variance() const { return real(scaled[2]) / (n() * (n() - 1)); }
    // m_4 - weight * variance^2 with weight = numerator / (n - 1), without cancellation.
    Real fourth_less_squared_variance(Integer const& numerator) const {
        Integer const n = cells;
        Integer const above = scaled[4] * pow(Integer(n - 1), 3) - numerator * n * n * scaled[2] * scaled[2];
        return real(above) / (std::pow(this->n(), Real{4}) * std::pow(this->n() - 1, Real{3}));
    }

    Integer cells;
    Integer total;  // of the values themselves
    Integer scaled[7];
};

}  // namespace

PowerSums PowerSums::of(Bins const& bins, std::int64_t offset) {
    // 2^55 cells times 4096^6 is 2^127.
    std::array<Int128, 6> sums{};
    for (std::size_t i = 0; i < bins.cells().size(); ++i) {
        if (bins.cells()[i] == 0) continue;
        Int128 const deviation = bins.axis().value(i) - offset;
        Int128 term = static_cast<Int128>(bins.cells()[i]);
        for (Int128& sum : sums) sum += term *= deviation;
    }
    PowerSums result;
    for (std::size_t k = 0; k < sums.size(); ++k) result.sum[k] = Wide(sums[k]);
    return result;
}

void PowerSums::add(double const* deviations, std::size_t count, double largest) {
    if (largest <= 1048576.0) {
        // 32 sixth powers of 2^20 sum to 2^125.
        std::int64_t first = 0, second = 0;
        Int128 third = 0, fourth = 0, fifth = 0, sixth = 0;
        for (std::size_t i = 0; i < count; ++i) {
            auto const x = static_cast<std::int64_t>(deviations[i]);
            std::int64_t const xx = x * x;
            std::int64_t const xxx = xx * x;
            first += x;
            second += xx;
            third += xxx;
            fourth += static_cast<Int128>(xx) * xx;
            fifth += static_cast<Int128>(xx) * xxx;
            sixth += static_cast<Int128>(xxx) * xxx;
        }
        Int128 const sums[6] = {first, second, third, fourth, fifth, sixth};
        for (std::size_t k = 0; k < 6; ++k) sum[k] += sums[k];
        return;
    }
    for (std::size_t i = 0; i < count; ++i) {
        auto const x = static_cast<std::int64_t>(deviations[i]);
        Wide power = Int128{1};
        for (Wide& s : sum) s += power *= x;
    }
}

void PowerSums::add(PowerSums const& other) {
    for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += other.sum[k];
}

PowerSums PowerSums::shifted(std::int64_t distance, std::uint64_t cells) const {
    // One factor (x + distance) at a time, as rows of Pascal's triangle:
    // row[i] starts as sum of x^i and ends as sum of (x + distance)^i.
    std::array<Wide, 7> row;
    row[0] = Wide(static_cast<Int128>(cells));
    std::copy(sum.begin(), sum.end(), row.begin() + 1);
    for (std::size_t first = 1; first < row.size(); ++first) {
        for (std::size_t i = row.size() - 1; i >= first; --i) row[i] += row[i - 1] * distance;
    }
    PowerSums result;
    std::copy(row.begin() + 1, row.end(), result.sum.begin());
    return result;
}

void CrossSums::add(double const* x, double const* y, double largest_x, double largest_y) {
    double const largest = largest_x * largest_y;
    if (largest == 0) return;
    if (largest <= 16777216.0) {
        // 32 squares of 2^24 sum to 2^53: every partial sum is exact in a double.
        Pair sum_xy{}, sum_xxy{}, sum_xyy{}, sum_xxyy{};
        for (std::size_t i = 0; i < block_size; i += 2) {
            Pair const a = load(x + i), b = load(y + i), product = a * b;
            sum_xy += product;
            sum_xxy += product * a;
            sum_xyy += product * b;
            sum_xxyy += product * product;
        }
        xy += total(sum_xy);
        xxy += total(sum_xxy);
        xyy += total(sum_xyy);
        xxyy += total(sum_xxyy);
    } else if (largest <= 1152921504606846976.0) {
        // 32 squares of 2^60 sum to 2^125.
        Int128 sum_xy = 0, sum_xxy = 0, sum_xyy = 0, sum_xxyy = 0;
        for (std::size_t i = 0; i < block_size; ++i) {
            auto const a = static_cast<std::int64_t>(x[i]), b = static_cast<std::int64_t>(y[i]);
            std::int64_t const product = a * b;
            sum_xy += product;
            sum_xxy += static_cast<Int128>(product) * a;
            sum_xyy += static_cast<Int128>(product) * b;
            sum_xxyy += static_cast<Int128>(product) * product;
        }
        xy += sum_xy;
        xxy += sum_xxy;
        xyy += sum_xyy;
        xxyy += sum_xxyy;
    } else {
        for (std::size_t i = 0; i < block_size; ++i) {
            auto const a = static_cast<std::int64_t>(x[i]), b = static_cast<std::int64_t>(y[i]);
            Wide const product = static_cast<Int128>(a) * b;
            xy += product;
            xxy += product * a;
            xyy += product * b;
            xxyy += product * a * b;
        }
    }
}

void CrossSums::add(CrossSums const& other) {
    xy += other.xy;
    xxy += other.xxy;
    xyy += other.xyy;
    xxyy += other.xxyy;
}

CrossSums CrossSums::shifted(std::int64_t distance_x, std::int64_t distance_y, PowerSums const& x,
                             PowerSums const& y, std::uint64_t cells) const {
    // sums[i][j] of x^i y^j; first x moves, then y, each a step of Pascal's triangle at a time.
    Wide sums[3][3] = {
        {Wide(static_cast<Int128>(cells)), y.sum[0], y.sum[1]}, {x.sum[0], xy, xyy}, {x.sum[1], xxy, xxyy}};
    for (int first = 1; first <= 2; ++first) {
        for (int i = 2; i >= first; --i) {
            for (int j = 0; j <= 2; ++j) sums[i][j] += sums[i - 1][j] * distance_x;
        }
    }
    for (int first = 1; first <= 2; ++first) {
        for (int j = 2; j >= first; --j) {
            for (int i = 0; i <= 2; ++i) sums[i][j] += sums[i][j - 1] * distance_y;
        }
    }
    return {sums[1][1], sums[2][1], sums[1][2], sums[2][2]};
}

Estimate estimate_mean(OutputSums const& sample) {
    if (sample.cells == 0) return undefined;
    CentralMoments const moments(sample);
    double const mean = static_cast<double>(moments.mean() * sample.quantum);
    if (sample.cells < 2) return {mean, not_a_number};
    return {mean, root(moments.variance() / moments.n()) * sample.quantum};
}

Estimate estimate_variance(OutputSums const& sample) {
    if (sample.cells < 2) return undefined;
    CentralMoments const moments(sample);
    Real const squared_error = moments.fourth_less_squared_variance(moments.cells - 3) / moments.n();
    Real const unit = static_cast<Real>(sample.quantum) * sample.quantum;
    return {static_cast<double>(moments.variance() * unit), root(squared_error * unit * unit)};
}

Estimate estimate_skewness(OutputSums const& sample) {
    if (sample.cells < 2) return undefined;
    CentralMoments const moments(sample);
    if (moments.scaled[2] == 0) return undefined;
    Real const deviation = std::sqrt(moments.moment(2));
    Real standardised[7];
    for (int k = 3; k <= 6; ++k)
        standardised[k] = moments.moment(k) / std::pow(deviation, static_cast<Real>(k));
    Real const g = standardised[3];
    // The mean square of the influence function z^3 - 3 z - g - 3/2 g (z^2 - 1).
    Real const squared_influence = standardised[6] - 3 * g * standardised[5] +
                                   (Real{2.25} * g * g - 6) * standardised[4] + Real{8.75} * g * g + 9;
    return {static_cast<double>(g), root(squared_influence / moments.n())};
}

Estimate estimate_fano(OutputSums const& sample) {
    if (sample.cells < 2) return undefined;
    CentralMoments const moments(sample);
    if (moments.total == 0) return undefined;
    Real const mean = moments.mean(), variance = moments.variance();
    Real const ratio = variance / mean;
    Real const squared_error = (moments.fourth_less_squared_variance(moments.cells - 1) -
                                2 * ratio * moments.moment(3) + ratio * ratio * variance) /
                               (mean * mean * moments.n());
    return {static_cast<double>(ratio * sample.quantum), root(squared_error) * sample.quantum};
}

Estimate estimate_cv2(OutputSums const& sample) {
    if (sample.cells < 2) return undefined;
    CentralMoments const moments(sample);
    if (moments.total == 0) return undefined;
    Real const mean = moments.mean(), variance = moments.variance();
    Real const ratio = variance / mean;
    Real const squared_error = (4 * ratio * ratio * variance - 4 * ratio * moments.moment(3) +
                                moments.fourth_less_squared_variance(moments.cells - 1)) /
                               (std::pow(mean, Real{4}) * moments.n());
    return {static_cast<double>(ratio / mean), root(squared_error)};
}

Estimate estimate_covariance(OutputSums const& x, OutputSums const& y, CrossSums const& cross) {
    if (x.cells < 2) return undefined;
    Integer const n = x.cells;
    Integer const sum_x = integer(x.powers.sum[0]), sum_xx = integer(x.powers.sum[1]);
    Integer const sum_y = integer(y.powers.sum[0]), sum_yy = integer(y.powers.sum[1]);
    Integer const sum_xy = integer(cross.xy), sum_xxy = integer(cross.xxy), sum_xyy = integer(cross.xyy);
    Integer const scaled_11 = n * sum_xy - sum_x * sum_y;
    // n^4 times the mean of (x - mean x)^2 (y - mean y)^2.
    Integer const scaled_22 = n * n * n * integer(cross.xxyy) -
                              2 * n * n * (sum_y * sum_xxy + sum_x * sum_xyy) +
                              n * (sum_y * sum_y * sum_xx + sum_x * sum_x * sum_yy) +
                              4 * n * sum_x * sum_y * sum_xy - 3 * sum_x * sum_x * sum_y * sum_y;
    Integer const above = scaled_22 * (n - 1) * (n - 1) - n * n * scaled_11 * scaled_11;
    Real const cells = static_cast<Real>(x.cells);
    Real const squared_error = real(above) / (std::pow(cells, Real{5}) * (cells - 1) * (cells - 1));
    Real const unit = static_cast<Real>(x.quantum) * y.quantum;
    return {static_cast<double>(real(scaled_11) / (cells * (cells - 1)) * unit),
            root(squared_error) * static_cast<double>(unit)};
}

}  // namespace fano
