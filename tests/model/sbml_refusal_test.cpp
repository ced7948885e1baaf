// What the SBML reader refuses: in which line, by which name and in which words.
#include <algorithm>

#include <gtest/gtest.h>

#include "fano/error.hpp"
#include "fano/model.hpp"
#include "sbml_text.hpp"

namespace {

using namespace fano;
using namespace fano::sbml_text;
using Words = std::vector<std::string>;

// `text` is refused with a message that begins with the file and the line and has all the words.
void expect_refused(std::string const& text, int line, Words const& words) {
    SCOPED_TRACE(text);
    try {
        read_sbml(text, "test.xml");
    } catch (InputError const& error) {
        EXPECT_EQ(error.code(), ExitCode::input);
        std::string const message = error.what();
        auto const place = "test.xml:" + (line > 0 ? std::to_string(line) + ": " : " ");
        EXPECT_EQ(message.substr(0, place.size()), place) << message;
        for (auto const& word : words) {
            EXPECT_NE(message.find(word), std::string::npos) << '"' << word << "\" is not in: " << message;
        }
        return;
    }
    ADD_FAILURE() << "accepted, but should have said: " << words.front();
}

// After the quantities: `rest` begins in line 14.
void expect_rest_refused(std::string const& rest, int line, Words const& words) {
    expect_refused(with_quantities(rest), line, words);
}

// A law of a reaction that makes A; it stands in line 19.
void expect_law_refused(std::string const& kinetic_law, Words const& words) {
    expect_refused(with_reaction(products(reference("A")) + kinetic_law), 19, words);
}
void expect_math_refused(std::string const& body, Words const& words) {
    expect_law_refused("<kineticLaw>" + mathml(body) + "</kineticLaw>\n", words);
}

// A reference in line 17.
void expect_reference_refused(std::string const& species_reference, Words const& words) {
    expect_refused(with_reaction(products(species_reference) + law("k")), 17, words);
}

std::string event(std::string const& variable, std::string const& value) {
    return list("Events",
                "<event id=\"feed\" useValuesFromTriggerTime=\"true\"><trigger initialValue=\"true\" "
                "persistent=\"true\">" +
                    math("time > 5") + "</trigger>\n" +
                    list("EventAssignments", "<eventAssignment variable=\"" + variable + "\">" + math(value) +
                                                 "</eventAssignment>\n") +
                    "</event>\n");
}

TEST(SbmlRefusal, SaysThatAFileIsEmpty) {
    expect_refused("", 0, {"empty"});
    expect_refused(" \n\n", 0, {"empty"});
}

TEST(SbmlRefusal, SaysThatAFileIsNotSbml) {
    expect_refused("<?xml version=\"1.0\"?>\n<!-- <sbml> -->\n<html>\n<body/></html>", 3,
                   {"XML but not SBML", "<html>"});
    expect_refused("k = 5", 0, {"not SBML"});
    expect_refused("<!-- nothing", 0, {"not SBML"});
}

TEST(SbmlRefusal, SaysWhereTheXmlBreaksOff) {
    auto const whole = with_quantities("");
    for (auto const at : {whole.find("<listOfParameters") - 1, whole.size() / 2, whole.size() - 3}) {
        auto const text = whole.substr(0, at);
        auto const line = 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n'));
        expect_refused(text, line, {"not well-formed"});
    }
}

TEST(SbmlRefusal, NeverCrashesOnATruncatedFile) {
    auto const whole = with_reaction(products(reference("A")) + law("k*A"));
    for (std::size_t size = 0; size + 8 < whole.size(); size += 7) {
        EXPECT_THROW(read_sbml(whole.substr(0, size), "test.xml"), InputError) << size;
    }
}

TEST(SbmlRefusal, NamesTheLevelsItReads) {
    expect_refused(
        "<sbml xmlns=\"http://www.sbml.org/sbml/level1\" level=\"1\" version=\"2\"><model/></sbml>", 1,
        {"Level 1", "Convert"});
    expect_refused(
        "<sbml xmlns=\"http://www.sbml.org/sbml/level3/version9/core\" level=\"3\" "
        "version=\"9\"><model/></sbml>",
        1, {"Level 3 Version 9"});
    expect_refused(
        "<sbml xmlns=\"http://www.sbml.org/sbml/level3/version1/core\" level=\"3\" version=\"1\"></sbml>", 1,
        {"no <model>"});
}

TEST(SbmlRefusal, PassesOnWhatLibsbmlFindsWrong) {
    expect_refused(level3(list("Compartments", compartment()) +
                          list("Species", "<species id=\"A\"\n compartment=\"cell\"/>\n")),
                   7, {"boundaryCondition", "missing"});
    expect_refused(level3(list("Parameters", parameter("k", "value=\"abc\""))), 4, {"double"});
    expect_math_refused("<apply><foo/><ci>A</ci></apply>", {"<foo>"});
}

TEST(SbmlRefusal, NamesThePackageThatAModelRequires) {
    auto const with_package = [](std::string const& name) {
        auto text = with_quantities("");
        return text.insert(5, " xmlns:p=\"http://www.sbml.org/sbml/level3/version1/" + name +
                                  "/version1\" p:required=\"true\" ");
    };
    expect_refused(with_package("comp"), 1, {"\"comp\"", "Flatten"});
    expect_refused(with_package("distrib"), 1, {"\"distrib\""});
    expect_refused(with_package("dreams"), 1, {"\"dreams\""});
}

TEST(SbmlRefusal, WantsMoleculesNotMoles) {
    expect_refused(with_quantities("", " substanceUnits=\"mole\""), 2,
                   {"mole", "counts molecules", "6.02214076e23"});
    expect_refused(with_quantities("", " extentUnits=\"mole\""), 2, {"extents", "mole"});
    auto const definition = [](std::string const& id, std::string const& unit) {
        return list("UnitDefinitions", "<unitDefinition id=\"" + id + "\"><listOfUnits><unit " + unit +
                                           "/></listOfUnits></unitDefinition>\n");
    };
    auto const rest = list("Compartments", compartment()) + list("Species", species("A"));
    expect_refused(
        level3(definition("nmol", "kind=\"mole\" exponent=\"1\" scale=\"-9\" multiplier=\"1\"") + rest,
               " substanceUnits=\"nmol\""),
        4, {"1e-09 mole", "\"nmol\""});
    expect_refused(
        level3(definition("many", "kind=\"item\" exponent=\"1\" scale=\"3\" multiplier=\"1\"") + rest,
               " substanceUnits=\"many\""),
        4, {"1000 items"});
    expect_refused(level2(definition("substance", "kind=\"mole\"") +
                          list("Compartments", "<compartment id=\"cell\"/>\n") +
                          list("Species", "<species id=\"A\" compartment=\"cell\" initialAmount=\"1\"/>\n")),
                   4, {"mole"});
    expect_refused(level3(list("Compartments", compartment()) +
                          list("Species", species("A", "initialAmount=\"5\" substanceUnits=\"gram\""))),
                   7, {"species \"A\"", "gram"});
}

TEST(SbmlRefusal, AcceptsItems) {
    EXPECT_NO_THROW(
        read_sbml(with_quantities("", " substanceUnits=\"item\" extentUnits=\"item\""), "test.xml"));
    EXPECT_NO_THROW(read_sbml(with_quantities("", " substanceUnits=\"dimensionless\""), "test.xml"));
}

TEST(SbmlRefusal, WantsADeclaredCompartmentOfSomeSize) {
    expect_refused(level3(list("Compartments", "<compartment id=\"cel\" constant=\"true\" size=\"1\"/>\n") +
                          list("Species", species("A"))),
                   7, {"species \"A\"", "\"cell\"", "did you mean \"cel\"?"});
    expect_refused(level3(list("Compartments", compartment("size=\"0\""))), 4, {"\"cell\"", "size 0"});
    expect_refused(level3(list("Compartments", compartment("spatialDimensions=\"0\"")) +
                          list("Species", species("A", "initialConcentration=\"1\"", false))),
                   7, {"\"A\"", "initialAmount"});
}

TEST(SbmlRefusal, WantsEveryIdOnce) {
    expect_refused(level3(list("Compartments", compartment()) + list("Species", species("cell"))), 7,
                   {"\"cell\"", "compartment in line 4"});
    expect_rest_refused(list("Reactions", reaction("k", products(reference("A")) + law("k"))), 15,
                        {"\"k\"", "parameter in line 11"});
}

TEST(SbmlRefusal, WantsAValueForWhatIsUsed) {
    auto const with = [](std::string const& a, std::string const& k) {
        return level3(list("Compartments", compartment()) + list("Species", species("A", a)) +
                      list("Parameters", parameter("k", k)) +
                      list("Reactions", reaction("R", reactants(reference("A")) + law("k"))));
    };
    expect_refused(with("", "value=\"1\""), 7, {"species \"A\"", "no initial amount", "reaction \"R\""});
    expect_refused(with("initialAmount=\"1\"", ""), 10,
                   {"parameter \"k\"", "no value", "kinetic law of reaction \"R\""});
    expect_refused(with("initialAmount=\"NaN\"", "value=\"1\""), 7, {"species \"A\""});
    expect_refused(with_reaction(products(reference("A")) + law("q", "<localParameter id=\"q\"/>\n")), 21,
                   {"\"R_q\"", "no value"});
}

TEST(SbmlRefusal, RefusesRateAndAlgebraicRulesByName) {
    expect_rest_refused(list("Rules", "<rateRule variable=\"A\">" + math("k") + "</rateRule>\n"), 15,
                        {"rate rule of species \"A\"", "reactions"});
    expect_rest_refused(list("Rules", "<rateRule variable=\"k\">" + math("1") + "</rateRule>\n"), 15,
                        {"rate rule of parameter \"k\"", "event"});
    expect_rest_refused(list("Rules", "<algebraicRule>" + math("A + B - 5") + "</algebraicRule>\n"), 15,
                        {"algebraic"});
}

TEST(SbmlRefusal, RefusesFastReactionsByName) {
    auto text = with_reaction(products(reference("A")) + law("k"));
    text.replace(text.find("version2/core"), 13, "version1/core")
        .replace(text.find("version=\"2\""), 11, "version=\"1\"");
    auto const slow = text.replace(text.find("<reaction id=\"R\""), 16, "<reaction id=\"R\" fast=\"false\"");
    EXPECT_NO_THROW(read_sbml(slow, "test.xml"));
    expect_refused(text.replace(text.find("fast=\"false\""), 12, "fast=\"true\""), 15,
                   {"reaction \"R\"", "fast"});
}

TEST(SbmlRefusal, WantsAKineticLaw) {
    expect_refused(with_reaction(products(reference("A"))), 15, {"reaction \"R\"", "no kinetic law"});
    expect_law_refused("<kineticLaw/>\n", {"reaction \"R\"", "no kinetic law"});
    expect_refused(with_reaction(law("k")), 15, {"reaction \"R\"", "neither reactants nor products"});
}

TEST(SbmlRefusal, WantsDeclaredNames) {
    expect_law_refused(law("k_2*A"),
                       {"kinetic law of reaction \"R\"", "\"k_2\"", "not declared", "did you mean \"k2\"?"});
    expect_law_refused(law("R*k"), {"rate of reaction \"R\""});
    expect_reference_refused(reference("C"), {"reaction \"R\"", "\"C\"", "not declared"});
    expect_reference_refused(reference("k"), {"reaction \"R\"", "\"k\"", "not a species"});
    expect_rest_refused(list("Rules", "<assignmentRule variable=\"C\">" + math("1") + "</assignmentRule>\n"),
                        15, {"rule of \"C\"", "not declared"});
    expect_rest_refused(list("Rules", "<assignmentRule variable=\"A\">" + math("C") + "</assignmentRule>\n"),
                        15, {"rule of \"A\"", "\"C\"", "not declared"});
    expect_rest_refused(
        list("InitialAssignments", "<initialAssignment symbol=\"C\">" + math("1") + "</initialAssignment>\n"),
        15, {"initial assignment of \"C\"", "not declared"});
    expect_rest_refused(event("C", "1"), 17, {"event \"feed\"", "\"C\"", "not declared"});
    expect_rest_refused(event("A", "C"), 17, {"event \"feed\"", "\"C\"", "not declared"});
}

TEST(SbmlRefusal, RefusesFunctionsByName) {
    expect_law_refused(law("hill(A, k)"), {"\"hill\"", "not declared"});
    expect_law_refused(law("acos(A)"), {"\"arccos\"", "not supported"});
    expect_law_refused(law("factorial(A)"), {"factorial"});
    expect_law_refused(law("delay(A, 1)"), {"delay()"});
    expect_law_refused(law("rateOf(A)"), {"rateOf()"});
    expect_law_refused(law("piecewise(1, A < k)"), {"piecewise", "otherwise"});
}

TEST(SbmlRefusal, RefusesWrongFunctionDefinitions) {
    // The definition is in line 4, the law in line 20.
    auto const with_function = [](std::string const& definition, std::string const& call) {
        return level3(list("FunctionDefinitions",
                           "<functionDefinition id=\"f\">" + math(definition) + "</functionDefinition>\n") +
                      list("Compartments", compartment()) + list("Species", species("A")) +
                      list("Parameters", parameter("k")) +
                      list("Reactions", reaction("R", products(reference("A")) + law(call))));
    };
    EXPECT_NO_THROW(read_sbml(with_function("lambda(x, x^2)", "f(k)"), "test.xml"));
    expect_refused(with_function("lambda(x, f(x))", "f(k)"), 20, {"\"f\"", "calls itself"});
    expect_refused(with_function("lambda(x, k*x)", "f(k)"), 20,
                   {"\"f\"", "\"k\"", "not one of its arguments"});
    expect_refused(with_function("lambda(x, x)", "f(k, k)"), 20, {"\"f\"", "1 argument, not 2"});
    expect_refused(with_function("lambda(x, x)", "g(k)"), 20, {"\"g\"", "not declared"});
    expect_refused(with_function("lambda(x, x)", "f*k"), 20, {"\"f\"", "a function"});
}

TEST(SbmlRefusal, WantsWholeStoichiometries) {
    expect_reference_refused(reference("A", "stoichiometry=\"0.5\""),
                             {"fractional stoichiometry 0.5", "\"A\"", "reaction \"R\"", "whole molecules"});
    expect_reference_refused(reference("A", "stoichiometry=\"-1\""), {"-1", "above 0"});
    expect_reference_refused(reference("A", "stoichiometry=\"0\""), {"above 0"});
    expect_reference_refused(reference("A", "stoichiometry=\"INF\""), {"above 0"});
    expect_reference_refused(reference("A", ""), {"stoichiometry", "not given"});
}

TEST(SbmlRefusal, WantsConstantStoichiometries) {
    auto const reactions =
        list("Reactions",
             reaction("R", products("<speciesReference id=\"n\" species=\"A\" constant=\"false\"/>\n") +
                               law("k")));
    auto const refuse = [&](std::string const& setting, Words const& words) {
        expect_rest_refused(setting + reactions, 15, words);
    };
    refuse(list("Rules", "<assignmentRule variable=\"n\">" + math("A") + "</assignmentRule>\n"),
           {"stoichiometry of \"A\" in reaction \"R\"", "not a constant"});
    refuse(list("Rules", "<rateRule variable=\"n\">" + math("1") + "</rateRule>\n"),
           {"stoichiometry of \"A\"", "rate rule"});
    refuse(list("InitialAssignments",
                "<initialAssignment symbol=\"n\">" + math("time") + "</initialAssignment>\n"),
           {"not a constant"});
    expect_rest_refused(
        list("Reactions",
             reaction(
                 "R",
                 products(
                     "<speciesReference id=\"n\" species=\"A\" stoichiometry=\"1\" constant=\"false\"/>\n") +
                     law("k"))) +
            event("n", "2"),
        25, {"event \"feed\"", "stoichiometry \"n\""});
    expect_refused(
        level2(list("Compartments", "<compartment id=\"cell\" size=\"1\"/>\n") +
               list("Species", "<species id=\"A\" compartment=\"cell\" initialAmount=\"1\"/>\n") +
               list("Reactions", "<reaction id=\"R\">\n" +
                                     products("<speciesReference species=\"A\"><stoichiometryMath>" +
                                              math("A") + "</stoichiometryMath></speciesReference>\n") +
                                     law("1") + "</reaction>\n")),
        12, {"not a constant"});
}

TEST(SbmlRefusal, WantsConversionFactorsThatGiveWholeNumbers) {
    auto const with_factor = [](std::string const& value, bool constant) {
        return level3(list("Compartments", compartment()) + list("Species", species("A")) +
                          list("Parameters", parameter("f", value, constant)) +
                          list("Reactions", reaction("R", products(reference("A")) + law("1"))),
                      " conversionFactor=\"f\"");
    };
    EXPECT_NO_THROW(read_sbml(with_factor("value=\"3\"", true), "test.xml"));
    expect_refused(with_factor("value=\"0.3\"", true), 15, {"0.3", "\"A\"", "conversion factor"});
    expect_refused(with_factor("value=\"3\"", false), 2,
                   {"conversion factor of the model", "\"f\"", "constant"});
    expect_refused(with_factor("", true), 2, {"\"f\"", "constant parameter with a value"});
}

TEST(SbmlRefusal, RefusesReversibleLawsThatItCannotSplit) {
    auto const refuse = [](std::string const& formula) {
        expect_refused(
            with_reaction(reactants(reference("A")) + products(reference("B")) + law(formula), true), 15,
            {"reaction \"R\" is reversible", "Write two reactions"});
    };
    refuse("(A - B)*(k - k2)");
    refuse("-k*B");
    refuse("k*ln(A/B)");
    refuse("piecewise(k*A - k2*B, A > 2, 0)");
    refuse("abs(A) + sin(B)");
    refuse("k/(A - B)");
}

TEST(SbmlRefusal, WantsOneSourceOfAValue) {
    auto const rule = "<assignmentRule variable=\"k\">" + math("1") + "</assignmentRule>\n";
    expect_rest_refused(list("Rules", rule + rule), 16, {"\"k\" has two rules"});
    expect_rest_refused(list("InitialAssignments",
                             "<initialAssignment symbol=\"k\">" + math("1") + "</initialAssignment>\n") +
                            list("Rules", rule),
                        15, {"\"k\"", "initial assignment and a rule"});
}

TEST(SbmlRefusal, RefusesEventsThatSetWhatCannotChange) {
    expect_rest_refused(event("k", "1"), 17, {"event \"feed\"", "\"k\"", "constant"});
    expect_rest_refused(event("cell", "1"), 17, {"\"cell\"", "constant"});
    expect_rest_refused(list("Rules", "<assignmentRule variable=\"B\">" + math("A") + "</assignmentRule>\n") +
                            event("B", "1"),
                        20, {"event \"feed\"", "\"B\"", "rule"});
}

TEST(SbmlRefusal, RefusesRulesThatDependOnThemselves) {
    auto const rules = list("Rules", "<assignmentRule variable=\"v\">" + math("w + 1") +
                                         "</assignmentRule>\n"
                                         "<assignmentRule variable=\"w\">" +
                                         math("v - 1") + "</assignmentRule>\n");
    expect_refused(level3(list("Compartments", compartment()) + list("Species", species("A")) +
                          list("Parameters", parameter("v", "", false) + parameter("w", "", false)) + rules +
                          list("Reactions", reaction("R", products(reference("A")) + law("v"), true))),
                   10, {"\"v\"", "depends on itself"});
}

}  // namespace
