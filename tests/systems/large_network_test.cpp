// Networks that the sparse method runs, against closed forms and finite chains. They are made of many parts
// that do not touch, or of a small part beside a ring of molecules that have nothing to do with it.
//
// A false alarm has probability 1e-6 in each statistical test; each says how small an error it would catch.
#include <cmath>
#include <numeric>

#include <gmock/gmock.h>

#include "fano/fano.hpp"
#include "model/tables.hpp"
#include "tests/support/large_models.hpp"
#include "tests/systems/population.hpp"

namespace {

using namespace fano;
using namespace fano::test;

Population simulate_large(std::string const& toml, std::uint64_t cells, std::vector<double> const& times,
                          EnsembleOptions options = {}) {
    options.covariance = false;  // of all pairs of hundreds of species
    auto population = simulate(toml, cells, times, options);
    EXPECT_TRUE(population.network.tables->scalars.large);
    return population;
}

// Species in a ring: made, lost, and moved to both neighbours. From an empty cell such a network has
// independent Poisson counts at all times (Jahnke & Huisinga, J. Math. Biol. 54:1, 2007), with means that
// solve a linear equation.
struct OpenRing {
    static constexpr std::size_t size = 1000;
    static constexpr double loss = 1, move = 0.7;
    static double production(std::size_t s) { return 1 + static_cast<double>(s % 7); }

    static std::string toml() {
        std::string text = "[species]\n", reactions;
        for (std::size_t s = 0; s < size; ++s) {
            text += fmt::format("S{} = 0\n", s);
            reactions +=
                fmt::format("[reactions.make{0}]\nequation = \"-> S{0}\"\nrate = {1}\n", s, production(s));
            reactions += fmt::format("[reactions.lose{0}]\nequation = \"S{0} -> 0\"\nrate = {1}\n", s, loss);
            reactions += fmt::format("[reactions.up{0}]\nequation = \"S{0} -> S{1}\"\nrate = {2}\n", s,
                                     (s + 1) % size, move);
            reactions += fmt::format("[reactions.down{0}]\nequation = \"S{1} -> S{0}\"\nrate = {2}\n", s,
                                     (s + 1) % size, move);
        }
        return text + reactions;
    }

