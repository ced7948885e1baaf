// Propensities expanded into polynomials: their values, their terms, and what is refused.
#include "meanfield/polynomial.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fano/error.hpp"
#include "model/rate_laws.hpp"
#include "support/gallery.hpp"

namespace {

using namespace fano;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::vector<Polynomial> polynomials_of(Network const& network) {
    return polynomial_propensities(network, initial_state(network));
}

std::vector<Polynomial> polynomials_of(std::string const& text) {
    return polynomials_of(compile(read_toml(text, "test.toml")));
}

std::string refusal(std::string const& propensity) {
    try {
        polynomials_of("[species]\nA = 1\nB = 2\n[reactions.odd]\nequation = \"A -> B\"\npropensity = \"" +
                       propensity + "\"\n");
    } catch (InputError const& error) {
        return error.what();
    }
    return "nothing was thrown";
}

class PolynomialsOf : public ::testing::TestWithParam<std::string> {};

TEST_P(PolynomialsOf, AgreeWithThePropensities) {
    auto const network = test::gallery_network(GetParam());
    auto const initial = initial_state(network);
    auto const polynomials = polynomial_propensities(network, initial);
    Rates rates{network};
    for (double start : {0.0, 1.7, 1234.5}) {
        std::vector<double> x = initial.mean;
        for (std::size_t s = 0; s < network.species.size(); ++s) x[s] = start + 3.1 * static_cast<double>(s);
        rates.set(x.data(), 0);
        rates.propensities();
        for (std::uint32_t r = 0; r < network.reactions.size(); ++r) {
            double const expected = rates.propensity(r);
            EXPECT_NEAR(polynomials[r].at(x.data()), expected, 1e-12 * (1 + std::abs(expected)))
                << network.reactions[r].propensity;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Gallery, PolynomialsOf,
                         ::testing::Values("birth_death", "telegraph", "dimerisation", "schlogl", "extrinsic",
                                           "lotka_volterra", "sir", "vilar", "two_stage"),
                         test::test_name);

TEST(Polynomial, PairsOfMoleculesAreExpanded) {
    auto const p =
        polynomials_of("[species]\nM = 9\n[reactions.pair]\nequation = \"2 M -> M\"\nrate = 3\n").front();
    EXPECT_THAT(p.terms(), ElementsAre(Pair(ElementsAre(1), -1.5), Pair(ElementsAre(2), 1.5)));
    EXPECT_EQ(p.degree(), 2u);
}

TEST(Polynomial, AllOperationsOfPolynomialsAreKnown) {
    auto const p = polynomials_of(R"toml(
[species]
A = 9
B = 9
[parameters]
k = 3
[reactions.r]
equation = "A -> B"
propensity = "-(A - 2*B)^2/4 + (A + B)*B*exp(log(k)) + sqrt(16) - A/k"
)toml")
                       .front();
    for (double a : {0.0, 1.5, 7.0})
        for (double b : {0.0, 2.5, 11.0}) {
            double const x[] = {a, b};
            EXPECT_NEAR(p.at(x), -(a - 2 * b) * (a - 2 * b) / 4 + (a + b) * b * 3 + 4 - a / 3, 1e-12);
        }
}

TEST(Polynomial, TermsThatCancelAreGone) {
    auto const p = polynomials_of(R"toml(
[species]
A = 9
[reactions.r]
equation = "A -> 0"
propensity = "(A + 1)*(A - 1) - A^2 + 1 + 2*A"
)toml")
                       .front();
    EXPECT_THAT(p.terms(), ElementsAre(Pair(ElementsAre(1), 2)));
}

TEST(Polynomial, ParametersOfTheCellAreTakenAtTheirMeans) {
    auto const p = polynomials_of(test::gallery_network("extrinsic"));
    EXPECT_TRUE(p[0].is_constant());
    EXPECT_EQ(p[0].constant(), 20);
}

TEST(Polynomial, CountsThatNeverChangeAreNumbers) {
    auto const p = polynomials_of(R"toml(
[species]
E = 7
S = 100
[reactions.r]
equation = "E + S -> E"
rate = 2
)toml")
                       .front();
    EXPECT_EQ(p.degree(), 1u);
    double const x[] = {0, 3};
    EXPECT_EQ(p.at(x), 42);
}

TEST(Polynomial, WhatIsNoneIsRefusedByName) {
    EXPECT_THAT(refusal("1/(1 + A)"), HasSubstr("that of reaction \"odd\", 1/(1 + A), is none"));
    EXPECT_THAT(refusal("exp(A)"), HasSubstr("is none"));
    EXPECT_THAT(refusal("A^0.5"), HasSubstr("is none"));
    EXPECT_THAT(refusal("floor(A)"), HasSubstr("is none"));
    EXPECT_THAT(refusal("2^B"), HasSubstr("is none"));
    EXPECT_THAT(refusal("A*sin(t)^2"), HasSubstr("depends on time"));
}

}  // namespace
