// Observables without cells: along the mean field, and their means and variances.
#include "meanfield/observables.hpp"

#include <cmath>

#include <gmock/gmock.h>

#include "fano/lna.hpp"
#include "fano/meanfield.hpp"
#include "fano/moments.hpp"
#include "support/gallery.hpp"

namespace fano::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Birth and death with 40 molecules on average, a Poisson law; B is twice as many and independent.
Network birth_and_death(std::string const& observables) {
    return compile(read_toml(R"toml(
[species]
A = 40
B = 80
[parameters]
k = 40
[reactions.make_A]
equation = "-> A"
rate = "k"
[reactions.lose_A]
equation = "A -> 0"
rate = 1
[reactions.make_B]
equation = "-> B"
rate = "2*k"
[reactions.lose_B]
equation = "B -> 0"
rate = 1
[observables]
)toml" + observables,
                             "test.toml"));
}

auto const some = R"toml(total = "A + 3*B - k"
ratio = "A/B"
steps = "floor(A/7)"
wave = "A*sin(time)"
)toml";

TEST(Observables, AreEvaluatedAlongTheMeanField) {
    auto const network = birth_and_death(some);
    auto const course = solve_mean_field(network, {0, 2});
    ASSERT_EQ(course.observables.size(), 8U);
    for (std::size_t t = 0; t < 2; ++t) {
        double const* const o = &course.observables[4 * t];
        EXPECT_NEAR(o[0], 240, 1e-6);
        EXPECT_NEAR(o[1], 0.5, 1e-9);
        EXPECT_EQ(o[2], 5);
        EXPECT_NEAR(o[3], 40 * std::sin(course.times[t]), 1e-6);
    }
}

TEST(Observables, AreEvaluatedAtSteadyStatesAndAlongBranches) {
    auto const network = birth_and_death(some);
    auto const found = find_steady_states(network);
    ASSERT_EQ(found.states.size(), 1U);
    ASSERT_EQ(found.states[0].observables.size(), 4U);
    EXPECT_NEAR(found.states[0].observables[0], 240, 1e-9);
    EXPECT_TRUE(std::isnan(found.states[0].observables[3]));  // depends on time
    auto const toggle = read_model((source_folder() / "models/toggle.toml").string());
    auto const outputs = compile(toggle).outputs.size() - compile(toggle).species.size();
    ASSERT_GT(outputs, 0U);
    auto const branches = continue_steady_states(toggle, "k", 20, 30).branches;
    for (auto const& point : branches.at(0).points) EXPECT_EQ(point.state.observables.size(), outputs);
}

TEST(Observables, LinearOnesHaveTheVarianceOfTheirSum) {
    auto const network = birth_and_death(some);
    auto const noise = stationary_noise(network);
    EXPECT_THAT(noise.observables, ElementsAre("total", "ratio"));
    EXPECT_NEAR(noise.observable_mean[0], 240, 1e-9);
    EXPECT_NEAR(noise.observable_variance[0], 40 + 9 * 80, 1e-9);
    EXPECT_THAT(noise.notes, Contains(HasSubstr("that jump are left out: steps")));
    EXPECT_THAT(noise.notes, Contains(HasSubstr("depend on time are left out")));
    EXPECT_THAT(noise.notes, Contains(HasSubstr("slopes at the mean counts give: ratio")));
}

TEST(Observables, OthersHaveTheVarianceOfTheirSlopesInTheLinearNoiseApproximation) {
    auto const noise = stationary_noise(birth_and_death(some));
    EXPECT_NEAR(noise.observable_mean[1], 0.5, 1e-11);
    EXPECT_NEAR(noise.observable_variance[1], 0.25 * (1.0 / 40 + 1.0 / 80), 1e-11);
    // Over time there are times.
    auto const course = linear_noise(birth_and_death(some), {0, 1});
    EXPECT_THAT(course.observables, ElementsAre("total", "ratio", "wave"));
    double const variance = 40 * (1 - std::exp(-2.0));
    EXPECT_EQ(course.observable_variance[0], 0);
    EXPECT_NEAR(course.observable_variance[3 + 2], variance * std::sin(1.0) * std::sin(1.0), 1e-7);
}

TEST(Observables, MomentsLeaveOutThoseThatAreNotLinear) {
    auto const network = birth_and_death(some);
    auto const found = moment_equations(network, {0, 1});
    EXPECT_THAT(found.observables, ElementsAre("total", "wave"));
    EXPECT_THAT(found.notes, Contains(HasSubstr("not linear in the counts are left out: ratio, steps")));
    EXPECT_NEAR(found.observable_variance[2], found.variance(1, 0) + 9 * found.variance(1, 1), 1e-9);
    auto const means = moment_equations(network, {1}, {.order = 1});
    EXPECT_NEAR(means.observable_mean[0], 240, 1e-9);
    EXPECT_THAT(means.observable_variance, IsEmpty());
}

TEST(Observables, WhatIsConservedDoesNotVary) {
    auto const network = compile(read_toml(R"toml(
[species]
off = 3
on = 0
[reactions.switch]
equation = "off <-> on"
rate = 2
reverse_rate = 1
[observables]
genes = "off + on"
)toml",
                                           "test.toml"));
    auto const noise = stationary_noise(network);
    EXPECT_NEAR(noise.observable_mean.at(0), 3, 1e-12);
    EXPECT_EQ(noise.observable_variance.at(0), 0);
    EXPECT_EQ(linear_noise(network, {0.5}).observable_variance.at(0), 0);
    EXPECT_EQ(moment_equations(network, {0.5}).observable_variance.at(0), 0);
}

// Of a large network, whose propensities have programs of their own.
TEST(Observables, LargeNetworksHaveThemToo) {
    std::string text = "[species]\n", reactions;
    for (int i = 0; i < 300; ++i) {
        auto const id = std::to_string(i);
        text += "X" + id + " = " + id + "\n";
        reactions += "[reactions.r" + id + "]\nequation = \"X" + id + " -> 0\"\nrate = 1\n";
    }
    auto const network = compile(read_toml(
        text + reactions + "[observables]\nsum = \"X1 + 2*X7\"\nstem = \"sqrt(X9)\"\n", "large.toml"));
    auto const course = solve_mean_field(network, {0, 1});
    EXPECT_NEAR(course.observables[0], 15, 1e-12);
    EXPECT_NEAR(course.observables[2], 15 * std::exp(-1.0), 1e-7);
    EXPECT_NEAR(course.observables[3], 3 * std::exp(-0.5), 1e-7);
}

class ObservablesOf : public ::testing::TestWithParam<std::string> {};

TEST_P(ObservablesOf, EveryModelWithoutEventsHasThemAllInItsMeanField) {
    auto const network = gallery_network(GetParam());
    if (!network.events.empty()) GTEST_SKIP() << "has events";
    auto const course = solve_mean_field(network, {0, short_end_time(GetParam(), network)});
    EXPECT_EQ(course.observables.size(), 2 * (network.outputs.size() - network.species.size()));
}

INSTANTIATE_TEST_SUITE_P(Gallery, ObservablesOf, ::testing::ValuesIn(gallery()), test_name);

}  // namespace
}  // namespace fano::test
