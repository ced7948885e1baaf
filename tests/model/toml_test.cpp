// The TOML form of a model: what every feature becomes.
#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "fano/error.hpp"
#include "fano/model.hpp"
#include "model/equation.hpp"
#include "support/source_folder.hpp"

namespace {

using namespace fano;

std::string const declared = "species = { X = 5 }\nparameters = { k = 20 }\n";

// `lines`, then a reaction that makes X with the rate k.
Model read_with_make(std::string const& lines) {
    return read_toml(lines + "\n[reactions.make]\nequation = \"-> X\"\nrate = \"k\"\n", "folder/test.toml");
}

std::string side_text(std::vector<Participant> const& side) {
    std::string text;
    for (auto const& [species, count] : side) text += std::to_string(static_cast<int>(count)) + species + " ";
    return text;
}

std::string equation_text(std::string const& text) {
    auto const equation = parse_equation(text);
    return side_text(equation.reactants) + (equation.reversible ? "<-> " : "-> ") +
           side_text(equation.products);
}

TEST(TomlReader, ReadsWhatTheModelIsCalled) {
    auto const model = read_with_make(
        "name = \"Birth\"\ndescription = \"what\"\nsource = \"who\"\n"
        "times = \"0:10:11\"\n" +
        declared);
    EXPECT_EQ(model.file, "folder/test.toml");
    EXPECT_EQ(model.name, "Birth");
    EXPECT_EQ(model.description, "what");
    EXPECT_EQ(model.source, "who");
    EXPECT_EQ(model.times, "0:10:11");
}

TEST(TomlReader, NamesAModelAfterItsFileIfItHasNoName) { EXPECT_EQ(read_with_make(declared).name, "test"); }

TEST(TomlReader, TurnsAnArrayOfTimesIntoText) {
    EXPECT_EQ(read_with_make("times = [0, 0.5, 1e3]\n" + declared).times, "0,0.5,1000");
}

TEST(TomlReader, KeepsTheOrderAndTheLinesOfTheFile) {
    auto const model = read_toml(
        "[species]\nZ = 1\nA = 2\n[parameters]\nz = 1\na = 2\n"
        "[reactions.second]\nequation = \"Z -> A\"\nrate = 1\n"
        "[reactions.first]\nequation = \"A -> Z\"\nrate = 1\n",
        "");
    ASSERT_EQ(model.quantities.size(), 4u);
    EXPECT_EQ(model.quantities[0].id, "Z");
    EXPECT_EQ(model.quantities[1].id, "A");
    EXPECT_EQ(model.quantities[1].line, 3);
    EXPECT_EQ(model.quantities[2].id, "z");
    ASSERT_EQ(model.reactions.size(), 2u);
    EXPECT_EQ(model.reactions[0].id, "second");
    EXPECT_EQ(model.reactions[1].id, "first");
    EXPECT_EQ(model.reactions[1].line, 10);
}

TEST(TomlReader, ReadsEveryFormOfASpecies) {
    auto const model = read_with_make(R"toml(
[volumes]
cell = 1
nucleus = 0.1
[species]
X = 5
whole = 7.0
formula = "2*k"
table = { initial = "k", volume = "nucleus", constant = true, unit = "molecules" }
poisson = { distribution = "poisson", mean = "k" }
binomial = { distribution = "binomial", n = 10, p = 0.5, volume = "cell" }
negative_binomial = { distribution = "negative_binomial", mean = 5, fano = 1, constant = true }
uniform = { distribution = "uniform", low = 3, high = 3 }
[parameters]
k = 3
)toml");
    EXPECT_EQ(model.find("X")->kind, QuantityKind::species);
    EXPECT_EQ(model.find("X")->initial.number(), 5);
    EXPECT_EQ(model.find("X")->volume, "");
    EXPECT_FALSE(model.find("X")->fixed);
    EXPECT_FALSE(model.find("X")->concentration);
    EXPECT_EQ(model.find("whole")->initial.number(), 7);
    EXPECT_EQ(model.find("formula")->initial.text(), "2*k");
    EXPECT_EQ(model.find("table")->initial.name(), "k");
    EXPECT_EQ(model.find("table")->volume, "nucleus");
    EXPECT_EQ(model.find("table")->unit, "molecules");
    EXPECT_TRUE(model.find("table")->fixed);
    EXPECT_EQ(model.find("poisson")->distribution->kind, DistributionKind::poisson);
    EXPECT_EQ(model.find("poisson")->distribution->a.name(), "k");
    EXPECT_EQ(model.find("binomial")->distribution->kind, DistributionKind::binomial);
    EXPECT_EQ(model.find("binomial")->distribution->a.number(), 10);
    EXPECT_EQ(model.find("binomial")->distribution->b.number(), 0.5);
    EXPECT_EQ(model.find("binomial")->volume, "cell");
    EXPECT_EQ(model.find("negative_binomial")->distribution->kind, DistributionKind::negative_binomial);
    EXPECT_TRUE(model.find("negative_binomial")->fixed);
    EXPECT_EQ(model.find("uniform")->distribution->kind, DistributionKind::uniform);
    EXPECT_EQ(model.find("uniform")->distribution->b.number(), 3);
}

TEST(TomlReader, AcceptsTheSmallestAndTheLargestCount) {
    auto const model = read_with_make("species = { X = 0, Y = 2147483647 }\nparameters.k = 1");
    EXPECT_EQ(model.find("X")->initial.number(), 0);
    EXPECT_EQ(model.find("Y")->initial.number(), 2147483647);
}

TEST(TomlReader, PutsAllSpeciesIntoTheOnlyVolume) {
    EXPECT_EQ(read_with_make("volumes.cell = 2.5\n" + declared).find("X")->volume, "cell");
}

TEST(TomlReader, ReadsEveryFormOfAParameterAndAVolume) {
    auto const model = read_with_make(R"toml(
species.X = 0
[volumes]
drawn = { distribution = "lognormal", mean = 2, cv = 0.1 }
computed = "2*drawn"
[parameters]
k = 20
negative = -1e-3
copy = "2*k"
table = { value = "k", unit = "1/min" }
lognormal = { distribution = "lognormal", mean = "k", cv = 0 }
gamma = { distribution = "gamma", mean = 20, cv = 0.5, unit = "1/h" }
normal = { distribution = "normal", mean = -1, sd = 2 }
uniform = { distribution = "uniform", low = -1.5, high = 2 }
)toml");
    EXPECT_EQ(model.find("drawn")->kind, QuantityKind::volume);
    EXPECT_EQ(model.find("drawn")->distribution->kind, DistributionKind::lognormal);
    EXPECT_EQ(model.find("computed")->initial.text(), "2*drawn");
    EXPECT_EQ(model.find("k")->kind, QuantityKind::parameter);
    EXPECT_EQ(model.find("k")->initial.number(), 20);
    EXPECT_EQ(model.find("negative")->initial.number(), -1e-3);
    EXPECT_EQ(model.find("copy")->initial.text(), "2*k");
    EXPECT_FALSE(model.find("copy")->rule);
    EXPECT_EQ(model.find("table")->initial.name(), "k");
    EXPECT_EQ(model.find("table")->unit, "1/min");
    EXPECT_EQ(model.find("lognormal")->distribution->a.name(), "k");
    EXPECT_EQ(model.find("gamma")->distribution->kind, DistributionKind::gamma);
    EXPECT_EQ(model.find("gamma")->distribution->b.number(), 0.5);
    EXPECT_EQ(model.find("gamma")->unit, "1/h");
    EXPECT_EQ(model.find("normal")->distribution->kind, DistributionKind::normal);
    EXPECT_EQ(model.find("uniform")->distribution->kind, DistributionKind::uniform);
    // Without a volume of its own among several, a species has none.
    EXPECT_EQ(model.find("X")->volume, "");
}

TEST(TomlReader, ReadsObservablesAsRules) {
    auto const model = read_with_make(declared + R"toml(
[observables]
total = "2*X"
share = { expression = "total/(X + k)", resolution = 0.001, unit = "1" }
)toml");
    EXPECT_EQ(model.find("total")->kind, QuantityKind::observable);
    EXPECT_EQ(model.find("total")->rule->text(), "2*X");
    EXPECT_EQ(model.find("total")->resolution, 0);
    EXPECT_TRUE(model.find("share")->rule->uses("total"));
    EXPECT_EQ(model.find("share")->resolution, 0.001);
    EXPECT_EQ(model.find("share")->unit, "1");
}

TEST(TomlReader, GivesUnitsToWhatTheyName) {
    auto const model = read_with_make(declared + R"toml(
volumes = { cell = 1, box = { value = 1, unit = "pl" } }
[units]
time = "min"
volume = "fl"
X = "molecules"
k = "1/min"
)toml");
    EXPECT_EQ(model.time_unit, "min");
    EXPECT_EQ(model.find("X")->unit, "molecules");
    EXPECT_EQ(model.find("k")->unit, "1/min");
    EXPECT_EQ(model.find("cell")->unit, "fl");
    EXPECT_EQ(model.find("box")->unit, "pl");
}

TEST(TomlReader, ReadsEveryKindOfRate) {
    auto const model = read_toml(R"toml(
volumes.cell = 1
species = { A = 1, B = { initial = 0, constant = true } }
[reactions.number]
equation = "A -> B"
rate = 0.5
[reactions.deterministic]
equation = "A + B => 0"
deterministic_rate = 2
[reactions.formula]
equation = "-> A"
propensity = "3*B/(1 + A) + sin(t)"
)toml",
                                 "");
    ASSERT_EQ(model.reactions.size(), 3u);
    EXPECT_EQ(model.reactions[0].kind, LawKind::mass_action);
    EXPECT_EQ(model.reactions[0].law.number(), 0.5);
    EXPECT_EQ(side_text(model.reactions[0].reactants), "1A ");
    EXPECT_EQ(side_text(model.reactions[0].products), "1B ");
    EXPECT_EQ(model.reactions[1].kind, LawKind::deterministic);
    EXPECT_EQ(model.reactions[1].law.number(), 2);
    EXPECT_EQ(model.reactions[2].kind, LawKind::propensity);
    EXPECT_TRUE(model.reactions[2].law.uses_time());
}

