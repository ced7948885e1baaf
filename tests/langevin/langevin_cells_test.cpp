// The Langevin equation, cell by cell: the same bits in every build, on any number of threads, in any share of the
// ensemble; what is conserved, what is counted, what a user is told, and what is refused.
#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fano/fano.hpp"
#include "support/gallery.hpp"
#include "support/statistics.hpp"

namespace {

using namespace fano;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Network network_of(std::string const& text) { return compile(read_toml(text, "test.toml")); }

EnsembleOptions langevin(std::uint64_t cells, std::vector<double> times) {
    EnsembleOptions options;
    options.method = Method::langevin;
    options.cells = cells;
    options.seed = 5;
    options.times = std::move(times);
    options.threads = 1;
    options.device = Device::reference;
    return options;
}

constexpr char const* exchange = R"toml(
name = "exchange"
[species]
A = 900
B = 100
[reactions]
there = { equation = "A -> B", rate = 1 }
back = { equation = "B -> A", rate = 2 }
)toml";

bool applies(Network const& network) {
    try {
        run_ensemble(network, langevin(1, {0}));
        return true;
    } catch (InputError const&) {
        return false;
    }
}

class LangevinCells : public ::testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        network_ = test::gallery_network(GetParam());
        if (!applies(network_)) GTEST_SKIP() << "has events, a switch, or rates that depend on time or jump";
        double const end = test::short_end_time(GetParam(), network_);
        options_ = langevin(100, {0, 0.1 * end, 0.11 * end, 0.11 * end, 0.5 * end, end});
    }
    Network network_;
    EnsembleOptions options_;
};

TEST_P(LangevinCells, AreTheSameEverywhere) {
    for (LangevinScheme const scheme : {LangevinScheme::trapezoidal, LangevinScheme::euler}) {
        options_.scheme = scheme;
        options_.device = Device::reference;
        options_.threads = 1;
        auto const reference = run_ensemble(network_, options_);
        auto const expect_same = [&](Ensemble const& other, std::string const& what) {
            EXPECT_EQ(other.fingerprint, reference.fingerprint) << what;
            EXPECT_EQ(other.langevin.steps, reference.langevin.steps) << what;
            EXPECT_EQ(other.langevin.few, reference.langevin.few) << what;
            EXPECT_EQ(other.langevin.negative, reference.langevin.negative) << what;
        };
        for (Device device : {Device::sse2, Device::avx2, Device::avx512}) {
            if (!device_available(device)) continue;
            options_.device = device;
            expect_same(run_ensemble(network_, options_), device_name(device));
        }
        options_.device = Device::best;
        options_.threads = 7;
        expect_same(run_ensemble(network_, options_), "7 threads");
        auto part = options_;
        part.cells = 37;
        auto first = run_ensemble(network_, part);
        part.first_cell = 37;
        part.cells = 63;
        auto const rest = run_ensemble(network_, part);
        first.fingerprint += rest.fingerprint;
        first.langevin.steps += rest.langevin.steps;
        for (std::size_t s = 0; s < first.langevin.few.size(); ++s) {
            first.langevin.few[s] += rest.langevin.few[s];
            first.langevin.negative[s] += rest.langevin.negative[s];
        }
        expect_same(first, "two parts");
    }
}

INSTANTIATE_TEST_SUITE_P(Gallery, LangevinCells, ::testing::ValuesIn(test::gallery()), test::test_name);

TEST(LangevinEnsemble, TakesStepsOfTheLengthAskedForAndEndsOneAtEachSample) {
    auto options = langevin(10, {0, 1, 1.25});
    options.step = 0.1;
    auto const ensemble = run_ensemble(network_of(exchange), options);
    // From 0 to 1 in tenths, which may leave a rounding's worth of an eleventh; then 0.1, 0.1 and 0.05.
    EXPECT_GE(ensemble.langevin.steps, 130u);
    EXPECT_LE(ensemble.langevin.steps, 140u);
    EXPECT_EQ(ensemble.events, 0u);
}

TEST(LangevinEnsemble, KeepsWhatIsConserved) {
    auto options = langevin(200, {0, 0.5, 2});
    options.snapshots = true;
    auto const ensemble = run_ensemble(network_of(exchange), options);
    for (std::size_t i = 0; i < ensemble.snapshots.size(); i += 2)
        EXPECT_NEAR(ensemble.snapshots[i] + ensemble.snapshots[i + 1], 1000, 1e-9);
    EXPECT_EQ(ensemble.outputs[0].quantum, 0x1p-8);
}

