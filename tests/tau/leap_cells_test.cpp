// Tau-leaping, cell by cell: the same bits in every build, on any number of threads, in any share of the ensemble;
// the exact method's bits where no leap is worth it; counts that are never negative; what it refuses.
#include <algorithm>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fano/fano.hpp"
#include "support/gallery.hpp"
#include "support/large_models.hpp"
#include "support/statistics.hpp"

namespace {

using namespace fano;
using ::testing::HasSubstr;

Network network_of(std::string const& text) { return compile(read_toml(text, "test.toml")); }

EnsembleOptions leaping(std::uint64_t cells, std::vector<double> times, double epsilon = 0.03) {
    EnsembleOptions options;
    options.method = Method::tau;
    options.epsilon = epsilon;
    options.cells = cells;
    options.seed = 5;
    options.times = std::move(times);
    options.threads = 1;
    options.device = Device::reference;
    return options;
}

bool has_leaps(Network const& network) {
    try {
        run_ensemble(network, leaping(1, {0}));
        return true;
    } catch (InputError const&) {
        return false;
    }
}

class LeapCells : public ::testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        network_ = test::gallery_network(GetParam());
        if (!has_leaps(network_)) GTEST_SKIP() << "has events, or rates that depend on time or jump";
        double const end = test::short_end_time(GetParam(), network_);
        options_ = leaping(100, {0, 0.1 * end, 0.11 * end, 0.5 * end, end});
        options_.count_reactions = true;
    }
    Network network_;
    EnsembleOptions options_;
};

TEST_P(LeapCells, AreTheSameEverywhere) {
    auto const reference = run_ensemble(network_, options_);
    auto const expect_same = [&](Ensemble const& other, std::string const& what) {
        EXPECT_EQ(other.fingerprint, reference.fingerprint) << what;
        EXPECT_EQ(other.events, reference.events) << what;
        EXPECT_EQ(other.reaction_counts, reference.reaction_counts) << what;
        EXPECT_EQ(other.leaps.leaps, reference.leaps.leaps) << what;
        EXPECT_EQ(other.leaps.exact_steps, reference.leaps.exact_steps) << what;
        EXPECT_EQ(other.leaps.shortened, reference.leaps.shortened) << what;
        EXPECT_EQ(other.leaps.stiff, reference.leaps.stiff) << what;
    };
    for (Device device : {Device::sse2, Device::avx2, Device::avx512}) {
        if (!device_available(device)) continue;
        options_.device = device;
        expect_same(run_ensemble(network_, options_), device_name(device));
    }
    options_.device = Device::best;
    options_.threads = 3;
    expect_same(run_ensemble(network_, options_), "three threads");
    std::uint64_t fingerprint = 0, events = 0;
    for (std::uint64_t first : {0, 37}) {
        options_.first_cell = first;
        options_.cells = first == 0 ? 37 : 63;
        auto const part = run_ensemble(network_, options_);
        fingerprint += part.fingerprint;
        events += part.events;
    }
    EXPECT_EQ(fingerprint, reference.fingerprint);
    EXPECT_EQ(events, reference.events);
}

// Leaps, but for stiff ones, end where they end; samples are drawn from within them.
TEST_P(LeapCells, LiveTheSameLivesWhateverSampleTimesAreAskedFor) {
    options_.stiff = false;
    auto const few = run_ensemble(network_, options_);
    double const end = options_.times.back();
    options_.times.clear();
    for (int i = 0; i <= 200; ++i) options_.times.push_back(end * i / 200);
    auto const many = run_ensemble(network_, options_);
    EXPECT_EQ(many.leaps.leaps, few.leaps.leaps);
    EXPECT_EQ(many.leaps.exact_steps, few.leaps.exact_steps);
    EXPECT_EQ(many.leaps.shortened, few.leaps.shortened);
}

INSTANTIATE_TEST_SUITE_P(Gallery, LeapCells, ::testing::ValuesIn(test::gallery()), test::test_name);

// Every reaction is critical, or a leap would hold fewer firings than it costs: the exact method, to the bit.
TEST(Leaps, AreExactStepsWhereCountsAreSmall) {
    for (char const* model : {"telegraph", "birth_death", "vilar", "toggle"}) {
        Network const network = test::gallery_network(model);
        auto options = leaping(200, {0.5, 1, 2}, 1e-9);
        auto const tau = run_ensemble(network, options);
        options.method = Method::exact;
        auto const exact = run_ensemble(network, options);
        EXPECT_EQ(tau.fingerprint, exact.fingerprint) << model;
        EXPECT_EQ(tau.events, exact.events) << model;
        EXPECT_EQ(tau.leaps.leaps, 0u) << model;
        EXPECT_EQ(tau.leaps.exact_steps, exact.events) << model;
    }
}

