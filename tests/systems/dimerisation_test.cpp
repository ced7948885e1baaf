// Dimerisation in a closed cell: finitely many states, solved exactly. The propensity is c n(n-1)/2.
//
// A mean of dimers off by 0.6 % or a variance off by 1.2 % would be caught, and so would c n^2/2 in place of
// the propensity, which makes 4 % more dimers at first. Each test raises a false alarm with probability 1e-6.
#include "tests/systems/population.hpp"

namespace {

using namespace fano;
using namespace fano::test;

std::string model(std::size_t monomers, std::string const& arrow, std::string const& reverse) {
    return "[species]\nM = " + std::to_string(monomers) + "\nD = 0\n[parameters]\nc = 0.1\nc_r = 0.5\n" +
           "[reactions.pairing]\nequation = \"2 M " + arrow + " D\"\nrate = \"c\"\n" + reverse;
}

// Probabilities of the number of dimers.
Probabilities dimers(std::size_t monomers, double reverse_rate, double time) {
    Chain chain(monomers / 2 + 1);
    for (std::size_t d = 0; d < chain.states(); ++d) {
        double const free = static_cast<double>(monomers - 2 * d);
        if (d + 1 < chain.states()) chain.jump(d, d + 1, 0.1 * free * (free - 1) / 2);
        if (d > 0) chain.jump(d, d - 1, reverse_rate * static_cast<double>(d));
    }
    auto start = certain(0);
    start.resize(chain.states());
    return chain.after(start, time);
}

Probabilities free_monomers(std::size_t monomers, Probabilities const& dimer) {
    Probabilities p(monomers + 1);
    for (std::size_t d = 0; d < dimer.size(); ++d) p[monomers - 2 * d] = dimer[d];
    return p;
}

TEST(Dimerisation, FollowsTheMasterEquation) {
    std::vector<double> const times{0.05, 0.5, 3};
    auto const population = simulate(model(24, "->", ""), test_cells(1'000'000), times);
    Checks checks;
    for (std::size_t i = 0; i < times.size(); ++i) {
        auto const exact = dimers(24, 0, times[i]);
        compare(checks, population, i, "D", exact);
        compare(checks, population, i, "M", free_monomers(24, exact));
    }
    EXPECT_TRUE(checks.hold());
}

TEST(Dimerisation, AndItsReverseFollowTheMasterEquation) {
    std::vector<double> const times{0.3, 6};
    auto const reverse = "reverse_rate = \"c_r\"\n";
    auto const population = simulate(model(25, "<->", reverse), test_cells(1'000'000), times);
    Checks checks;
    for (std::size_t i = 0; i < times.size(); ++i)
        compare(checks, population, i, "D", dimers(25, 0.5, times[i]));
    EXPECT_TRUE(checks.hold());
}

TEST(Dimerisation, LeavesTheOddMonomerAlone) {
    auto const population = simulate(model(7, "->", ""), 1000, {1e6});
    EXPECT_EQ(population.cells_with(0, "M", 1), population.cells());
    EXPECT_EQ(population.cells_with(0, "D", 3), population.cells());
    EXPECT_EQ(population.ensemble.events, 3 * population.cells());
}

TEST(Dimerisation, NeedsTwo) {
    auto const population = simulate(model(1, "->", ""), 1000, {1e6});
    EXPECT_EQ(population.ensemble.events, 0u);
}

TEST(Dimerisation, OfDifferentSpeciesMultipliesTheirCounts) {
    // A + B -> C from 6 and 4: with c molecules of C the propensity is 0.2 (6 - c)(4 - c).
    auto const population = simulate(R"(
[species]
A = 6
B = 4
C = 0
[reactions.binding]
equation = "A + B -> C"
rate = 0.2
)",
                                     test_cells(1'000'000), {0.1, 0.5});
    Chain chain(5);
    for (std::size_t c = 0; c < 4; ++c) chain.jump(c, c + 1, 0.2 * static_cast<double>((6 - c) * (4 - c)));
    Checks checks;
    compare(checks, population, 0, "C", chain.after({1, 0, 0, 0, 0}, 0.1));
    compare(checks, population, 1, "C", chain.after({1, 0, 0, 0, 0}, 0.5));
    EXPECT_TRUE(checks.hold());
}

TEST(Dimerisation, OfThreeCountsTriples) {
    // 3 A -> 0 from 9: propensity 0.05 n(n-1)(n-2)/6.
    auto const population = simulate(R"(
[species]
A = 9
[reactions.trimerisation]
equation = "3 A -> 0"
rate = 0.05
)",
                                     test_cells(1'000'000), {0.5});
    Chain chain(10);
    for (std::size_t n = 9; n >= 3; n -= 3)
        chain.jump(n, n - 3, 0.05 * static_cast<double>(n * (n - 1) * (n - 2)) / 6);
    Checks checks;
    compare(checks, population, 0, "A", chain.after(certain(9), 0.5));
    EXPECT_TRUE(checks.hold());
}

}  // namespace
