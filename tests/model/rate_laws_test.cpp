// Propensities as functions of real counts, and their derivatives: against finite differences and by hand.
#include "model/rate_laws.hpp"

#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "model/dependencies.hpp"
#include "support/gallery.hpp"
#include "support/large_models.hpp"

namespace {

using namespace fano;

// Derivatives in a state, by reaction and slot.
std::map<std::pair<std::uint32_t, std::uint32_t>, double> derivatives(Rates& rates,
                                                                      std::vector<double> const& x,
                                                                      double time) {
    rates.set(x.data(), time);
    rates.propensities();
    rates.derivatives();
    std::map<std::pair<std::uint32_t, std::uint32_t>, double> map;
    for (auto const& d : rates.laws().derivative) map[{d.reaction, d.by}] = rates.derivative(d);
    return map;
}

double propensity(Rates& rates, std::vector<double> const& x, double time, std::uint32_t reaction) {
    rates.set(x.data(), time);
    rates.propensities();
    return rates.propensity(reaction);
}

// Every derivative, also those that are left out as 0, against central differences.
void expect_finite_differences(Network const& network, std::vector<double> const& x, double time) {
    Rates rates{network};
    auto const found = derivatives(rates, x, time);
    for (std::uint32_t r = 0; r < network.reactions.size(); ++r)
        for (std::uint32_t by = 0; by <= rates.laws().slots; ++by) {
            double const here = by < x.size() ? x[by] : time;
            double const h = 1e-5 * (1 + std::abs(here));
            auto const shifted = [&](double step) {
                auto at = x;
                if (by < x.size()) at[by] += step;
                return propensity(rates, at, by < x.size() ? time : time + step, r);
            };
            double const expected = (shifted(h) - shifted(-h)) / (2 * h);
            auto const entry = found.find({r, by});
            double const value = entry == found.end() ? 0.0 : entry->second;
            double const scale = std::abs(expected) + 1e-4 * std::abs(propensity(rates, x, time, r)) + 1e-6;
            EXPECT_NEAR(value, expected, 1e-5 * scale)
                << network.reactions[r].propensity << " by " << by << " in " << network.name;
        }
}

Network network_of(std::string const& text) { return compile(read_toml(text, "test.toml")); }

class RateLawsOf : public ::testing::TestWithParam<std::string> {};

TEST_P(RateLawsOf, HaveTheDerivativesOfFiniteDifferences) {
    Network const network = test::gallery_network(GetParam());
    Rates const rates{network};
    std::vector<double> x;
    for (std::uint32_t i = 0; i < rates.laws().slots; ++i) x.push_back(3.3 + 1.7 * i);
    expect_finite_differences(network, x, 0.37);
}

INSTANTIATE_TEST_SUITE_P(Gallery, RateLawsOf, ::testing::ValuesIn(test::gallery()), test::test_name);

TEST(RateLaws, EveryFunctionIsDifferentiated) {
    auto const network = network_of(R"toml(
[species]
A = 3
B = 2
[reactions.power]
equation = "A -> 0"
propensity = "(1 + A)^(0.3 + 0.1*B) + A^7 + (2 + B)^A"
[reactions.functions]
equation = "A -> 0"
propensity = "9 + sqrt(A) + exp(-A/B) + log(1 + A*B) + log10(3 + A) + sin(A) + cos(B*A) + tan(A/9) + tanh(B - A)"
[reactions.kinks]
equation = "A -> 0"
propensity = "min(A, 3*B) + max(A*A, B) + abs(A - 2*B)"
[reactions.quotient]
equation = "B -> 0"
propensity = "(A + 2*B)/(1 + A*A*B) + t*A"
)toml");
    for (std::vector<double> const& x : {std::vector{1.3, 2.4}, {5.1, 0.7}})
        expect_finite_differences(network, x, 2);
    EXPECT_TRUE(rate_laws(network).jumping.empty());
}

TEST(RateLaws, MassActionIsDifferentiatedAsWritten) {
    auto const network = network_of(R"toml(
[species]
A = 3
B = 2
[reactions.pair]
equation = "2 A -> B"
rate = 4
[reactions.meet]
equation = "A + B -> A"
rate = 3
)toml");
    Rates rates{network};
    auto const d = derivatives(rates, {5, 7}, 0);
    EXPECT_EQ(d.size(), 3u);
    EXPECT_DOUBLE_EQ(d.at({0, 0}), 4 * (2 * 5 - 1) / 2.0);
    EXPECT_DOUBLE_EQ(d.at({1, 0}), 3 * 7);
    EXPECT_DOUBLE_EQ(d.at({1, 1}), 3 * 5);
}

TEST(RateLaws, LawsThatJumpAreNamed) {
    auto const network = network_of(R"toml(
[species]
A = 3
[parameters]
k = 2
[reactions.smooth]
equation = "A -> 0"
propensity = "k*A"
[reactions.step]
equation = "-> A"
propensity = "piecewise(1, A > 5, 2)"
[reactions.stairs]
equation = "-> A"
propensity = "floor(A/2)"
[reactions.truth]
equation = "-> A"
propensity = "3*(A && A)"
[reactions.untruth]
equation = "-> A"
propensity = "3*!A"
)toml");
    EXPECT_EQ(rate_laws(network).jumping, (std::vector<std::uint32_t>{1, 2, 3, 4}));
}

TEST(RateLaws, OfALargeNetworkAreThoseOfTheSameNetworkInTheOtherForm) {
    Model const model = read_toml(test::large_model_of_everything(), "large.toml");
    Network const large = compile(model);
    ASSERT_GT(large.reactions.size(), kernels::most_dense_reactions);
    std::vector<double> x;
    Rates rates{large};
    for (std::uint32_t i = 0; i < rates.laws().slots; ++i) x.push_back(1 + i % 7);
    expect_finite_differences(large, x, 0.2);
}

}  // namespace
