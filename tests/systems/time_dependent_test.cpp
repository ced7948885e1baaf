// Rates that depend on time. Production with decay from an empty cell is Poisson at every time, whatever the
// rate does; decay alone is binomial; both with a mean in closed form.
//
// A mean above 1.9 off by 0.6 % or a Fano factor off by 1.1 % would be caught, for pulses 1.4 % and 3.5 %;
// each test raises a false alarm with probability 1e-6.
#include <cmath>

#include "tests/systems/population.hpp"

namespace {

using namespace fano;
using namespace fano::test;

std::string production(std::string const& propensity, std::string const& decay) {
    return "[species]\nM = 0\n[reactions.synthesis]\nequation = \"-> M\"\npropensity = \"" + propensity +
           "\"\n[reactions.decay]\nequation = \"M -> 0\"\nrate = " + decay + "\n";
}

std::string death(int molecules, std::string const& propensity) {
    return "[species]\nA = " + std::to_string(molecules) +
           "\n[reactions.death]\nequation = \"A -> 0\"\npropensity = \"" + propensity + "\"\n";
}

// Holds counts of M at all times against Poisson with these means.
void expect_poisson(std::string const& model, std::vector<double> const& times, double (*mean)(double),
                    std::uint64_t cells = 1'000'000) {
    auto const population = simulate(model, test_cells(cells), times);
    Checks checks;
    for (std::size_t i = 0; i < times.size(); ++i)
        compare(checks, population, i, "M", poisson(mean(times[i])));
    EXPECT_TRUE(checks.hold());
}

TEST(TimeDependent, SineProductionIsPoissonWithTheLinearResponse) {
    // k (1 + a sin(w t)) with k = 6, a = 0.9, w = 4, gamma = 1.5.
    expect_poisson(production("6*(1 + 0.9*sin(4*t))", "1.5"), {0.3, 1, 2.2}, [](double t) {
        double const gamma = 1.5, w = 4, past = std::exp(-gamma * t);
        double const swing = gamma * std::sin(w * t) - w * std::cos(w * t) + w * past;
        return 6 / gamma * (1 - past) + 0.9 * 6 * swing / (gamma * gamma + w * w);
    });
}

TEST(TimeDependent, RampIsPoissonWithTheIntegralOfItsRate) {
    expect_poisson(production("3*t", "1"), {0.5, 1, 2.5},
                   [](double t) { return 3 * (t - 1 + std::exp(-t)); });
    expect_poisson(production("3*time", "0"), {0.5, 2}, [](double t) { return 1.5 * t * t; });
}

TEST(TimeDependent, StepTakesEffectAtItsTime) {
    // 2 before t = 5, then 12; decay 1.
    expect_poisson(production("piecewise(2, t < 5, 12)", "1"), {5, 5.1, 6.5}, [](double t) {
        double const before = 2 * (1 - std::exp(-std::fmin(t, 5)));
        double const since = std::exp(-std::fmax(t - 5, 0));
        return before * since + 12 * (1 - since);
    });
}

TEST(TimeDependent, NothingHappensBeforeARateTurnsOn) {
    auto const population =
        simulate(production("piecewise(0, t < 300, 4)", "0"), test_cells(1'000'000), {299.999999, 301, 302});
    EXPECT_EQ(population.maximum(0, "M"), 0);
    Checks checks;
    compare(checks, population, 1, "M", poisson(4));
    compare(checks, population, 2, "M", poisson(8));
    EXPECT_TRUE(checks.hold());
}

TEST(TimeDependent, ShortPulseIsNotSteppedOver) {
    // A Gaussian pulse of area 5 and width 0.001 at t = 20, and a box of area 3 and width 0.0001 at t = 40.
    expect_poisson(
        production("5000/sqrt(pi)*exp(-((t - 20)/0.001)^2)", "0"), {19.9, 20.1},
        [](double t) { return t < 20 ? 0.0 : 5.0; }, 100'000);
    expect_poisson(
        production("piecewise(30000, t >= 40 && t < 40.0001, 0)", "0"), {39.9, 41},
        [](double t) { return t < 40 ? 0.0 : 3.0; }, 100'000);
}

TEST(TimeDependent, FallingRateIsPoissonWithTheIntegralOfItsRate) {
    expect_poisson(production("4/(1 + t)", "0"), {1, 20}, [](double t) { return 4 * std::log(1 + t); });
    expect_poisson(production("5*exp(-t)", "0"), {0.5, 3}, [](double t) { return 5 * (1 - std::exp(-t)); });
}

TEST(TimeDependent, HazardOfDeathGivesBinomialSurvival) {
    std::vector<double> const times{0.4, 1, 3};
    auto const population = simulate(death(30, "0.5*(1 + sin(3*t))*A"), test_cells(1'000'000), times);
    Checks checks;
    for (std::size_t i = 0; i < times.size(); ++i) {
        double const hazard = 0.5 * (times[i] + (1 - std::cos(3 * times[i])) / 3);
        compare(checks, population, i, "A", binomial(30, std::exp(-hazard)));
    }
    EXPECT_TRUE(checks.hold());
}

TEST(TimeDependent, WeibullHazardGivesBinomialSurvival) {
    auto const population = simulate(death(20, "2*t*A"), test_cells(1'000'000), {0.5, 1.2});
    Checks checks;
    compare(checks, population, 0, "A", binomial(20, std::exp(-0.25)));
    compare(checks, population, 1, "A", binomial(20, std::exp(-1.44)));
    EXPECT_TRUE(checks.hold());
}

TEST(TimeDependent, ChoiceFollowsTheRatesOfTheMoment) {
    // A <-> B at the common rate h(t) = 1 + cos(2 t): P(A) = (1 + exp(-2 H))/2 with H the integral of h.
    auto const population = simulate(R"(
[species]
A = 12
B = 0
[reactions.there]
equation = "A -> B"
propensity = "(1 + cos(2*t))*A"
[reactions.back]
equation = "B -> A"
propensity = "(1 + cos(2*t))*B"
)",
                                     test_cells(1'000'000), {0.2, 0.7, 2});
    Checks checks;
    for (std::size_t i = 0; i < 3; ++i) {
        double const t = population.ensemble.times[i], integral = t + std::sin(2 * t) / 2;
        compare(checks, population, i, "A", binomial(12, 0.5 * (1 + std::exp(-2 * integral))));
    }
    EXPECT_TRUE(checks.hold());
}

TEST(TimeDependent, ConstantRateBesideATimedOneWinsItsShare) {
    // One molecule, lost at the hazards 1 and t: P(lost to the first by time 2) is the integral of exp(-s -
    // s^2/2).
    auto const population = simulate(R"(
[species]
A = 1
First = 0
Second = 0
[reactions.constant]
equation = "A -> First"
rate = 1
[reactions.timed]
equation = "A -> Second"
propensity = "t*A"
)",
                                     test_cells(1'000'000), {2});
    double const root = std::sqrt(std::acos(-1.0) / 2) * std::exp(0.5);
    double const first = root * (std::erf(3 / std::sqrt(2.0)) - std::erf(1 / std::sqrt(2.0)));
    Checks checks;
    compare(checks, population, 0, "A", binomial(1, std::exp(-4)));
    compare(checks, population, 0, "First", binomial(1, first));
    compare(checks, population, 0, "Second", binomial(1, 1 - std::exp(-4) - first));
    EXPECT_TRUE(checks.hold());
}

TEST(TimeDependent, RateThatHappensToBeConstantIsNoDifferent) {
    expect_poisson(production("5 + 0*t", "1"), {0.7, 2}, [](double t) { return 5 * (1 - std::exp(-t)); });
}

}  // namespace
