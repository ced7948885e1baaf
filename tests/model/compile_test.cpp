// Models to networks: stoichiometry, propensities, conservation laws, warnings and refusals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fano/fano.hpp"
#include "model/tables.hpp"

namespace {

using namespace fano;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Network network(std::string const& text) { return compile(read_toml(text, "test.toml")); }

std::string refusal(std::string const& text) {
    try {
        network(text);
    } catch (InputError const& error) {
        return error.what();
    }
    return "accepted";
}

std::vector<std::string> laws(Network const& n) {
    std::vector<std::string> texts;
    for (auto const& law : n.conservation_laws) texts.push_back(law.text);
    return texts;
}

std::string const enzyme = R"(
[species]
E = 5
S = 20
ES = 0
P = 0
[reactions.bind]
equation = "E + S <-> ES"
rate = 1
reverse_rate = 2
[reactions.convert]
equation = "ES -> E + P"
rate = 3
)";

TEST(Compile, FindsTheConservationLaws) {
    EXPECT_THAT(laws(network(enzyme)), ::testing::UnorderedElementsAre("E + ES", "S + ES + P"));
}

TEST(Compile, WeighsConservationLawsByStoichiometry) {
    EXPECT_THAT(laws(network("[species]\nM = 6\nD = 0\n[reactions.d]\nequation = \"2 M <-> D\"\nrate = "
                             "1\nreverse_rate = 1\n")),
                ElementsAre("M + 2 D"));
}

TEST(Compile, KeepsNoLawThatAnEventBreaks) {
    EXPECT_TRUE(
        laws(
            network(
                "[species]\nA = 1\nB = 0\n[reactions.r]\nequation = \"A <-> B\"\nrate = 1\nreverse_rate = 1\n"
                "[events.e]\ntrigger = \"t >= 1\"\nassign = { A = 5 }\n"))
            .empty());
}

TEST(Compile, ShowsPropensitiesAsRead) {
    auto const n = network(
        "[species]\nA = 10\nB = 1\n[parameters]\nc = 2\n[reactions.pair]\nequation = \"2 A + B -> B\"\nrate "
        "= \"c\"\n");
    EXPECT_EQ(n.reactions[0].propensity, "c*A*(A - 1)/2*B");
    EXPECT_EQ(n.reactions[0].equation, "2 A + B -> B");
    ASSERT_EQ(n.reactions[0].changes.size(), 1u);
    EXPECT_EQ(n.reactions[0].changes[0].change, -2);
}

// Repression by the next species, with a Hill coefficient that is not whole.
Network ring_of_repressors(int genes) {
    std::string text = "[parameters]\nh = 2.5\n[species]\n";
    for (int i = 0; i < genes; ++i) text += "P" + std::to_string(i) + " = 0\n";
    for (int i = 0; i < genes; ++i)
        text += "[reactions.make" + std::to_string(i) + "]\nequation = \"-> P" + std::to_string(i) +
                "\"\npropensity = \"10 / (1 + P" + std::to_string((i + 1) % genes) + "^h)\"\n";
    return compile(read_toml(text, "ring.toml"));
}

TEST(Compile, CountsElementaryFunctionsTowardsTheSizeOfANetwork) {
    EXPECT_FALSE(ring_of_repressors(20).tables->scalars.large);
    EXPECT_TRUE(ring_of_repressors(40).tables->scalars.large);
}

TEST(Compile, FindsTheAbsorbingState) {
    auto const n = network(
        "[species]\nS = 9\nI = 1\nR = 0\n[reactions.infect]\nequation = \"S + I -> 2 I\"\nrate = "
        "0.1\n[reactions.recover]\nequation = \"I -> R\"\nrate = 1\n");
    EXPECT_THAT(n.warnings, Contains(HasSubstr("absorbing state")));
    EXPECT_TRUE(network("[species]\nM = 0\n[reactions.b]\nequation = \"-> M\"\nrate = 1\n").warnings.empty());
}

TEST(Compile, ARateDrawnAtBirthIsNotTakenForZero) {
    Network const n = compile(read_toml(R"toml(
[species]
A = 10
B = 0
[parameters]
s = { distribution = "gamma", mean = 1, cv = 0.5 }
[reactions.flip]
equation = "A <-> B"
rate = "1000*s"
reverse_rate = "s"
)toml",
                                        "test.toml"));
    EXPECT_THAT(n.warnings, Not(Contains(HasSubstr("absorbing state"))));
}

