// Events: what happens to a cell when a condition becomes true. Where chance decides the moment, the counts
// have exact distributions; where it does not, every cell must do the same.
//
// A mean above 1.5 off by 0.7 % or a probability above 0.3 off by 1.2 % would be caught; each statistical
// test raises a false alarm with probability 1e-6.
#include <cmath>

#include "tests/systems/population.hpp"

namespace {

using namespace fano;
using namespace fano::test;

// Molecules N appear at rate 4; A and B are for events to set.
std::string counter(std::string const& events) {
    return R"(
[species]
N = 0
A = 0
B = 0
[parameters]
k = 4
[reactions.arrival]
equation = "-> N"
rate = "k"
)" + events;
}

void expect_all_cells(Population const& population, std::size_t time, std::string const& output,
                      double value) {
    EXPECT_EQ(population.minimum(time, output), value) << output << " at " << population.ensemble.times[time];
    EXPECT_EQ(population.maximum(time, output), value) << output << " at " << population.ensemble.times[time];
}

// Probability that a count is at least `least`.
double tail(Probabilities const& p, std::size_t least) {
    double sum = 0;
    for (std::size_t n = least; n < p.size(); ++n) sum += p[n];
    return sum;
}

TEST(Events, ResetAtATimeStartsTheProcessAnew) {
    auto const population = simulate(R"(
[species]
M = 0
[reactions.synthesis]
equation = "-> M"
rate = 6
[reactions.decay]
equation = "M -> 0"
rate = 1
[events.reset]
trigger = "t >= 2"
assign = { M = 3 }
)",
                                     test_cells(1'000'000), {1.5, 2, 2.5, 4});
    Checks checks;
    compare(checks, population, 0, "M", birth_death(0, 6, 1, 1.5));
    compare(checks, population, 2, "M", birth_death(3, 6, 1, 0.5));
    compare(checks, population, 3, "M", birth_death(3, 6, 1, 2));
    EXPECT_TRUE(checks.hold());
    expect_all_cells(population, 1, "M", 3);
}

TEST(Events, SampleAtTheTimeOfAnEventSeesItsEffect) {
    auto const population =
        simulate(counter("[events.set]\ntrigger = \"t >= 5\"\nassign = { A = 7 }\n"), 1000, {4.999999, 5, 6});
    expect_all_cells(population, 0, "A", 0);
    expect_all_cells(population, 1, "A", 7);
    expect_all_cells(population, 2, "A", 7);
}

TEST(Events, StrictTriggerActsJustAfterItsTime) {
    auto const population =
        simulate(counter("[events.set]\ntrigger = \"t > 5\"\nassign = { A = 7 }\n"), 1000, {5, 5.000001});
    expect_all_cells(population, 0, "A", 0);
    expect_all_cells(population, 1, "A", 7);
}

TEST(Events, DoNotDependOnOtherSampleTimes) {
    auto const model =
        counter("[events.set]\ntrigger = \"t >= 1.7 || N >= 9\"\nassign = { A = \"N\", N = 0 }\n");
    auto const sparse = simulate(model, 5000, {3});
    auto const dense = simulate(model, 5000, {0, 0.5, 1, 1.5, 1.7, 2, 2.5, 3});
    EXPECT_EQ(sparse.counts(0, "A"), dense.counts(7, "A"));
    EXPECT_EQ(sparse.counts(0, "N"), dense.counts(7, "N"));
}

TEST(Events, StateTriggerFiresEachTimeItBecomesTrue) {
    // Every fifth arrival empties N: together N + 5 B is the Poisson number of arrivals.
    auto const population =
        simulate(counter("[events.empty]\ntrigger = \"N >= 5\"\nassign = { N = 0, B = \"B + 1\" }\n"),
                 test_cells(1'000'000), {0.5, 4});
    Checks checks;
    for (std::size_t i = 0; i < 2; ++i) {
        auto const arrivals = poisson(4 * population.ensemble.times[i]);
        Probabilities left(5), emptied(arrivals.size() / 5 + 1);
        for (std::size_t n = 0; n < arrivals.size(); ++n) {
            left[n % 5] += arrivals[n];
            emptied[n / 5] += arrivals[n];
        }
        compare(checks, population, i, "N", left);
        compare(checks, population, i, "B", emptied);
    }
    EXPECT_TRUE(checks.hold());
}

