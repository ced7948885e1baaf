// SBML models: what reactions, their laws and stoichiometries, and events become.
#include <gtest/gtest.h>

#include "fano/model.hpp"
#include "sbml_text.hpp"

namespace {

using namespace fano;
using namespace fano::sbml_text;

std::string reversible_text(std::string const& formula) {
    return reactions_text(
        read(with_reaction(reactants(reference("A")) + products(reference("B")) + law(formula), true)));
}

TEST(SbmlReader, GivesLocalParametersTheirReactionsName) {
    auto const local = [](std::string const& value) {
        return "<localParameter id=\"k\" value=\"" + value + "\"/>\n";
    };
    auto const model = read(with_quantities(
        list("Reactions", reaction("R", products(reference("A")) + law("k*k2", local("7"))) +
                              reaction("S", products(reference("A")) + law("k*A", local("8"))) +
                              reaction("T", products(reference("A")) + law("k*A")))));
    EXPECT_EQ(model.reactions[0].law.text(), "R_k*k2");
    EXPECT_EQ(model.reactions[1].law.text(), "S_k*A");
    EXPECT_EQ(model.reactions[2].law.text(), "k*A");
    EXPECT_EQ(quantity(model, "R_k").initial.number(), 7);
    EXPECT_EQ(quantity(model, "S_k").initial.number(), 8);
    EXPECT_EQ(quantity(model, "R_k").line, 21);
}

TEST(SbmlReader, KeepsNamesOfLocalParametersUnique) {
    auto const model = read(level3(
        list("Compartments", compartment()) + list("Species", species("A")) +
        list("Parameters", parameter("R_k")) +
        list("Reactions", reaction("R", products(reference("A")) +
                                            law("k*R_k", "<localParameter id=\"k\" value=\"7\"/>\n")))));
    EXPECT_EQ(model.reactions[0].law.text(), "R_k_2*R_k");
}

TEST(SbmlReader, LetsALocalParameterShadowASpecies) {
    auto const model =
        read(with_reaction(products(reference("A")) + law("A", "<localParameter id=\"A\" value=\"7\"/>\n")));
    EXPECT_EQ(model.reactions[0].law.text(), "R_A");
}

TEST(SbmlReader, SplitsReversibleReactions) {
    std::string const forward = "R: 1A -> 1B @ ", backward = "; R_reverse: 1B -> 1A @ ";
    EXPECT_EQ(reversible_text("k*A - k2*B"), forward + "k*A" + backward + "k2*B");
    EXPECT_EQ(reversible_text("k*A + (-k2*B)"), forward + "k*A" + backward + "k2*B");
    EXPECT_EQ(reversible_text("k*A + -(k2*B)"), forward + "k*A" + backward + "k2*B");
    EXPECT_EQ(reversible_text("k*(A - B)"), forward + "k*A" + backward + "k*B");
    EXPECT_EQ(reversible_text("(A - B)*k"), forward + "A*k" + backward + "B*k");
    EXPECT_EQ(reversible_text("cell*(k*A - k2*B)"), forward + "cell*(k*A)" + backward + "cell*(k2*B)");
    EXPECT_EQ(reversible_text("k*(A - B)/(1 + A)"), forward + "k*A/(1 + A)" + backward + "k*B/(1 + A)");
    EXPECT_EQ(reversible_text("k - k2*B + A"), forward + "k + A" + backward + "k2*B");
    EXPECT_EQ(reversible_text("k*A - k2*B - B"), forward + "k*A" + backward + "k2*B + B");
    EXPECT_EQ(reversible_text("k*A - 2"), forward + "k*A" + backward + "2");
    // What either rate subtracts within is its own affair.
    EXPECT_EQ(reversible_text("k*A*(A - 1) - k2*B"), forward + "k*A*(A - 1)" + backward + "k2*B");
}

TEST(SbmlReader, SplitsADifferenceThatARuleHolds) {
    auto const rules =
        list("Rules", "<assignmentRule variable=\"v\">" + math("k*A - k*B") + "</assignmentRule>\n");
    auto const model = read(level3(
        list("Compartments", compartment()) + list("Species", species("A") + species("B")) +
        list("Parameters", parameter("k") + parameter("v", "", false)) + rules +
        list("Reactions",
             reaction("R", reactants(reference("A")) + products(reference("B")) + law("cell*v"), true))));
    EXPECT_EQ(reactions_text(model), "R: 1A -> 1B @ cell*(k*A); R_reverse: 1B -> 1A @ cell*(k*B)");
}

TEST(SbmlReader, TakesAReversibleLawWithoutAMinusForOneWay) {
    auto const model = read(
        with_reaction(reactants(reference("A")) + products(reference("B")) + law("k*A/(1 + B^2)"), true));
    EXPECT_EQ(reactions_text(model), "R: 1A -> 1B @ k*A/(1 + B^2)");
    EXPECT_TRUE(has_note(model, "reaction \"R\" is marked reversible"));
}

TEST(SbmlReader, IgnoresModifiers) {
    auto const model = read(with_reaction(
        reactants(reference("A")) +
        "<listOfModifiers><modifierSpeciesReference species=\"B\"/></listOfModifiers>\n" + law("k*A*B")));
    EXPECT_EQ(reactions_text(model), "R: 1A -> @ k*A*B");
}

TEST(SbmlReader, ReadsWholeStoichiometries) {
    EXPECT_EQ(
        reactions_text(read(with_reaction(reactants(reference("A", "stoichiometry=\"2\"")) +
                                          products(reference("B", "stoichiometry=\"100\"")) + law("k")))),
        "R: 2A -> 100B @ k");
    // Twice the same species stays as written; it is the compiler's to add up.
    EXPECT_EQ(reactions_text(read(with_reaction(reactants(reference("A") + reference("A")) + law("k")))),
              "R: 1A 1A -> @ k");
}

TEST(SbmlReader, ReadsComputedStoichiometriesThatAreConstant) {
    auto const reactions =
        list("Reactions",
             reaction("R", products("<speciesReference id=\"n\" species=\"A\" constant=\"false\"/>\n") +
                               law("k*n")));
    auto const assigned =
        read(with_quantities(list("InitialAssignments", "<initialAssignment symbol=\"n\">" + math("2*k + 1") +
                                                            "</initialAssignment>\n") +
                             reactions));
    EXPECT_EQ(reactions_text(assigned), "R: -> 7A @ k*7");
    EXPECT_TRUE(has_note(assigned, "setting \"k\" later does not change it"));
    auto const ruled = read(with_quantities(
        list("Rules", "<assignmentRule variable=\"n\">" + math("3 + 1") + "</assignmentRule>\n") +
        reactions));
    EXPECT_EQ(reactions_text(ruled), "R: -> 4A @ k*4");
    EXPECT_TRUE(ruled.notes.empty());
}

TEST(SbmlReader, MultipliesStoichiometriesByConversionFactors) {
    auto const two = parameter("two", "value=\"2\"") + parameter("half", "value=\"0.5\"") + parameter("k");
    auto const model = read(level3(
        list("Compartments", compartment()) +
            list("Species", species("A") + species("B", "initialAmount=\"5\" conversionFactor=\"half\"")) +
            list("Parameters", two) +
            list("Reactions",
                 reaction("R", reactants(reference("A", "stoichiometry=\"3\"")) +
                                   products(reference("B", "stoichiometry=\"4\"")) + law("k*A"))),
        " conversionFactor=\"two\""));
    EXPECT_EQ(reactions_text(model), "R: 6A -> 2B @ k*A");
    EXPECT_TRUE(has_note(model, "\"half\""));
}

TEST(SbmlReader, ReadsEvents) {
    auto const event =
        "<event id=\"feed\" useValuesFromTriggerTime=\"false\">\n"
        "<trigger initialValue=\"false\" persistent=\"false\">" +
        math("time >= 10 && A < 5") +
        "</trigger>\n"
        "<priority>" +
        math("k") + "</priority>\n<delay>" + math("2*k") + "</delay>\n" +
        list("EventAssignments", "<eventAssignment variable=\"A\">" + math("A + 5") + "</eventAssignment>\n" +
                                     "<eventAssignment variable=\"v\">" + math("v/2") +
                                     "</eventAssignment>\n") +
        "</event>\n";
    auto const model = read(level3(
        list("Compartments", compartment()) + list("Species", species("A", "initialAmount=\"4\"", false)) +
        list("Parameters", parameter("k") + parameter("v", "value=\"1\"", false)) + list("Events", event)));
    ASSERT_EQ(model.events.size(), 1u);
    auto const& feed = model.events[0];
    EXPECT_EQ(feed.id, "feed");
    EXPECT_EQ(feed.line, 14);
    EXPECT_EQ(feed.trigger.text(), "t >= 10 && A < 5");
    EXPECT_EQ(feed.delay->text(), "2*k");
    EXPECT_EQ(feed.priority->text(), "k");
    EXPECT_FALSE(feed.initial_value);
    EXPECT_FALSE(feed.persistent);
    EXPECT_FALSE(feed.values_from_trigger_time);
    ASSERT_EQ(feed.assignments.size(), 2u);
    EXPECT_EQ(feed.assignments[0].target, "A");
    EXPECT_EQ(feed.assignments[0].value.text(), "A + 5");  // a concentration, like the symbol
    EXPECT_EQ(feed.assignments[1].value.text(), "v/2");
}

TEST(SbmlReader, LeavesOutEventsThatNeverHappenAndSaysSo) {
    auto const model = read(with_quantities(list("Events",
                                                 "<event id=\"e\" useValuesFromTriggerTime=\"true\"><trigger "
                                                 "initialValue=\"true\" persistent=\"true\"/></event>\n")));
    EXPECT_TRUE(model.events.empty());
    EXPECT_TRUE(has_note(model, "event \"e\" has no trigger"));
}

}  // namespace
