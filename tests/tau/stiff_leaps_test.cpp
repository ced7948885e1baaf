// Leaps over fast reversible reactions: the right distribution, also of what is slower, at steps hundreds of relaxation
// times long; the same bits everywhere; and explicit leaps where there is no equilibrium.
#include <cmath>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "fano/fano.hpp"
#include "support/statistics.hpp"

namespace {

using namespace fano;

Network network_of(std::string const& text) { return compile(read_toml(text, "test.toml")); }

EnsembleOptions leaping(std::uint64_t cells, std::vector<double> times, double epsilon) {
    EnsembleOptions options;
    options.method = Method::tau;
    options.stiff = true;
    options.epsilon = epsilon;
    options.cells = test::test_cells(cells);
    options.seed = 21;
    options.times = std::move(times);
    return options;
}

// All propensities are linear, so the linear noise approximation is exact.
constexpr char const* exchange = R"toml(
name = "fast exchange"
[species]
A = 2400
B = 1200
C = 0
[reactions]
there = { equation = "A -> B", rate = 1000 }
back = { equation = "B -> A", rate = 2000 }
make = { equation = "-> A", rate = 180 }
slow = { equation = "B -> C", rate = 0.15 }
lose = { equation = "C ->", rate = 0.5 }
)toml";

// At epsilon 0.1, within the sampling error of 40,000 cells and 1 % of the variance, 0.02 standard deviations of the mean.
void expect_moments(Network const& network, Ensemble const& seen, SecondMoments const& exact) {
    auto const n = static_cast<double>(seen.cells);
    constexpr double five_errors = 5.3;  // less than one false alarm in a million checks of ten
    for (std::size_t time = 0; time < seen.times.size(); ++time)
        for (std::size_t s = 0; s < network.species.size(); ++s) {
            double const variance = exact.variance(time, s), deviation = std::sqrt(variance);
            EXPECT_NEAR(seen.tally.mean(time, s).value, exact.mean_of(time, s),
                        (0.02 + five_errors / std::sqrt(n)) * deviation)
                << network.species[s] << " at " << seen.times[time];
            EXPECT_NEAR(seen.tally.variance(time, s).value, variance,
                        (0.01 + five_errors * std::sqrt(2 / n)) * variance)
                << network.species[s] << " at " << seen.times[time];
        }
}

TEST(StiffLeaps, HaveTheVariancesOfALinearNetwork) {
    auto const network = network_of(exchange);
    std::vector<double> const times{1, 4, 10};
    auto const seen = run_ensemble(network, leaping(40000, times, 0.1));
    EXPECT_GT(seen.leaps.stiff, seen.leaps.leaps / 2);
    // 3,000 relaxations in a unit of time: explicit leaps are a third of one.
    EXPECT_LT(seen.leaps.leaps, seen.cells * 300);
    expect_moments(network, seen, linear_noise(network, times));
}

// Two pairs that share species: only the faster is leapt over, and the slower one is followed.
TEST(StiffLeaps, LeapOverTheFasterOfPairsThatShareSpecies) {
    auto const network = network_of(R"toml(
name = "three states"
[species]
A = 3000
B = 2000
C = 1000
[reactions]
ab = { equation = "A -> B", rate = 2000 }
ba = { equation = "B -> A", rate = 3000 }
bc = { equation = "B -> C", rate = 50 }
cb = { equation = "C -> B", rate = 100 }
make = { equation = "-> C", rate = 600 }
lose = { equation = "A ->", rate = 0.2 }
)toml");
    std::vector<double> const times{0.05, 1};
    auto const seen = run_ensemble(network, leaping(10000, times, 0.1));
    EXPECT_GT(seen.leaps.stiff, seen.leaps.leaps / 2);
    auto const exact = linear_noise(network, times);
    expect_moments(network, seen, exact);
    auto const n = static_cast<double>(seen.cells);
    for (std::size_t a = 0; a < 3; ++a)
        for (std::size_t b = 0; b < a; ++b) {
            double const scale = std::sqrt(exact.variance(1, a) * exact.variance(1, b));
            EXPECT_NEAR(seen.tally.covariance(1, a, b).value, exact.covariance_of(1, a, b),
                        (0.01 + 5.3 * std::sqrt(2 / n)) * scale);
        }
}

