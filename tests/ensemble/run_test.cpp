// Ensembles at their edges: absorbing states, no molecules, runaway networks, rates that are not rates.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fano/fano.hpp"

namespace {

using namespace fano;
using ::testing::HasSubstr;

Network network(std::string const& text) { return compile(read_toml(text, "test.toml")); }

std::string const birth_death = R"(
[species]
M = 0
[parameters]
k = 10
g = 1
[reactions.birth]
equation = "-> M"
rate = "k"
[reactions.death]
equation = "M -> 0"
rate = "g"
)";

EnsembleOptions options(std::uint64_t cells, std::string const& times) {
    EnsembleOptions o;
    o.cells = cells;
    o.times = parse_times(times);
    return o;
}

std::string failure(Network const& n, EnsembleOptions const& o) {
    try {
        run_ensemble(n, o);
    } catch (Error const& error) {
        EXPECT_EQ(error.code(), ExitCode::input);
        return error.what();
    }
    return "no failure";
}

TEST(Ensemble, SamplesTheInitialStateAtTimeZero) {
    auto const e = run_ensemble(network(birth_death), options(50, "0:0:1"));
    EXPECT_EQ(e.tally.mean(0, 0).value, 0);
    EXPECT_EQ(e.tally.variance(0, 0).value, 0);
    EXPECT_EQ(e.tally.cells(0), 50u);
    EXPECT_EQ(e.events, 0u);
}

TEST(Ensemble, OfOneCellAndOneTimeWorks) {
    auto const e = run_ensemble(network(birth_death), options(1, "5"));
    EXPECT_EQ(e.tally.cells(0), 1u);
    EXPECT_TRUE(std::isnan(e.tally.variance(0, 0).value));
}

TEST(Ensemble, StaysInAnAbsorbingStateForEver) {
    auto const n = network("[species]\nA = 3\n[reactions.decay]\nequation = \"A -> 0\"\nrate = 1\n");
    auto const e = run_ensemble(n, options(200, "0:1e6:3"));
    EXPECT_EQ(e.tally.maximum(2, 0), 0);
    EXPECT_EQ(e.events, 600u);
}

TEST(Ensemble, WithoutMoleculesHasNoEvents) {
    auto const n = network("[species]\nA = 0\n[reactions.decay]\nequation = \"A -> 0\"\nrate = 1\n");
    EXPECT_EQ(run_ensemble(n, options(100, "0:10:11")).events, 0u);
}

TEST(Ensemble, LeavesReactionsOfRateZeroOut) {
    auto const n = network(
        "[species]\nA = 5\nB = 0\n[reactions.never]\nequation = \"A -> B\"\nrate = "
        "0\n[reactions.decay]\nequation = \"A -> 0\"\nrate = 1\n");
    auto o = options(1000, "20");
    o.count_reactions = true;
    auto const e = run_ensemble(n, o);
    EXPECT_EQ(e.reaction_counts[0], 0u);
    EXPECT_EQ(e.tally.maximum(0, 1), 0);
}

TEST(Ensemble, CountsEveryReaction) {
    auto o = options(500, "0:10:11");
    o.count_reactions = true;
    for (Device device : {Device::reference, Device::best}) {
        o.device = device;
        auto const e = run_ensemble(network(birth_death), o);
        EXPECT_EQ(e.reaction_counts[0] + e.reaction_counts[1], e.events);
        EXPECT_EQ(static_cast<double>(e.reaction_counts[0] - e.reaction_counts[1]),
                  std::round(e.tally.mean(10, 0).value * 500));
    }
}

TEST(Ensemble, TrajectoriesPassThroughTheSamples) {
    auto o = options(10, "0:10:21");
    o.snapshots = true;
    o.trajectories = {0, 7};
    auto const e = run_ensemble(network(birth_death), o);
    ASSERT_EQ(e.trajectories.size(), 2u);
    for (auto const& trajectory : e.trajectories) {
        EXPECT_EQ(trajectory.time.front(), 0.0);
        std::size_t step = 0;
        for (std::size_t t = 0; t < o.times.size(); ++t) {
            while (step + 1 < trajectory.time.size() && trajectory.time[step + 1] <= o.times[t]) ++step;
            EXPECT_EQ(trajectory.values[step], e.snapshots[t * 10 + trajectory.cell]);
        }
        for (std::size_t i = 1; i < trajectory.time.size(); ++i) {
            EXPECT_GT(trajectory.time[i], trajectory.time[i - 1]);
            EXPECT_EQ(std::abs(trajectory.values[i] - trajectory.values[i - 1]), 1);
        }
        EXPECT_LE(trajectory.time.back(), 10.0);
    }
}

TEST(Ensemble, NamesTheCellThatRunsAway) {
    auto const n = network("[species]\nX = 1\n[reactions.grow]\nequation = \"X -> 2 X\"\nrate = 1\n");
    auto o = options(20, "100");
    o.max_events = 100000;
    auto const message = failure(n, o);
    EXPECT_THAT(message, HasSubstr("test.toml: cell "));
    EXPECT_THAT(message, HasSubstr("had taken more than 100000 steps"));
    EXPECT_THAT(message, HasSubstr("--max-events"));
}