TEST(Events, TriggerThatStaysTrueFiresOnce) {
    auto const population =
        simulate(counter("[events.once]\ntrigger = \"N >= 5\"\nassign = { B = \"B + 1\" }\n"),
                 test_cells(1'000'000), {1, 12});
    Checks checks;
    compare(checks, population, 0, "B", binomial(1, tail(poisson(4), 5)));
    EXPECT_TRUE(checks.hold());
    expect_all_cells(population, 1, "B", 1);
}

TEST(Events, ChangeOfAParameterChangesTheRate) {
    auto const population =
        simulate(counter("[events.faster]\ntrigger = \"t >= 0.5\"\nassign = { k = \"3*k\" }\n"),
                 test_cells(1'000'000), {0.5, 1});
    Checks checks;
    compare(checks, population, 0, "N", poisson(2));
    compare(checks, population, 1, "N", poisson(8));
    EXPECT_TRUE(checks.hold());
}

TEST(Events, ChangeOfAParameterByTheStateChangesTheRate) {
    // Arrivals at rate 4 up to the third, then at rate 1: a chain of pure births.
    auto const population = simulate(counter("[events.slower]\ntrigger = \"N >= 3\"\nassign = { k = 1 }\n"),
                                     test_cells(1'000'000), {1.2});
    Chain chain(40);
    for (std::size_t n = 0; n + 1 < chain.states(); ++n) chain.jump(n, n + 1, n < 3 ? 4 : 1);
    auto start = certain(0);
    start.resize(chain.states());
    Checks checks;
    compare(checks, population, 0, "N", chain.after(start, 1.2));
    EXPECT_TRUE(checks.hold());
}

TEST(Events, DelayedAssignmentUsesTheStateAtItsTrigger) {
    auto const population = simulate(counter(R"(
[events.as_it_was]
trigger = "t >= 0.5"
delay = 1
assign = { A = "N" }
[events.as_it_is]
trigger = "t >= 0.5"
delay = 1
use_values_from_trigger_time = false
assign = { B = "N" }
)"),
                                     test_cells(1'000'000), {1.4999, 1.5});
    expect_all_cells(population, 0, "A", 0);
    expect_all_cells(population, 0, "B", 0);
    Checks checks;
    compare(checks, population, 1, "A", poisson(2));
    compare(checks, population, 1, "B", poisson(6));
    EXPECT_TRUE(checks.hold());
}

TEST(Events, DelayMayDependOnTheState) {
    // Triggered at t = 1 with N molecules, carried out at 1 + N/4.
    auto const population =
        simulate(counter("[events.later]\ntrigger = \"t >= 1\"\ndelay = \"N/4\"\nassign = { A = 1 }\n"),
                 test_cells(1'000'000), {1, 2.1, 3});
    Checks checks;
    compare(checks, population, 0, "A", binomial(1, 1 - tail(poisson(4), 1)));
    compare(checks, population, 1, "A", binomial(1, 1 - tail(poisson(4), 5)));
    compare(checks, population, 2, "A", binomial(1, 1 - tail(poisson(4), 9)));
    EXPECT_TRUE(checks.hold());
}

TEST(Events, HigherPriorityGoesFirst) {
    auto const both = [](char const* one, char const* two) {
        return counter(std::string("[events.one]\ntrigger = \"t >= 1\"\nassign = { A = 1 }\npriority = ") +
                       one + "\n[events.two]\ntrigger = \"t >= 1\"\nassign = { A = 2 }\npriority = " + two +
                       "\n");
    };
    expect_all_cells(simulate(both("5", "-1"), 1000, {1}), 0, "A", 2);
    expect_all_cells(simulate(both("-1", "5"), 1000, {1}), 0, "A", 1);
    expect_all_cells(simulate(both("\"1 + N\"", "\"2 + N\""), 1000, {1}), 0, "A", 1);
}