// Second-order pairs against exact cells: 300,000 firings a cell.
TEST(StiffLeaps, FollowDimersAndComplexes) {
    auto const network = network_of(R"toml(
name = "dimers that bind"
[species]
M = 2000
D = 1000
B = 3000
C = 1000
[reactions]
pair = { equation = "2 M -> D", rate = 0.5 }
part = { equation = "D -> 2 M", rate = 1000 }
bind = { equation = "D + B -> C", rate = 0.01 }
loose = { equation = "C -> D + B", rate = 30 }
make = { equation = "-> M", rate = 300 }
turn = { equation = "C -> B", rate = 0.1 }
)toml");
    auto options = leaping(6000, {0.15}, 0.1);
    auto const seen = run_ensemble(network, options);
    EXPECT_GT(seen.leaps.stiff, seen.cells);
    options.method = Method::exact;
    options.seed = 22;
    auto const exact = run_ensemble(network, options);
    auto const n = static_cast<double>(seen.cells);
    for (std::size_t s = 0; s < 4; ++s) {
        double const variance = exact.tally.variance(0, s).value;
        EXPECT_NEAR(seen.tally.mean(0, s).value, exact.tally.mean(0, s).value,
                    (0.02 + 5.3 * std::sqrt(2 / n)) * std::sqrt(variance))
            << network.species[s];
        EXPECT_NEAR(seen.tally.variance(0, s).value, variance, (0.02 + 5.3 * std::sqrt(4 / n)) * variance)
            << network.species[s];
    }
}

// Production and decay undo each other, but one reads what the other does not touch: no pair.
TEST(StiffLeaps, TakeNoProductionForAWayBack) {
    auto const network = network_of(R"toml(
name = "cascade"
[species]
M = 1000
P = 5000
[reactions]
transcription = { equation = "-> M", rate = 1000 }
decay = { equation = "M ->", rate = 1 }
translation = { equation = "M -> M + P", rate = 5 }
loss = { equation = "P ->", rate = 1 }
)toml");
    std::vector<double> const times{5, 20};
    auto const seen = run_ensemble(network, leaping(10000, times, 0.1));
    expect_moments(network, seen, linear_noise(network, times));
}

// The mean and the variance of what a slow reaction takes out of a pair of 200,000 molecules, and of what is left.
TEST(StiffLeaps, FollowADrainedPair) {
    for (double const fast : {100.0, 1000.0}) {
        auto const network = network_of(fmt::format(R"toml(
name = "drain"
[species]
A = 100000
B = 100000
[reactions]
there = {{ equation = "A -> B", rate = {0} }}
back = {{ equation = "B -> A", rate = {0} }}
drain = {{ equation = "A ->", rate = 2 }}
)toml",
                                                    fast));
        std::vector<double> const times{0.1, 0.75};
        auto const seen = run_ensemble(network, leaping(10000, times, 0.03));
        EXPECT_GT(seen.leaps.stiff, seen.cells);
        expect_moments(network, seen, linear_noise(network, times));
    }
}

// Each pair relaxes a thousand times faster than both together.
TEST(StiffLeaps, DoNotForgetSlowModesOfSeveralPairs) {
    auto const network = network_of(R"toml(
name = "bottleneck"
[species]
A = 110000
B = 100
C = 90000
[reactions]
ab = { equation = "A -> B", rate = 1 }
ba = { equation = "B -> A", rate = 1000 }
bc = { equation = "B -> C", rate = 1000 }
cb = { equation = "C -> B", rate = 1 }
)toml");
    std::vector<double> const times{0.25, 1};
    auto const seen = run_ensemble(network, leaping(1000, times, 0.1));
    expect_moments(network, seen, linear_noise(network, times));
}

TEST(StiffLeaps, AreTheSameEverywhere) {
    auto const network = network_of(exchange);
    auto options = leaping(200, {0, 0.5, 0.5, 2}, 0.1);
    options.cells = 200;
    options.threads = 1;
    options.device = Device::reference;
    options.count_reactions = true;
    auto const reference = run_ensemble(network, options);
    EXPECT_GT(reference.leaps.stiff, 2000u);
    for (Device device : {Device::sse2, Device::avx2, Device::avx512}) {
        if (!device_available(device)) continue;
        options.device = device;
        options.threads = 3;
        auto const other = run_ensemble(network, options);
        EXPECT_EQ(other.fingerprint, reference.fingerprint) << device_name(device);
        EXPECT_EQ(other.reaction_counts, reference.reaction_counts) << device_name(device);
        EXPECT_EQ(other.leaps.stiff, reference.leaps.stiff) << device_name(device);
    }
}

// From far away: the way to the equilibrium is resolved.
TEST(StiffLeaps, WaitUntilThereIsAnEquilibrium) {
    auto const network = network_of(R"toml(
name = "relaxation"
[species]
A = 10000
B = 0
[reactions]
there = { equation = "A -> B", rate = 100 }
back = { equation = "B -> A", rate = 100 }
)toml");
    std::vector<double> const times{0.001, 0.003, 0.01, 5};
    auto const seen = run_ensemble(network, leaping(40000, times, 0.03));
    EXPECT_GT(seen.leaps.leaps, 10 * seen.cells);
    EXPECT_GE(seen.leaps.stiff, seen.cells);
    expect_moments(network, seen, linear_noise(network, times));
}

TEST(StiffLeaps, AreNotTakenWhereTheyAreNotWanted) {
    auto options = leaping(100, {1}, 0.1);
    options.cells = 100;
    options.stiff = false;
    auto const seen = run_ensemble(network_of(exchange), options);
    EXPECT_EQ(seen.leaps.stiff, 0u);
    EXPECT_GT(seen.leaps.leaps, 100000u);
}

}  // namespace
