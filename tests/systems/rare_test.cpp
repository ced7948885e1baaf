// A reaction far rarer than the rest fires at its rate. At a ratio of 1e-9 no affordable ensemble shows this,
// so the edges of the choice are tried one by one: which uniforms pick the rare reaction, to 5e-16. The
// ensemble then shows at 1e-6 that what is chosen is what is counted.
#include <cmath>

#include <fmt/format.h>

#include "kernels/core/stream.hpp"
#include "tests/systems/population.hpp"

namespace {

using namespace fano;
using namespace fano::test;

constexpr std::uint64_t seed = 20;

// The number from which a cell's first choice is made: one of 2^52 in (0,1), the second of its first draw.
double first_choice(std::uint64_t cell) {
    auto const block = kernels::draw_block<std::uint64_t>(seed, cell, kernels::Purpose::reaction, 0);
    return kernels::uniform<double>(block.w[2], block.w[3]);
}

// Whether a race of three, rates `from`, `to - from` and `1 - to`, is won in this cell by the second.
bool second_wins(std::uint64_t cell, double from, double to, Device device) {
    EnsembleOptions options;
    options.seed = seed;
    options.first_cell = cell;
    options.device = device;
    options.threads = 1;
    auto const population = simulate(fmt::format(R"(
[species]
Waiting = 1
Rare = 0
[reactions.before]
equation = "Waiting -> 0"
rate = {}
[reactions.rare]
equation = "Waiting -> Rare"
rate = {}
[reactions.after]
equation = "Waiting -> 0"
rate = {}
)",
                                                 from, to - from, 1 - to),
                                     1, {1000}, options);
    return population.cells_with(0, "Rare", 1) == 1;
}

TEST(Rare, IsPickedByExactlyItsShareOfAllUniforms) {
    // The reaction that is 1e-9 of the total is picked by the uniforms in its stretch and by no others. With
    // both edges right to 5e-16, its rate is right to 1e-6 of itself.
    constexpr double share = 1e-9, edge = 5e-16;
    for (Device const device : {Device::reference, Device::sse2, Device::avx2, Device::avx512}) {
        if (!device_available(device)) continue;
        for (std::uint64_t cell = 0; cell < 60; ++cell) {
            double const u = first_choice(cell);
            ASSERT_GT(u, 2 * share);
            ASSERT_LT(u, 1 - 2 * share);
            EXPECT_TRUE(second_wins(cell, u - edge, u + share, device))
                << device_name(device) << ", cell " << cell;
            EXPECT_TRUE(second_wins(cell, u - share, u + edge, device))
                << device_name(device) << ", cell " << cell;
            EXPECT_FALSE(second_wins(cell, u + edge, u + share, device))
                << device_name(device) << ", cell " << cell;
            EXPECT_FALSE(second_wins(cell, u - share, u - edge, device))
                << device_name(device) << ", cell " << cell;
        }
    }
}

TEST(Rare, ChoicesUseAllTheirBits) {
    // Were choices made from 32 bits, all would lie on a grid of step 2^-32, and a share of 1e-9 would be 4
    // or 5 steps instead of 4.29. Here the position within such a step is uniform itself. A position off by
    // 25 % would be caught; false alarm 1e-6.
    Counts positions(64);
    for (std::uint64_t cell = 0; cell < 100'000; ++cell) {
        double const steps = first_choice(cell) * 0x1p32;
        ++positions[static_cast<std::size_t>((steps - std::floor(steps)) * 64)];
    }
    Checks checks;
    checks.add("position within a step of 2^-32", chi_square_p(positions, Probabilities(64, 1.0 / 64)));
    EXPECT_TRUE(checks.hold());
}

TEST(Rare, FiresAtItsRateBesideOneAMillionTimesFaster) {
    // A flip at rate 1 keeps the total propensity what it is; the number of rare firings in all cells is
    // Poisson with mean 700, of flips with mean 7e8. A rare rate off by 28 % or a common one off by 0.03 %
    // would be caught. A choice from 16 random bits would never pick the rare reaction, or 15 times too
    // often. False alarm: 1e-6.
    EnsembleOptions options;
    options.count_reactions = true;
    auto const population = simulate(R"(
[species]
Left = 1
Right = 0
Marker = 0
[reactions.to_right]
equation = "Left -> Right"
rate = 1
[reactions.rare]
equation = "-> Marker"
rate = 1e-6
[reactions.to_left]
equation = "Right -> Left"
rate = 1
)",
                                     test_cells(200'000), {3500}, options);
    double const cells = static_cast<double>(population.cells());
    auto const rare = population.firings("rare");
    auto const common = population.firings("to_right") + population.firings("to_left");
    double const exact = 3500 * cells;
    Checks checks;
    checks.add("rare firings", poisson_p(rare, 1e-6 * exact),
               fmt::format("{} instead of {}", rare, 1e-6 * exact));
    checks.add("common firings", normal_p((static_cast<double>(common) - exact) / std::sqrt(exact)));
    checks.equal("markers", population.mean(0, "Marker").value * cells, static_cast<double>(rare));
    compare(checks, population, 0, "Marker", poisson(3500e-6));
    EXPECT_TRUE(checks.hold());
}

TEST(Rare, EndsARaceAtItsShare) {
    // First events only, so that nothing but the choice matters: 2 million races, 2000 of them won by the
    // slower. A share off by 16 % would be caught; false alarm 1e-6.
    auto const population = simulate(R"(
[species]
Waiting = 1
Rare = 0
[reactions.common]
equation = "Waiting -> 0"
rate = 999
[reactions.rare]
equation = "Waiting -> Rare"
rate = 1
)",
                                     test_cells(2'000'000), {10});
    Checks checks;
    checks.add("rare wins", binomial_p(population.cells_with(0, "Rare", 1), population.cells(), 1e-3));
    EXPECT_TRUE(checks.hold());
}

}  // namespace