TEST(TomlReader, MakesTwoReactionsOfAReversibleOne) {
    auto const model = read_toml(
        "species = { A = 1, B = 0 }\n[reactions.bind]\nequation = \"2 A <-> B\"\nrate = 1\nreverse_rate = "
        "3\n",
        "");
    ASSERT_EQ(model.reactions.size(), 2u);
    EXPECT_EQ(model.reactions[0].id, "bind");
    EXPECT_EQ(model.reactions[1].id, "bind_reverse");
    EXPECT_EQ(model.reactions[1].kind, LawKind::mass_action);
    EXPECT_EQ(model.reactions[1].law.number(), 3);
    EXPECT_EQ(side_text(model.reactions[1].reactants), "1B ");
    EXPECT_EQ(side_text(model.reactions[1].products), "2A ");
}

TEST(TomlReader, ReadsEvents) {
    auto const model = read_toml(R"toml(
species = { X = 5 }
parameters = { k = 20 }
[events.feed]
trigger = "X < 3 && time > 1"
assign = { X = "X + 50", k = 1.5 }
delay = "k"
priority = 2
persistent = false
use_values_from_trigger_time = false
initial_value = false
[events.plain]
trigger = "t >= 10"
assign.X = 50
)toml",
                                 "");
    ASSERT_EQ(model.events.size(), 2u);
    auto const& feed = model.events[0];
    EXPECT_EQ(feed.id, "feed");
    EXPECT_EQ(feed.line, 4);
    EXPECT_EQ(feed.trigger.function(), Function::logical_and);
    ASSERT_EQ(feed.assignments.size(), 2u);
    EXPECT_EQ(feed.assignments[0].target, "X");
    EXPECT_EQ(feed.assignments[1].value.number(), 1.5);
    EXPECT_EQ(feed.delay->name(), "k");
    EXPECT_EQ(feed.priority->number(), 2);
    EXPECT_FALSE(feed.persistent);
    EXPECT_FALSE(feed.values_from_trigger_time);
    EXPECT_FALSE(feed.initial_value);
    auto const& plain = model.events[1];
    EXPECT_FALSE(plain.delay);
    EXPECT_FALSE(plain.priority);
    EXPECT_TRUE(plain.persistent);
    EXPECT_TRUE(plain.values_from_trigger_time);
    EXPECT_TRUE(plain.initial_value);
}

