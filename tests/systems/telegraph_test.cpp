// The telegraph gene: the Beta-Poisson law where promoters are fast, bursting and slow, and the exact path to
// it.
//
// Cells start near the stationary state, so that a short run reaches it: at the time of the sample the exact
// distribution differs from the stationary one by less than a hundredth of a standard error in every moment.
// A mean off by 0.8 % or a Fano factor off by 1.5 % would be caught in every regime (0.4 % and 1.1 % where
// switching is fast). Each test raises a false alarm with probability 1e-6.
#include <cmath>

#include <fmt/format.h>

#include "tests/systems/population.hpp"

namespace {

using namespace fano;
using namespace fano::test;

struct Gene {
    double k_on, k_off, k_tx;
    std::string model(std::string const& promoter_on, std::string const& mrna) const {
        return fmt::format(
                   "[species]\nG_on = {}\nG_off = \"1 - G_on\"\nmRNA = {}\n[parameters]\n"
                   "k_on = {}\nk_off = {}\nk_tx = {}\ngamma = 1\n",
                   promoter_on, mrna, k_on, k_off, k_tx) +
               R"(
[reactions.activation]
equation = "G_off <-> G_on"
rate = "k_on"
reverse_rate = "k_off"
[reactions.transcription]
equation = "G_on -> G_on + mRNA"
rate = "k_tx"
[reactions.decay]
equation = "mRNA -> 0"
rate = "gamma"
)";
    }
    double mean() const { return k_tx * k_on / (k_on + k_off); }
    double fano() const { return 1 + k_tx * k_off / ((k_on + k_off) * (k_on + k_off + 1)); }
    Promoter promoter(std::size_t largest) const { return {{{0, k_on}, {k_off, 0}}, {0, k_tx}, 1, largest}; }
};

std::string const stationary_promoter =
    R"toml({ distribution = "binomial", n = 1, p = "k_on/(k_on + k_off)" })toml";

void expect_stationary(Gene const& gene, std::string const& mrna, double time) {
    auto const population = simulate(gene.model(stationary_promoter, mrna), test_cells(1'000'000), {time});
    auto const exact = beta_poisson(gene.k_on, gene.k_off, gene.k_tx);
    Checks checks;
    checks.equal("mean of the exact distribution", moments_of(exact).mean, gene.mean());
    checks.equal("F of the exact distribution", moments_of(exact).fano(), gene.fano());
    compare(checks, population, 0, "mRNA", exact);
    compare(checks, population, 0, "G_on", binomial(1, gene.k_on / (gene.k_on + gene.k_off)));
    EXPECT_TRUE(checks.hold());
}

TEST(Telegraph, WithFastSwitchingIsBetaPoisson) {
    Gene const gene{20, 20, 10};
    expect_stationary(gene, fmt::format(R"({{ distribution = "poisson", mean = {} }})", gene.mean()), 5);
}

TEST(Telegraph, ThatBurstsIsBetaPoisson) {
    Gene const gene{1, 20, 100};
    auto const start = fmt::format(R"({{ distribution = "negative_binomial", mean = {}, fano = {} }})",
                                   gene.mean(), gene.fano());
    expect_stationary(gene, start, 6);
}

TEST(Telegraph, WithSlowSwitchingIsBetaPoisson) {
    expect_stationary({0.1, 0.1, 12}, R"({ distribution = "poisson", mean = "k_tx*G_on" })", 10);
}

TEST(Telegraph, ReachesItsStationaryStateAlongTheMasterEquation) {
    // The promoter and the mRNA together, from an empty cell with the promoter off.
    Gene const gene{0.5, 1, 15};
    std::vector<double> const times{0.2, 1, 3};
    EnsembleOptions options;
    options.joint = {{"G_on", "mRNA"}};
    auto const population = simulate(gene.model("0", "0"), test_cells(1'000'000), times, options);
    auto const promoter = gene.promoter(80);
    auto const chain = promoter.chain();
    std::vector<double> start(chain.states());
    start[promoter.state(0, 0)] = 1;
    Checks checks;
    for (std::size_t i = 0; i < times.size(); ++i) {
        auto const exact = chain.after(start, times[i]);
        compare(checks, population, i, "mRNA", promoter.mrna(exact));
        auto const joint = population.ensemble.tally.joint(i, 0);
        ASSERT_EQ(joint.width[0], 1);
        ASSERT_EQ(joint.width[1], 1);
        Counts seen(chain.states());
        for (std::size_t on = 0; on < joint.bins[0]; ++on)
            for (std::size_t n = 0; n < joint.bins[1]; ++n)
                seen.at(promoter.state(on + static_cast<std::size_t>(joint.low[0]),
                                       n + static_cast<std::size_t>(joint.low[1]))) +=
                    joint.cells[on * joint.bins[1] + n];
        checks.add("promoter and mRNA together", chi_square_p(seen, exact));
    }
    EXPECT_TRUE(checks.hold());
}

TEST(Telegraph, ThatNeverTurnsOffIsPoisson) {
    Gene const gene{1, 0, 8};
    auto const population = simulate(gene.model("1", "0"), test_cells(1'000'000), {1.5});
    Checks checks;
    compare(checks, population, 0, "mRNA", poisson(8 * (1 - std::exp(-1.5))));
    EXPECT_TRUE(checks.hold());
}

}  // namespace
