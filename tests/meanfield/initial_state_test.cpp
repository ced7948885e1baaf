// Means and variances of newborn cells against closed forms, quadrature and the draws of the simulator
// itself.
#include "meanfield/initial_state.hpp"

#include <cmath>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fano/error.hpp"
#include "kernels/ssa/birth.hpp"
#include "support/gallery.hpp"

namespace fano::test {
namespace {

using kernels::BirthKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Network network_of(std::string const& text) {
    return compile(read_toml(text + "\n[reactions.none]\nequation = \"-> X\"\nrate = 0\n", "test.toml"));
}

InitialState state_of(std::string const& text) { return initial_state(network_of(text)); }

InitialState of_count(std::string const& distribution) {
    return state_of("[species]\nX = { distribution = " + distribution + " }");
}

InitialState of_parameter(std::string const& distribution) {
    return state_of("[species]\nX = 0\n[parameters]\nk = { distribution = " + distribution +
                    " }\n[observables]\nseen = \"k*X\"");
}

void expect_moments(InitialState const& state, std::size_t slot, double mean, double variance) {
    ASSERT_LT(slot, state.mean.size());
    EXPECT_NEAR(state.mean[slot], mean, 1e-12 * std::max(1.0, mean));
    EXPECT_NEAR(state.variance[slot], variance, 1e-12 * std::max(1.0, variance));
}

TEST(InitialState, NumbersHaveNoVariance) {
    auto const state = state_of("[species]\nX = 7\nY = 0");
    EXPECT_THAT(state.mean, ElementsAre(7, 0));
    EXPECT_THAT(state.variance, ElementsAre(0, 0));
    EXPECT_THAT(state.notes, IsEmpty());
}

TEST(InitialState, CountsFollowTheirDistributions) {
    expect_moments(of_count(R"("poisson", mean = 4.5)"), 0, 4.5, 4.5);
    expect_moments(of_count(R"("binomial", n = 10, p = 0.3)"), 0, 3, 2.1);
    expect_moments(of_count(R"("negative_binomial", mean = 5, fano = 3)"), 0, 5, 15);
    expect_moments(of_count(R"("uniform", low = 3, high = 9)"), 0, 6, 4);  // (7^2 - 1) / 12
    expect_moments(of_count(R"("uniform", low = 6, high = 6)"), 0, 6, 0);
}

TEST(InitialState, CellParametersFollowTheirDistributions) {
    expect_moments(of_parameter(R"("lognormal", mean = 2, cv = 0.5)"), 1, 2, 1);
    expect_moments(of_parameter(R"("gamma", mean = 2, cv = 0.5)"), 1, 2, 1);
    expect_moments(of_parameter(R"("uniform", low = 1, high = 4)"), 1, 2.5, 0.75);
    expect_moments(of_parameter(R"("normal", mean = 3, sd = 0)"), 1, 3, 0);
}

// On both sides of the bound where the formula changes, and where almost nothing of the normal is positive.
TEST(InitialState, ATruncatedNormalIsWhatQuadratureSays) {
    using Quadrature = boost::math::quadrature::gauss_kronrod<double, 61>;
    for (double const mean : {5.0, 0.5, 0.0, -2.0, -2.999, -3.001, -12.0, -40.0}) {
        // Shifted by exp(-mean^2/2), which cancels, so that the weight does not underflow.
        double const shift = std::min(mean, 0.0);
        auto const weighted = [&](double power, double from) {
            auto const density = [&](double x) {
                return std::pow(x - from, power) * std::exp(0.5 * (shift * shift - (x - mean) * (x - mean)));
            };
            double const far = mean > 0 ? mean + 12 : 45 / (1 - mean) + 3;
            return Quadrature::integrate(density, 0.0, far / 8, 15, 1e-14) +
                   Quadrature::integrate(density, far / 8, far, 15, 1e-14);
        };
        double const total = weighted(0, 0), expected = weighted(1, 0) / total;
        double const variance = weighted(2, expected) / total;
        auto const state = of_parameter(fmt::format(R"("normal", mean = {}, sd = 2)", 2 * mean));
        EXPECT_NEAR(state.mean[1] / (2 * expected), 1, 1e-12) << mean;
        EXPECT_NEAR(state.variance[1] / (4 * variance), 1, 1e-11) << mean;
    }
}

// The simulator's own draws; 300 000 of each would show 2 % of an error in a variance. False alarm 1e-8 a
// bound.
TEST(InitialState, TheMomentsAreThoseOfTheDraws) {
    struct Case {
        BirthKind kind;
        double a, b;
        std::string text;
        bool count;
    };
    for (auto const& c : std::vector<Case>{
             {BirthKind::poisson, 4.5, 0, R"("poisson", mean = 4.5)", true},
             {BirthKind::binomial, 10, 0.3, R"("binomial", n = 10, p = 0.3)", true},
             {BirthKind::negative_binomial, 5, 3, R"("negative_binomial", mean = 5, fano = 3)", true},
             {BirthKind::uniform_whole, 3, 9, R"("uniform", low = 3, high = 9)", true},
             {BirthKind::lognormal, 2, 0.5, R"("lognormal", mean = 2, cv = 0.5)", false},
             {BirthKind::gamma, 2, 0.5, R"("gamma", mean = 2, cv = 0.5)", false},
             {BirthKind::positive_normal, 1, 2, R"("normal", mean = 1, sd = 2)", false},
             {BirthKind::uniform, 1, 4, R"("uniform", low = 1, high = 4)", false}}) {
        kernels::Stream next{1, 0, kernels::Purpose::birth, 0};
        constexpr int draws = 300'000;
        std::vector<double> values(draws);
        double sum = 0, squares = 0, fourths = 0;
        for (auto& v : values) sum += v = kernels::draw_birth_value(c.kind, c.a, c.b, next);
        double const mean = sum / draws;
        for (double v : values) {
            double const square = (v - mean) * (v - mean);
            squares += square;
            fourths += square * square;
        }
        double const variance = squares / draws;
        auto const state = c.count ? of_count(c.text) : of_parameter(c.text);
        std::size_t const slot = c.count ? 0 : 1;
        EXPECT_NEAR(state.mean[slot], mean, 5.73 * std::sqrt(variance / draws)) << c.text;
        EXPECT_NEAR(state.variance[slot], variance,
                    5.73 * std::sqrt((fourths / draws - variance * variance) / draws))
            << c.text;
    }
}

TEST(InitialState, ReplacedParametersAreNamedWithTheirMeans) {
    auto const state = state_of(
        "[species]\nX = 1\n[parameters]\nk = { distribution = \"gamma\", mean = 2, cv = 0.5 }\n"
        "h = { distribution = \"uniform\", low = 1, high = 2 }\n[observables]\nseen = \"(k + h)*X\"");
    EXPECT_THAT(
        state.notes,
        ElementsAre("parameters that differ between cells are replaced by their means: k = 2, h = 1.5"));
}

TEST(InitialState, FormulasOfDrawnValuesTakeTheirMeans) {
    auto const state = state_of(
        "[species]\nX = { distribution = \"poisson\", mean = 4.5 }\nY = \"2*X\"\n"
        "Z = { distribution = \"binomial\", n = \"X\", p = 0.5 }");
    EXPECT_THAT(state.mean, ElementsAre(4.5, 9, 2.25));
    EXPECT_THAT(state.variance, ElementsAre(4.5, 0, 1.125));
    ASSERT_EQ(state.notes.size(), 2U);
    EXPECT_THAT(state.notes[0], HasSubstr("\"Y\" at birth, 2*X, is evaluated at the means"));
    EXPECT_THAT(state.notes[1], HasSubstr("\"Z\" at birth, binomial(n = X, p = 0.5), is evaluated"));
}

TEST(InitialState, WhatABirthRefusesIsRefused) {
    auto const error_of = [](std::string const& text) -> std::string {
        try {
            state_of(text);
        } catch (InputError const& error) {
            return error.what();
        }
        return "no error";
    };
    EXPECT_THAT(error_of("[species]\nX = { distribution = \"poisson\", mean = \"k - 5\" }\n"
                         "[parameters]\nk = { distribution = \"gamma\", mean = 2, cv = 0.5 }"),
                HasSubstr("test.toml: the distribution of \"X\" has an argument out of range (-3"));
    EXPECT_THAT(error_of("[species]\nX = \"k - 5\"\n"
                         "[parameters]\nk = { distribution = \"gamma\", mean = 2, cv = 0.5 }"),
                HasSubstr("the initial count of \"X\" is -3; counts go from 0"));
    EXPECT_THAT(error_of("[species]\nX = \"3*k\"\n"
                         "[parameters]\nk = { distribution = \"uniform\", low = 0.5, high = 0.5 }"),
                HasSubstr("the initial count of \"X\" is 1.5; a count is a whole number"));
}

TEST(InitialState, EveryModelOfTheGalleryHasOne) {
    for (auto const& name : gallery()) {
        auto const network = gallery_network(name);
        auto const state = initial_state(network);
        EXPECT_GE(state.mean.size(), network.species.size()) << name;
        for (double m : state.mean) EXPECT_TRUE(std::isfinite(m)) << name;
        for (double v : state.variance) EXPECT_GE(v, 0) << name;
    }
}

}  // namespace
}  // namespace fano::test