TEST(Leaps, TakeManyFiringsInAStep) {
    auto const network =
        network_of("[species]\nA = 1e6\n[reactions.decay]\nequation = \"A -> 0\"\nrate = 1\n");
    auto const ensemble = run_ensemble(network, leaping(50, {1}));
    EXPECT_LT(ensemble.leaps.leaps, 50u * 60);  // 1/epsilon of them while the count falls by a factor e
    EXPECT_NEAR(static_cast<double>(ensemble.events), 50 * 1e6 * (1 - std::exp(-1.0)), 50 * 1e6 * 0.02);
}

// Nothing bounds a leap of a species that no propensity reads: it is exact however long it is.
TEST(Leaps, AreExactWhereNothingReadsWhatChanges) {
    auto const network = network_of("[species]\nA = 0\n[reactions.make]\nequation = \"-> A\"\nrate = 40\n");
    auto options = leaping(test::test_cells(200000), {2.5, 5});
    auto const ensemble = run_ensemble(network, options);
    test::Checks checks;
    for (std::size_t time : {0, 1}) {
        auto const exact = test::poisson(40 * options.times[time]);
        checks.add("Poisson", test::chi_square_p(test::counts_of(ensemble.tally.histogram(time, 0)), exact));
    }
    EXPECT_TRUE(checks.hold());
    EXPECT_EQ(ensemble.leaps.leaps, options.cells);
}

// Samples within one leap are those of one Poisson process: increments are independent.
TEST(Leaps, SamplesWithinALeapHaveIndependentIncrements) {
    auto const network = network_of("[species]\nA = 0\n[reactions.make]\nequation = \"-> A\"\nrate = 10\n");
    auto options = leaping(test::test_cells(200000), {1, 3});
    options.snapshots = true;
    auto const ensemble = run_ensemble(network, options);
    double xy = 0, n = static_cast<double>(options.cells);
    for (std::uint64_t cell = 0; cell < options.cells; ++cell) {
        double const first = ensemble.snapshots[cell],
                     second = ensemble.snapshots[options.cells + cell] - first;
        ASSERT_GE(second, 0);
        xy += (first - 10) * (second - 20);
    }
    test::Checks checks;
    checks.add("covariance of increments", test::normal_p(xy / std::sqrt(n * 10 * 20)));
    EXPECT_TRUE(checks.hold());
}

// Many reactions eat from one small pool that is refilled now and then.
TEST(Leaps, NeverMakeACountNegative) {
    auto const network = network_of(R"toml(
[species]
A = 60
B = 60
C = 40
[reactions.eat]
equation = "A + B -> 0"
rate = 0.4
[reactions.pair]
equation = "2 A -> C"
rate = 0.3
[reactions.burn]
equation = "C -> A"
rate = 3
[reactions.drain]
equation = "B -> 0"
rate = 2
[reactions.triple]
equation = "3 C -> B"
rate = 0.02
[reactions.refill]
equation = "-> 15 A + 12 B"
rate = 12
)toml");
    // So coarse that leaps overdraw all the time.
    auto options = leaping(8000, {}, 0.9);
    options.device = Device::best;
    for (int i = 0; i <= 100; ++i) options.times.push_back(0.05 * i);
    auto const ensemble = run_ensemble(network, options);
    EXPECT_GT(ensemble.leaps.shortened, 5u);
    for (std::size_t time = 0; time < options.times.size(); ++time)
        for (std::size_t output = 0; output < 3; ++output)
            EXPECT_GE(ensemble.tally.minimum(time, output), 0.0);
}

