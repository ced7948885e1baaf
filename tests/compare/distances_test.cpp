// Distances of distributions made by hand, and tests of equality held to the rates at which they may err.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include <gmock/gmock.h>

#include "compare/overlay.hpp"
#include "compare/significance.hpp"
#include "fano/compare.hpp"
#include "fano/error.hpp"

namespace fano::test {
namespace {

OutputDistribution exact(std::vector<double> weight, double low = 0, double width = 1) {
    return {.output = "X", .unit = {}, .low = low, .width = width, .weight = std::move(weight)};
}

OutputDistribution sampled(std::vector<double> weight, double low = 0, double width = 1) {
    auto d = exact(std::move(weight), low, width);
    d.cells = std::accumulate(d.weight.begin(), d.weight.end(), 0.0);
    return d;
}

TEST(Compare, DistancesAreThoseComputedByHand) {
    auto const found = compare(exact({0.5, 0.5}), exact({0.25, 0.25, 0.5}));
    EXPECT_DOUBLE_EQ(found.total_variation, 0.5);
    EXPECT_DOUBLE_EQ(found.kolmogorov, 0.5);
    EXPECT_DOUBLE_EQ(found.wasserstein, 0.75);
    EXPECT_EQ(found.expected_total_variation, 0);
    for (double const none : {found.chi_square, found.degrees, found.p_value, found.kolmogorov_p})
        EXPECT_TRUE(std::isnan(none));
}

TEST(Compare, AShiftedDistributionIsAsFarAwayAsTheShift) {
    auto const found = compare(exact({0.3, 0.7}, -4), exact({0, 0.3, 0.7}, 995));
    EXPECT_DOUBLE_EQ(found.total_variation, 1);
    EXPECT_DOUBLE_EQ(found.kolmogorov, 1);
    EXPECT_NEAR(found.wasserstein, 1000, 1e-9);
}

TEST(Compare, ProbabilityThatIsMissingIsSharedOut) {
    auto const found = compare(exact({0.5, 0.5}), exact({0.45, 0.45}));
    EXPECT_NEAR(found.total_variation, 0, 1e-15);
    EXPECT_NEAR(found.wasserstein, 0, 1e-15);
}

TEST(Compare, NarrowBinsAreSummedIntoWideOnes) {
    auto const found = compare(sampled({10, 20, 30, 40, 0, 5}, 2), sampled({15, 35, 2.5}, 2, 2));
    EXPECT_NEAR(found.total_variation, 0, 1e-15);
    EXPECT_TRUE(found.nested_bins);
    auto const off_by_one = compare(exact({0.5, 0.5}, 1), exact({1}, 0, 2));
    EXPECT_NEAR(off_by_one.total_variation, 0.5, 1e-15);
    EXPECT_NEAR(off_by_one.wasserstein, 1, 1e-15);
    EXPECT_FALSE(compare(exact({1, 1}, 0, 0.4), exact({1, 1}, 0, 1)).nested_bins);
}

TEST(Compare, MeansDifferWithACombinedError) {
    auto a = sampled({1, 1}), b = a;
    a.mean = 5, a.mean_error = 3, b.mean = 4, b.mean_error = 4;
    EXPECT_EQ(compare(a, b).mean_difference, -1);
    EXPECT_EQ(compare(a, b).mean_error, 5);
}

TEST(Compare, DistributionsThatCannotBeComparedAreInputErrors) {
    EXPECT_THROW(compare(exact({0, 0}), exact({1})), InputError);
    EXPECT_THROW(compare(exact({1}, 1e30), exact({1})), InputError);
    EXPECT_THROW(compare(exact({1}, std::nan("")), exact({1})), InputError);
    EXPECT_THROW(compare(exact({1}, 0, 0), exact({1})), InputError);
}

TEST(Compare, ChiSquareOfTwoSamplesIsTheTextbooks) {
    auto const found = compare(sampled({40, 60}), sampled({60, 40}));
    EXPECT_NEAR(found.chi_square, 8, 1e-12);
    EXPECT_EQ(found.degrees, 1);
    EXPECT_NEAR(found.p_value, std::erfc(2.0), 1e-12);
}

TEST(Compare, ChiSquareOfASampleAgainstProbabilitiesIsTheTextbooks) {
    auto const cells = sampled({40, 60}), half = exact({0.5, 0.5});
    for (auto const& found : {compare(cells, half), compare(half, cells)}) {
        EXPECT_NEAR(found.chi_square, 4, 1e-12);
        EXPECT_EQ(found.degrees, 1);
        EXPECT_NEAR(found.p_value, std::erfc(std::sqrt(2.0)), 1e-12);
    }
}

TEST(Compare, SparseBinsAreMergedUntilFiveCellsAreExpected) {
    // Expected: 50, 30, 10, 4 + 3, and 2 + 1 with those before.
    auto const found =
        compare(sampled({50, 30, 10, 4, 3, 2, 1}), exact({0.5, 0.3, 0.1, 0.04, 0.03, 0.02, 0.01}));
    EXPECT_EQ(found.degrees, 3);
    EXPECT_NEAR(found.p_value, 1, 1e-12);
    // 5 of the smaller sample: 2 + 4 of 10 expected, and the last 4 join them.
    EXPECT_TRUE(std::isnan(compare(sampled({2, 4, 4}), sampled({200, 400, 400})).p_value));
    EXPECT_EQ(compare(sampled({2, 4, 6}), sampled({200, 400, 600})).degrees, 1);
}

TEST(Compare, TheKolmogorovDistributionHasItsTabulatedPoints) {
    constexpr double cells = 1e12;
    EXPECT_NEAR(kolmogorov_p_value(1.3581e-6, cells), 0.05, 1e-5);
    EXPECT_NEAR(kolmogorov_p_value(1.6276e-6, cells), 0.01, 1e-5);
    EXPECT_NEAR(kolmogorov_p_value(0.8276e-6, cells), 0.5, 1e-4);
    EXPECT_EQ(kolmogorov_p_value(0, 10), 1);
    EXPECT_EQ(kolmogorov_p_value(1, cells), 0);
}

// Negative binomial with a long tail, so that bins are merged.
std::vector<double> skewed() {
    std::vector<double> p{0.1};
    for (int i = 1; i < 60; ++i) p.push_back(p.back() * 0.75 * (i + 1.0) / (i + 0.5));
    double const total = std::accumulate(p.begin(), p.end(), 0.0);
    for (auto& part : p) part /= total;
    return p;
}

OutputDistribution draw(std::vector<double> const& p, int cells, std::mt19937_64& random) {
    std::vector<double> cumulative(p.size()), seen(p.size());
    std::partial_sum(p.begin(), p.end(), cumulative.begin());
    for (int i = 0; i < cells; ++i) {
        double const u = static_cast<double>(random() >> 11) * 0x1p-53 * cumulative.back();
        ++seen[static_cast<std::size_t>(std::upper_bound(cumulative.begin(), cumulative.end(), u) -
                                        cumulative.begin())];
    }
    return sampled(seen);
}

double distance_from_uniform(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    double largest = 0;
    auto const n = static_cast<double>(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        auto const before = static_cast<double>(i);
        largest = std::max({largest, values[i] - before / n, (before + 1) / n - values[i]});
    }
    return largest;
}

class Calibration : public ::testing::TestWithParam<bool> {};  // whether B is exact

TEST_P(Calibration, PValuesOfEqualDistributionsAreUniformAndNoiseIsForeseen) {
    constexpr int pairs = 200;
    auto const p = skewed();
    std::mt19937_64 random(20);
    std::vector<double> chi_square;
    double seen = 0, expected = 0;
    int kolmogorov_alarms = 0;
    for (int i = 0; i < pairs; ++i) {
        auto const a = draw(p, 2000, random), b = GetParam() ? exact(p) : draw(p, 3000, random);
        auto const found = compare(a, b);
        chi_square.push_back(found.p_value);
        seen += found.total_variation;
        expected += found.expected_total_variation;
        kolmogorov_alarms += found.kolmogorov_p < 0.05;
    }
    // False alarm at a rate of 1e-4: 2 exp(-2 n D^2) = 1e-4.
    EXPECT_LT(distance_from_uniform(chi_square), std::sqrt(std::log(2e4) / (2.0 * pairs)));
    EXPECT_NEAR(seen / expected, 1, 0.05);
    // Conservative for counts: at most 5 %, and 5 standard deviations of 200 tries.
    EXPECT_LE(kolmogorov_alarms, pairs * 0.05 + 5 * std::sqrt(pairs * 0.05 * 0.95));
}

INSTANTIATE_TEST_SUITE_P(Compare, Calibration, ::testing::Bool());

TEST(Compare, ManyCellsTellDistributionsApartThatDifferByTwoPercent) {
    auto p = skewed();
    std::mt19937_64 random(21);
    auto const a = draw(p, 100'000, random);
    p[0] += 0.02;
    auto const found = compare(a, draw(p, 100'000, random));
    EXPECT_LT(found.p_value, 1e-6);
    EXPECT_GT(found.total_variation, 2 * found.expected_total_variation);
}

TEST(Compare, AnOverlayInATerminalShadesWhatOnlyOneHas) {
    auto const same = overlay_text(exact({0.5, 0.5}, 3), exact({0.5, 0.5}, 3));
    EXPECT_EQ(std::count(same.begin(), same.end(), '\n'), 10);
    EXPECT_THAT(same, ::testing::Not(::testing::HasSubstr("▒")));
    EXPECT_THAT(same, ::testing::EndsWith("           3" + std::string(58, ' ') + "4\n"));
    auto const apart = overlay_text(exact({1}, 3), exact({1}, 4));
    EXPECT_THAT(apart, ::testing::HasSubstr("│▒▒"));
    EXPECT_THAT(apart, ::testing::HasSubstr("▒░"));
    EXPECT_THAT(apart, ::testing::Not(::testing::HasSubstr("█")));
}

TEST(Compare, APictureLeavesOutEmptyTailsAndFoldsBins) {
    std::vector<double> wide(5000, 1e-9);
    for (std::size_t i = 1000; i < 2000; ++i) wide[i] = 1;
    auto const shown = for_picture(overlay(exact(wide), exact(wide)), 100);
    EXPECT_LE(shown.axis.bins, 100U);
    EXPECT_EQ(shown.axis.width, 10);
    EXPECT_NEAR(shown.axis.low, 1000, 1);
    EXPECT_NEAR(std::accumulate(shown.p.begin(), shown.p.end(), 0.0), 1, 1e-3);
}

}  // namespace
}  // namespace fano::test
