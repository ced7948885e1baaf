// Moment equations: exact on linear networks, and what is refused.
#include "fano/moments.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fano/error.hpp"
#include "fano/lna.hpp"
#include "support/exact.hpp"
#include "support/gallery.hpp"

namespace {

using namespace fano;
using test::gallery_network;
using ::testing::Contains;
using ::testing::HasSubstr;

Network network_of(std::string const& text) { return compile(read_toml(text, "test.toml")); }

CountMoments moments_of(Network const& network, std::vector<double> const& times, unsigned order,
                        Closure closure = Closure::normal) {
    return moment_equations(network, times, {order, closure, nullptr});
}

void expect_near(double value, double expected, double tolerance) {
    EXPECT_NEAR(value, expected, tolerance * (1e-3 + std::abs(expected)));
}

// Mean, variance, third and fourth central moments of one species.
void expect_moments(CountMoments const& found, std::size_t time, std::size_t species,
                    test::Moments const& expected, double tolerance) {
    std::vector<std::uint16_t> third(found.species.size()), fourth(found.species.size());
    third[species] = 3;
    fourth[species] = 4;
    expect_near(found.mean_of(time, species), expected.mean, tolerance);
    expect_near(found.variance(time, species), expected.variance, tolerance);
    expect_near(found.central_of(time, third), expected.third, tolerance);
    expect_near(found.central_of(time, fourth), expected.fourth, tolerance);
}

TEST(MomentEquations, BirthAndDeathAreExactToFourthOrder) {
    std::vector<double> const times{0, 0.1, 0.7, 2, 12};
    auto const found = moments_of(gallery_network("birth_death"), times, 4);
    for (std::size_t t = 0; t < times.size(); ++t)
        expect_moments(found, t, 0, test::moments_of(test::birth_death(50, 20, 1, times[t])), 1e-8);
    EXPECT_FALSE(found.closed);
    EXPECT_THAT(found.notes, Contains(HasSubstr("exact, without a closure")));
    EXPECT_NEAR(found.skewness(4, 0), 1 / std::sqrt(20), 1e-5);  // of a Poisson law, nearly reached
    EXPECT_NEAR(found.excess_kurtosis(4, 0), 1.0 / 20, 1e-5);
}

TEST(MomentEquations, DecayIsBinomialToFourthOrder) {
    std::vector<double> const times{0.01, 0.3, 1, 4};
    auto const network = network_of(R"toml(
[species]
A = 100
[reactions.decay]
equation = "A -> 0"
rate = 0.7
)toml");
    auto const found = moments_of(network, times, 4);
    for (std::size_t t = 0; t < times.size(); ++t) {
        double const p = std::exp(-0.7 * times[t]), v = 100 * p * (1 - p);
        expect_moments(found, t, 0, {100 * p, v, v * (1 - 2 * p), v * (1 + 3 * 98 * p * (1 - p))}, 1e-8);
        expect_near(found.fano(t, 0), 1 - p, 1e-9);
    }
}

TEST(MomentEquations, TelegraphGeneHasTheMomentsOfItsBetaPoissonLaw) {
    auto const found = moments_of(gallery_network("telegraph"), {200}, 4);
    expect_moments(found, 0, 2, test::moments_of(test::beta_poisson(0.5, 1, 20)), 1e-9);
    // Of the promoter, a coin that shows ON with p = 1/3.
    EXPECT_NEAR(found.central_of(0, {0, 3, 0}), 2.0 / 9 / 3, 1e-10);
}

// A Poisson count stays Poisson under decay; a Poisson number joins a binomial one.
TEST(MomentEquations, JointMomentsOfIndependentSpeciesAreProducts) {
    auto const network = network_of(R"toml(
[species]
X = { distribution = "poisson", mean = 3 }
Y = { distribution = "binomial", n = 10, p = 0.3 }
[reactions.lose_X]
equation = "X -> 0"
rate = 1
[reactions.make_Y]
equation = "-> Y"
rate = 2
)toml");
    auto const found = moments_of(network, {0.5}, 4);
    double const x = 3 * std::exp(-0.5), y = 10 * 0.3 * 0.7 + 1, y3 = 2.1 * 0.4 + 1;
    expect_near(found.central_of(0, {2, 2}), x * y, 1e-9);
    expect_near(found.central_of(0, {1, 3}), 0, 1e-9);
    expect_near(found.central_of(0, {0, 3}), y3, 1e-9);
    expect_near(found.central_of(0, {3, 0}), x, 1e-9);
}

TEST(MomentEquations, DrawnInitialCountsHaveTheirHigherMoments) {
    auto const network = network_of(R"toml(
[species]
A = { distribution = "poisson", mean = 7 }
B = { distribution = "binomial", n = 12, p = 0.2 }
C = { distribution = "negative_binomial", mean = 6, fano = 3 }
D = { distribution = "uniform", low = 3, high = 9 }
[reactions.idle]
equation = "A -> B"
rate = 1
)toml");
    auto const found = moments_of(network, {0}, 4);
    expect_moments(found, 0, 0, test::moments_of(test::poisson(7)), 1e-10);
    expect_moments(found, 0, 1, test::moments_of(test::binomial(12, 0.2)), 1e-10);
    expect_moments(found, 0, 2, test::moments_of(test::negative_binomial(6, 3)), 1e-10);
    expect_moments(found, 0, 3, test::moments_of(test::uniform(3, 9)), 1e-10);
}

// What never changes in a cell but differs between cells: given E, M is Poisson with mean 2 E (1 - exp(-t)).
TEST(MomentEquations, CountsThatOnlyDifferBetweenCellsAddTheirVariance) {
    auto const network = network_of(R"toml(
[species]
E = { distribution = "negative_binomial", mean = 6, fano = 3 }
M = 0
[reactions.synthesis]
equation = "E -> E + M"
rate = 2
[reactions.decay]
equation = "M -> 0"
rate = 1
)toml");
    auto const found = moments_of(network, {1, 40}, 3);
    for (std::size_t t = 0; t < 2; ++t) {
        double const b = -2 * std::expm1(-found.times[t]);
        expect_near(found.mean_of(t, 1), 6 * b, 1e-9);
        expect_near(found.variance(t, 1), 6 * b + 18 * b * b, 1e-9);
        expect_near(found.covariance_of(t, 0, 1), 18 * b, 1e-9);
        expect_near(found.central_of(t, {0, 3}), 6 * b + 3 * 18 * b * b + 90 * b * b * b, 1e-8);
    }
    auto const noise = stationary_noise(network);
    EXPECT_NEAR(noise.mean_of(0, 1), 12, 1e-10);
    EXPECT_NEAR(noise.variance(0, 1), 12 + 18 * 4, 1e-9);
    EXPECT_NEAR(noise.covariance_of(0, 0, 1), 36, 1e-9);
}

// The excess kurtosis is a millionth of what it is a difference of.
TEST(MomentEquations, LargeCountsKeepTheirDigits) {
    auto const network = network_of(R"toml(
[species]
M = 0
[reactions.synthesis]
equation = "-> M"
rate = 1e6
[reactions.decay]
equation = "M -> 0"
rate = 1
)toml");
    auto const found = moments_of(network, {0.5, 3, 40}, 4);
    for (std::size_t t = 0; t < 3; ++t) {
        double const mean = -1e6 * std::expm1(-found.times[t]);
        EXPECT_NEAR(found.mean_of(t, 0) / mean, 1, 1e-10);
        EXPECT_NEAR(found.fano(t, 0), 1, 1e-9);
        EXPECT_NEAR(found.skewness(t, 0), 1 / std::sqrt(mean), 1e-10);
        EXPECT_NEAR(found.excess_kurtosis(t, 0), 1 / mean, 1e-9);
    }
}

class LinearNetwork : public ::testing::TestWithParam<std::string> {};

TEST_P(LinearNetwork, HasTheMomentsOfTheLinearNoiseApproximation) {
    auto const network = gallery_network(GetParam());
    double const end = parse_times(network.default_times).back();
    std::vector<double> const times{0, 0.01 * end, 0.1 * end, end};
    auto const lna = linear_noise(network, times);
    for (unsigned order : {2u, 3u}) {
        auto const found = moments_of(network, times, order);
        EXPECT_FALSE(found.closed);
        for (std::size_t i = 0; i < lna.mean.size(); ++i) expect_near(found.mean[i], lna.mean[i], 1e-8);
        for (std::size_t i = 0; i < lna.covariance.size(); ++i)
            expect_near(found.covariance[i], lna.covariance[i], 1e-8);
    }
}

INSTANTIATE_TEST_SUITE_P(Gallery, LinearNetwork,
                         ::testing::Values("birth_death", "decay", "telegraph", "two_stage", "refractory",
                                           "dual_reporter", "promoter_steps", "time_scales", "extrinsic"),
                         test::test_name);

TEST(MomentEquations, ParametersOfTheCellAreTakenAtTheirMeansAndItIsSaid) {
    auto const found = moments_of(gallery_network("extrinsic"), {50}, 2);
    EXPECT_NEAR(found.fano(0, 0), 1, 1e-9);
    EXPECT_THAT(found.notes, Contains(HasSubstr("k = 20")));
}

// d<M>/dt = -c <M>(<M> - 1), solved by separation.
TEST(MomentEquations, OrderOneIsTheRateEquationWithPairsCounted) {
    auto const network = network_of(R"toml(
[species]
M = 40
[reactions.pair]
equation = "2 M -> 0"
rate = 0.05
)toml");
    auto const found = moments_of(network, {0.3, 2}, 1);
    for (std::size_t t = 0; t < 2; ++t) {
        double const left = 39.0 / 40 * std::exp(-0.05 * found.times[t]);  // (M - 1)/M, backwards
        expect_near(found.mean_of(t, 0), 1 / (1 - left), 1e-8);
    }
    EXPECT_TRUE(found.covariance.empty());
}

template <class Work>
std::string message(Work work) {
    try {
        work();
    } catch (Error const& error) {
        return error.what();
    }
    return "nothing was thrown";
}

TEST(MomentEquations, WhatTheyCannotTreatIsRefusedByName) {
    auto const refusal = [&](Network const& network, unsigned order) {
        return message([&] { moments_of(network, {1}, order); });
    };
    EXPECT_THAT(refusal(gallery_network("division"), 2), HasSubstr("knows no events"));
    EXPECT_THAT(refusal(gallery_network("autoregulation_negative"), 2), HasSubstr("reaction \"synthesis\""));
    EXPECT_THAT(refusal(gallery_network("circadian"), 2), HasSubstr("depends on time"));
    EXPECT_THAT(refusal(gallery_network("birth_death"), 0), HasSubstr("from 1 to 4, not 0"));
    EXPECT_THAT(refusal(gallery_network("birth_death"), 5), HasSubstr("from 1 to 4, not 5"));
    auto const formula = network_of(R"toml(
[species]
A = { distribution = "poisson", mean = "k" }
[parameters]
k = { distribution = "gamma", mean = 5, cv = 0.2 }
[reactions.decay]
equation = "A -> 0"
rate = 1
)toml");
    EXPECT_THAT(moments_of(formula, {0}, 2).notes, Contains(HasSubstr("\"A\" at birth")));
    Model drawn =
        read_toml("[species]\nA = 5\n[reactions.decay]\nequation = \"A -> 0\"\nrate = 1\n", "test.toml");
    drawn.find("A")->distribution = Distribution{DistributionKind::gamma, 5.0, 0.2};
    EXPECT_THAT(refusal(compile(drawn), 3), HasSubstr("initial count of \"A\", gamma"));
    EXPECT_NO_THROW(moments_of(compile(drawn), {1}, 2));
    std::string many = "[species]\n";
    for (int i = 0; i < 20; ++i) many += "A" + std::to_string(i) + " = 1\n";
    many += "[reactions.r]\nequation = \"A0 -> A1\"\nrate = 1\n";
    EXPECT_THAT(refusal(network_of(many), 4), HasSubstr("20 species have 10625 moments up to order 4"));
    EXPECT_NO_THROW(moments_of(network_of(many), {1}, 2));
}

}  // namespace
