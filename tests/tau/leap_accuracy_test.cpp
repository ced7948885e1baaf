// How far tau-leaping is from exact: whole distributions against exact solutions and exact ensembles, and the
// bias against epsilon.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "fano/fano.hpp"
#include "support/gallery.hpp"
#include "support/statistics.hpp"

namespace {

using namespace fano;

Ensemble run(Network const& network, Method method, std::uint64_t cells, std::vector<double> const& times,
             double epsilon = 0.03, std::uint64_t seed = 8) {
    EnsembleOptions options;
    options.method = method;
    options.epsilon = epsilon;
    options.cells = cells;
    options.seed = seed;
    options.times = times;
    return run_ensemble(network, options);
}

Ensemble run_text(std::string const& text, Method method, std::uint64_t cells,
                  std::vector<double> const& times, double epsilon = 0.03) {
    return run(compile(read_toml(text, "test.toml")), method, cells, times, epsilon);
}

// Largest difference of the cumulative distributions.
double distance(Histogram const& a, Histogram const& b) {
    auto const below = [](Histogram const& h, double x) {
        double cells = 0, all = 0;
        for (std::size_t i = 0; i < h.cells.size(); ++i) {
            double const value = h.low + static_cast<double>(i) * h.width;
            all += static_cast<double>(h.cells[i]);
            if (value <= x) cells += static_cast<double>(h.cells[i]);
        }
        return cells / all;
    };
    double const step = std::max(a.width, b.width), from = std::min(a.low, b.low);
    double const to = std::max(a.low + a.width * static_cast<double>(a.cells.size()),
                               b.low + b.width * static_cast<double>(b.cells.size()));
    double largest = 0;
    for (double x = std::floor(from / step) * step - 1; x <= to; x += step)
        largest = std::max(largest, std::abs(below(a, x) - below(b, x)));
    return largest;
}

// A distance that two ensembles of n cells with the same distribution exceed once in a million times.
double noise(std::uint64_t cells) { return 2.7 * std::sqrt(2.0 / static_cast<double>(cells)); }

// The distributions of both methods at epsilon = 0.03 may differ by 1 % of the cells and by sampling noise. With 30,000
// cells that is a shift by a twelfth of a standard deviation.
void expect_close(Network const& network, std::vector<std::string> const& outputs,
                  std::vector<double> const& times, std::uint64_t full_cells = 30000) {
    std::uint64_t const cells = test::test_cells(full_cells);
    auto const tau = run(network, Method::tau, cells, times);
    auto const exact = run(network, Method::exact, cells, times, 0.03, 9);
    EXPECT_GT(tau.leaps.leaps, cells);
    for (auto const& output : outputs) {
        auto const o = network.output(output);
        for (std::size_t time = 0; time < times.size(); ++time)
            EXPECT_LT(distance(tau.tally.histogram(time, o), exact.tally.histogram(time, o)),
                      0.01 + noise(cells))
                << output << " at " << times[time];
    }
}

TEST(LeapAccuracy, SchloeglKeepsItsTwoHumps) {
    expect_close(test::gallery_network("schlogl"), {"X"}, {4, 10});
}

TEST(LeapAccuracy, DecayingDimerisation) {
    expect_close(test::gallery_network("decay_dimerisation"), {"S1", "S2", "S3"}, {1, 5, 10});
}

TEST(LeapAccuracy, TwoStagesOfExpression) {
    auto const network = compile(read_toml(R"toml(
[species]
m = 0
P = 0
[reactions.transcription]
equation = "-> m"
rate = 200
[reactions.translation]
equation = "m -> m + P"
rate = 20
[reactions.decay_of_m]
equation = "m -> 0"
rate = 2
[reactions.decay_of_P]
equation = "P -> 0"
rate = 1
)toml",
                                           "two.toml"));
    expect_close(network, {"m", "P"}, {1, 4});
}

TEST(LeapAccuracy, AStiffDimerisation) {
    auto const network = compile(read_toml(R"toml(
[species]
A = 2000
D = 0
P = 0
[reactions.pair]
equation = "2 A <-> D"
rate = 0.02
reverse_rate = 20
[reactions.loss]
equation = "D -> P"
rate = 0.1
)toml",
                                           "stiff.toml"));
    expect_close(network, {"A", "D", "P"}, {2, 4}, 10000);
}

TEST(LeapAccuracy, MichaelisMenten) {
    auto const network = compile(read_toml(R"toml(
[species]
S = 30000
P = 0
[reactions.turnover]
equation = "S -> P"
propensity = "4000*S/(5000 + S)"
)toml",
                                           "mm.toml"));
    expect_close(network, {"S", "P"}, {2, 6, 9});
}

// A few messengers make many proteins: what decides the noise happens one by one beside long leaps.
TEST(LeapAccuracy, FewMoleculesBesideMany) {
    auto const network = compile(read_toml(R"toml(
[species]
m = 4
P = 4000
[reactions.transcription]
equation = "-> m"
rate = 4
[reactions.decay_of_m]
equation = "m -> 0"
rate = 1
[reactions.translation]
equation = "m -> m + P"
rate = 500
[reactions.decay_of_P]
equation = "P -> 0"
rate = 0.5
)toml",
                                           "few.toml"));
    expect_close(network, {"m", "P"}, {1, 8});
}

