// SBML models: what quantities, formulas and documents become.
#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "fano/model.hpp"
#include "sbml_text.hpp"

namespace {

using namespace fano;
using namespace fano::sbml_text;

TEST(SbmlReader, ReadsABirthAndADeath) {
    auto const model = read(
        with_quantities(list("Reactions", reaction("birth", products(reference("A")) + law("k")) +
                                              reaction("death", reactants(reference("A")) + law("k2*A"))),
                        " name=\"Birth and death\" timeUnits=\"second\" substanceUnits=\"item\""));
    EXPECT_EQ(model.file, "folder/test.xml");
    EXPECT_EQ(model.name, "Birth and death");
    EXPECT_EQ(model.time_unit, "second");
    ASSERT_EQ(model.quantities.size(), 5u);
    EXPECT_EQ(quantity(model, "cell").kind, QuantityKind::volume);
    EXPECT_EQ(quantity(model, "cell").initial.number(), 2);
    EXPECT_EQ(quantity(model, "cell").line, 4);
    EXPECT_EQ(quantity(model, "A").kind, QuantityKind::species);
    EXPECT_EQ(quantity(model, "A").initial.number(), 5);
    EXPECT_EQ(quantity(model, "A").volume, "cell");
    EXPECT_EQ(quantity(model, "A").line, 7);
    EXPECT_FALSE(quantity(model, "A").concentration);
    EXPECT_FALSE(quantity(model, "A").fixed);
    EXPECT_EQ(quantity(model, "k").kind, QuantityKind::parameter);
    EXPECT_EQ(quantity(model, "k").initial.number(), 3);
    EXPECT_EQ(reactions_text(model), "birth: -> 1A @ k; death: 1A -> @ k2*A");
    EXPECT_EQ(model.reactions[0].kind, LawKind::propensity);
    EXPECT_EQ(model.reactions[0].line, 15);
    EXPECT_TRUE(model.notes.empty());
}

TEST(SbmlReader, NamesAModelAfterItsIdThenItsFile) {
    EXPECT_EQ(read(with_quantities("")).name, "m");
    EXPECT_EQ(read("<sbml xmlns=\"http://www.sbml.org/sbml/level3/version1/core\" level=\"3\" "
                   "version=\"1\"><model/></sbml>")
                  .name,
              "test");
}

TEST(SbmlReader, FindsTheLineInWhichATagBegins) {
    auto text = with_quantities("");
    auto const at = text.find("<species id=\"B\"");
    text.replace(at, 8, "<species\n\n ");
    EXPECT_EQ(quantity(read(text), "B").line, 8);
    EXPECT_EQ(quantity(read(text), "k").line, 13);
    EXPECT_EQ(quantity(read("<?xml version=\"1.0\"?>\n" + text), "k").line, 14);
}

TEST(SbmlReader, TakesASpeciesForAConcentrationUnlessItIsAnAmount) {
    auto const cell = list("Compartments", compartment());
    auto const one = [&](std::string const& value, bool amount) {
        return quantity(read(level3(cell + list("Species", species("A", value, amount)))), "A");
    };
    EXPECT_TRUE(one("initialAmount=\"6\"", false).concentration);
    EXPECT_EQ(one("initialAmount=\"6\"", false).initial.text(), "6");
    EXPECT_EQ(one("initialConcentration=\"6\"", false).initial.text(), "6*cell");
    EXPECT_FALSE(one("initialConcentration=\"6\"", true).concentration);
    EXPECT_EQ(one("initialConcentration=\"6\"", true).initial.text(), "6*cell");
}

TEST(SbmlReader, CountsSpeciesInACompartmentWithoutExtent) {
    auto const model = read(level3(list("Compartments", compartment("spatialDimensions=\"0\"")) +
                                   list("Species", species("A", "initialAmount=\"6\"", false))));
    EXPECT_FALSE(quantity(model, "A").concentration);
    EXPECT_TRUE(model.notes.empty());
}

TEST(SbmlReader, TakesACompartmentWithoutASizeForOneAndSaysSo) {
    auto const model = read(level3(list("Compartments", compartment(""))));
    EXPECT_EQ(quantity(model, "cell").initial.number(), 1);
    EXPECT_TRUE(has_note(model, "compartment \"cell\" has no size"));
}

TEST(SbmlReader, FixesBoundaryAndConstantSpecies) {
    auto const cell = list("Compartments", compartment());
    auto const one = [&](std::string const& flags) {
        return quantity(
                   read(level3(cell + list("Species", species("A", "initialAmount=\"0\"", true, flags)))),
                   "A")
            .fixed;
    };
    EXPECT_TRUE(one("boundaryCondition=\"true\" constant=\"false\""));
    EXPECT_TRUE(one("boundaryCondition=\"true\" constant=\"true\""));
    EXPECT_FALSE(one("boundaryCondition=\"false\" constant=\"false\""));
}

TEST(SbmlReader, MultipliesInitialAssignmentsOfConcentrationsByTheVolume) {
    auto const assignments =
        list("InitialAssignments",
             "<initialAssignment symbol=\"A\">" + math("2*k") + "</initialAssignment>\n" +
                 "<initialAssignment symbol=\"B\">" + math("2*k") + "</initialAssignment>\n" +
                 "<initialAssignment symbol=\"k\">" + math("7") + "</initialAssignment>\n" +
                 "<initialAssignment symbol=\"cell\">" + math("4") + "</initialAssignment>\n");
    auto const model =
        read(level3(list("Compartments", compartment()) +
                    list("Species", species("A", "initialAmount=\"1\"", true) + species("B", "", false)) +
                    list("Parameters", parameter("k")) + assignments));
    EXPECT_EQ(quantity(model, "A").initial.text(), "2*k");
    EXPECT_EQ(quantity(model, "B").initial.text(), "2*k*cell");
    EXPECT_EQ(quantity(model, "k").initial.text(), "7");
    EXPECT_EQ(quantity(model, "cell").initial.text(), "4");
}

TEST(SbmlReader, KeepsAssignmentRulesInTheUnitOfTheSymbol) {
    auto const rules =
        list("Rules", "<assignmentRule variable=\"B\">" + math("2*A") + "</assignmentRule>\n" +
                          "<assignmentRule variable=\"k\">" + math("A + time") + "</assignmentRule>\n");
    auto const model =
        read(level3(list("Compartments", compartment()) +
                    list("Species", species("A", "initialAmount=\"1\"", false) + species("B", "", false)) +
                    list("Parameters", parameter("k", "", false)) + rules));
    EXPECT_EQ(quantity(model, "B").rule->text(), "2*A");
    EXPECT_EQ(quantity(model, "k").rule->text(), "A + t");
    EXPECT_FALSE(quantity(model, "A").rule);
}

TEST(SbmlReader, ExpandsFunctions) {
    // `rate` calls a function that comes later; its arguments are named after quantities of the model.
    auto const functions =
        list("FunctionDefinitions", "<functionDefinition id=\"rate\">" + math("lambda(A, k, twice(A)*k)") +
                                        "</functionDefinition>\n" + "<functionDefinition id=\"twice\">" +
                                        math("lambda(x, 2*x)") + "</functionDefinition>\n");
    auto const model = read(with_quantities(
        functions + list("Reactions", reaction("R", products(reference("A")) + law("rate(k, A + B)")))));
    EXPECT_EQ(model.reactions[0].law.text(), "2*k*(A + B)");
}

TEST(SbmlReader, ReadsEveryKindOfNumber) {
    auto const number = [](std::string const& cn) {
        auto const model =
            read(with_reaction(products(reference("A")) + "<kineticLaw>" + mathml(cn) + "</kineticLaw>\n"));
        return model.reactions[0].law.number();
    };
    EXPECT_EQ(number("<cn> 0.1 </cn>"), 0.1);
    EXPECT_EQ(number("<cn type=\"integer\"> 12 </cn>"), 12);
    EXPECT_EQ(number("<cn type=\"rational\"> 1 <sep/> 4 </cn>"), 0.25);
    EXPECT_EQ(number("<cn type=\"e-notation\"> 1.2345 <sep/> -7 </cn>"), 1.2345e-7);
    EXPECT_EQ(number("<pi/>"), 3.14159265358979323846);
    EXPECT_EQ(number("<exponentiale/>"), 2.71828182845904523536);
    EXPECT_EQ(number("<csymbol encoding=\"text\" "
                     "definitionURL=\"http://www.sbml.org/sbml/symbols/avogadro\">N</csymbol>"),
              6.02214179e23);
}

TEST(SbmlReader, ReadsEveryFunction) {
    auto const text = [](std::string const& body) {
        auto const model =
            read(with_reaction(products(reference("A")) + "<kineticLaw>" + mathml(body) + "</kineticLaw>\n"));
        return model.reactions[0].law.text();
    };
    std::string const a = "<ci> A </ci>", k = "<ci> k </ci>";
    auto const call = [&](std::string const& f, std::string const& arguments) {
        return text("<apply><" + f + "/>" + arguments + "</apply>");
    };
    EXPECT_EQ(call("plus", a + k + a), "A + k + A");
    EXPECT_EQ(call("plus", ""), "0");
    EXPECT_EQ(call("times", ""), "1");
    EXPECT_EQ(call("times", a), "A");
    EXPECT_EQ(call("minus", a), "-A");
    EXPECT_EQ(call("divide", a + k), "A/k");
    EXPECT_EQ(call("power", a + k), "A^k");
    EXPECT_EQ(call("root", a), "sqrt(A)");
    EXPECT_EQ(call("root", "<degree><cn>4</cn></degree>" + a), "A^0.25");
    EXPECT_EQ(call("ln", a), "ln(A)");
    EXPECT_EQ(call("log", a), "log10(A)");
    EXPECT_EQ(call("log", "<logbase><cn>2</cn></logbase>" + a), "ln(A)/ln(2)");
    EXPECT_EQ(call("exp", a), "exp(A)");
    EXPECT_EQ(call("lt", a + k + a), "A < k && k < A");
    EXPECT_EQ(call("min", a + k), "min(A, k)");
    EXPECT_EQ(call("xor", "<true/>" + a), "1 != (A != 0)");
    EXPECT_EQ(text("<piecewise><piece><cn>1</cn><apply><gt/>" + a + k +
                   "</apply></piece><piece><cn>2</cn><apply><lt/>" + a + k +
                   "</apply></piece><otherwise><cn>3</cn></otherwise></piecewise>"),
              "piecewise(1, A > k, 2, A < k, 3)");
    EXPECT_EQ(
        text(
            "<csymbol encoding=\"text\" definitionURL=\"http://www.sbml.org/sbml/symbols/time\">x</csymbol>"),
        "t");
    EXPECT_EQ(call("quotient", a + k), "piecewise(ceil(A/k), A/k < 0, floor(A/k))");
}

TEST(SbmlReader, TakesAParameterCalledTimeForAParameter) {
    auto const model =
        read(level3(list("Compartments", compartment()) + list("Species", species("A")) +
                    list("Parameters", parameter("time")) +
                    list("Reactions", reaction("R", products(reference("A")) + "<kineticLaw>" +
                                                        mathml("<ci>time</ci>") + "</kineticLaw>\n"))));
    EXPECT_EQ(model.reactions[0].law.function(), Function::name);
}

TEST(SbmlReader, LeavesConstraintsUncheckedAndSaysSo) {
    auto const model =
        read(with_quantities(list("Constraints", "<constraint>" + math("A < 100") + "</constraint>\n")));
    EXPECT_TRUE(has_note(model, "constraint"));
}

TEST(SbmlReader, TakesQuantitiesWithoutAValueWhenNothingNeedsThem) {
    auto const model =
        read(level3(list("Compartments", compartment()) +
                    list("Species", species("A") + species("waste", "", true,
                                                           "boundaryCondition=\"true\" constant=\"false\"")) +
                    list("Parameters", parameter("k") + parameter("unused", "")) +
                    list("Reactions", reaction("R", reactants(reference("A")) + products(reference("waste")) +
                                                        law("k*A")))));
    EXPECT_EQ(quantity(model, "waste").initial.number(), 0);
    EXPECT_TRUE(has_note(model, "species \"waste\" has no value"));
    EXPECT_TRUE(has_note(model, "parameter \"unused\" has no value"));
}

TEST(SbmlReader, ReadsLevel2WithItsDefaults) {
    // A reaction is reversible, a stoichiometry 1, a parameter constant; local parameters are called parameters.
    auto const text = level2(
        list("Compartments", "<compartment id=\"cell\" size=\"2\"/>\n") +
        list(
            "Species",
            "<species id=\"A\" compartment=\"cell\" initialConcentration=\"3\"/>\n"
            "<species id=\"B\" compartment=\"cell\" initialAmount=\"3\" hasOnlySubstanceUnits=\"true\"/>\n") +
        list("Reactions", "<reaction id=\"R\">\n" + reactants("<speciesReference species=\"A\"/>\n") +
                              products("<speciesReference species=\"B\"><stoichiometryMath>" + math("2") +
                                       "</stoichiometryMath></speciesReference>\n") +
                              "<kineticLaw>" + math("k*A") +
                              list("Parameters", "<parameter id=\"k\" value=\"2\"/>\n") +
                              "</kineticLaw></reaction>\n") +
        list("Events", "<event><trigger>" + math("A > 2") + "</trigger>" +
                           list("EventAssignments",
                                "<eventAssignment variable=\"B\">" + math("0") + "</eventAssignment>\n") +
                           "</event>\n"));
    auto const model = read(text);
    EXPECT_EQ(reactions_text(model), "R: 1A -> 2B @ R_k*A");
    EXPECT_TRUE(has_note(model, "marked reversible"));
    EXPECT_TRUE(has_note(model, "read as molecules"));
    EXPECT_EQ(model.time_unit, "second");
    EXPECT_EQ(quantity(model, "A").initial.text(), "3*cell");
    ASSERT_EQ(model.events.size(), 1u);
    EXPECT_EQ(model.events[0].id, "event_1");
    EXPECT_TRUE(model.events[0].initial_value);
    EXPECT_TRUE(model.events[0].persistent);
    EXPECT_TRUE(model.events[0].values_from_trigger_time);
}

TEST(SbmlReader, ReadsEveryVersionOfLevel2) {
    for (int version = 1; version <= 4; ++version) {
        auto const model =
            read(level2(list("Compartments", "<compartment id=\"cell\" size=\"2\"/>\n") +
                            list("Species", "<species id=\"A\" compartment=\"cell\" initialAmount=\"3\"/>\n"),
                        version));
        EXPECT_EQ(quantity(model, "A").initial.text(), "3");
    }
}

TEST(SbmlReader, ReadsTheTimeUnit) {
    EXPECT_EQ(read(with_quantities("", " timeUnits=\"second\"")).time_unit, "second");
    auto const minutes =
        level3(list("UnitDefinitions",
                    "<unitDefinition id=\"u\"><listOfUnits><unit kind=\"second\" exponent=\"1\" scale=\"0\" "
                    "multiplier=\"60\"/></listOfUnits></unitDefinition>\n"),
               " timeUnits=\"u\"");
    EXPECT_EQ(read(minutes).time_unit, "minute");
    EXPECT_EQ(read(with_quantities("")).time_unit, "");
}

TEST(SbmlReader, LeavesPackagesAsideThatAreNotRequired) {
    auto text = with_quantities("");
    text.insert(
        5,
        " xmlns:layout=\"http://www.sbml.org/sbml/level3/version1/layout/version1\" "
        "layout:required=\"false\" "
        "xmlns:mine=\"http://www.sbml.org/sbml/level3/version1/mine/version1\" mine:required=\"false\" ");
    auto const model = read(text);
    EXPECT_TRUE(has_note(model, "\"layout\""));
    EXPECT_TRUE(has_note(model, "\"mine\""));
    EXPECT_EQ(model.quantities.size(), 5u);
}

TEST(SbmlReader, ReadsTheCasesOfTheStochasticTestSuite) {
    auto const* const folder = std::getenv("FANO_DSMTS_DIR");
    if (folder == nullptr) {
        GTEST_SKIP() << "FANO_DSMTS_DIR is not set; it names the folder of the stochastic SBML test suite";
    }
    int files = 0;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(folder)) {
        auto const name = entry.path().filename().string();
        if (!name.ends_with("-sbml-l3v1.xml") && !name.ends_with("-sbml-l3v2.xml")) continue;
        SCOPED_TRACE(name);
        auto const model = fano::read_model(entry.path().string());
        EXPECT_FALSE(model.reactions.empty());
        EXPECT_TRUE(std::any_of(model.quantities.begin(), model.quantities.end(),
                                [](auto const& q) { return q.kind == QuantityKind::species; }));
        ++files;
    }
    EXPECT_GT(files, 0) << "no models in " << folder;
}

}  // namespace
