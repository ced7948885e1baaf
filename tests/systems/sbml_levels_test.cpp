// Documents of SBML Level 2 as other programs write them, with nothing said that has a default, held against
// exact answers; and Level 3 Version 1 against Version 2.
//
// A mean above 1 off by 1.2 % would be caught; each statistical test raises a false alarm with probability
// 1e-6.
#include <cmath>

#include "tests/systems/sbml_population.hpp"

namespace {

using namespace fano;
using namespace fano::test;

constexpr std::uint64_t many = 400'000;
constexpr std::uint64_t few = 1000;

// Molecules still or again in the first of two states, all there at time 0.
Probabilities in_first(std::size_t molecules, double there, double back, double time) {
    double const share = back / (there + back);
    return binomial(molecules, share + (1 - share) * std::exp(-(there + back) * time));
}

TEST(SbmlLevels, Level2Version4HasItsDefaults) {
    // Species are concentrations, reactions reversible, parameters constant, stoichiometries 1, and events
    // take the values of their trigger time unless they say otherwise.
    std::string const document = R"(<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4">
<model id="m">
<listOfFunctionDefinitions>
<functionDefinition id="net">)" + mathml("lambda(f, a, b, x, y, f*a*x - f*b*y)") +
                                 R"(</functionDefinition>
</listOfFunctionDefinitions>
<listOfUnitDefinitions>
<unitDefinition id="substance"><listOfUnits><unit kind="item"/></listOfUnits></unitDefinition>
</listOfUnitDefinitions>
<listOfCompartments><compartment id="cell" size="2"/></listOfCompartments>
<listOfSpecies>
<species id="A" compartment="cell" initialConcentration="6"/>
<species id="B" compartment="cell" initialAmount="0"/>
<species id="P" compartment="cell" initialAmount="0"/>
<species id="AtTrigger" compartment="cell" initialAmount="0"/>
<species id="AtExecution" compartment="cell" initialAmount="0"/>
</listOfSpecies>
<listOfParameters>
<parameter id="k" value="1"/>
<parameter id="back" value="1000"/>
<parameter id="q" value="3" constant="false"/>
</listOfParameters>
<listOfInitialAssignments>
<initialAssignment symbol="k">)" +
                                 mathml("3/2") + R"(</initialAssignment>
</listOfInitialAssignments>
<listOfReactions>
<reaction id="R">
<listOfReactants><speciesReference species="A"/></listOfReactants>
<listOfProducts><speciesReference species="B"/></listOfProducts>
<kineticLaw>)" + mathml("net(cell, k, back, A, B)") +
                                 R"(
<listOfParameters><parameter id="back" value="0.5"/></listOfParameters></kineticLaw>
</reaction>
<reaction id="S" reversible="false">
<listOfProducts>
<speciesReference species="P"><stoichiometryMath>
<math xmlns="http://www.w3.org/1998/Math/MathML"><cn type="rational">4<sep/>2</cn></math>
</stoichiometryMath></speciesReference>
</listOfProducts>
<kineticLaw>)" + mathml("2*k") + R"(</kineticLaw>
</reaction>
</listOfReactions>
<listOfEvents>
<event><trigger>)" + mathml("time >= 0.5") +
                                 "</trigger><delay>" + mathml("2") + R"(</delay>
<listOfEventAssignments><eventAssignment variable="AtTrigger">)" +
                                 mathml("q") + R"(</eventAssignment>
</listOfEventAssignments></event>
<event useValuesFromTriggerTime="false"><trigger>)" +
                                 mathml("time >= 0.5") + "</trigger><delay>" + mathml("2") + R"(</delay>
<listOfEventAssignments><eventAssignment variable="AtExecution">)" +
                                 mathml("q") + R"(</eventAssignment>
</listOfEventAssignments></event>
<event><trigger>)" + mathml("time >= 1") +
                                 R"(</trigger>
<listOfEventAssignments><eventAssignment variable="q">)" +
                                 mathml("7") + R"(</eventAssignment>
</listOfEventAssignments></event>
<event><trigger>)" + mathml("q > 1") +
                                 R"(</trigger>
<listOfEventAssignments><eventAssignment variable="q">)" +
                                 mathml("9") + R"(</eventAssignment>