TEST(Ensemble, StopsWhereACountWouldTurnNegative) {
    auto const n =
        network("[species]\nX = 3\n[reactions.drain]\nequation = \"X -> 0\"\npropensity = \"2\"\n");
    ASSERT_FALSE(n.warnings.empty());
    EXPECT_THAT(n.warnings.front(), HasSubstr("\"X\" can go negative"));
    auto const message = failure(n, options(20, "100"));
    EXPECT_THAT(message, HasSubstr("\"X\" would become -1"));
}

TEST(Ensemble, StopsAtANegativeRate) {
    auto const n =
        network("[species]\nX = 0\n[reactions.drift]\nequation = \"-> X\"\npropensity = \"5 - X\"\n");
    ASSERT_FALSE(n.warnings.empty());
    EXPECT_THAT(n.warnings.front(), HasSubstr("can be negative"));
    // At X = 5 the rate is 0 and the cell stays there.
    EXPECT_EQ(run_ensemble(n, options(20, "100")).tally.mean(0, 0).value, 5);
    auto const worse =
        network("[species]\nX = 0\n[reactions.drift]\nequation = \"-> 2 X\"\npropensity = \"5 - X\"\n");
    auto const message = failure(worse, options(20, "100"));
    EXPECT_THAT(message, HasSubstr("reaction \"drift\""));
    EXPECT_THAT(message, HasSubstr("is -1"));
}

TEST(Ensemble, StopsAtARateThatIsNotANumber) {
    auto const n =
        network("[species]\nX = 2\n[reactions.a]\nequation = \"X -> 0\"\npropensity = \"X*(X-1)/(X-1)\"\n");
    EXPECT_THAT(failure(n, options(20, "100")), HasSubstr("is not a number"));
}

TEST(Ensemble, StopsAtAnInfiniteRate) {
    auto const n = network(
        "[species]\nX = 2\nY = 5\n[reactions.a]\nequation = \"X -> 0\"\nrate = 1\n[reactions.b]\nequation = "
        "\"Y -> 0\"\npropensity = \"Y/X\"\n");
    EXPECT_THAT(failure(n, options(200, "100")), HasSubstr("is infinite"));
}

TEST(Ensemble, RefusesCountsPastTheLargest) {
    auto const n = network("[species]\nX = 2147483647\n[reactions.a]\nequation = \"-> X\"\nrate = 10\n");
    EXPECT_THAT(failure(n, options(2, "10")), HasSubstr("counts go up to 2147483647"));
}

TEST(Ensemble, NamesTheObservableThatCannotBeSummed) {
    auto const text =
        "[species]\nX = 2\n[observables]\nratio = \"X/(X - 1)\"\n[reactions.a]\nequation = \"X -> 0\"\nrate "
        "= 1\n";
    EXPECT_THAT(failure(network(text), options(20, "0:20:11")), HasSubstr("observable \"ratio\" is inf"));
}

TEST(Ensemble, NoticesPropensitiesThatOverflow) {
    auto const text = "[species]\nA = 100\n[reactions.a]\nequation = \"A -> 0\"\nrate = 1.7e308\n";
    EXPECT_THAT(failure(network(text), options(2, "1")), HasSubstr("is infinite"));
}

TEST(Ensemble, RefusesImpossibleOptions) {
    auto const n = network(birth_death);
    EXPECT_THAT(failure(n, options(0, "1")), HasSubstr("at least one cell"));
    EXPECT_THAT(failure(n, EnsembleOptions{}), HasSubstr("no sample times"));
    EXPECT_THAT(failure(n, options(1, "3,2")), HasSubstr("must ascend"));
    auto o = options(1, "1");
    o.joint = {{"M", "m"}};
    EXPECT_THAT(failure(n, o), HasSubstr("did you mean \"M\"?"));
}

TEST(Ensemble, StopsWhenAsked) {
    std::atomic<bool> stop{true};
    auto o = options(100000000, "0:1000:2");
    o.stop = &stop;
    EXPECT_THROW(run_ensemble(network(birth_death), o), Interrupted);
}

TEST(Ensemble, TellsItsProgress) {
    auto o = options(200000, "0:10:2");
    std::uint64_t last = 0;
    int calls = 0;
    o.progress = [&](std::uint64_t done) {
        EXPECT_GE(done, last);
        last = done;
        ++calls;
    };
    run_ensemble(network(birth_death), o);
    EXPECT_GE(calls, 1);
    EXPECT_LE(last, 200000u);
}

TEST(SampleTimes, AreReadAsPeopleWriteThem) {
    EXPECT_EQ(parse_times("0:100:5"), (std::vector<double>{0, 25, 50, 75, 100}));
    EXPECT_EQ(parse_times("3:7:1"), (std::vector<double>{7}));
    EXPECT_EQ(parse_times("0, 1,5.5"), (std::vector<double>{0, 1, 5.5}));
    for (auto const* bad : {"", "a", "0:1", "0:1:0", "0:1:2.5", "5:1:3", "0:1:2:3", "1,,2", "0:inf:3"})
        EXPECT_THROW(parse_times(bad), InputError) << bad;
}

TEST(MemoryPlan, GrowsWithWhatIsKept) {
    auto const n = network(birth_death);
    auto o = options(1000, "0:10:11");
    o.threads = 1;
    auto const plain = plan_memory(n, o);
    EXPECT_EQ(plain.snapshot_bytes, 0u);
    o.snapshots = true;
    EXPECT_EQ(plan_memory(n, o).snapshot_bytes, 1000u * 11 * 8);
}

}  // namespace
