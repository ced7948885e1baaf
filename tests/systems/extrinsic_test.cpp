// Birth and death whose rate differs from cell to cell and never changes in a cell: Gamma-Poisson at every
// time, CV^2 = 1/<n> + cv^2, variance = within cells + between cells.
//
// A mean off by 0.8 % or a Fano factor off by 1.3 % would be caught; each test raises a false alarm with
// probability 1e-6.
#include <cmath>

#include "tests/systems/population.hpp"

namespace {

using namespace fano;
using namespace fano::test;

std::string model(std::string const& rate) {
    return "[species]\nM = 0\n[parameters]\ngamma = 1\nk = " + rate + R"(
[reactions.synthesis]
equation = "-> M"
rate = "k"
[reactions.decay]
equation = "M -> 0"
rate = "gamma"
)";
}

TEST(Extrinsic, GammaDistributedRatesMakeNegativeBinomialCounts) {
    std::vector<double> const times{0.5, 2};
    auto const population =
        simulate(model(R"({ distribution = "gamma", mean = 10, cv = 0.5 })"), test_cells(1'000'000), times);
    Checks checks;
    for (std::size_t i = 0; i < times.size(); ++i) {
        double const mean = 10 * (1 - std::exp(-times[i]));
        auto const exact = gamma_poisson(mean, 0.5);
        auto const moments = moments_of(exact);
        checks.equal("CV^2 of the exact distribution", moments.variance / (moments.mean * moments.mean),
                     1 / mean + 0.25);
        compare(checks, population, i, "M", exact);
    }
    EXPECT_TRUE(checks.hold());
}

TEST(Extrinsic, TwoKindsOfCellsMakeAMixture) {
    // A rate of 2 or of 12, by the number of a hidden species: law of total variance, bimodal counts.
    auto const population = simulate(R"(
[species]
Kind = { distribution = "binomial", n = 1, p = 0.3 }
M = 0
[reactions.synthesis]
equation = "-> M"
propensity = "2 + 10*Kind"
[reactions.decay]
equation = "M -> 0"
rate = 1
)",
                                     test_cells(1'000'000), {1.5});
    double const grown = 1 - std::exp(-1.5);
    auto const few = poisson(2 * grown), many = poisson(12 * grown);
    Probabilities exact(many.size());
    for (std::size_t n = 0; n < many.size(); ++n)
        exact[n] = 0.3 * many[n] + (n < few.size() ? 0.7 * few[n] : 0.0);
    auto const moments = moments_of(exact);
    Checks checks;
    checks.equal("total variance", moments.variance, moments.mean + 0.3 * 0.7 * 100 * grown * grown);
    compare(checks, population, 0, "M", exact);
    EXPECT_TRUE(checks.hold());
}

TEST(Extrinsic, CellsWithoutSpreadAreAlike) {
    auto const population =
        simulate(model(R"({ distribution = "gamma", mean = 4, cv = 0 })"), test_cells(1'000'000), {1});
    Checks checks;
    compare(checks, population, 0, "M", birth_death(0, 4, 1, 1));
    EXPECT_TRUE(checks.hold());
}

}  // namespace