TEST(Compile, WarnsOfNothingInMassAction) {
    for (auto const& warning : network(enzyme).warnings) EXPECT_THAT(warning, Not(HasSubstr("negative")));
}

TEST(Compile, KnowsThatAGuardedRateIsSafe) {
    auto const n = network(
        "[species]\nX = 3\n[reactions.r]\nequation = \"X -> 0\"\npropensity = \"2*X/(10 + "
        "X)\"\n[reactions.pair]\nequation = \"2 X -> 0\"\npropensity = \"0.1*X*(X - 1)/2\"\n");
    for (auto const& warning : n.warnings) EXPECT_THAT(warning, Not(HasSubstr("negative")));
}

TEST(Compile, TurnsDeterministicRatesIntoStochasticOnes) {
    std::string const text = R"(
[volumes]
cell = 4
[species]
A = 10
B = 10
C = 0
[reactions.make]
equation = "-> A"
deterministic_rate = 3
[reactions.pair]
equation = "A + B -> C"
deterministic_rate = 2
[reactions.twin]
equation = "2 A -> C"
deterministic_rate = 2
)";
    auto const n = network(text);
    EXPECT_EQ(n.reactions[0].propensity, "3*cell");
    EXPECT_EQ(n.reactions[1].propensity, "2/cell*A*B");
    EXPECT_EQ(n.reactions[2].propensity, "2*2/cell*A*(A - 1)/2");
    EnsembleOptions o;
    o.cells = 20000;
    o.times = {1e-4};
    o.count_reactions = true;
    auto const e = run_ensemble(n, o);
    // Expected firings: 12, 50 and 1*90/2*... = k/V * 90/2 * 2 = 45 a time unit, over 2 time units in all.
    EXPECT_NEAR(static_cast<double>(e.reaction_counts[0]), 24, 5 * 5);
    EXPECT_NEAR(static_cast<double>(e.reaction_counts[1]), 100, 5 * 10);
    EXPECT_NEAR(static_cast<double>(e.reaction_counts[2]), 90, 5 * 9.5);
}

TEST(Compile, HashesWhatDecidesTheCells) {
    auto hash = [](std::string const& text) { return network(text).hash; };
    EXPECT_EQ(hash(enzyme), hash("name = \"other\"\n" + enzyme));
    std::string changed = enzyme;
    changed.replace(changed.find("rate = 3"), 8, "rate = 4");
    EXPECT_NE(hash(enzyme), hash(changed));
}

TEST(Compile, RefusesCyclesOfAssignments) {
    EXPECT_THAT(refusal("[species]\nX = 0\n[parameters]\na = \"b\"\nb = \"a\"\n[reactions.r]\nequation = "
                        "\"-> X\"\nrate = \"a\"\n"),
                HasSubstr("depends on itself"));
    EXPECT_THAT(refusal("[species]\nX = 0\n[observables]\na = \"b + X\"\nb = \"a\"\n[reactions.r]\nequation "
                        "= \"-> X\"\nrate = 1\n"),
                HasSubstr("depends on itself"));
}

TEST(Compile, RefusesTriggersItCannotSolve) {
    auto const message = refusal(
        "[species]\nX = 0\n[reactions.r]\nequation = \"-> X\"\nrate = 1\n[events.e]\ntrigger = \"sin(t) > "
        "0.5\"\nassign = { X = 0 }\n");
    EXPECT_THAT(message, HasSubstr("event \"e\""));
    EXPECT_THAT(message, HasSubstr("linear in"));
}

TEST(Compile, RefusesARateThatIsNotANumber) {
    EXPECT_THAT(
        refusal(
            "[species]\nX = 0\n[parameters]\na = 0\n[reactions.r]\nequation = \"-> X\"\nrate = \"a/a\"\n"),
        HasSubstr("the rate of reaction \"r\" is"));
}

TEST(Compile, RefusesInitialCountsThatAreNotWhole) {
    EXPECT_THAT(refusal("[species]\nX = \"5/2\"\n[reactions.r]\nequation = \"-> X\"\nrate = 1\n"),
                HasSubstr("must be whole"));
    EXPECT_THAT(refusal("[species]\nX = \"1e10\"\n[reactions.r]\nequation = \"-> X\"\nrate = 1\n"),
                HasSubstr("2147483647"));
}

}  // namespace
