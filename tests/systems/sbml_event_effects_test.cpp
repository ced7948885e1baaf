// When events of SBML act, what a sample at that time shows, and what they do to concentrations, volumes and
// rates. What no chance decides must be so in every cell; the rest is held against exact answers.
//
// A mean above 1 off by 1.2 % or a probability off by 0.006 would be caught; each statistical test raises a
// false alarm with probability 1e-6.
#include <cmath>

#include "tests/systems/sbml_population.hpp"

namespace {

using namespace fano;
using namespace fano::test;

constexpr std::uint64_t many = 400'000;
constexpr std::uint64_t few = 1000;

// Molecules N that arrive at rate 4, so that cells differ; A for events to set, and a parameter p = 3.
SbmlText counter() {
    return SbmlText()
        .species("id='N' initialAmount='0'")
        .species("id='A' initialAmount='0'")
        .parameter("id='p' value='3' constant='false'")
        .reaction("id='arrival'", "-> N", "4");
}

// The cells at 4.999999, 5 and 5.000001 of a model whose event sets A to 7.
void expect_at_five(std::string const& trigger, double at_five) {
    auto const model = counter().event({.trigger = trigger, .assignments = {{"A", "7"}}});
    auto const population = simulate_sbml(model, few, {4.999999, 5, 5.000001});
    expect_all_cells(population, 0, "A", 0);
    expect_all_cells(population, 1, "A", at_five);
    expect_all_cells(population, 2, "A", 7);
}

// A + B -> C from 12 of A and 8 of B, each pair of molecules reacting at `rate`: the distribution of C.
std::vector<double> pairing(std::vector<double> const& start, double rate, double time) {
    Chain chain(9);
    for (std::size_t c = 0; c < 8; ++c) chain.jump(c, c + 1, rate * static_cast<double>((12 - c) * (8 - c)));
    return chain.after(start, time);
}

TEST(SbmlEventEffects, SampleOnTheTimeOfAnEventShowsTheStateAfterIt) {
    expect_at_five("time >= 5", 7);
    expect_at_five("time == 5", 7);
    expect_at_five("10 <= 2*time", 7);
    expect_at_five("!(time < 5)", 7);
    expect_at_five("100 - time <= 95", 7);
    expect_at_five("4 < 5 && 5 <= time", 7);
}

TEST(SbmlEventEffects, SampleOnTheTimeOfAStrictTriggerShowsTheStateBefore) {
    expect_at_five("time > 5", 0);
    expect_at_five("5 < time", 0);
    expect_at_five("!(time <= 5)", 0);
    expect_at_five("time/2 > 2.5", 0);
}

TEST(SbmlEventEffects, SampleOnTheTimeOfADelayedEventShowsTheStateAfterIt) {
    auto const model = counter().event({.trigger = "time >= 1", .assignments = {{"A", "7"}}, .delay = "0.5"});
    auto const population = simulate_sbml(model, few, {1, 1.499999, 1.5});
    expect_all_cells(population, 1, "A", 0);
    expect_all_cells(population, 2, "A", 7);
}

TEST(SbmlEventEffects, TriggerSeesRulesAndFunctionsOfTheTime) {
    auto const model = counter()
                           .function("beyond", "lambda(x, y, x >= y)")
                           .parameter("id='clock' constant='false'")
                           .rule("clock", "2*time + p")
                           .event({.trigger = "beyond(clock, 6)", .assignments = {{"A", "A + 1"}}});
    auto const population = simulate_sbml(model, few, {1.499999, 1.5, 9});
    expect_all_cells(population, 0, "A", 0);
    expect_all_cells(population, 1, "A", 1);
    expect_all_cells(population, 2, "A", 1);
}

TEST(SbmlEventEffects, DeadlineMovesWithItsParameter) {
    struct Case {
        char const* trigger;
        char const* parameter;  // at t = 2
        double due;
    };
    for (auto const& [trigger, parameter, due] :
         {Case{"time >= p", "10", 10}, Case{"time >= p", "1", 2}, Case{"p*time >= 7.5", "1", 7.5}}) {
        auto const model = counter()
                               .event({.trigger = trigger, .assignments = {{"A", "1"}}})
                               .event({.trigger = "time >= 2", .assignments = {{"p", parameter}}});
        auto const population = simulate_sbml(model, few, {due - 0x1p-20, due});
        expect_all_cells(population, 0, "A", 0);
        expect_all_cells(population, 1, "A", 1);
    }
}

TEST(SbmlEventEffects, DeadlineMovesWithTheState) {
    // Due at 1 + N: set at 1 if N(1) = 0, and between 1 and 2 only at 2 if N(1) = N(2) = 1.
    auto const model = SbmlText()
                           .species("id='N' initialAmount='0'")
                           .species("id='A' initialAmount='0'")
                           .reaction("id='arrival'", "-> N", "1")
                           .event({.trigger = "time >= 1 + N", .assignments = {{"A", "1"}}});
    auto const population = simulate_sbml(model, test_cells(many), {0.999999, 1, 2});
    expect_all_cells(population, 0, "A", 0);
    Checks checks;
    compare(checks, population, 1, "A", binomial(1, std::exp(-1)));
    compare(checks, population, 2, "A", binomial(1, std::exp(-1) + std::exp(-2)));
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlEventEffects, StateTriggerArmsItselfAgain) {
    // Every third arrival empties N and counts in A.
    auto const model = counter().event({.trigger = "N >= 3", .assignments = {{"N", "0"}, {"A", "A + 1"}}});
    auto const population = simulate_sbml(model, test_cells(many), {3});
    auto const arrivals = poisson(12);
    Probabilities left(3), emptied(arrivals.size() / 3 + 1);
    for (std::size_t n = 0; n < arrivals.size(); ++n) {
        left[n % 3] += arrivals[n];
        emptied[n / 3] += arrivals[n];
    }
    Checks checks;
    compare(checks, population, 0, "N", left);
    compare(checks, population, 0, "A", emptied);
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlEventEffects, PeriodicEventActsEveryPeriod) {
    auto const model =
        counter()
            .parameter("id='last' value='0' constant='false'")
            .event({.trigger = "time - last >= 0.1*p", .assignments = {{"A", "A + 1"}, {"last", "time"}}});
    auto const population = simulate_sbml(model, few, {0.29, 0.31, 0.89, 0.91, 30.1});
    double const expected[] = {0, 1, 2, 3, 100};
    for (std::size_t i = 0; i < 5; ++i) expect_all_cells(population, i, "A", expected[i]);
}

TEST(SbmlEventEffects, AssignedConcentrationIsCountedInTheVolume) {
    auto const model =
        counter()
            .compartment("id='cell'")
            .compartment("id='wide' size='4'")
            .concentration("id='S' compartment='wide' initialAmount='8'")
            .concentration("id='T' compartment='wide' initialAmount='0' boundaryCondition='true'")
            .species("id='U' compartment='wide' initialAmount='0'")
            .event({.trigger = "time >= 1", .assignments = {{"S", "S + 1.5"}, {"T", "S"}, {"U", "S + 3"}}});
    auto const population = simulate_sbml(model, few, {0.9, 1});
    expect_all_cells(population, 0, "S", 8);
    expect_all_cells(population, 1, "S", 14);  // 3.5 in 4
    expect_all_cells(population, 1, "T", 8);   // 2 in 4, as S was
    expect_all_cells(population, 1, "U", 5);   // an amount
}

TEST(SbmlEventEffects, SpeciesAndItsVolumeMayBeSetAtOnce) {
    // Both by what holds before the event: S becomes 5 in a volume of 2, then 10 molecules in a volume of 4.
    // As in case 01779 of the semantic part of the SBML Test Suite.
    auto const model = counter()
                           .compartment("id='cell' size='2' constant='false'")
                           .concentration("id='S' initialAmount='8'")
                           .event({.trigger = "time >= 1", .assignments = {{"cell", "4"}, {"S", "5"}}});
    expect_all_cells(simulate_sbml(model, few, {1}), 0, "S", 10);
}

TEST(SbmlEventEffects, AssignedConcentrationIsCountedInARuledVolume) {
    auto const model = counter()
                           .compartment("id='cell' constant='false'")
                           .concentration("id='S' initialAmount='0'")
                           .rule("cell", "1 + time")
                           .event({.trigger = "time >= 2", .assignments = {{"S", "5"}}});
    auto const population = simulate_sbml(model, few, {2, 3});
    expect_all_cells(population, 0, "S", 15);
    expect_all_cells(population, 1, "S", 15);
}

TEST(SbmlEventEffects, RuledConcentrationIsCountedInAChangedVolume) {
    auto const model = counter()
                           .compartment("id='cell' size='2' constant='false'")
                           .concentration("id='S' boundaryCondition='true'")
                           .rule("S", "p")
                           .event({.trigger = "time >= 1", .assignments = {{"cell", "4"}}});
    auto const population = simulate_sbml(model, few, {0, 1});
    expect_all_cells(population, 0, "S", 6);
    expect_all_cells(population, 1, "S", 12);
}

TEST(SbmlEventEffects, ChangeOfAVolumeKeepsAmountsAndChangesRates) {
    // Pairs meet at 0.2/V, in a volume of 1 and then 4; N arrives at 4 V.
    auto const model = SbmlText()
                           .compartment("id='cell' size='1' constant='false'")
                           .concentration("id='A' initialAmount='12'")
                           .concentration("id='B' initialConcentration='8'")
                           .concentration("id='C' initialAmount='0'")
                           .concentration("id='N' initialAmount='0'")
                           .reaction("id='pair'", "A + B -> C", "0.2*A*B*cell")
                           .reaction("id='arrival'", "-> N", "4*cell")
                           .event({.trigger = "time >= 0.25", .assignments = {{"cell", "4"}}});
    auto const population = simulate_sbml(model, test_cells(many), {0.25, 1});
    auto start = certain(0);
    start.resize(9);
    auto const before = pairing(start, 0.2, 0.25);
    Checks checks;
    compare(checks, population, 0, "C", before);
    compare(checks, population, 1, "C", pairing(before, 0.05, 0.75));
    compare(checks, population, 0, "N", poisson(1));
    compare(checks, population, 1, "N", poisson(1 + 16 * 0.75));
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlEventEffects, EventsActBetweenRatesThatDependOnTheTime) {
    // Rate t p, with p going from 3 to 1 at t = 2, and N emptied then.
    auto const model = SbmlText()
                           .species("id='N' initialAmount='0'")
                           .parameter("id='p' value='3' constant='false'")
                           .reaction("id='arrival'", "-> N", "time*p")
                           .event({.trigger = "time >= 2", .assignments = {{"p", "1"}, {"N", "1"}}});
    auto const population = simulate_sbml(model, test_cells(many), {1.5, 2, 3});
    expect_all_cells(population, 1, "N", 1);
    Checks checks;
    compare(checks, population, 0, "N", poisson(1.5 * 1.5 * 1.5));
    compare(checks, population, 2, "N", convolve(certain(1), poisson(0.5 * (9 - 4))));
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlEventEffects, EventOfABoundarySpeciesChangesItsRate) {
    auto const model = SbmlText()
                           .species("id='S' initialAmount='2' boundaryCondition='true'")
                           .species("id='N' initialAmount='0'")
                           .reaction("id='synthesis'", "S -> N", "3*S")
                           .event({.trigger = "time >= 1", .assignments = {{"S", "0"}}})
                           .event({.trigger = "N >= 1000", .assignments = {}});
    auto const population = simulate_sbml(model, test_cells(many), {0.5, 4});
    Checks checks;
    compare(checks, population, 0, "N", poisson(3));
    compare(checks, population, 1, "N", poisson(6));
    EXPECT_TRUE(checks.hold());
}

}  // namespace