TEST(Leaps, RunLargeNetworks) {
    auto const network = network_of(test::beside_a_ring("A = 100000\n", R"toml(
[reactions.decay]
equation = "A -> 0"
rate = 1
)toml"));
    auto const ensemble = run_ensemble(network, leaping(20, {0.5}));
    EXPECT_GT(ensemble.leaps.leaps, 20u);
    EXPECT_NEAR(ensemble.tally.mean(0, network.output("A")).value, 1e5 * std::exp(-0.5), 1000);
}

TEST(Leaps, CountTheFiringsUntilTheEndOfTheCell) {
    auto const network = network_of("[species]\nA = 0\n[reactions.make]\nequation = \"-> A\"\nrate = 1000\n");
    auto options = leaping(50, {2, 10});
    options.count_reactions = true;
    options.trajectories = {3};
    options.snapshots = true;
    auto const ensemble = run_ensemble(network, options);
    double made = 0;
    for (std::size_t cell = 0; cell < 50; ++cell) made += ensemble.snapshots[50 + cell];
    EXPECT_EQ(static_cast<double>(ensemble.events), made);
    EXPECT_EQ(ensemble.reaction_counts[0], ensemble.events);
    EXPECT_EQ(ensemble.trajectories[0].time.back(), 10);
    EXPECT_NEAR(ensemble.trajectories[0].values.back(), 10000, 600);
}

TEST(Leaps, HideNoFaultOfAModel) {
    auto const network = network_of(R"toml(
[species]
P = 3
Q = 0
[reactions.fall]
equation = "P -> 0"
propensity = "5"
[reactions.make]
equation = "-> Q"
rate = 1e6
)toml");
    EXPECT_THROW(run_ensemble(network, leaping(10, {9})), SimulationError);
}

// The faulty loss is not the only one of its species: nothing but the faulty one takes what is not there.
TEST(Leaps, HideNoFaultBehindAnotherLoss) {
    auto const network = network_of(R"toml(
[species]
X = 3
Y = 100000
[reactions.sink]
equation = "X -> 0"
propensity = "1"
[reactions.decay]
equation = "X -> 0"
rate = 0.001
[reactions.make]
equation = "0 -> Y"
rate = 100000
[reactions.lose]
equation = "Y -> 0"
rate = 1
)toml");
    auto options = leaping(10, {100});
    options.max_events = 100000;
    try {
        run_ensemble(network, options);
        ADD_FAILURE() << "a count below 0 was hidden";
    } catch (SimulationError const& error) {
        EXPECT_THAT(error.what(), HasSubstr("\"X\" would become -1"));
    }
}

TEST(Leaps, AreTracedAsTheyAreTaken) {
    auto const network =
        network_of("[species]\nA = 1e6\n[reactions.decay]\nequation = \"A -> 0\"\nrate = 1\n");
    auto options = leaping(3, {1});
    options.trajectories = {1};
    auto const ensemble = run_ensemble(network, options);
    ASSERT_EQ(ensemble.trajectories.size(), 1u);
    auto const& trajectory = ensemble.trajectories[0];
    EXPECT_GT(trajectory.time.size(), 20u);
    EXPECT_LT(trajectory.time.size(), 60u);
    EXPECT_EQ(trajectory.values.front(), 1e6);
    EXPECT_TRUE(std::is_sorted(trajectory.values.rbegin(), trajectory.values.rend()));
}

TEST(Leaps, AreChosenWhereTheySaveMuch) {
    auto const chosen = [](Network const& network, double end) {
        auto options = leaping(100, {end});
        options.method = Method::automatic;
        options.device = Device::cpu;
        auto const ensemble = run_ensemble(network, options);
        EXPECT_FALSE(ensemble.why_method.empty());
        options.method = ensemble.method;
        EXPECT_EQ(ensemble.fingerprint, run_ensemble(network, options).fingerprint);
        return ensemble.method;
    };
    auto const decay = network_of("[species]\nA = 1e6\n[reactions.decay]\nequation = \"A -> 0\"\nrate = 1\n");
    EXPECT_EQ(chosen(decay, 1), Method::tau);
    EXPECT_EQ(chosen(decay, 0), Method::exact);
    EXPECT_EQ(chosen(test::gallery_network("telegraph"), 10), Method::exact);
    EXPECT_EQ(chosen(test::gallery_network("circadian"), 10), Method::exact);  // its rates depend on time
}

TEST(Leaps, AreRefusedWhereTheirErrorHasNoBound) {
    auto const told = [](std::string const& text, EnsembleOptions const& options) -> std::string {
        try {
            run_ensemble(network_of(text), options);
        } catch (Error const& error) {
            return error.what();
        }
        return "nothing";
    };
    std::string const decay = "[species]\nA = 9\n[reactions.decay]\nequation = \"A -> 0\"\nrate = 1\n";
    for (double epsilon : {0.0, 1.0, -0.1, 7.0, std::numeric_limits<double>::quiet_NaN()})
        EXPECT_THAT(told(decay, leaping(1, {1}, epsilon)), HasSubstr("between 0 and 1"));
    EXPECT_THAT(told(decay + "[events.wash]\ntrigger = \"t > 1\"\nassign = { A = 3 }\n", leaping(1, {1})),
                HasSubstr("event \"wash\""));
    EXPECT_THAT(
        told(decay + "[reactions.wave]\nequation = \"-> A\"\npropensity = \"1 + sin(t)\"\n", leaping(1, {1})),
        HasSubstr("reaction \"wave\" depends on time"));
    EXPECT_THAT(
        told(decay + "[reactions.step]\nequation = \"-> A\"\npropensity = \"floor(A/3)\"\n", leaping(1, {1})),
        HasSubstr("reaction \"step\" jumps"));
    auto on_gpu = leaping(1, {1});
    on_gpu.device = Device::gpu;
    EXPECT_THAT(told(test::beside_a_ring("A = 9\n", ""), on_gpu),
                HasSubstr("--method tau on a GPU takes 32 at most"));
}

}  // namespace
