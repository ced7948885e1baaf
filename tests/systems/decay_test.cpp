// Decay of a fixed number of molecules: Binomial(n0, exp(-k t)), F = 1 - exp(-k t).
//
// A survival probability off by 0.6 % or a Fano factor off by 1.2 % would be caught; each test raises a false
// alarm with probability 1e-6.
#include <cmath>

#include "tests/systems/population.hpp"

namespace {

using namespace fano;
using namespace fano::test;

std::string model(int molecules) {
    return "[species]\nA = " + std::to_string(molecules) + R"(
[parameters]
k = 0.8
[reactions.decay]
equation = "A -> 0"
rate = "k"
)";
}

TEST(Decay, IsBinomialAtEveryTime) {
    std::vector<double> const times{0, 0.1, 1, 4};
    auto const population = simulate(model(40), test_cells(1'000'000), times);
    Checks checks;
    for (std::size_t i = 0; i < times.size(); ++i) {
        double const survive = std::exp(-0.8 * times[i]);
        auto const exact = binomial(40, survive);
        checks.equal("F of the exact distribution", moments_of(exact).fano(), 1 - survive);
        compare(checks, population, i, "A", exact);
    }
    EXPECT_TRUE(checks.hold());
}

TEST(Decay, OfOneMoleculeIsExponential) {
    // Numbers of cells that decay between sample times: multinomial.
    std::vector<double> const times{0.05, 0.2, 0.5, 1, 2, 4, 8};
    auto const population = simulate(model(1), test_cells(1'000'000), times);
    Counts decayed;
    Probabilities expected;
    std::uint64_t before = population.cells();
    double alive = 1;
    for (std::size_t i = 0; i < times.size(); ++i) {
        auto const now = population.cells_with(i, "A", 1);
        decayed.push_back(before - now);
        expected.push_back(alive - std::exp(-0.8 * times[i]));
        before = now;
        alive = std::exp(-0.8 * times[i]);
    }
    decayed.push_back(before);
    expected.push_back(alive);
    Checks checks;
    checks.add("time of decay, chi-square", chi_square_p(decayed, expected));
    checks.add("time of decay, Kolmogorov-Smirnov", kolmogorov_smirnov_p(decayed, expected));
    EXPECT_TRUE(checks.hold());
}

TEST(Decay, EndsAtZeroAndStaysThere) {
    auto const population = simulate(model(3), 1000, {1000, 1e9});
    for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(population.cells_with(i, "A", 0), population.cells());
    EXPECT_EQ(population.ensemble.events, 3 * population.cells());
}

TEST(Decay, OfNothingIsNothing) {
    auto const population = simulate(model(0), 1000, {0, 1, 1e9});
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(population.maximum(i, "A"), 0);
    EXPECT_EQ(population.ensemble.events, 0u);
}

}  // namespace