</listOfEventAssignments></event>
</listOfEvents>
</model>
</sbml>
)";
    auto const population = simulate_sbml(document, test_cells(many), {0, 0.4, 2.5});
    expect_all_cells(population, 0, "A", 12);
    expect_all_cells(population, 2, "AtTrigger", 6);
    expect_all_cells(population, 2, "AtExecution", 14);
    Checks checks;
    for (std::size_t i = 1; i < 3; ++i) {
        double const t = population.ensemble.times[i];
        compare(checks, population, i, "A", in_first(12, 1.5, 0.5, t));
        auto const made = poisson(3 * t);
        Probabilities pairs(2 * made.size());
        for (std::size_t n = 0; n < made.size(); ++n) pairs[2 * n] = made[n];
        compare(checks, population, i, "P", pairs);
    }
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlLevels, Level2Version1HasItsDefaults) {
    // A delayed event takes the values of its trigger time, and none fires at time 0.
    std::string const document =
        R"(<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level2" level="2" version="1">
<model id="m">
<listOfUnitDefinitions>
<unitDefinition id="substance"><listOfUnits><unit kind="item"/></listOfUnits></unitDefinition>
</listOfUnitDefinitions>
<listOfCompartments><compartment id="cell" size="4"/></listOfCompartments>
<listOfSpecies>
<species id="A" compartment="cell" initialConcentration="5"/>
<species id="S" compartment="cell" initialAmount="3" hasOnlySubstanceUnits="true" boundaryCondition="true"/>
<species id="P" compartment="cell" initialAmount="0"/>
<species id="Copy" compartment="cell" initialAmount="0" hasOnlySubstanceUnits="true"/>
</listOfSpecies>
<listOfParameters>
<parameter id="rate" constant="false"/>
<parameter id="q" value="3" constant="false"/>
</listOfParameters>
<listOfRules>
<assignmentRule variable="rate">)" +
        mathml("piecewise(0.5, time < 1, 2)") + R"(</assignmentRule>
</listOfRules>
<listOfReactions>
<reaction id="loss" reversible="false">
<listOfReactants><speciesReference species="A"/></listOfReactants>
<kineticLaw>)" +
        mathml("rate*A*cell") + R"(</kineticLaw>
</reaction>
<reaction id="synthesis" reversible="false">
<listOfReactants><speciesReference species="S"/></listOfReactants>
<listOfProducts><speciesReference species="P"/></listOfProducts>
<kineticLaw>)" +
        mathml("q*S") + R"(<listOfParameters><parameter id="q" value="0.25"/></listOfParameters></kineticLaw>
</reaction>
</listOfReactions>
<listOfEvents>
<event><trigger>)" +
        mathml("time > 0.5") + "</trigger><delay>" + mathml("1") + R"(</delay>
<listOfEventAssignments><eventAssignment variable="Copy">)" +
        mathml("q") + R"(</eventAssignment>
</listOfEventAssignments></event>
<event><trigger>)" +
        mathml("time >= 1") + R"(</trigger>
<listOfEventAssignments><eventAssignment variable="q">)" +
        mathml("8") + R"(</eventAssignment>
</listOfEventAssignments></event>
<event><trigger>)" +
        mathml("time >= 0") + R"(</trigger>
<listOfEventAssignments><eventAssignment variable="q">)" +
        mathml("9") + R"(</eventAssignment>
</listOfEventAssignments></event>
</listOfEvents>
</model>
</sbml>
)";
    auto const population = simulate_sbml(document, test_cells(many), {0, 1, 1.6});
    expect_all_cells(population, 0, "A", 20);
    expect_all_cells(population, 1, "Copy", 0);
    expect_all_cells(population, 2, "Copy", 3);
    Checks checks;
    compare(checks, population, 1, "A", binomial(20, std::exp(-0.5)));
    compare(checks, population, 2, "A", binomial(20, std::exp(-0.5 - 1.2)));
    compare(checks, population, 2, "P", poisson(0.75 * 1.6));
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlLevels, Level3Version1GivesTheCellsOfVersion2) {
    auto document = SbmlText("conversionFactor='f'")
                        .compartment("id='cell' size='2'")
                        .concentration("id='A' initialConcentration='10'")
                        .concentration("id='B' initialAmount='0'")
                        .parameter("id='f' value='2'")
                        .reaction("id='R'", "A -> B", "k*A*cell", {"id='k' value='0.7'"})
                        .event({.trigger = "B > 3", .assignments = {{"A", "A + 2"}}, .delay = "time"})
                        .text();
    auto const second = simulate_sbml(document, few, {1, 2});
    auto const replace = [&](std::string const& old, std::string const& with) {
        document.replace(document.find(old), old.size(), with);
    };
    replace("level3/version2", "level3/version1");
    replace("version='2'", "version='1'");
    replace("reversible='false'", "reversible='false' fast='false'");
    auto const first = simulate_sbml(document, few, {1, 2});
    EXPECT_GT(first.ensemble.events, few);
    EXPECT_EQ(first.ensemble.fingerprint, second.ensemble.fingerprint);
}

}  // namespace
