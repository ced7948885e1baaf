// What a tally says of random cells, against naive sums in high precision over all of them.
#include "fano/tally.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <gtest/gtest.h>

namespace {

using namespace fano;
using Number = boost::multiprecision::cpp_bin_float_100;
using Rows = std::vector<std::vector<double>>;  // [cell][output]

constexpr double scale = 0x1p-20;

Tally tally_of(Rows const& rows, TallyLayout const& layout) {
    Tally tally(layout);
    for (auto const& row : rows) tally.add(0, static_cast<std::uint32_t>(layout.times), row.data());
    tally.flush();
    return tally;
}

// Central moments of x^i y^j by definition, in two passes.
struct Naive {
    std::vector<Number> x, y;
    Number n, mean_x, mean_y;

    Naive(Rows const& rows, std::size_t a, std::size_t b) : n(rows.size()) {
        for (auto const& row : rows) x.emplace_back(row[a]);
        for (auto const& row : rows) y.emplace_back(row[b]);
        for (auto const& value : x) mean_x += value / n;
        for (auto const& value : y) mean_y += value / n;
    }
    Number moment(int i, int j = 0) const {
        Number sum = 0;
        for (std::size_t cell = 0; cell < x.size(); ++cell) {
            sum += pow(x[cell] - mean_x, i) * pow(y[cell] - mean_y, j);
        }
        return sum / n;
    }
    Number variance() const { return moment(2) * n / (n - 1); }
};

void expect_near(Estimate const& estimate, Number const& value, Number const& squared_error) {
    double const expected = value.convert_to<double>();
    EXPECT_NEAR(estimate.value, expected, 1e-15 * std::abs(expected));
    double const error = sqrt(squared_error > 0 ? squared_error : Number(0)).convert_to<double>();
    EXPECT_NEAR(estimate.error, error, 1e-12 * error);
}

void expect_estimates(Tally const& tally, Rows const& rows, std::size_t output) {
    Naive const all(rows, output, output);
    Number const n = all.n, mean = all.mean_x, s2 = all.variance();
    Number const m2 = all.moment(2), m3 = all.moment(3), m4 = all.moment(4);
    expect_near(tally.mean(0, output), mean, s2 / n);
    expect_near(tally.variance(0, output), s2, (m4 - (n - 3) / (n - 1) * s2 * s2) / n);
    expect_near(tally.fano(0, output), s2 / mean,
                ((m4 - s2 * s2) / pow(mean, 2) - 2 * s2 * m3 / pow(mean, 3) + pow(s2, 3) / pow(mean, 4)) / n);
    expect_near(
        tally.cv2(0, output), s2 / pow(mean, 2),
        (4 * pow(s2, 3) / pow(mean, 6) - 4 * s2 * m3 / pow(mean, 5) + (m4 - s2 * s2) / pow(mean, 4)) / n);
    Number const g = m3 / pow(m2, Number(1.5));
    Number influence = 0;
    for (auto const& value : all.x) {
        Number const z = (value - mean) / sqrt(m2);
        influence += pow(pow(z, 3) - 3 * z - g - 1.5 * g * (z * z - 1), 2) / n;
    }
    expect_near(tally.skewness(0, output), g, influence / n);
}

void expect_covariance(Tally const& tally, Rows const& rows, std::size_t a, std::size_t b) {
    Naive const all(rows, a, b);
    Number const c = all.moment(1, 1) * all.n / (all.n - 1);
    expect_near(tally.covariance(0, a, b), c, (all.moment(2, 2) - c * c) / all.n);
    EXPECT_EQ(tally.covariance(0, a, b).value, tally.covariance(0, b, a).value);
}

// Counts small, middling and huge; observables of either sign, narrow and spread over the whole range.
Rows random_rows(std::size_t cells, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::poisson_distribution<int> small(7);
    std::geometric_distribution<int> middling(1e-4);
    Rows rows;
    for (std::size_t i = 0; i < cells; ++i) {
        double const shared = small(random);
        rows.push_back({static_cast<double>(random() % 2), shared, middling(random) + 300.0 * shared,
                        static_cast<double>(random() % 2147483648u),
                        (static_cast<double>(random() % 2001) - 1200) * scale,
                        (static_cast<double>(random() >> 24) - 0x1p39) * scale * 1.9});
    }
    for (auto& row : rows) row[5] = std::nearbyint(row[5] / scale) * scale;
    return rows;
}

TallyLayout random_layout(std::size_t times = 1) {
    return {times, {1, 1, 1, 1, scale, scale}, {{0, 1}, {2, 4}, {5, 3}}, true};
}

void expect_same(Estimate const& a, Estimate const& b) {
    EXPECT_TRUE(a.value == b.value || (std::isnan(a.value) && std::isnan(b.value)));
    EXPECT_TRUE(a.error == b.error || (std::isnan(a.error) && std::isnan(b.error)));
}

// Everything that can be read, to the last bit.
void expect_same(Tally const& a, Tally const& b) {
    for (std::size_t time = 0; time < a.layout().times; ++time) {
        EXPECT_EQ(a.cells(time), b.cells(time));
        for (std::size_t i = 0; i < a.outputs(); ++i) {
            expect_same(a.mean(time, i), b.mean(time, i));
            expect_same(a.variance(time, i), b.variance(time, i));
            expect_same(a.skewness(time, i), b.skewness(time, i));
            expect_same(a.fano(time, i), b.fano(time, i));
            expect_same(a.cv2(time, i), b.cv2(time, i));
            expect_same({a.minimum(time, i), a.maximum(time, i)}, {b.minimum(time, i), b.maximum(time, i)});
            Histogram const first = a.histogram(time, i), second = b.histogram(time, i);
            EXPECT_EQ(first.low, second.low);
            EXPECT_EQ(first.width, second.width);
            EXPECT_EQ(first.cells, second.cells);
            for (std::size_t j = 0; j < a.outputs(); ++j) {
                expect_same(a.covariance(time, i, j), b.covariance(time, i, j));
            }
        }
        for (std::size_t pair = 0; pair < a.layout().joint.size(); ++pair) {
            JointHistogram const first = a.joint(time, pair), second = b.joint(time, pair);
            for (int axis : {0, 1}) {
                EXPECT_EQ(first.low[axis], second.low[axis]);
                EXPECT_EQ(first.width[axis], second.width[axis]);
                EXPECT_EQ(first.bins[axis], second.bins[axis]);
            }
            EXPECT_EQ(first.cells, second.cells);
        }
    }
}

TEST(Tally, EstimatesAreThoseOfNaiveHighPrecision) {
    for (std::size_t cells : {2u, 3u, 31u, 32u, 33u, 1000u}) {
        Rows const rows = random_rows(cells, cells);
        Tally const tally = tally_of(rows, random_layout());
        for (std::size_t i = 0; i < tally.outputs(); ++i) {
            SCOPED_TRACE(testing::Message() << "output " << i << " of " << cells << " cells");
            if (tally.variance(0, i).value > 0 && tally.mean(0, i).value != 0)
                expect_estimates(tally, rows, i);
            for (std::size_t j = 0; j < i; ++j) expect_covariance(tally, rows, j, i);
        }
    }
}

TEST(Tally, MergesToTheSameBitsInAnyOrderAndGrouping) {
    Rows const rows = random_rows(700, 5);
    Tally const whole = tally_of(rows, random_layout(2));
    std::mt19937_64 random(6);
    for (int trial = 0; trial < 20; ++trial) {
        std::vector<Tally> shards;
        for (int i = 0; i < 6; ++i) shards.emplace_back(random_layout(2));
        for (auto const& row : rows) {
            // A cell may pass its sample times in different shards' order; a shard may stay empty.
            shards[random() % 5].add(0, 1, row.data());
            shards[random() % 5].add(1, 2, row.data());
        }
        while (shards.size() > 1) {
            std::size_t const from = random() % shards.size();
            Tally taken = std::move(shards[from]);
            shards.erase(shards.begin() + static_cast<std::ptrdiff_t>(from));
            shards[random() % shards.size()].merge(std::move(taken));
        }
        expect_same(shards[0], whole);
    }
}

TEST(Tally, HistogramsHoldEveryCellInTheNarrowestBins) {
    Rows const rows = random_rows(500, 7);
    Tally const tally = tally_of(rows, random_layout());
    for (std::size_t i = 0; i < tally.outputs(); ++i) {
        Histogram const histogram = tally.histogram(0, i);
        std::vector<std::uint64_t> expected(histogram.cells.size());
        for (auto const& row : rows) {
            ++expected.at(static_cast<std::size_t>((row[i] - histogram.low) / histogram.width));
        }
        EXPECT_EQ(histogram.cells, expected);
        EXPECT_LE(histogram.cells.size(), Tally::max_bins);
        EXPECT_GT(histogram.cells.front(), 0u);
        EXPECT_GT(histogram.cells.back(), 0u);
        EXPECT_EQ(std::remainder(histogram.low, histogram.width), 0);
        double const narrower = histogram.width / 2;
        double const needed =
            std::floor(tally.maximum(0, i) / narrower) - std::floor(tally.minimum(0, i) / narrower);
        if (histogram.width > tally.layout().quanta[i]) {
            EXPECT_GE(needed, Tally::max_bins);
        }
    }
    EXPECT_EQ(tally.histogram(0, 1).width, 1);
    EXPECT_GT(tally.histogram(0, 5).width, scale);
}

TEST(Tally, JointHistogramsHoldEveryPair) {
    Rows const rows = random_rows(500, 8);
    Tally const tally = tally_of(rows, random_layout());
    for (std::size_t pair = 0; pair < 3; ++pair) {
        auto const [a, b] = tally.layout().joint[pair];
        JointHistogram const joint = tally.joint(0, pair);
        std::vector<std::uint64_t> expected(joint.bins[0] * joint.bins[1]);
        for (auto const& row : rows) {
            auto const i = static_cast<std::size_t>((row[a] - joint.low[0]) / joint.width[0]);
            auto const j = static_cast<std::size_t>((row[b] - joint.low[1]) / joint.width[1]);
            ++expected.at(i * joint.bins[1] + j);
        }
        EXPECT_EQ(joint.cells, expected);
        EXPECT_LE(std::max(joint.bins[0], joint.bins[1]), Tally::max_joint_bins);
    }
}

}  // namespace
