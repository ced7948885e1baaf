// Rates, currents around cycles and entropy production of stationary states against closed forms.
#include <cmath>

#include <gtest/gtest.h>

#include "cme/solutions.hpp"

namespace fano::test {
namespace {

Currents currents_of(Network const& network, double tolerance = 1e-10) {
    CmeOptions options;
    options.tolerance = tolerance;
    return *stationary_cme(network, options).stationary->currents;
}

double cycle(Currents const& currents, std::string const& reactions) {
    for (auto const& c : currents.cycles)
        if (c.reactions == reactions) return c.current;
    ADD_FAILURE() << "there is no cycle " << reactions;
    return NAN;
}

TEST(Currents, PromoterGoesAroundOncePerCycleTime) {
    auto const found = currents_of(gallery("refractory"));  // on for 1 on average, off for 4
    EXPECT_NEAR(cycle(found, "recovery + activation + deactivation"), 0.2, 1e-12);
    EXPECT_NEAR(cycle(found, "transcription + decay"), 4, 1e-8);
    EXPECT_NEAR(found.rates[3], 4, 1e-8);
    EXPECT_TRUE(std::isinf(found.entropy_production));
    EXPECT_EQ(found.irreversible, "recovery");
}

TEST(Currents, ReversibleDimerisationIsInDetailedBalance) {
    auto const found = currents_of(gallery("dimerisation"));
    EXPECT_LT(found.imbalance, 1e-13);
    EXPECT_LT(std::abs(found.entropy_production), 1e-12);
    EXPECT_GT(found.rates[0], 1);
    EXPECT_NEAR(found.rates[0], found.rates[1], 1e-12);
}

std::string ring(int molecules, double there, double back) {
    auto const rates =
        "\nrate = \"" + std::to_string(there) + "\"\nreverse_rate = \"" + std::to_string(back) + "\"\n";
    return "[species]\nA = " + std::to_string(molecules) + "\nB = 0\nC = 0\n" +
           "[reactions.ab]\nequation = \"A <-> B\"" + rates + "[reactions.bc]\nequation = \"B <-> C\"" +
           rates + "[reactions.ca]\nequation = \"C <-> A\"" + rates;
}

// Of independent molecules on a ring of three places: each goes around (k - l)/9 times and makes (k - l) ln(k/l) / 3 * 3.
TEST(Currents, MoleculesOnARingMakeEntropyAsTheirRatesSay) {
    auto const found = currents_of(network_from(ring(5, 3, 0.5)));
    EXPECT_NEAR(cycle(found, "ab + bc + ca"), 5 * 2.5 / 3, 1e-12);
    EXPECT_NEAR(found.entropy_production, 5 * 2.5 * std::log(6.0), 1e-11);
    EXPECT_NEAR(found.imbalance, 2.5 / 3.5, 1e-13);
    // The other way round the cycle is made of the reverse reactions.
    EXPECT_NEAR(cycle(currents_of(network_from(ring(2, 0.5, 3))), "ab_reverse + bc_reverse + ca_reverse"),
                2 * 2.5 / 3, 1e-12);
    EXPECT_LT(std::abs(currents_of(network_from(ring(4, 2, 2))).entropy_production), 1e-12);
}

// Two channels between the same states: what flows around through both is dissipation, which a sum of the two would hide.
TEST(Currents, ChannelsBetweenTheSameStatesCountEach) {
    auto const network = network_from(
        "[species]\nOFF = 1\nON = 0\n[reactions.fuel]\nequation = \"OFF <-> ON\"\nrate = \"4\"\nreverse_rate "
        "= \"1\"\n"
        "[reactions.heat]\nequation = \"OFF <-> ON\"\nrate = \"1\"\nreverse_rate = \"2\"\n");
    auto const found = currents_of(network);
    double const on = 5.0 / 8, off = 3.0 / 8;
    EXPECT_NEAR(cycle(found, "fuel + heat_reverse"), 4 * off - on, 1e-14);
    EXPECT_NEAR(found.entropy_production,
                (4 * off - on) * std::log(4 * off / on) + (off - 2 * on) * std::log(off / (2 * on)), 1e-13);
}

// A reversible birth and death at rates that differ from those of equilibrium nowhere.
TEST(Currents, BirthAndDeathBalanceInEveryState) {
    auto const found = currents_of(gallery("birth_death"));
    EXPECT_NEAR(found.rates[0], 20, 1e-9);
    EXPECT_NEAR(found.rates[1], 20, 1e-9);
    EXPECT_LT(found.imbalance, 1e-12);
    EXPECT_LT(std::abs(found.entropy_production), 1e-10);
    EXPECT_TRUE(found.cycles.empty());
}

TEST(Currents, RatesOfATwoStageGeneAreItsMeans) {
    auto const network = gallery("two_stage");
    auto const found = currents_of(network, 1e-8);
    EXPECT_NEAR(found.rates[1] / found.rates[3], 1, 1e-7);  // translation and decay of proteins
    EXPECT_NEAR(found.rates[0], 0.4, 1e-8);
    ASSERT_EQ(found.cycles.size(), 1U);  // births of mRNA are the reverse of its decay
    EXPECT_NEAR(cycle(found, "translation + protein_decay"), 2, 1e-6);
}

TEST(Currents, NothingIsSaidOfStatesThatDoNotLast) {
    EXPECT_FALSE(stationary_cme(gallery("sis"), {}, true).stationary->currents.has_value());
}

}  // namespace
}  // namespace fano::test
