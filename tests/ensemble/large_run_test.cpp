// Large networks as ensembles: the same cells everywhere, firings that account for every molecule,
// trajectories, and failures by name.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fano/fano.hpp"
#include "model/tables.hpp"
#include "support/large_models.hpp"

namespace {

using namespace fano;
using namespace fano::test;
using testing::HasSubstr;

class LargeRun : public ::testing::Test {
protected:
    LargeRun() {
        options.cells = 40;
        options.seed = 5;
        options.threads = 1;
        options.times = {0, 1, 2, 3};
        options.covariance = false;
        options.snapshots = true;
        options.count_reactions = true;
        options.device = Device::cpu;
    }
    Ensemble run() const { return run_ensemble(network, options); }
    // One cell's outputs at one time.
    std::vector<double> sample(Ensemble const& e, std::size_t time, std::size_t cell) const {
        auto const first = e.snapshots.begin() + static_cast<std::ptrdiff_t>((time * options.cells + cell) *
                                                                             network.outputs.size());
        return {first, first + static_cast<std::ptrdiff_t>(network.outputs.size())};
    }

    Network network = compile(read_toml(large_model_of_everything(), "everything.toml"));
    EnsembleOptions options;
};

TEST_F(LargeRun, IsTheSameOnEveryDeviceAndAnyNumberOfThreads) {
    ASSERT_TRUE(network.tables->scalars.large);
    auto const one = run();
    for (Device device : {Device::reference, Device::sse2, Device::avx2, Device::avx512, Device::gpu}) {
        if (!device_available(device)) continue;
        for (unsigned threads : {1u, 3u}) {
            options.device = device;
            options.threads = threads;
            auto const other = run();
            EXPECT_TRUE(other.warnings.empty());
            EXPECT_EQ(other.fingerprint, one.fingerprint)
                << device_name(device) << ", " << threads << " threads";
            EXPECT_EQ(other.events, one.events);
            EXPECT_EQ(other.snapshots, one.snapshots);
            EXPECT_EQ(other.reaction_counts, one.reaction_counts);
        }
    }
}

TEST_F(LargeRun, IsTheSameInAnyShare) {
    auto const whole = run();
    std::uint64_t fingerprint = 0, events = 0;
    for (auto const& [first, count] : {std::pair{0u, 1u}, {1u, 16u}, {17u, 23u}}) {
        options.first_cell = first;
        options.cells = count;
        auto const part = run();
        fingerprint += part.fingerprint;
        events += part.events;
    }
    EXPECT_EQ(fingerprint, whole.fingerprint);
    EXPECT_EQ(events, whole.events);
}

TEST_F(LargeRun, IsTheSameWhateverSampleTimesAreAskedFor) {
    auto const coarse = run();
    options.times = {0, 0.3, 0.31, 1, 1.25, 1.5, 2, 2.7, 3};
    auto const fine = run();
    for (std::size_t cell = 0; cell < options.cells; ++cell)
        for (auto const& [there, here] : {std::pair{0u, 0u}, {1u, 3u}, {2u, 6u}, {3u, 8u}})
            EXPECT_EQ(sample(coarse, there, cell), sample(fine, here, cell));
    EXPECT_EQ(coarse.events, fine.events);
}

TEST_F(LargeRun, FiringsAccountForEveryMolecule) {
    // Without events, which change counts as well.
    network = compile(read_toml(beside_a_ring("A = 30\nB = 0\n", R"(
[reactions.pair]
equation = "2 A -> B"
rate = 0.1
[reactions.split]
equation = "B -> 3 A"
propensity = "(1 + sin(t))*B"
)"),
                                "test.toml"));
    auto const ensemble = run();
    std::vector<double> expected(network.species.size());
    for (std::size_t cell = 0; cell < options.cells; ++cell)
        for (std::size_t s = 0; s < expected.size(); ++s) expected[s] += sample(ensemble, 0, cell)[s];
    std::uint64_t firings = 0;
    for (std::size_t r = 0; r < network.reactions.size(); ++r) {
        firings += ensemble.reaction_counts[r];
        for (auto const& c : network.reactions[r].changes)
            expected[c.species] +=
                static_cast<double>(c.change) * static_cast<double>(ensemble.reaction_counts[r]);
    }
    // Firings are counted to the end of the cell, which is its last sample.
    for (std::size_t s = 0; s < expected.size(); ++s) {
        double seen = 0;
        for (std::size_t cell = 0; cell < options.cells; ++cell) seen += sample(ensemble, 3, cell)[s];
        EXPECT_EQ(seen, expected[s]) << network.species[s];
    }
    EXPECT_EQ(firings, ensemble.events);
}

TEST_F(LargeRun, TrajectoriesPassThroughTheSamples) {
    options.trajectories = {0, 17};
    auto const ensemble = run();
    ASSERT_EQ(ensemble.trajectories.size(), 2u);
    for (auto const& trajectory : ensemble.trajectories) {
        EXPECT_GT(trajectory.time.size(), 100u);
        for (std::size_t i = 0; i < options.times.size(); ++i) {
            auto const after =
                std::upper_bound(trajectory.time.begin(), trajectory.time.end(), options.times[i]);
            auto const step = static_cast<std::size_t>(after - trajectory.time.begin()) - 1;
            auto const sampled = sample(ensemble, i, trajectory.cell);
            for (std::size_t s = 0; s < network.species.size(); ++s)  // the observable moves with the time
                EXPECT_EQ(trajectory.values[step * network.outputs.size() + s], sampled[s])
                    << network.species[s];
        }
    }
}

// What stops a run of a model beside a ring.
std::string failure(std::string const& species, std::string const& rest) {
    EnsembleOptions options;
    options.cells = 4;
    options.times = {50};
    options.covariance = false;
    try {
        run_ensemble(compile(read_toml(beside_a_ring(species, rest), "test.toml")), options);
    } catch (SimulationError const& error) {
        return error.what();
    }
    return "nothing";
}

TEST(LargeFailure, NamesARateThatTurnsNegative) {
    auto const text =
        failure("A = 3\n", "[reactions.odd]\nequation = \"A -> 0\"\npropensity = \"A - 1.5\"\n");
    EXPECT_THAT(text, HasSubstr("the propensity of reaction \"odd\""));
    EXPECT_THAT(text, HasSubstr("is -0.5"));
}

TEST(LargeFailure, NamesARateThatTurnsNegativeInTime) {
    auto const text = failure("A = 3\n", "[reactions.odd]\nequation = \"-> A\"\npropensity = \"5 - t\"\n");
    EXPECT_THAT(text, HasSubstr("the propensity of reaction \"odd\""));
    EXPECT_THAT(text, HasSubstr("a rate cannot be negative"));
}

TEST(LargeFailure, NamesARateThatIsNoNumber) {
    auto const text =
        failure("A = 2\n", "[reactions.odd]\nequation = \"A -> 0\"\npropensity = \"sqrt(A - 1.5)\"\n");
    EXPECT_THAT(text, HasSubstr("the propensity of reaction \"odd\""));
    EXPECT_THAT(text, HasSubstr("is not a number"));
}

TEST(LargeFailure, NamesARateThatTurnsInfinite) {
    auto const text = failure("A = 2\nB = 0\n", R"(
[reactions.lose]
equation = "A -> 0"
rate = 1
[reactions.odd]
equation = "-> B"
propensity = "1/A"
)");
    EXPECT_THAT(text, HasSubstr("the propensity of reaction \"odd\""));
    EXPECT_THAT(text, HasSubstr("is infinite"));
}

TEST(LargeFailure, NamesACountThatTurnsNegative) {
    auto const text = failure("A = 2\n", "[reactions.odd]\nequation = \"A -> 0\"\npropensity = \"1\"\n");
    EXPECT_THAT(text, HasSubstr("\"A\" would become -1"));
}

TEST(LargeFailure, NamesARateWithoutABound) {
    auto const text = failure(
        "A = 2\n", "[reactions.odd]\nequation = \"-> A\"\npropensity = \"piecewise(1, t < 3, 1/(t - 3))\"\n");
    EXPECT_THAT(text, HasSubstr("the propensity of reaction \"odd\""));
    EXPECT_THAT(text, HasSubstr("has no finite bound"));
}

}  // namespace