TEST(LangevinEnsemble, ATrajectoryIsTheCellOfTheEnsemble) {
    auto options = langevin(3, {0, 0.5, 2});
    options.snapshots = true;
    options.trajectories = {2};
    auto const ensemble = run_ensemble(network_of(exchange), options);
    auto const& path = ensemble.trajectories.at(0);
    EXPECT_EQ(path.time.front(), 0);
    EXPECT_EQ(path.time.back(), 2);
    EXPECT_GT(path.time.size(), 4u);
    EXPECT_TRUE(std::is_sorted(path.time.begin(), path.time.end()));
    EXPECT_EQ(path.values[path.values.size() - 2], ensemble.snapshots[2 * 3 * 2 + 2 * 2]);
}

TEST(LangevinEnsemble, WarnsByNameWhereThereAreFewMolecules) {
    auto const few = network_of(R"toml(
name = "few and many"
[species]
Few = 5
Many = 5000
[reactions]
make_few = { equation = "-> Few", rate = 5 }
lose_few = { equation = "Few -> ", rate = 1 }
make_many = { equation = "-> Many", rate = 5000 }
lose_many = { equation = "Many -> ", rate = 1 }
)toml");
    auto const ensemble = run_ensemble(few, langevin(200, {1, 2}));
    ASSERT_EQ(ensemble.warnings.size(), 1u);
    EXPECT_THAT(ensemble.warnings[0], HasSubstr("\"Few\""));
    EXPECT_THAT(ensemble.warnings[0], HasSubstr("not valid"));
    EXPECT_EQ(ensemble.langevin.few[1], 0u);
    EXPECT_GT(ensemble.langevin.few[0], 300u);
    EXPECT_GT(ensemble.langevin.negative[0], 0u);
    EXPECT_THAT(run_ensemble(network_of(exchange), langevin(200, {1, 2})).warnings, IsEmpty());
    auto coarse = langevin(200, {1, 2});
    coarse.step = 0.4;
    EXPECT_THAT(run_ensemble(network_of(exchange), coarse).warnings, IsEmpty());
    coarse.step = 0.6;
    auto const warned = run_ensemble(network_of(exchange), coarse);
    ASSERT_FALSE(warned.warnings.empty());
    EXPECT_THAT(warned.warnings[0], HasSubstr("--step 0.6 is longer than \"B\" takes to relax"));
}

// Below zero nothing is lost and births go on, so counts come back; and no count runs away.
TEST(LangevinEnsemble, StaysNearZeroWhenThereIsNothingLeft) {
    auto const network = network_of(R"toml(
name = "extinction"
[species]
X = 50
[reactions]
loss = { equation = "X -> ", rate = 1 }
pair = { equation = "2 X -> X", rate = 0.1 }
)toml");
    auto const ensemble = run_ensemble(network, langevin(20000, {50}));
    EXPECT_GT(ensemble.tally.minimum(0, 0), -4);
    EXPECT_LE(ensemble.tally.maximum(0, 0), 0.01);
}

void expect_refused(Network const& network, EnsembleOptions const& options,
                    std::vector<std::string> const& parts) {
    try {
        run_ensemble(network, options);
        ADD_FAILURE() << "was not refused";
    } catch (InputError const& error) {
        for (auto const& part : parts) EXPECT_THAT(error.what(), HasSubstr(part));
    }
}

TEST(LangevinEnsemble, RefusesWhatItCannotDo) {
    auto const options = langevin(10, {1});
    expect_refused(test::gallery_network("telegraph"), options,
                   {"--method cle", "never more than 1", "--method exact"});
    auto wrong = options;
    wrong.step = -1;
    expect_refused(network_of(exchange), wrong, {"--step -1"});
    wrong = options;
    wrong.epsilon = 1;
    expect_refused(network_of(exchange), wrong, {"--epsilon 1"});
    wrong = options;
    wrong.count_reactions = true;
    expect_refused(network_of(exchange), wrong, {"--reactions"});
    EXPECT_THROW(parse_scheme("milstein"), InputError);
}

TEST(LangevinEnsemble, NamesAPropensityThatIsNoNumber) {
    auto const network = network_of(R"toml(
name = "root"
[species]
X = 1000
[reactions]
grow = { equation = "-> X", propensity = "sqrt(900 - X)" }
)toml");
    try {
        run_ensemble(network, langevin(10, {1}));
        ADD_FAILURE() << "went on";
    } catch (SimulationError const& error) {
        EXPECT_THAT(error.what(), HasSubstr("\"grow\""));
        EXPECT_THAT(error.what(), HasSubstr("not a number"));
    }
}

}  // namespace
