// A promoter that passes a refractory state before it can fire again: quieter than a two-state gene with the
// same mean ON and OFF times, F = 7.588235 against 8.111111.
//
// A mean off by 1.1 % or a Fano factor off by 1 % would be caught: the two genes differ by 7 %. The test
// raises a false alarm with probability 1e-6.
#include "tests/systems/population.hpp"

namespace {

using namespace fano;
using namespace fano::test;

TEST(Refractory, IsQuieterThanATelegraphGene) {
    // The promoter starts stationary (2/5 refractory, 2/5 ready, 1/5 on), mRNA near it.
    auto const population = simulate(R"(
[species]
G_on = { distribution = "binomial", n = 1, p = 0.2 }
G_ready = { distribution = "binomial", n = "1 - G_on", p = 0.5 }
G_refractory = "1 - G_on - G_ready"
mRNA = { distribution = "negative_binomial", mean = 4, fano = 7.588235 }
[parameters]
k_off = 1
k_recover = 0.5
k_on = 0.5
k_tx = 20
gamma = 1
[reactions.recovery]
equation = "G_refractory -> G_ready"
rate = "k_recover"
[reactions.activation]
equation = "G_ready -> G_on"
rate = "k_on"
[reactions.deactivation]
equation = "G_on -> G_refractory"
rate = "k_off"
[reactions.transcription]
equation = "G_on -> G_on + mRNA"
rate = "k_tx"
[reactions.decay]
equation = "mRNA -> 0"
rate = "gamma"
)",
                                     test_cells(1'000'000), {9});
    Promoter const promoter{{{0, 0.5, 0}, {0, 0, 0.5}, {1, 0, 0}}, {0, 0, 20}, 1, 110};
    auto const exact = promoter.mrna(promoter.chain().stationary());
    Checks checks;
    checks.equal("mean of the exact distribution", moments_of(exact).mean, 4);
    checks.equal("F of the exact distribution", moments_of(exact).fano(), 7.588235, 1e-7);
    compare(checks, population, 0, "mRNA", exact);
    compare(checks, population, 0, "G_on", binomial(1, 0.2));
    compare(checks, population, 0, "G_ready", binomial(1, 0.4));
    EXPECT_TRUE(checks.hold());
}

}  // namespace
