// What the TOML reader refuses, in which line and in which words.
#include <gtest/gtest.h>

#include "fano/error.hpp"
#include "fano/model.hpp"

namespace {

using namespace fano;
using Words = std::vector<std::string>;

// `text` is refused with a message that begins with the file and the line and has all the words.
void expect_refused(std::string const& text, int line, Words const& words) {
    SCOPED_TRACE(text);
    try {
        read_toml(text, "test.toml");
    } catch (InputError const& error) {
        EXPECT_EQ(error.code(), ExitCode::input);
        std::string const message = error.what();
        auto const place = "test.toml:" + (line > 0 ? std::to_string(line) + ": " : " ");
        EXPECT_EQ(message.substr(0, place.size()), place) << message;
        for (auto const& word : words) {
            EXPECT_NE(message.find(word), std::string::npos) << '"' << word << "\" is not in: " << message;
        }
        return;
    }
    ADD_FAILURE() << "accepted, but should have said: " << words.front();
}

std::string const make = "[reactions.make]\nequation = \"-> X\"\nrate = 1\n";

// In place of the initial count of a species or the value of a parameter, in line 1.
void expect_species_refused(std::string const& value, Words const& words) {
    expect_refused("species.X = " + value + "\n" + make, 1, words);
}
void expect_parameter_refused(std::string const& value, Words const& words) {
    expect_refused("parameters.k = " + value + "\nspecies.X = 1\n" + make, 1, words);
}

// Lines 3 and on of a model with species mRNA and P and a parameter k_tx; `line` counts from there.
void expect_rest_refused(std::string const& rest, int line, Words const& words) {
    expect_refused("species = { mRNA = 5, P = 1 }\nparameters = { k_tx = 20 }\n" + rest, line + 2, words);
}
void expect_equation_refused(std::string const& equation, Words const& words) {
    expect_rest_refused("[reactions.make]\nequation = \"" + equation + "\"\nrate = 1\n", 2, words);
}
void expect_rate_refused(std::string const& rate, Words const& words) {
    expect_rest_refused("[reactions.make]\nequation = \"-> P\"\nrate = " + rate + "\n", 3, words);
}
// `event` in line 3.
void expect_event_refused(std::string const& event, Words const& words) {
    expect_refused("species = { P = 5 }\n[events.feed]\n" + event + "\n", 3, words);
}

TEST(TomlRefusal, SaysWhereTheTextIsNotToml) {
    expect_refused("[species]\nX = =\n", 2, {"not TOML"});
    expect_refused("[species]\nX = k\n", 2, {"not TOML", "in quotes"});
    expect_refused("[species\nX = 1\n", 1, {"not TOML", "']'"});
    expect_refused("species = { X = 1,\nY = 2 }\n", 1, {"not TOML", "on one line"});
    expect_refused("name = \"\xff\"\n", 1, {"UTF-8"});
    expect_refused("[\n", 1, {"not TOML"});
    expect_refused("# é is fine here\n[∅]\n", 2, {"not TOML", "∅", "only in quotes"});
    expect_refused("name = \"é\"\nsource = “Euler”\n", 2, {"“", "plain quotes"});
    expect_refused("name = '''\né'''\né = 1\n", 3, {"\"é\""});
}

TEST(TomlRefusal, NamesWhatIsGivenTwice) {
    expect_refused("[species]\nX = 1\nX = 2\n", 3, {"duplicate \"X\"", "Keep one"});
    expect_refused("[species]\nX = 1\n[species]\nY = 2\n", 3, {"duplicate \"species\""});
    expect_refused("[parameters]\nX = 1\n[species]\nX = 2\n" + make, 4,
                   {"duplicate name \"X\"", "parameter in line 2", "species in line 4"});
    expect_refused("[species]\nX = 1\n" + make + "[events.make]\n", 6,
                   {"duplicate name \"make\"", "reaction", "event"});
    expect_refused("[species]\nX = 1\n[reactions.X]\n", 3,
                   {"duplicate name \"X\"", "reaction", "species in line 2"});
    expect_refused(
        "[species]\nX = 1\n[reactions.a]\nequation = \"X <-> 0\"\nrate = 1\nreverse_rate = 1\n"
        "[reactions.a_reverse]\nequation = \"-> X\"\nrate = 1\n",
        7, {"duplicate name \"a_reverse\""});
}

TEST(TomlRefusal, NeverIgnoresATypo) {
    expect_refused("nmae = \"x\"\n", 1, {"unknown key \"nmae\"", "did you mean \"name\"?"});
    expect_refused("[parameter]\nk = 1\n", 1, {"unknown table [parameter]", "did you mean \"parameters\"?"});
    expect_species_refused("{ initail = 5 }", {"species \"X\"", "\"initail\"", "did you mean \"initial\"?"});
    expect_parameter_refused("{ value = 5, units = \"s\" }", {"\"units\"", "did you mean \"unit\"?"});
    expect_rest_refused("observables.total = { expresion = \"P\" }\n" + make, 1,
                        {"did you mean \"expression\"?"});
    expect_rest_refused("[reactions.make]\nequation = \"-> P\"\nrat = 1\n", 3,
                        {"\"rat\"", "did you mean \"rate\"?"});
    expect_event_refused("triger = \"P > 3\"", {"\"triger\"", "did you mean \"trigger\"?"});
}

TEST(TomlRefusal, WantsSpeciesAndSomethingThatHappens) {
    expect_refused("name = \"x\"\n", 0, {"no species", "[species]"});
    expect_refused("[species]\n" + make, 0, {"no species"});
    expect_refused("[species]\nX = 1\n", 0, {"no reactions", "at least one reaction", "[events.NAME]"});
    expect_refused("[species]\nX = 1\n[reactions]\n", 0, {"no reactions"});
}

TEST(TomlRefusal, WantsTablesWhereTablesBelong) {
    expect_refused("species = 5\n", 1, {"[species] must be a table, not a number"});
    expect_refused("[[species]]\nX = 1\n", 1, {"[species] must be a table, not an array"});
    expect_rest_refused("[reactions]\nmake = \"-> P\"\n", 2,
                        {"reaction \"make\" must be a table, not a text"});
    expect_refused(
        "name = 5\n"
        "species.X = 1\n" +
            make,
        1, {"\"name\" must be a text in quotes, not a number"});
}

TEST(TomlRefusal, KeepsNamesThatFormulasCanUse) {
    expect_refused("[species]\n2x = 1\n" + make, 2, {"\"2x\" cannot name a species", "starts with a letter"});
    expect_refused("[species]\nX = 1\n\"a-b\" = 1\n" + make, 3, {"\"a-b\"", "letters, digits and _"});
    expect_refused("[species]\nX = 1\n\"\" = 1\n" + make, 3, {"cannot name a species"});
    expect_refused("[species]\nX = 1\n[reactions.\"my reaction\"]\n", 3, {"cannot name a reaction"});
    for (std::string const name : {"t", "time", "pi", "true", "inf", "nan", "exp", "ln", "min", "piecewise",
                                   "pow", "avogadro", "exponentiale", "tanh"}) {
        expect_refused("[parameters]\n" + name + " = 1\n[species]\nX = 1\n" + make, 2,
                       {"\"" + name + "\" cannot name a parameter", "reserved"});
    }
}

TEST(TomlRefusal, RefusesTimesThatDoNotAscend) {
    auto const rest = "\nspecies.X = 1\n" + make;
    expect_refused("times = [0, 2, 1]" + rest, 1, {"1 after 2", "ascending"});
    expect_refused("times = [-1]" + rest, 1, {"-1", "cannot be negative"});
    expect_refused("times = [nan]" + rest, 1, {"nan"});
    expect_refused("times = []" + rest, 1, {"0:100:101"});
    expect_refused("times = 5" + rest, 1, {"0:100:101"});
    expect_refused("times = [\"1\"]" + rest, 1, {"must be a number, not a text"});
}

TEST(TomlRefusal, RefusesCountsThatAreNone) {
    expect_species_refused("-1", {"species \"X\" is -1", "a count cannot be negative"});
    expect_species_refused("2.5", {"species \"X\" is 2.5", "whole"});
    expect_species_refused("2147483648", {"is 2147483648", "counts go up to 2147483647"});
    expect_species_refused("nan", {"is nan", "a count must be a number"});
    expect_species_refused("inf", {"is inf", "a count must be finite"});
    expect_species_refused("\"-3\"", {"is -3", "a count cannot be negative"});
    expect_species_refused("true", {"must be a number or a formula in quotes, not true or false"});
    expect_species_refused("{ }", {"species \"X\" has no value", "\"initial\""});
    expect_species_refused("{ initial = 1, constant = 1 }",
                           {"constant of species \"X\" must be true or false"});
}

TEST(TomlRefusal, RefusesParametersThatAreNoNumbers) {
    expect_parameter_refused("nan", {"parameter \"k\" is nan"});
    expect_parameter_refused("-inf", {"parameter \"k\" is infinite"});
    expect_parameter_refused("\"inf\"", {"parameter \"k\" is infinite"});
    expect_parameter_refused("\" \"", {"parameter \"k\" is empty"});
    expect_parameter_refused("1979-05-27", {"not a date"});
    expect_parameter_refused("{ unit = \"s\" }", {"parameter \"k\" has no value", "\"value\""});
    expect_parameter_refused("\"2*t\"", {"parameter \"k\" uses the time", "propensity"});
    expect_parameter_refused("{ value = 1, unit = 5 }", {"the unit of parameter \"k\" must be a text"});
}

TEST(TomlRefusal, RefusesVolumesOfNothing) {
    auto const rest = "\nspecies.X = 1\n" + make;
    expect_refused("volumes.cell = 0" + rest, 1, {"volume \"cell\" is 0", "more than 0"});
    expect_refused("volumes.cell = -1" + rest, 1, {"more than 0"});
    expect_refused("volumes.cell = { distribution = \"uniform\", low = 0, high = 1 }" + rest, 1,
                   {"low", "more than 0"});
    expect_refused("volumes.cell = 1\nspecies.X = { initial = 1, volume = \"cel\" }\n" + make, 2,
                   {"volume \"cel\"", "not declared", "did you mean \"cell\"?"});
}

TEST(TomlRefusal, ListsTheDistributionsAndTheirArguments) {
    expect_species_refused(
        "{ distribution = \"poison\", mean = 5 }",
        {"\"poison\"", "did you mean \"poisson\"?", "binomial, negative_binomial and uniform"});
    expect_species_refused("{ distribution = \"gamma\", mean = 5, cv = 1 }", {"\"gamma\"", "poisson"});
    expect_parameter_refused("{ distribution = \"poisson\", mean = 5 }",
                             {"\"poisson\"", "lognormal, gamma, normal"});
    expect_species_refused("{ distribution = \"binomial\", n = 5 }", {"has no \"p\"", "n and p"});
    expect_species_refused("{ distribution = \"poisson\", mean = 5, cv = 1 }", {"\"cv\"", "takes mean"});
    expect_species_refused("{ distribution = \"poisson\", mean = 5, initial = 1 }", {"both", "\"initial\""});
    expect_parameter_refused("{ distribution = \"gamma\", mean = 5, c = 1 }", {"\"c\"", "mean and cv"});
    expect_parameter_refused("{ distribution = 5 }", {"must be a text"});
}

TEST(TomlRefusal, ChecksTheRangesOfDistributions) {
    expect_species_refused("{ distribution = \"poisson\", mean = -1 }", {"mean", "is -1", "0 or more"});
    expect_species_refused("{ distribution = \"poisson\", mean = 3e9 }", {"2147483647"});
    expect_species_refused("{ distribution = \"poisson\", mean = nan }", {"mean", "nan"});
    expect_species_refused("{ distribution = \"poisson\", mean = \"missing\" }",
                           {"\"missing\"", "not declared"});
    expect_species_refused("{ distribution = \"binomial\", n = 2.5, p = 0.5 }", {"n of", "whole"});
    expect_species_refused("{ distribution = \"binomial\", n = 2, p = 1.5 }", {"p of", "1.5", "from 0 to 1"});
    expect_species_refused("{ distribution = \"negative_binomial\", mean = 2, fano = 0.5 }",
                           {"fano", "1 or more"});
    expect_species_refused("{ distribution = \"uniform\", low = 3, high = 2 }",
                           {"low", "is 3", "high, which is 2"});
    expect_species_refused("{ distribution = \"uniform\", low = -1, high = 2 }", {"low", "negative"});
    expect_species_refused("{ distribution = \"uniform\", low = 1, high = 2.5 }", {"high", "whole"});
    expect_parameter_refused("{ distribution = \"uniform\", low = 3, high = 2 }", {"low", "high"});
    expect_parameter_refused("{ distribution = \"lognormal\", mean = 0, cv = 1 }", {"mean", "more than 0"});
    expect_parameter_refused("{ distribution = \"gamma\", mean = 1, cv = -1 }", {"cv", "0 or more"});
    expect_parameter_refused("{ distribution = \"normal\", mean = 1, sd = -1 }", {"sd", "0 or more"});
    expect_parameter_refused("{ distribution = \"normal\", mean = -1, sd = 0 }", {"mean", "0 or more"});
}

TEST(TomlRefusal, RefusesObservablesWithoutAFormula) {
    expect_rest_refused("observables.total = { unit = \"1\" }\n" + make, 1, {"no \"expression\""});
    expect_rest_refused("observables.total = { expression = \"P\", resolution = 0 }\n" + make, 1,
                        {"resolution", "more than 0"});
    expect_rest_refused("observables.total = \"p\"\n" + make, 1,
                        {"\"p\"", "not declared", "did you mean \"P\"?"});
}

TEST(TomlRefusal, RefusesUnitsOfNothing) {
    expect_rest_refused("units.k_xt = \"1/s\"\n" + make, 1,
                        {"\"k_xt\" in [units]", "did you mean \"k_tx\"?"});
    expect_rest_refused("units.time = 5\n" + make, 1, {"must be a text"});
    expect_refused("species.X = { initial = 1, unit = \"a\" }\nunits.X = \"b\"\n" + make, 2,
                   {"line 1", "Keep one"});
}

TEST(TomlRefusal, ChecksEquations) {
    expect_equation_refused("-> mrna", {"species \"mrna\" is not declared (did you mean \"mRNA\"?)"});
    expect_equation_refused("completely_other -> P", {"species \"completely_other\" is not declared"});
    expect_equation_refused("-> k_tx", {"\"k_tx\"", "not a species but the parameter of line 2"});
    expect_equation_refused("0.5 P -> mRNA", {"fractional stoichiometry 0.5 of P"});
    expect_equation_refused("0 P -> mRNA", {"0 of P"});
    expect_equation_refused("-2 P -> mRNA", {"negative stoichiometry -2 of P"});
    expect_equation_refused("99999999999 P -> mRNA", {"too large"});
    expect_equation_refused("P + -> mRNA", {"a species is missing beside +"});
    expect_equation_refused("P mRNA -> 0", {"\"P mRNA\"", "+ between species"});
    expect_equation_refused("P - mRNA -> 0", {"\"P - mRNA\""});
    expect_equation_refused("2 -> P", {"\"2\"", "no species after the number"});
    expect_equation_refused("P", {"no arrow", "A + B -> C"});
    expect_equation_refused("P <- mRNA", {"no arrow"});
    expect_equation_refused("P -> mRNA -> 0", {"more than one arrow"});
    expect_equation_refused("0 -> 0", {"no species"});
    expect_rest_refused("[reactions.make]\nrate = 1\n", 1, {"reaction \"make\" has no equation"});
    expect_rest_refused("[reactions.make]\nequation = 1\n", 2, {"must be a text"});
}

TEST(TomlRefusal, WantsExactlyOneRate) {
    expect_rest_refused("[reactions.make]\nequation = \"-> P\"\n", 1,
                        {"reaction \"make\" has no rate", "deterministic_rate and propensity"});
    expect_rest_refused("[reactions.make]\nequation = \"-> P\"\nrate = 1\npropensity = 2\n", 4,
                        {"both \"rate\" and \"propensity\""});
    expect_rest_refused("[reactions.make]\nequation = \"-> P\"\nrate = 1\nreverse_rate = 1\n", 4,
                        {"\"reverse_rate\"", "one way", "<->"});
    expect_rest_refused("[reactions.make]\nequation = \"mRNA <-> P\"\nrate = 1\n", 1,
                        {"reversible", "no \"reverse_rate\""});
    expect_rest_refused("[reactions.make]\nequation = \"mRNA <-> P\"\npropensity = 1\nreverse_rate = 1\n", 4,
                        {"\"propensity\" forwards", "\"reverse_propensity\""});
}

TEST(TomlRefusal, ChecksRates) {
    expect_rate_refused("-1", {"the rate of reaction \"make\" is -1", "cannot be negative"});
    expect_rate_refused("inf", {"infinite"});
    expect_rate_refused("true", {"must be a number or a formula"});
    expect_rate_refused("\"2*k_xt\"", {"the rate of reaction \"make\"", "\"k_xt\", which is not declared",
                                       "did you mean \"k_tx\"?"});
    expect_rate_refused("\"2*make\"", {"names a reaction and has no value"});
    expect_rate_refused("\"2*(P\"", {"the rate of reaction \"make\"", "2*(P"});
}

TEST(TomlRefusal, WantsVolumesForDeterministicRatesOnly) {
    auto const reaction = [](std::string const& equation) {
        return "[reactions.make]\nequation = \"" + equation + "\"\ndeterministic_rate = 1\n";
    };
    expect_rest_refused(reaction("P + mRNA -> 0"), 3, {"volume", "\"P\"", "[volumes] cell = 1"});
    expect_rest_refused("volumes = { a = 1, b = 1 }\n" + reaction("-> P"), 4,
                        {"volume", "\"P\"", "volume = \"a\""});
    EXPECT_NO_THROW(read_toml("species.P = 1\n" + reaction("P -> 0"), ""));
    EXPECT_NO_THROW(read_toml("species.P = 1\nvolumes.a = 1\n" + reaction("2 P -> 0"), ""));
}

TEST(TomlRefusal, ChecksEvents) {
    expect_refused("species.P = 5\n[events.feed]\nassign = { P = 1 }\n", 2,
                   {"event \"feed\" has no trigger"});
    expect_refused("species.P = 5\n[events.feed]\ntrigger = \"P > 1\"\n", 2,
                   {"assigns nothing", "assign = {"});
    auto const trigger = std::string("trigger = \"P > 1\"\n");
    expect_event_refused("trigger = 1", {"the trigger of event \"feed\" must be a text"});
    expect_event_refused("trigger = \"P\"", {"not a condition"});
    expect_event_refused("trigger = \"Q > 1\"", {"\"Q\", which is not declared"});
    expect_event_refused("assign = {}\n" + trigger, {"assigns nothing"});
    expect_event_refused("assign = 5\n" + trigger, {"must be a table"});
    expect_event_refused("assign = { p = 1 }\n" + trigger, {"\"p\"", "did you mean \"P\"?"});
    expect_event_refused("assign = { feed = 1 }\n" + trigger, {"event \"feed\"", "Only species"});
    expect_event_refused("assign = { P = -1 }\n" + trigger, {"is -1", "a count cannot be negative"});
    expect_event_refused("assign = { P = 1.5 }\n" + trigger, {"is 1.5", "whole"});
    expect_event_refused("delay = -1\nassign = { P = 1 }\n" + trigger, {"delay", "cannot be negative"});
    expect_event_refused("persistent = \"no\"\nassign = { P = 1 }\n" + trigger,
                         {"persistent", "true or false"});
}

}  // namespace