// Propensities and their slopes are 0 at first, and saturate later.
TEST(LeapAccuracy, LawsWithoutSlope) {
    auto const network = compile(read_toml(R"toml(
[species]
P = 0
R = 0
S = 400
[reactions.make]
equation = "-> P"
rate = 500
[reactions.activated]
equation = "-> R"
propensity = "1000*P^2/(1000^2 + P^2)"
[reactions.decay]
equation = "R -> 0"
rate = 1
[reactions.consume]
equation = "S -> 0"
propensity = "100*S/(0.01 + S)"
[reactions.supply]
equation = "-> S"
rate = 40
)toml",
                                           "slopes.toml"));
    expect_close(network, {"P", "R", "S"}, {3, 6, 9}, 20000);
}

// The published trial: one widely used solver gives a mean of 5.71 and a fraction of 0.372 here.
TEST(LeapAccuracy, TelegraphHasItsMomentsWithinOnePercent) {
    auto const network = test::gallery_network("telegraph");
    std::vector<double> times;
    for (int i = 0; i <= 100; ++i) times.push_back(i);
    std::uint64_t const cells = test::test_cells(400000);
    auto const ensemble = run(network, Method::tau, cells, times);
    double const shrink = std::sqrt(4e5 / static_cast<double>(cells));
    EXPECT_NEAR(ensemble.tally.mean(100, network.output("mRNA")).value, 20.0 / 3, 0.01 * 20.0 / 3 * shrink);
    EXPECT_NEAR(ensemble.tally.variance(100, network.output("mRNA")).value, 20.0 / 3 * 19.0 / 3,
                0.01 * 20.0 / 3 * 19.0 / 3 * shrink);
    EXPECT_NEAR(ensemble.tally.mean(100, network.output("G_on")).value, 1.0 / 3, 0.01 / 3 * shrink);
}

// A decay from 10^8 molecules: each leap takes away the part epsilon of them, whose share e^-epsilon it misses by
// epsilon^3 / 6; so the mean is off by epsilon^2 / 6 of it after a time 1, and within a leap by another epsilon^2 / 8.
TEST(LeapBias, ShrinksWithTheSquareOfEpsilon) {
    std::vector<double> times;
    for (int i = 1; i <= 20; ++i) times.push_back(0.05 * i);
    auto const bias = [&](double epsilon) {
        auto const ensemble =
            run_text("[species]\nA = 1e8\n[reactions.decay]\nequation = \"A -> 0\"\nrate = 1\n", Method::tau,
                     400, times, epsilon);
        double sum = 0;
        for (std::size_t i = 0; i < times.size(); ++i)
            sum += std::abs(ensemble.tally.mean(i, 0).value / (1e8 * std::exp(-times[i])) - 1);
        return sum / static_cast<double>(times.size());
    };
    // One standard error of a mean is below 7e-6 of it.
    double const coarse = bias(0.4), middle = bias(0.2), fine = bias(0.1);
    EXPECT_LT(coarse, 0.4 * 0.4 / 4);
    EXPECT_NEAR(std::log2(coarse / middle), 2, 0.4);
    EXPECT_NEAR(std::log2(middle / fine), 2, 0.4);
}

// Molecules that come and go: no condition on changes alone keeps the leaps short enough for their noise. Explicit leaps make
// the variance too large by epsilon / 8 of it; stiff ones, over births and deaths in equilibrium, make it right.
TEST(LeapBias, NoiseOfAStationaryStateIsThatOfTheExactMethod) {
    test::Checks checks;
    std::uint64_t const cells = test::test_cells(100000);
    for (bool const stiff : {false, true})
        for (double mean : {300.0, 3000.0, 100000.0}) {
            auto const network = compile(read_toml(
                fmt::format("[species]\nA = {{ distribution = \"poisson\", mean = {0} "
                            "}}\n[reactions.make]\nequation = "
                            "\"-> A\"\nrate = {0}\n[reactions.decay]\nequation = \"A -> 0\"\nrate = 1\n",
                            mean),
                "test.toml"));
            EnsembleOptions options;
            options.method = Method::tau;
            options.epsilon = 0.03;
            options.stiff = stiff;
            options.cells = cells;
            options.seed = 8;
            options.times = {1.5, 6};
            auto const ensemble = run_ensemble(network, options);
            EXPECT_GT(ensemble.leaps.leaps, (stiff ? 2 : 10) * cells);
            double const n = static_cast<double>(cells);
            double const excess = ensemble.tally.variance(1, 0).value / mean - 1 - (stiff ? 0 : 0.03 / 8);
            checks.add(fmt::format("variance at a mean of {}, stiff {}", mean, stiff),
                       test::normal_p(excess / std::sqrt(2 / n)));
            checks.add(fmt::format("mean at a mean of {}, stiff {}", mean, stiff),
                       test::normal_p((ensemble.tally.mean(1, 0).value - mean) / std::sqrt(mean / n)));
        }
    EXPECT_TRUE(checks.hold());
}

}  // namespace
