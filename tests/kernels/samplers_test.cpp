// Samplers three ways: scripted draws, edge cases, fixed-seed statistics. Each statistical test takes 400,000
// draws and bounds mean and variance at 5 standard errors: with 40 comparisons a false alarm has probability
// 2e-5; an error of 1 % in mean or sd is caught for all of them.
#include "kernels/core/samplers.hpp"

#include <cmath>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace fano::kernels;

struct Script {
    std::vector<double> values;
    std::size_t used = 0;
    double operator()() { return values.at(used++); }
};

void expect_moments(std::function<double(Stream&)> const& sample, double mean, double variance,
                    double kurtosis) {
    constexpr int n = 400000;
    Stream next{20240502, 3, Purpose::birth, 0};
    double sum = 0, squares = 0;
    for (int i = 0; i < n; ++i) {
        double const x = sample(next) - mean;
        sum += x;
        squares += x * x;
    }
    EXPECT_NEAR(sum / n, 0, 5 * std::sqrt(variance / n));
    EXPECT_NEAR(squares / n, variance, 5 * variance * std::sqrt((kurtosis - 1) / n));
}

// Chi-square against a probability mass function, over the values that expect 10 or more draws.
void expect_distribution(std::function<double(Stream&)> const& sample,
                         std::function<double(int)> const& probability, int largest) {
    constexpr int n = 400000;
    Stream next{20240503, 4, Purpose::birth, 0};
    std::vector<double> seen(static_cast<std::size_t>(largest) + 1);
    for (int i = 0; i < n; ++i) {
        double const x = sample(next);
        ASSERT_EQ(x, std::floor(x));
        ASSERT_GE(x, 0);
        if (x <= largest) seen[static_cast<std::size_t>(x)] += 1;
    }
    double chi2 = 0;
    int degrees = -1;
    double rest_expected = n, rest_seen = n;
    for (int k = 0; k <= largest; ++k) {
        double const expected = n * probability(k);
        if (expected < 10) continue;
        chi2 += (seen[static_cast<std::size_t>(k)] - expected) *
                (seen[static_cast<std::size_t>(k)] - expected) / expected;
        rest_expected -= expected;
        rest_seen -= seen[static_cast<std::size_t>(k)];
        ++degrees;
    }
    if (rest_expected > 5) chi2 += (rest_seen - rest_expected) * (rest_seen - rest_expected) / rest_expected;
    // Wilson-Hilferty: a normal deviate, bounded at 5 (3e-7 for each test).
    double const d = degrees + (rest_expected > 5 ? 1 : 0);
    double const z = (std::cbrt(chi2 / d) - (1 - 2 / (9 * d))) / std::sqrt(2 / (9 * d));
    EXPECT_LT(z, 5) << "chi-square " << chi2 << " at " << d << " degrees of freedom";
}

double log_binomial(double n, double k) {
    return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
}

TEST(LogFactorial, IsAccurate) {
    for (double n : {0.0, 1.0, 2.0, 5.0, 15.0, 16.0, 17.0, 100.0, 1e5, 2147483647.0})
        EXPECT_NEAR(log_factorial(n), std::lgamma(n + 1), 2e-14 * std::max(1.0, std::lgamma(n + 1)));
}

TEST(PoissonSampler, MatchesItsDistributionOnBothSidesOfTheSwitch) {
    for (double mean : {0.01, 1.0, 9.99, 10.0, 11.0, 30.0, 200.0})
        expect_distribution([&](Stream& next) { return Poisson{mean}(next); },
                            [&](int k) { return std::exp(k * std::log(mean) - mean - std::lgamma(k + 1.0)); },
                            400);
}

TEST(PoissonSampler, HasTheRightMomentsAtHugeMeans) {
    for (double mean : {1e4, 1e8})
        expect_moments([&](Stream& next) { return Poisson{mean}(next); }, mean, mean, 3 + 1 / mean);
}

TEST(PoissonSampler, KeepsItsEdges) {
    Script none{{}};
    EXPECT_EQ(Poisson{0.0}(none), 0.0);
    Script low{{1e-9}}, middle{{0.5}};
    EXPECT_EQ(Poisson{1.0}(low), 0.0);
    EXPECT_EQ(Poisson{1.0}(middle), 1.0);  // P(0) = 0.3679, P(0) + P(1) = 0.7358
}

