// Events as SBML Level 3 has them (section 4.11): delays, priorities, persistence, initial values. What no
// chance decides must be so in every cell; the rest is held against exact answers.
//
// A mean above 1 off by 1.2 % or a probability off by 0.006 would be caught; each statistical test raises a
// false alarm with probability 1e-6.
#include <cmath>
#include <cstdlib>
#include <utility>

#include "tests/systems/sbml_population.hpp"

namespace {

using namespace fano;
using namespace fano::test;

constexpr std::uint64_t many = 400'000;
constexpr std::uint64_t few = 1000;

// Molecules N that arrive at rate 4, so that cells differ; A, B and the parameters p = 3, q = 0 are for
// events.
SbmlText counter() {
    return SbmlText()
        .species("id='N' initialAmount='0'")
        .species("id='A' initialAmount='0'")
        .species("id='B' initialAmount='0'")
        .parameter("id='p' value='3' constant='false'")
        .parameter("id='q' value='0' constant='false'")
        .reaction("id='arrival'", "-> N", "4");
}

TEST(SbmlEvents, DelayedAssignmentUsesTheValuesItIsToldToUse) {
    auto const model = counter()
                           .event({.trigger = "time >= 1", .assignments = {{"A", "p"}}, .delay = "2"})
                           .event({.trigger = "time >= 1",
                                   .assignments = {{"B", "p"}},
                                   .delay = "2",
                                   .from_trigger_time = false})
                           .event({.trigger = "time >= 2", .assignments = {{"p", "7"}}});
    auto const population = simulate_sbml(model, few, {2.999999, 3});
    expect_all_cells(population, 0, "A", 0);
    expect_all_cells(population, 0, "B", 0);
    expect_all_cells(population, 1, "A", 3);
    expect_all_cells(population, 1, "B", 7);
}

TEST(SbmlEvents, DelayIsThatOfTheTriggerTime) {
    auto const model = counter()
                           .event({.trigger = "time >= 1", .assignments = {{"A", "1"}}, .delay = "p - 1"})
                           .event({.trigger = "time >= 1.5", .assignments = {{"p", "30"}}});
    auto const population = simulate_sbml(model, few, {2.999999, 3});
    expect_all_cells(population, 0, "A", 0);
    expect_all_cells(population, 1, "A", 1);
}

TEST(SbmlEvents, TimeInADelayedAssignmentIsThatOfItsValues) {
    auto const model = counter()
                           .event({.trigger = "time >= 1", .assignments = {{"A", "time"}}, .delay = "2"})
                           .event({.trigger = "time >= 1",
                                   .assignments = {{"B", "time"}},
                                   .delay = "2",
                                   .from_trigger_time = false});
    auto const population = simulate_sbml(model, few, {3});
    expect_all_cells(population, 0, "A", 1);
    expect_all_cells(population, 0, "B", 3);
}

TEST(SbmlEvents, DelayBeyondTheEndLeavesEverythingAsItWas) {
    auto const model =
        counter().event({.trigger = "time >= 1", .assignments = {{"N", "0"}, {"A", "5"}}, .delay = "100"});
    auto const population = simulate_sbml(model, test_cells(many), {3});
    expect_all_cells(population, 0, "A", 0);
    Checks checks;
    compare(checks, population, 0, "N", poisson(12));
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlEvents, RandomTriggerWithADelayIsExact) {
    // One molecule is lost at rate 1; 0.7 later B is 1.
    auto const model = SbmlText()
                           .species("id='A' initialAmount='1'")
                           .species("id='B' initialAmount='0'")
                           .reaction("id='loss'", "A ->", "A")
                           .event({.trigger = "A < 1", .assignments = {{"B", "1"}}, .delay = "0.7"});
    auto const population = simulate_sbml(model, test_cells(many), {0.7, 1.2, 2});
    expect_all_cells(population, 0, "B", 0);
    Checks checks;
    compare(checks, population, 1, "B", binomial(1, 1 - std::exp(-0.5)));
    compare(checks, population, 2, "B", binomial(1, 1 - std::exp(-1.3)));
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlEvents, OneEventMayWaitManyTimesOver) {
    auto const model =
        counter().event({.trigger = "time >= 1 && time < 2 || time >= 3 && time < 4 || time >= 5",
                         .assignments = {{"A", "A + 1"}},
                         .delay = "10",
                         .from_trigger_time = false});
    auto const population = simulate_sbml(model, few, {10, 11, 13, 14, 15});
    double const expected[] = {0, 1, 2, 2, 3};
    for (std::size_t i = 0; i < 5; ++i) expect_all_cells(population, i, "A", expected[i]);
}

TEST(SbmlEvents, HigherPriorityGoesFirst) {
    auto const increase = [](char const* priority, bool from_trigger_time) {
        return SbmlEvent{.trigger = "time >= 1",
                         .assignments = {{"A", "A + 2"}},
                         .priority = priority,
                         .from_trigger_time = from_trigger_time};
    };
    auto const multiply = [](bool from_trigger_time) {
        return SbmlEvent{.trigger = "2*time >= 2",
                         .assignments = {{"A", "(A + 1)*10"}},
                         .priority = "p",
                         .from_trigger_time = from_trigger_time};
    };
    auto const last = [&](char const* priority, bool from_trigger_time) {
        auto const model =
            counter().event(multiply(from_trigger_time)).event(increase(priority, from_trigger_time));
        return simulate_sbml(model, few, {1});
    };
    expect_all_cells(last("4", false), 0, "A", 30);
    expect_all_cells(last("2", false), 0, "A", 12);
    // Both take A as it was when they were triggered; the second to execute has the last word.
    expect_all_cells(last("4", true), 0, "A", 10);
    expect_all_cells(last("-1e3", true), 0, "A", 2);
}

TEST(SbmlEvents, PrioritiesAreThoseOfTheMoment) {
    // The first makes the third more urgent than the second, and triggers a fourth that goes before both.
    auto const digit = [](char const* trigger, int number, char const* priority) {
        return SbmlEvent{.trigger = trigger,
                         .assignments = {{"A", "10*A + " + std::to_string(number)}},
                         .priority = priority,
                         .from_trigger_time = false};
    };
    auto first = digit("time >= 1", 1, "100");
    first.assignments.push_back({"q", "20"});
    auto const model = counter()
                           .event(first)
                           .event(digit("time >= 1", 2, "10"))
                           .event(digit("time >= 1", 3, "q"))
                           .event(digit("A >= 1", 4, "50"));
    expect_all_cells(simulate_sbml(model, few, {1}), 0, "A", 1432);
}

TEST(SbmlEvents, DelayedEventGivesWayToAMoreUrgentOneOfItsTime) {
    auto const model = counter()
                           .event({.trigger = "time >= 1",
                                   .assignments = {{"A", "10*A + 1"}},
                                   .delay = "1",
                                   .priority = "1",
                                   .from_trigger_time = false})
                           .event({.trigger = "time >= 2",
                                   .assignments = {{"A", "10*A + 2"}},
                                   .priority = "2",
                                   .from_trigger_time = false});
    expect_all_cells(simulate_sbml(model, few, {2}), 0, "A", 21);
}

TEST(SbmlEvents, EqualPrioritiesGoInRandomOrder) {
    // Each event writes its digit: the six orders are equally likely, and no order is written otherwise.
    auto model = counter();
    Probabilities expected(322);
    for (auto const& [digit, next] : {std::pair{1, "23"}, {2, "13"}, {3, "12"}}) {
        model.event({.trigger = "time >= 1",
                     .assignments = {{"A", "10*A + " + std::to_string(digit)}},
                     .priority = "5",
                     .from_trigger_time = false});
        int const others = std::atoi(next), swapped = others % 10 * 10 + others / 10;
        for (int rest : {others, swapped}) expected[static_cast<std::size_t>(100 * digit + rest)] = 1.0 / 6;
    }
    auto const population = simulate_sbml(model, test_cells(many), {1});
    Checks checks;
    checks.add("order", chi_square_p(population.counts(0, "A"), expected));
    for (std::size_t order : {123, 132, 213, 231, 312, 321})
        checks.add(std::to_string(order),
                   binomial_p(population.cells_with(0, "A", order), population.cells(), 1.0 / 6));
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlEvents, OneEventCancelsAnotherUnlessItPersists) {
    for (bool const persistent : {false, true}) {
        auto const model = counter()
                               .event({.trigger = "time >= 1 && p > 2",
                                       .assignments = {{"A", "1"}},
                                       .priority = "1",
                                       .persistent = persistent})
                               .event({.trigger = "time >= 1", .assignments = {{"p", "0"}}, .priority = "2"});
        expect_all_cells(simulate_sbml(model, few, {1}), 0, "A", persistent ? 1 : 0);
    }
}

TEST(SbmlEvents, TriggerThatFallsDuringTheDelayCancelsUnlessItPersists) {
    // Triggered at 1 and 3, false from 2 to 3.
    for (bool const persistent : {false, true}) {
        auto const model = counter().event({.trigger = "time >= 1 && time < 2 || time >= 3",
                                            .assignments = {{"A", "A + 1"}},
                                            .delay = "1.5",
                                            .from_trigger_time = false,
                                            .persistent = persistent});
        auto const population = simulate_sbml(model, few, {2.4, 2.5, 4.4, 4.5});
        expect_all_cells(population, 0, "A", 0);
        expect_all_cells(population, 1, "A", persistent ? 1 : 0);
        expect_all_cells(population, 2, "A", persistent ? 1 : 0);
        expect_all_cells(population, 3, "A", persistent ? 2 : 1);
    }
}

TEST(SbmlEvents, TriggerThatHoldsForAMomentCancelsUnlessItPersists) {
    for (bool const persistent : {false, true}) {
        auto const model = counter().event(
            {.trigger = "time == 5", .assignments = {{"A", "7"}}, .delay = "1", .persistent = persistent});
        expect_all_cells(simulate_sbml(model, few, {6}), 0, "A", persistent ? 7 : 0);
    }
}

TEST(SbmlEvents, ReactionsCancelAWaitingEvent) {
    // Triggered at 0.5 if N < 3, executed at 1 if N has been below 3 all the time.
    auto const model = counter().event({.trigger = "time >= 0.5 && N < 3",
                                        .assignments = {{"A", "1"}},
                                        .delay = "0.5",
                                        .persistent = false});
    auto const population = simulate_sbml(model, test_cells(many), {1});
    auto const arrivals = poisson(4);
    Checks checks;
    compare(checks, population, 0, "A", binomial(1, arrivals[0] + arrivals[1] + arrivals[2]));
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlEvents, InitialValueDecidesWhetherATriggerActsAtTheStart) {
    for (bool const initial_value : {false, true}) {
        auto const model = counter()
                               .event({.trigger = "time >= 0 && p == 3",
                                       .assignments = {{"A", "5"}},
                                       .initial_value = initial_value})
                               .event({.trigger = "p > 1",
                                       .assignments = {{"B", "6"}},
                                       .delay = "2",
                                       .initial_value = initial_value});
        auto const population = simulate_sbml(model, few, {0, 1.9, 2});
        expect_all_cells(population, 0, "A", initial_value ? 0 : 5);
        expect_all_cells(population, 1, "B", 0);
        expect_all_cells(population, 2, "B", initial_value ? 0 : 6);
    }
}

TEST(SbmlEvents, TriggerThatHeldAtTheStartActsWhenItComesBack) {
    auto const model = counter().event({.trigger = "time < 1 || time >= 2", .assignments = {{"A", "A + 1"}}});
    auto const population = simulate_sbml(model, few, {0, 1.999999, 2, 5});
    double const expected[] = {0, 0, 1, 1};
    for (std::size_t i = 0; i < 4; ++i) expect_all_cells(population, i, "A", expected[i]);
}

}  // namespace
