// The exact answers are held against each other: closed forms against chains, chains against closed forms.
#include "tests/support/exact.hpp"

#include <cmath>
#include <numeric>

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/negative_binomial.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <gtest/gtest.h>

namespace {

using namespace fano::test;

double sum(std::vector<double> const& p) { return std::accumulate(p.begin(), p.end(), 0.0); }

double distance(std::vector<double> const& a, std::vector<double> const& b) {
    double largest = 0;
    for (std::size_t n = 0; n < std::max(a.size(), b.size()); ++n)
        largest = std::max(largest, std::abs((n < a.size() ? a[n] : 0) - (n < b.size() ? b[n] : 0)));
    return largest;
}

template <class Law>
void expect_law(Probabilities const& p, Law const& law) {
    for (std::size_t n = 0; n < p.size(); ++n)
        EXPECT_NEAR(p[n], boost::math::pdf(law, static_cast<double>(n)), 1e-13) << n;
    EXPECT_NEAR(sum(p), 1, 1e-14);
}

TEST(Exact, SeriesAgreeWithBoost) {
    for (double const mean : {0.2, 7.0, 900.0}) expect_law(poisson(mean), boost::math::poisson(mean));
    expect_law(binomial(30, 0.9), boost::math::binomial(30, 0.9));
    expect_law(binomial(1000, 0.01), boost::math::binomial(1000, 0.01));
    // Boost counts failures before the r-th success of probability 1/fano.
    expect_law(negative_binomial(5, 3), boost::math::negative_binomial(2.5, 1.0 / 3));
    expect_law(negative_binomial(1, 6), boost::math::negative_binomial(0.2, 1.0 / 6));
}

TEST(Exact, DegenerateDistributionsAreCertain) {
    EXPECT_EQ(poisson(0), certain(0));
    EXPECT_EQ(binomial(4, 0), certain(0));
    EXPECT_EQ(binomial(4, 1), certain(4));
    EXPECT_EQ(binomial(0, 0.5), certain(0));
    EXPECT_EQ(uniform(3, 3), certain(3));
}

TEST(Exact, MomentsOfPoissonAreKnown) {
    auto const m = moments_of(poisson(4));
    EXPECT_NEAR(m.mean, 4, 1e-13);
    EXPECT_NEAR(m.variance, 4, 1e-12);
    EXPECT_NEAR(m.third, 4, 1e-11);
    EXPECT_NEAR(m.fourth, 4 + 3 * 16, 1e-10);
    EXPECT_NEAR(m.fano(), 1, 1e-13);
    EXPECT_NEAR(m.skewness(), 0.5, 1e-12);
}

TEST(Exact, GammaPoissonIsAMixtureOfPoisson) {
    // Shape 4 and scale 2.5: density x^3 exp(-x/2.5)/(3! 2.5^4).
    auto const density = [](double x) { return x * x * x * std::exp(-x / 2.5) / (6 * std::pow(2.5, 4)); };
    EXPECT_LT(distance(poisson_mixture(density, 0, 120), gamma_poisson(10, 0.5)), 1e-13);
}

TEST(Exact, BirthAndDeathAgreesWithItsChain) {
    Chain chain(60);
    for (std::size_t n = 0; n < 59; ++n) chain.jump(n, n + 1, 5);
    for (std::size_t n = 1; n < 60; ++n) chain.jump(n, n - 1, 0.8 * static_cast<double>(n));
    auto start = certain(12);
    start.resize(60);
    for (double const time : {0.0, 0.3, 2.0, 50.0})
        EXPECT_LT(distance(chain.after(start, time), birth_death(12, 5, 0.8, time)), 1e-13) << time;
    EXPECT_LT(distance(chain.stationary(), poisson(6.25)), 1e-14);
}

TEST(Exact, ChainThatCannotMoveStays) {
    Chain const chain(3);
    EXPECT_EQ(chain.after({0, 1, 0}, 7), (std::vector<double>{0, 1, 0}));
}

TEST(Exact, ChainOfTwoStatesRelaxesAtTheSumOfItsRates) {
    Chain chain(2);
    chain.jump(0, 1, 3);
    chain.jump(1, 0, 1);
    for (double const time : {0.01, 1.0, 300.0})
        EXPECT_NEAR(chain.after({1, 0}, time)[1], 0.75 * (1 - std::exp(-4 * time)), 1e-14) << time;
}

TEST(Exact, BetaPoissonIsTheStationaryTelegraph) {
    struct Gene {
        double k_on, k_off, k_tx;
        std::size_t largest;
    };
    for (auto const& [k_on, k_off, k_tx, largest] :
         {Gene{20, 20, 10, 60}, Gene{1, 20, 100, 160}, Gene{0.1, 0.1, 12, 60}, Gene{0.5, 1, 20, 80}}) {
        auto const exact = beta_poisson(k_on, k_off, k_tx);
        EXPECT_NEAR(sum(exact), 1, 1e-12);
        Promoter const promoter{{{0, k_on}, {k_off, 0}}, {0, k_tx}, 1, largest};
        EXPECT_LT(distance(promoter.mrna(promoter.chain().stationary()), exact), 1e-12);
        auto const moments = moments_of(exact);
        double const both = k_on + k_off;
        EXPECT_NEAR(moments.mean, k_tx * k_on / both, 1e-10);
        EXPECT_NEAR(moments.fano(), 1 + k_tx * k_off / (both * (both + 1)), 1e-10);
    }
}

TEST(Exact, BetaPoissonTendsToNegativeBinomialForShortStrongBursts) {
    // r = 2 and b = 10 as k_off grows; F = 11 and skewness (1 + 2 b)/sqrt(mean (1 + b)). To first order the
    // mean is short of its limit by 2/k_off, and F - 1 = b k_off^2/((k_off + 2)(k_off + 3)) by 5/k_off.
    auto const limit = moments_of(negative_binomial(20, 11));
    EXPECT_NEAR(limit.skewness(), 21 / std::sqrt(20.0 * 11), 1e-9);
    for (double const k_off : {25.0, 50.0}) {
        auto const moments = moments_of(beta_poisson(2, k_off, 10 * k_off));
        EXPECT_NEAR(moments.mean / limit.mean, 1 - 2 / k_off, 4 / (k_off * k_off));
        EXPECT_NEAR((moments.fano() - 1) / 10, 1 - 5 / k_off, 25 / (k_off * k_off));
    }
}

TEST(Exact, RefractoryPromoterHasTheTabulatedNoise) {
    Promoter const refractory{{{0, 0.5, 0}, {0, 0, 0.5}, {1, 0, 0}}, {0, 0, 20}, 1, 110};
    auto const moments = moments_of(refractory.mrna(refractory.chain().stationary()));
    EXPECT_NEAR(moments.mean, 4, 1e-10);
    EXPECT_NEAR(moments.fano(), 7.588235, 5e-7);
    Promoter const telegraph{{{0, 0.25}, {1, 0}}, {0, 20}, 1, 110};
    EXPECT_NEAR(moments_of(telegraph.mrna(telegraph.chain().stationary())).fano(), 8.111111, 5e-7);
}

TEST(Exact, TransientReachesTheStationaryState) {
    Promoter const promoter{{{0, 0.5}, {1, 0}}, {0, 10}, 1, 60};
    auto const chain = promoter.chain();
    std::vector<double> start(chain.states());
    start[0] = 1;
    EXPECT_LT(distance(chain.after(start, 40), chain.stationary()), 1e-13);
}

}  // namespace
