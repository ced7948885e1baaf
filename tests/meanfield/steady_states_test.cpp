// Steady states and their stability against closed forms; networks that have none, a curve of them, or
// oscillate.
#include <cmath>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "fano/error.hpp"
#include "fano/meanfield.hpp"
#include "support/gallery.hpp"

namespace fano::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

SteadyStates states_of(std::string const& text) {
    return find_steady_states(compile(read_toml(text, "test.toml")));
}

std::string error_of(Network const& network) {
    try {
        find_steady_states(network);
    } catch (Error const& error) {
        return error.what();
    }
    return "no error";
}

void expect_counts(SteadyState const& state, std::vector<double> const& expected) {
    ASSERT_EQ(state.counts.size(), expected.size());
    for (std::size_t s = 0; s < expected.size(); ++s)
        EXPECT_NEAR(state.counts[s], expected[s], 1e-12 * expected[s]) << s;
}

void expect_eigenvalues(SteadyState const& state, std::vector<std::complex<double>> const& expected) {
    ASSERT_EQ(state.eigenvalues.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
        EXPECT_LT(std::abs(state.eigenvalues[i] - expected[i]), 1e-11 * std::abs(expected[i])) << i;
}

TEST(SteadyStates, BirthAndDeathBalanceAtTheirRatio) {
    for (double const birth : {1e-9, 0.3, 20.0, 5e8}) {
        auto const found =
            states_of(fmt::format("[species]\nX = 3\n[reactions.birth]\nequation = \"-> X\"\nrate = {}\n"
                                  "[reactions.death]\nequation = \"X -> 0\"\nrate = 0.7\n",
                                  birth));
        ASSERT_EQ(found.states.size(), 1U) << birth;
        expect_counts(found.states[0], {birth / 0.7});
        expect_eigenvalues(found.states[0], {-0.7});
        EXPECT_EQ(found.states[0].stability, Stability::stable);
        EXPECT_THAT(found.notes, IsEmpty());
    }
}

// c2/6 x(x-1)(x-2) - c1/2 x(x-1) + c4 x - c3 = 0, solved by Viete's cosines.
TEST(SteadyStates, SchloeglsAreTheRootsOfTheCubic) {
    auto const found = find_steady_states(gallery_network("schlogl"));
    long double const a = 1e-4L / 6, b = -0.5e-4L - 0.015L, c = 2e-4L / 6 + 0.015L + 3.5L, d = -200;
    long double const p = (3 * a * c - b * b) / (3 * a * a);
    long double const q = (2 * b * b * b - 9 * a * b * c + 27 * a * a * d) / (27 * a * a * a);
    long double const angle = std::acos(3 * q / (2 * p) * std::sqrt(-3 / p)) / 3;
    ASSERT_EQ(found.states.size(), 3U);
    for (int k = 0; k < 3; ++k) {
        // Ascending: k = 2 first.
        long double const x =
            2 * std::sqrt(-p / 3) *
                std::cos(angle - 2 * std::acos(-1.0L) * static_cast<long double>(2 - k) / 3) -
            b / (3 * a);
        bool matched = false;
        for (auto const& state : found.states) {
            if (std::abs(state.counts[0] - static_cast<double>(x)) > 1e-9) continue;
            matched = true;
            expect_counts(state, {static_cast<double>(x)});
            double const slope = -static_cast<double>((3 * a * x + 2 * b) * x + c);
            EXPECT_NEAR(state.eigenvalues.at(0).real(), slope, 1e-11);
            EXPECT_EQ(state.stability, slope < 0 ? Stability::stable : Stability::unstable);
        }
        EXPECT_TRUE(matched) << static_cast<double>(x);
    }
    EXPECT_EQ(found.states[0].stability, Stability::stable);
    EXPECT_EQ(found.states[1].stability, Stability::unstable);
    EXPECT_EQ(found.states[2].stability, Stability::stable);
}

// With h = 2: U + V = k, U V = K^2 where they differ, U (1 + U^2/K^2) = k where they do not.
TEST(SteadyStates, ToggleIsBistable) {
    auto const found = find_steady_states(gallery_network("toggle"));
    ASSERT_EQ(found.states.size(), 3U);
    double const root = std::sqrt(25.0 * 25 - 4 * 36), low = 2 * 36 / (25 + root), high = (25 + root) / 2;
    expect_counts(found.states[0], {low, high});
    expect_counts(found.states[2], {high, low});
    // Cardano, of u^3 + 36 u - 900 = 0.
    double const inner = std::sqrt(450.0 * 450 + 12.0 * 12 * 12),
                 middle = std::cbrt(450 + inner) + std::cbrt(450 - inner);
    EXPECT_NEAR(found.states[1].counts[0], middle, 1e-12 * middle);
    EXPECT_NEAR(found.states[1].counts[1], middle, 1e-12 * middle);
    // Eigenvalues -gamma +- sqrt(product of the slopes), of -2 v u/(K^2 + v^2) each.
    auto const coupling = [](double u, double v) {
        return std::sqrt(2 * v * u / (36 + v * v) * 2 * u * v / (36 + u * u));
    };
    expect_eigenvalues(found.states[0], {-1 + coupling(low, high), -1 - coupling(low, high)});
    expect_eigenvalues(found.states[1], {-1 + coupling(middle, middle), -1 - coupling(middle, middle)});
    EXPECT_EQ(found.states[0].stability, Stability::stable);
    EXPECT_EQ(found.states[1].stability, Stability::unstable);
    EXPECT_EQ(found.states[2].stability, Stability::stable);
}

TEST(SteadyStates, PreyAndPredatorsCycleAroundACentre) {
    auto const found = find_steady_states(gallery_network("lotka_volterra"));
    ASSERT_EQ(found.states.size(), 2U);
    EXPECT_THAT(found.states[0].counts, ElementsAre(0, 0));
    expect_eigenvalues(found.states[0], {0.5, -0.3});
    EXPECT_EQ(found.states[0].stability, Stability::unstable);
    expect_counts(found.states[1], {120, 200});
    double const frequency = std::sqrt(0.15);
    expect_eigenvalues(found.states[1], {{0, frequency}, {0, -frequency}});
    EXPECT_EQ(found.states[1].stability, Stability::marginal);
}

TEST(SteadyStates, ConservedTotalsAreTakenFromTheInitialState) {
    auto const telegraph = find_steady_states(gallery_network("telegraph"));
    ASSERT_EQ(telegraph.states.size(), 1U);
    expect_counts(telegraph.states[0], {2.0 / 3, 1.0 / 3, 20.0 / 3});
    EXPECT_EQ(telegraph.states[0].eigenvalues.size(), 2U);  // of three species with one total
    auto const sis = find_steady_states(gallery_network("sis"));
    ASSERT_EQ(sis.states.size(), 2U);
    expect_counts(sis.states[0], {20, 10});
    EXPECT_THAT(sis.states[1].counts, ElementsAre(30, 0));
    expect_eigenvalues(sis.states[0], {-0.125});
    expect_eigenvalues(sis.states[1], {0.125});
}

// A - B is conserved, which no law with coefficients that are not negative says: c A B = k.
TEST(SteadyStates, ADifferenceThatIsConservedIsKept) {
    auto const found = states_of(
        "[species]\nA = 7\nB = 4\n[reactions.pair]\nequation = \"A + B -> 0\"\nrate = 0.5\n"
        "[reactions.birth]\nequation = \"-> A + B\"\nrate = 40\n");
    ASSERT_EQ(found.states.size(), 1U);
    double const b = (-3 + std::sqrt(9 + 4 * 80.0)) / 2;
    expect_counts(found.states[0], {b + 3, b});
    expect_eigenvalues(found.states[0], {-0.5 * (2 * b + 3)});
}

// Roots of k = c x(x-1), one of them negative.
TEST(SteadyStates, NegativeRootsAreNoStates) {
    auto const found = states_of(
        "[species]\nX = 0\n[reactions.birth]\nequation = \"-> X\"\nrate = 10\n"
        "[reactions.pair]\nequation = \"2 X -> 0\"\nrate = 0.25\n");
    ASSERT_EQ(found.states.size(), 1U);
    expect_counts(found.states[0], {(1 + std::sqrt(1 + 4 * 40.0)) / 2});
}

TEST(SteadyStates, WhatOnlyDecaysEndsAtExactlyZero) {
    auto const found = find_steady_states(gallery_network("decay"));
    ASSERT_EQ(found.states.size(), 1U);
    EXPECT_EQ(found.states[0].counts[0], 0);
    EXPECT_EQ(found.states[0].stability, Stability::stable);
}

// Counts over fifteen decades and rates over ten: the slow mode does not drown.
TEST(SteadyStates, SlowModesBesideFastOnesAreResolved) {
    auto const found = states_of(
        "[species]\nA = 0\nB = 0\nC = 0\n"
        "[reactions.a]\nequation = \"-> A\"\nrate = 1e9\n[reactions.ab]\nequation = \"A -> A + B\"\nrate = "
        "1e-7\n"
        "[reactions.bc]\nequation = \"B -> B + C\"\nrate = 1e-10\n"
        "[reactions.no_a]\nequation = \"A -> 0\"\nrate = 1e4\n[reactions.no_b]\nequation = \"B -> 0\"\nrate "
        "= 1\n"
        "[reactions.no_c]\nequation = \"C -> 0\"\nrate = 1e-6\n");
    ASSERT_EQ(found.states.size(), 1U);
    expect_counts(found.states[0], {1e5, 1e-2, 1e-6});
    expect_eigenvalues(found.states[0], {-1e-6, -1, -1e4});
    EXPECT_EQ(found.states[0].stability, Stability::stable);
}

// A loop of an abundant and a scarce species, whose Jacobian spans 1e12 and whose slow mode is 7.5e-7.
TEST(SteadyStates, EigenvaluesDoNotSufferFromScalesOfCounts) {
    std::string text = "[species]\nA = 0\nB = 0\nC = 0\n";
    int number = 0;
    for (auto const& [equation, rate] : {std::pair{"-> B", "1e-10"},
                                         {"B -> B + A", "1e12"},
                                         {"A -> A + C", "2.5e-13"},
                                         {"C -> B", "1e-6"},
                                         {"A -> 0", "1"},
                                         {"B -> 0", "1"}})
        text += fmt::format("[reactions.r{}]\nequation = \"{}\"\nrate = {}\n", ++number, equation, rate);
    auto const found = states_of(text);
    ASSERT_EQ(found.states.size(), 1U);
    // (l + 1)^2 (l + 1e-6) = 2.5e-7, by iteration.
    double slow = -7.5e-7;
    for (int i = 0; i < 20; ++i) slow = 2.5e-7 / ((slow + 1) * (slow + 1)) - 1e-6;
    EXPECT_NEAR(found.states[0].eigenvalues[0].real() / slow, 1, 1e-8);
}

// The time course never comes to rest, and Newton's method finds the state in the middle of the cycle.
TEST(SteadyStates, AnOscillatorHasAnUnstableOne) {
    auto const found = find_steady_states(gallery_network("vilar"));
    ASSERT_EQ(found.states.size(), 1U);
    EXPECT_EQ(found.states[0].stability, Stability::unstable);
    EXPECT_GT(found.states[0].eigenvalues[0].imag(), 0);
}

// Any population without infected rests. Where the epidemic ends: log(S0/S) = R0 (N - S)/N with the gallery's
// numbers.
TEST(SteadyStates, OfACurveOfThemTheOneThatIsReachedIsGiven) {
    auto const network = gallery_network("sir");
    auto const found = find_steady_states(network);
    ASSERT_EQ(found.states.size(), 1U);
    auto const& counts = found.states[0].counts;
    EXPECT_EQ(counts[1], 0);
    auto const start = solve_mean_field(network, {0}).counts;
    auto const model = read_model((source_folder() / "models" / "sir.toml").string());
    double const ratio = model.find("beta")->initial.number() / model.find("gamma")->initial.number();
    double const total = start[0] + start[1] + start[2];
    EXPECT_NEAR(std::log(start[0] / counts[0]), ratio * (total - start[2] - counts[0]) / total, 1e-8);
    EXPECT_EQ(found.states[0].stability, Stability::marginal);
    EXPECT_THAT(found.notes, ElementsAre(HasSubstr("not all isolated")));
}

TEST(SteadyStates, BirthWithoutDeathHasNone) {
    auto const words = error_of(
        compile(read_toml("[species]\nX = 0\nY = 5\n[reactions.birth]\nequation = \"-> X\"\nrate = 20\n"
                          "[reactions.death]\nequation = \"Y -> 0\"\nrate = 1\n",
                          "test.toml")));
    EXPECT_THAT(words, HasSubstr("no steady state of test.toml was found"));
    EXPECT_THAT(words, HasSubstr("200 random points"));
    EXPECT_THAT(words, HasSubstr("\"X\", changing by 20 a unit of time; look for birth without death"));
    // However slowly.
    EXPECT_THAT(error_of(gallery_network("rare")), HasSubstr("\"Marker\", changing by 2e-07"));
}

// At Y = 1/2, 2 Y -> X has a negative propensity, which takes X away.
TEST(SteadyStates, NetworksThatRestAtNegativeCountsSaySo) {
    auto const words = error_of(
        compile(read_toml("[species]\nX = 0\nY = 0\n[reactions.birth]\nequation = \"-> Y\"\nrate = 0.4375\n"
                          "[reactions.death]\nequation = \"Y -> 0\"\nrate = 1\n"
                          "[reactions.pair]\nequation = \"2 Y -> X\"\nrate = 0.25\n"
                          "[reactions.end]\nequation = \"X -> 0\"\nrate = 1\n",
                          "test.toml")));
    EXPECT_THAT(
        words,
        HasSubstr("The equations come to rest at -0.0312 \"X\"; pairs of equal molecules can do that"));
}

TEST(SteadyStates, GrowthWithoutBoundHasNoneButExtinction) {
    auto const found = states_of("[species]\nX = 3\n[reactions.grow]\nequation = \"X -> 2 X\"\nrate = 1\n");
    ASSERT_EQ(found.states.size(), 1U);
    EXPECT_EQ(found.states[0].counts[0], 0);
    EXPECT_EQ(found.states[0].stability, Stability::unstable);
}

TEST(SteadyStates, TimeJumpsAndEventsAreRefusedByName) {
    EXPECT_THAT(error_of(gallery_network("circadian")), HasSubstr("some propensity depends on time"));
    EXPECT_THAT(error_of(gallery_network("division")), HasSubstr("event \"division\""));
    EXPECT_THAT(error_of(compile(read_toml("[species]\nX = 1\n[reactions.r]\nequation = \"-> X\"\n"
                                           "propensity = \"floor(X)\"\n",
                                           "test.toml"))),
                HasSubstr("reaction \"r\", floor(X), jumps"));
}

TEST(SteadyStates, AreTheSameEveryTime) {
    auto const network = gallery_network("autoregulation_positive");
    auto const first = find_steady_states(network), second = find_steady_states(network);
    ASSERT_EQ(first.states.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(first.states[i].counts, second.states[i].counts);
}

TEST(SteadyStates, StopWhenAsked) {
    std::atomic<bool> const stop{true};
    EXPECT_THROW(find_steady_states(gallery_network("vilar"), 200, &stop), Interrupted);
}

}  // namespace
}  // namespace fano::test