TEST(BinomialSampler, MatchesItsDistribution) {
    struct Case {
        double n, p;
    };
    for (auto [n, p] : {Case{1, 0.3}, Case{10, 0.5}, Case{100, 0.01}, Case{100, 0.3}, Case{300, 0.5},
                        Case{100, 0.95}, Case{25, 0.4}})
        expect_distribution(
            [&, n = n, p = p](Stream& next) {
                return Binomial{n, p}(next);
            },
            [n = n, p = p](int k) {
                return k > n ? 0 : std::exp(log_binomial(n, k) + k * std::log(p) + (n - k) * std::log1p(-p));
            },
            300);
}

TEST(BinomialSampler, KeepsItsEdges) {
    Script none{{}};
    EXPECT_EQ((Binomial{10, 0}(none)), 0.0);
    EXPECT_EQ((Binomial{10, 1}(none)), 10.0);
    EXPECT_EQ((Binomial{0, 0.5}(none)), 0.0);
    Stream next{1, 1, Purpose::birth, 0};
    for (int i = 0; i < 10000; ++i) {
        double const k = Binomial{2147483647.0, 0.5}(next);
        ASSERT_TRUE(k >= 0 && k <= 2147483647.0 && k == std::floor(k));
    }
}

TEST(NegativeBinomialSampler, MatchesItsDistribution) {
    double const mean = 12, fano = 4, r = mean / (fano - 1), p = 1 / fano;
    expect_distribution(
        [&](Stream& next) {
            return NegativeBinomial{mean, fano}(next);
        },
        [&](int k) {
            return std::exp(std::lgamma(k + r) - std::lgamma(r) - std::lgamma(k + 1.0) + r * std::log(p) +
                            k * std::log1p(-p));
        },
        200);
    Script none{{}};
    EXPECT_EQ((NegativeBinomial{0, 2}(none)), 0.0);
}

TEST(NormalSampler, HasTheRightMoments) {
    expect_moments([](Stream& next) { return Normal{}(next); }, 0, 1, 3);
}

TEST(ExponentialSampler, IsMinusTheLogarithm) {
    Script half{{0.5}};
    EXPECT_EQ(Exponential{}(half), -log(0.5));
    expect_moments([](Stream& next) { return Exponential{}(next); }, 1, 1, 9);
}

TEST(GammaSampler, HasTheRightMomentsForSmallAndLargeShapes) {
    for (double shape : {0.2, 1.0, 2.5, 50.0})
        expect_moments([&](Stream& next) { return Gamma{shape}(next); }, shape, shape, 3 + 6 / shape);
}

TEST(LogNormalSampler, HasTheMeanAndVariationAskedFor) {
    double const cv = 0.4, w = 1 + cv * cv;
    expect_moments(
        [&](Stream& next) {
            return LogNormal{5, cv}(next);
        },
        5, 25 * cv * cv, w * w * w * w + 2 * w * w * w + 3 * w * w - 3);
    Stream next{1, 1, Purpose::birth, 0};
    EXPECT_NEAR((LogNormal{5, 0}(next)), 5, 1e-14);
}

TEST(PositiveNormalSampler, IsTheTruncatedNormal) {
    for (double mean : {2.0, 0.3, -1.5}) {
        double const sd = 0.8, a = -mean / sd;
        double const ratio =
            std::exp(-a * a / 2) / std::sqrt(2 * std::acos(-1.0)) / (0.5 * std::erfc(a / std::sqrt(2.0)));
        double const truncated = mean + sd * ratio, variance = sd * sd * (1 + a * ratio - ratio * ratio);
        expect_moments(
            [&](Stream& next) {
                double const x = PositiveNormal{mean, sd}(next);
                EXPECT_GT(x, 0);
                return x;
            },
            truncated, variance, 9);
    }
    Script none{{}};
    EXPECT_EQ((PositiveNormal{3, 0}(none)), 3.0);
}

TEST(UniformWholeSampler, CoversBothEndsEvenly) {
    expect_distribution(
        [](Stream& next) {
            return UniformWhole{2, 9}(next);
        },
        [](int k) { return k >= 2 && k <= 9 ? 0.125 : 0.0; }, 12);
    Script top{{1 - 0x1p-53}}, bottom{{0x1p-53}};
    EXPECT_EQ((UniformWhole{0, 5}(top)), 5.0);
    EXPECT_EQ((UniformWhole{0, 5}(bottom)), 0.0);
    Script one{{0.7}};
    EXPECT_EQ((UniformWhole{3, 3}(one)), 3.0);
}

}  // namespace