TEST(Events, OfEqualPriorityComeInRandomOrder) {
    std::string events;
    for (auto const* number : {"1", "2", "3"})
        events += std::string("[events.e") + number +
                  "]\ntrigger = \"t >= 1\"\npriority = 0\nassign = { A = " + number + " }\n";
    auto const population = simulate(counter(events), test_cells(1'000'000), {1});
    Checks checks;
    compare(checks, population, 0, "A", uniform(1, 3));
    EXPECT_TRUE(checks.hold());
}

TEST(Events, OnlyPersistentOnesOutliveTheirTrigger) {
    auto const window = [](char const* persistent) {
        return counter(std::string("[events.e]\ntrigger = \"t >= 1 && t < 2\"\ndelay = 1.5\npersistent = ") +
                       persistent + "\nassign = { A = 1 }\n");
    };
    expect_all_cells(simulate(window("true"), 1000, {2.5}), 0, "A", 1);
    expect_all_cells(simulate(window("false"), 1000, {100}), 0, "A", 0);
}

TEST(Events, ThatAreCancelledByTheStateTellWhoWaitedLongEnough) {
    // G leaves at rate 1.5; the event comes after 0.8 if G is still there.
    auto const population = simulate(R"(
[species]
G = 1
A = 0
[reactions.leave]
equation = "G -> 0"
rate = 1.5
[events.reward]
trigger = "G >= 1"
initial_value = false
persistent = false
delay = 0.8
assign = { A = 1 }
)",
                                     test_cells(1'000'000), {0.79, 0.8, 5});
    expect_all_cells(population, 0, "A", 0);
    Checks checks;
    compare(checks, population, 1, "A", binomial(1, std::exp(-1.2)));
    compare(checks, population, 2, "A", binomial(1, std::exp(-1.2)));
    EXPECT_TRUE(checks.hold());
}

TEST(Events, TriggerThatHoldsAtTheStartFiresOnlyIfSaidToHaveBeenFalse) {
    auto const at_start = [](char const* line) {
        return counter(std::string("[events.e]\ntrigger = \"N < 100\"\nassign = { A = 1 }\n") + line);
    };
    expect_all_cells(simulate(at_start(""), 1000, {0}), 0, "A", 0);
    expect_all_cells(simulate(at_start("initial_value = true\n"), 1000, {0}), 0, "A", 0);
    expect_all_cells(simulate(at_start("initial_value = false\n"), 1000, {0}), 0, "A", 1);
}

TEST(Events, OneMayTriggerTheNextAtTheSameTime) {
    auto const population = simulate(counter(R"(
[events.second]
trigger = "A >= 1"
assign = { B = "A + 10" }
[events.first]
trigger = "t >= 2"
assign = { A = 5 }
)"),
                                     1000, {2});
    expect_all_cells(population, 0, "B", 15);
}

TEST(Events, BesideATimeDependentRateKeepBothExact) {
    // Rate 3 t, emptied at t = 1: Poisson with mean 1.5, then 1.5 (t^2 - 1).
    auto const population = simulate(R"(
[species]
N = 0
[reactions.arrival]
equation = "-> N"
propensity = "3*t"
[events.empty]
trigger = "t >= 1"
assign = { N = 0 }
)",
                                     test_cells(1'000'000), {0.99999, 1, 2});
    Checks checks;
    compare(checks, population, 0, "N", poisson(1.5 * 0.99999 * 0.99999));
    compare(checks, population, 2, "N", poisson(4.5));
    EXPECT_TRUE(checks.hold());
    expect_all_cells(population, 1, "N", 0);
}

}  // namespace