    // By Heun's method, whose error at this step is below 1e-6 of a mean.
    static std::vector<double> means(double time) {
        int const steps = 4000;
        double const h = time / steps;
        std::vector<double> m(size, 0.0);
        auto slope = [](std::vector<double> const& x) {
            std::vector<double> d(size);
            for (std::size_t s = 0; s < size; ++s)
                d[s] = production(s) - (loss + 2 * move) * x[s] +
                       move * (x[(s + 1) % size] + x[(s + size - 1) % size]);
            return d;
        };
        for (int i = 0; i < steps; ++i) {
            auto const first = slope(m);
            auto there = m;
            for (std::size_t s = 0; s < size; ++s) there[s] += h * first[s];
            auto const second = slope(there);
            for (std::size_t s = 0; s < size; ++s) m[s] += 0.5 * h * (first[s] + second[s]);
        }
        return m;
    }
};

TEST(LargeNetwork, FourThousandReactionsMakeIndependentPoissonCounts) {
    // An error would be caught of 1 % in all means whatever its signs, of 0.4 % in their sum, of 12 % in one
    // mean, of 1 % in all Fano factors.
    std::vector<double> const times{0.5, 2};
    EnsembleOptions options;
    options.seed = 11;
    auto const population = simulate_large(OpenRing::toml(), test_cells(2000), times, options);
    ASSERT_EQ(population.network.reactions.size(), 4000u);
    auto const n = static_cast<double>(population.cells());
    Checks checks;
    for (std::size_t i = 0; i < times.size(); ++i) {
        auto const means = OpenRing::means(times[i]);
        double square = 0, fano = 0, molecules = 0;
        for (std::size_t s = 0; s < OpenRing::size; ++s) {
            auto const id = fmt::format("S{}", s);
            double const mean = population.mean(i, id).value;
            double const z = (mean - means[s]) / std::sqrt(means[s] / n);
            checks.add(id + " mean", normal_p(z), fmt::format("{} instead of {}", mean, means[s]));
            square += z * z;
            molecules += mean;
            // Var(s^2) = (mu4 - sigma^4 (n-3)/(n-1))/n with mu4 = m + 3 m^2.
            double const m = means[s];
            fano += (population.variance(i, id).value - m) /
                    std::sqrt((m + 3 * m * m - m * m * (n - 3) / (n - 1)) / n);
        }
        double const all = std::accumulate(means.begin(), means.end(), 0.0);
        double const species = OpenRing::size;
        checks.add("sum of all counts", normal_p((molecules - all) / std::sqrt(all / n)),
                   fmt::format("{} instead of {}", molecules, all));
        checks.add("means together", normal_p((square - species) / std::sqrt(2 * species)),
                   fmt::format("{}", square));
        checks.add("variances together", normal_p(fano / std::sqrt(species)), fmt::format("{}", fano));
    }
    EXPECT_TRUE(checks.hold());
}

TEST(LargeNetwork, DimersInManyPartsFollowTheMasterEquationOfOne) {
    // 150 parts of 6 molecules that pair and part; 20,000 cells make 3,000,000 samples: a probability of 0.3
    // off by 0.7 % would be caught.
    std::string text = "[species]\n", reactions;
    int const parts = 150;
    for (int i = 0; i < parts; ++i) {
        text += fmt::format("M{0} = 6\nD{0} = 0\n", i);
        reactions += fmt::format("[reactions.pair{0}]\nequation = \"2 M{0} -> D{0}\"\nrate = 0.3\n", i);
        reactions += fmt::format("[reactions.part{0}]\nequation = \"D{0} -> 2 M{0}\"\nrate = 1.1\n", i);
    }
    Chain chain{4};
    for (std::size_t d = 0; d < 4; ++d) {
        double const m = 6.0 - 2.0 * static_cast<double>(d);
        if (d < 3) chain.jump(d, d + 1, 0.3 * m * (m - 1) / 2);
        if (d > 0) chain.jump(d, d - 1, 1.1 * static_cast<double>(d));
    }
    auto const population = simulate_large(text + reactions, test_cells(20'000), {0.3, 3});
    Checks checks;
    for (std::size_t time : {0u, 1u}) {
        Counts pooled(4);
        for (int i = 0; i < parts; ++i) {
            auto const counts = population.counts(time, fmt::format("D{}", i));
            for (std::size_t d = 0; d < counts.size(); ++d) pooled.at(d) += counts[d];
        }
        auto const exact = chain.after({1, 0, 0, 0}, population.ensemble.times[time]);
        checks.add("dimers", chi_square_p(pooled, exact));
    }
    EXPECT_TRUE(checks.hold());
}

TEST(LargeNetwork, ReachesAStateInWhichNothingHappens) {
    // n(n - 1) is -0 at n = 0, and a tree of 301 leaves has no other zeros.
    std::string text = "[species]\n", reactions;
    for (int i = 0; i < 301; ++i) {
        text += fmt::format("M{} = 4\n", i);
        reactions += fmt::format("[reactions.pair{0}]\nequation = \"2 M{0} -> 0\"\nrate = 1\n", i);
    }
    auto const population = simulate_large(text + reactions, 50, {1000});
    for (int i = 0; i < 301; ++i) EXPECT_EQ(population.maximum(0, fmt::format("M{}", i)), 0);
    EXPECT_EQ(population.ensemble.events, 50u * 602u);
}

TEST(LargeNetwork, EventsOfTimesAndOfCountsActAtTheirMoments) {
    // A mean of 5 off by 1.1 % or a probability of 0.4 off by 3 % would be caught.
    auto const population = simulate_large(beside_a_ring("N = 0\nA = 0\nSeen = 0\nLate = 0\nBoth = 0\n", R"(
[reactions.arrival]
equation = "-> N"
rate = 4
[reactions.decay]
equation = "A -> 0"
rate = 1.5
[events.dose]
trigger = "t >= 1"
assign = { A = 9 }
[events.third]
trigger = "N >= 3"
assign = { Seen = 1 }
[events.later]
trigger = "N >= 3"
delay = 0.5
assign = { Late = "Late + 1" }
[events.both]
trigger = "N + t >= 3"
assign = { Both = 1 }
)"),
                                           test_cells(100'000), {0.6, 1.4});
    // A flag that is set once this many have arrived.
    auto const once = [](std::size_t arrived, double time) {
        auto const p = poisson(4 * time);
        double const before =
            std::accumulate(p.begin(), p.begin() + static_cast<std::ptrdiff_t>(arrived), 0.0);
        return Probabilities{before, 1 - before};
    };
    Checks checks;
    compare(checks, population, 0, "Seen", once(3, 0.6));
    compare(checks, population, 1, "Seen", once(3, 1.4));
    compare(checks, population, 0, "Late", once(3, 0.1));
    compare(checks, population, 1, "Late", once(3, 0.9));
    compare(checks, population, 0, "Both", once(3, 0.6));
    compare(checks, population, 1, "Both", once(2, 1.4));
    compare(checks, population, 1, "N", poisson(5.6));
    compare(checks, population, 1, "A", binomial(9, std::exp(-1.5 * 0.4)));
    EXPECT_EQ(population.maximum(0, "A"), 0);
    EXPECT_TRUE(checks.hold());
}

TEST(LargeNetwork, RatesThatDependOnTimeAreThinnedExactly) {
    // Production at 6 (1 + 0.9 sin 4t) and decay at 1.5; A <-> B at the common rate 1 + cos 2t. A mean of 3
    // off by 1.4 % would be caught.
    auto const population = simulate_large(beside_a_ring("M = 0\nA = 12\nB = 0\n", R"(
[reactions.synthesis]
equation = "-> M"
propensity = "(1 + 0.9*sin(4*t))*6"
[reactions.decay]
equation = "M -> 0"
rate = 1.5
[reactions.there]
equation = "A -> B"
propensity = "(1 + cos(2*t))*A"
[reactions.back]
equation = "B -> A"
propensity = "(1 + cos(2*t))*B"
)"),
                                           test_cells(100'000), {0.3, 1, 2.2});
    Checks checks;
    for (std::size_t i = 0; i < 3; ++i) {
        double const t = population.ensemble.times[i], gamma = 1.5, w = 4, past = std::exp(-gamma * t);
        double const swing = gamma * std::sin(w * t) - w * std::cos(w * t) + w * past;
        double const mean = 6 / gamma * (1 - past) + 0.9 * 6 * swing / (gamma * gamma + w * w);
        compare(checks, population, i, "M", poisson(mean));
        compare(checks, population, i, "A",
                binomial(12, 0.5 * (1 + std::exp(-2 * (t + std::sin(2 * t) / 2)))));
    }
    EXPECT_TRUE(checks.hold());
}

TEST(LargeNetwork, CellsHaveRatesOfTheirOwnAndObservables) {
    // A mean of 6 off by 2.2 % or a Fano factor off by 6 % would be caught.
    EnsembleOptions options;
    options.snapshots = true;
    auto const population = simulate_large(beside_a_ring("M = 0\n", R"(
[parameters]
k = { distribution = "gamma", mean = 10, cv = 0.5 }
[observables]
double_and_ring = "2*M + R0 + R1"
[reactions.synthesis]
equation = "-> M"
rate = "k"
[reactions.decay]
equation = "M -> 0"
rate = 1
)"),
                                           test_cells(50'000), {1}, options);
    Checks checks;
    compare(checks, population, 0, "M", gamma_poisson(10 * (1 - std::exp(-1.0)), 0.5));
    EXPECT_TRUE(checks.hold());
    auto const& network = population.network;
    std::size_t const outputs = network.outputs.size();
    for (std::size_t cell = 0; cell < population.cells(); ++cell) {
        double const* const row = population.ensemble.snapshots.data() + cell * outputs;
        EXPECT_EQ(row[network.output("double_and_ring")],
                  2 * row[network.output("M")] + row[network.output("R0")] + row[network.output("R1")]);
    }
}

}  // namespace
