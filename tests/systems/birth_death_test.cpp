// Birth and death: Binomial(n0, e) + Poisson((k/gamma)(1 - e)) with e = exp(-gamma t), at every time.
//
// A mean off by 0.5 %, a variance or Fano factor off by 1.2 % would be caught. Each test raises a false alarm
// with probability 1e-6.
#include <cmath>

#include "tests/systems/population.hpp"

namespace {

using namespace fano;
using namespace fano::test;

std::string model(std::string const& initial, double k, double gamma) {
    return "[species]\nM = " + initial + "\n[parameters]\nk = " + std::to_string(k) +
           "\ngamma = " + std::to_string(gamma) + R"(
[reactions.synthesis]
equation = "-> M"
rate = "k"
[reactions.decay]
equation = "M -> 0"
rate = "gamma"
)";
}

TEST(BirthDeath, IsBinomialPlusPoissonAtEveryTime) {
    std::vector<double> const times{0.25, 1, 3};
    auto const population = simulate(model("15", 5, 1), test_cells(1'000'000), times);
    Checks checks;
    for (std::size_t i = 0; i < times.size(); ++i)
        compare(checks, population, i, "M", birth_death(15, 5, 1, times[i]));
    EXPECT_TRUE(checks.hold());
}

TEST(BirthDeath, StaysPoissonFromAPoissonStart) {
    auto const start = "{ distribution = \"poisson\", mean = \"k/gamma\" }";
    auto const population = simulate(model(start, 6, 2), test_cells(1'000'000), {0, 1, 4});
    Checks checks;
    for (std::size_t i = 0; i < 3; ++i) compare(checks, population, i, "M", poisson(3));
    EXPECT_TRUE(checks.hold());
}

TEST(BirthDeath, ForgetsItsPastAtTheDecayRate) {
    // Autocovariance (k/gamma) exp(-gamma tau): 3 % of its value would be caught at the lag 0.3, 5 % at 1.2.
    auto const start = "{ distribution = \"poisson\", mean = \"k/gamma\" }";
    EnsembleOptions options;
    options.snapshots = true;
    auto const population = simulate(model(start, 8, 1), test_cells(250'000), {0, 0.3, 1.2}, options);
    auto const n = population.cells();
    auto const& values = population.ensemble.snapshots;
    Checks checks;
    for (std::size_t lag = 1; lag < 3; ++lag) {
        double product = 0, square = 0;
        for (std::size_t cell = 0; cell < n; ++cell) {
            double const x = (values[cell] - 8) * (values[lag * n + cell] - 8);
            product += x;
            square += x * x;
        }
        double const cells = static_cast<double>(n), mean = product / cells;
        double const error = std::sqrt((square / cells - mean * mean) / cells);
        checks.add("autocovariance",
                   normal_p((mean - 8 * std::exp(-population.ensemble.times[lag])) / error));
    }
    EXPECT_TRUE(checks.hold());
}

TEST(BirthDeath, CountsBothReactionsByTheirExactLaws) {
    // From an empty cell: births are Poisson(k t), and what was born is alive or dead.
    EnsembleOptions options;
    options.count_reactions = true;
    auto const population = simulate(model("0", 4, 1), test_cells(1'000'000), {2.5}, options);
    double const cells = static_cast<double>(population.cells());
    auto const births = population.firings("synthesis"), deaths = population.firings("decay");
    double const alive = population.mean(0, "M").value * cells;
    Checks checks;
    checks.add("births", poisson_p(births, 4 * 2.5 * cells));
    checks.add("deaths", poisson_p(deaths, (4 * 2.5 - 4 * (1 - std::exp(-2.5))) * cells));
    checks.equal("births - deaths", static_cast<double>(births) - static_cast<double>(deaths), alive);
    checks.equal("events", static_cast<double>(population.ensemble.events),
                 static_cast<double>(births + deaths));
    EXPECT_TRUE(checks.hold());
}

TEST(BirthDeath, NothingHappensAtRateZero) {
    auto const population = simulate(model("3", 0, 0), 1000, {0, 1e6});
    for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(population.cells_with(i, "M", 3), population.cells());
    EXPECT_EQ(population.ensemble.events, 0u);
}

}  // namespace
