// When events act, wherever the time stands in their triggers, and by which volume a concentration is set.
// No chance is involved: every one of 1,000 cells must do the same.
#include "tests/systems/sbml_population.hpp"

namespace {

using namespace fano;
using namespace fano::test;

constexpr std::uint64_t few = 1000;

SbmlText counter(char const* rate) {
    return SbmlText()
        .species("id='N' initialAmount='0'")
        .species("id='A' initialAmount='0'")
        .parameter("id='p' value='3' constant='false'")
        .reaction("id='arrival'", "-> N", rate);
}

// The trigger turns at `time` or just after it.
void expect_to_act_at(std::string const& trigger, double time) {
    auto const model = counter("0.0001").event({.trigger = trigger, .assignments = {{"A", "7"}}});
    auto const population = simulate_sbml(model, few, {time - 1e-6, time + 1e-6, time + 1});
    SCOPED_TRACE(trigger);
    expect_all_cells(population, 0, "A", 0);
    expect_all_cells(population, 1, "A", 7);
    expect_all_cells(population, 2, "A", 7);
}

TEST(SbmlDeadlines, AreMetWhateverStandsBesideTheTime) {
    expect_to_act_at("100 - time < 95", 5);
    expect_to_act_at("100 - time <= 95", 5);
    expect_to_act_at("time + 100 > 105", 5);
    expect_to_act_at("time + 1000 > 1000.3", 0.3);
    expect_to_act_at("time + 1000 >= 1000.3", 0.3);
    expect_to_act_at("(time + 20)/7 > 3.1", 1.7);
    expect_to_act_at("24 - time < 0.1*p + 20", 3.7);
    expect_to_act_at("10*(time - 0.3) > 1", 0.4);
    expect_to_act_at("3 - 0.1*time < 2.9", 1);
    expect_to_act_at("1e6*time > 1", 1e-6 + 1e-9);
    expect_to_act_at("time*p > 1", 1.0 / 3);
    expect_to_act_at("time + 50 > 51 && N < 100", 1);
}

TEST(SbmlDeadlines, MoveWithTheParameterTheyDependOn) {
    auto const later = counter("1")
                           .event({.trigger = "time >= p", .assignments = {{"A", "1"}}})
                           .event({.trigger = "time >= 2", .assignments = {{"p", "10"}}});
    auto const population = simulate_sbml(later, few, {9.9, 10});
    expect_all_cells(population, 0, "A", 0);
    expect_all_cells(population, 1, "A", 1);
}

TEST(SbmlDeadlines, DelayedConcentrationIsCountedInTheVolumeThatItMeets) {
    auto const model = counter("4")
                           .compartment("id='cell' size='2' constant='false'")
                           .concentration("id='S' initialAmount='8'")
                           .event({.trigger = "time >= 1", .assignments = {{"S", "5"}}, .delay = "1"})
                           .event({.trigger = "time >= 1.5", .assignments = {{"cell", "4"}}});
    expect_all_cells(simulate_sbml(model, few, {2}), 0, "S", 20);
}

TEST(SbmlDeadlines, ConcentrationIsCountedInTheVolumeThatAnEarlierEventSet) {
    auto const model = counter("4")
                           .compartment("id='cell' size='2' constant='false'")
                           .concentration("id='S' initialAmount='8'")
                           .event({.trigger = "time >= 1", .assignments = {{"S", "5"}}, .priority = "1"})
                           .event({.trigger = "time >= 1", .assignments = {{"cell", "4"}}, .priority = "2"});
    expect_all_cells(simulate_sbml(model, few, {1}), 0, "S", 20);
}

}  // namespace