TEST(Equation, ReadsCountsArrowsAndEmptySides) {
    EXPECT_EQ(equation_text("A + 2 B -> C"), "1A 2B -> 1C ");
    EXPECT_EQ(equation_text("2*A+3 * B2=>2M"), "2A 3B2 -> 2M ");
    EXPECT_EQ(equation_text("A + B + A -> A"), "2A 1B -> 1A ");
    EXPECT_EQ(equation_text("A <-> B"), "1A <-> 1B ");
    EXPECT_EQ(equation_text("A<=>B"), "1A <-> 1B ");
    EXPECT_EQ(equation_text("-> A"), "-> 1A ");
    EXPECT_EQ(equation_text("A -> 0"), "1A -> ");
    EXPECT_EQ(equation_text("∅ -> A"), "-> 1A ");
    EXPECT_EQ(equation_text(" 0 -> "), "-> ");
}

TEST(Equation, DoesNotTakeALetterEForAnExponent) { EXPECT_EQ(equation_text("2E1 -> 2 e"), "2E1 -> 2e "); }

TEST(Gallery, EveryModelIsRead) {
    auto const folder = fano::test::source_folder() / "models";
    if (!std::filesystem::is_directory(folder)) GTEST_SKIP() << "no models";
    for (auto const& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".toml") continue;
        auto const file = entry.path().string();
        EXPECT_NO_THROW({
            auto const model = read_model(file);
            EXPECT_FALSE(model.reactions.empty() && model.events.empty()) << file;
        }) << file;
    }
}

}  // namespace
