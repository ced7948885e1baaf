// An ensemble on GPUs, with stand-ins for them: many batches, several GPUs, GPUs that fail, memory that is short,
// cells that cannot go on, being stopped. Whatever happens, the cells are those of the host.
#include "ensemble/gpu_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ensemble/gpu_worker.hpp"
#include "model/tables.hpp"
#include "support/emitted_gpu.hpp"
#include "support/gallery.hpp"

namespace {

using namespace fano;
using ::testing::HasSubstr;

Network network_of(std::string const& text) { return compile(read_toml(text, "test.toml")); }

class GpuRun : public ::testing::Test {
protected:
    GpuRun() : network_(test::gallery_network("telegraph")) {
        options_.cells = 1000;
        options_.seed = 5;
        options_.threads = 2;
        options_.times = {0, 1, 5, 10};
        options_.device = Device::gpu;
    }
    void SetUp() override {
        if (!test::can_compile_on_host()) GTEST_SKIP() << test::why_not_compiled_on_host();
    }

    // GPUs with two streams each.
    static std::vector<Gpu> gpus(int count, std::size_t memory = std::size_t{1} << 30) {
        std::vector<Gpu> list(static_cast<std::size_t>(count));
        for (auto& gpu : list)
            for (int i = 0; i < streams_a_gpu; ++i)
                gpu.streams.push_back(std::make_unique<test::EmittedGpu>(memory));
        return list;
    }
    static test::EmittedGpu& stream(Gpu& gpu, std::size_t i) {
        return static_cast<test::EmittedGpu&>(*gpu.streams[i]);
    }
    Ensemble on_host() {
        auto options = options_;
        options.device = Device::cpu;
        return run_ensemble(network_, options);
    }
    Ensemble on(std::vector<Gpu> list) { return run_ensemble_on(network_, options_, std::move(list)); }

    void expect_equal(Ensemble const& a, Ensemble const& b) {
        EXPECT_EQ(a.fingerprint, b.fingerprint);
        EXPECT_EQ(a.events, b.events);
        EXPECT_EQ(a.snapshots, b.snapshots);
        EXPECT_EQ(a.reaction_counts, b.reaction_counts);
        for (std::size_t t = 0; t < options_.times.size(); ++t)
            for (std::size_t o = 0; o < network_.outputs.size(); ++o) {
                EXPECT_EQ(a.tally.cells(t), b.tally.cells(t));
                EXPECT_EQ(a.tally.histogram(t, o).cells, b.tally.histogram(t, o).cells);
                EXPECT_THAT(a.tally.variance(t, o).value,
                            ::testing::NanSensitiveDoubleEq(b.tally.variance(t, o).value));
            }
        for (std::size_t pair = 0; pair < options_.joint.size(); ++pair)
            EXPECT_EQ(a.tally.joint(2, pair).cells, b.tally.joint(2, pair).cells);
    }

    Network network_;
    EnsembleOptions options_;
    Ensemble result_;
};

TEST_F(GpuRun, GivesTheCellsOfTheHostOnOneTwoAndThreeGpus) {
    options_.snapshots = true;
    options_.count_reactions = true;
    options_.joint = {{"mRNA", "G_on"}};
    options_.first_cell = 123;
    auto const host = on_host();
    for (int count : {1, 2, 3}) {
        auto const result = on(gpus(count));
        expect_equal(result, host);
        EXPECT_TRUE(result.warnings.empty());
        EXPECT_THAT(result.device, HasSubstr("stand-in GPU"));
    }
}

TEST_F(GpuRun, RunsManyBatches) {
    std::vector<Gpu> one(1);
    auto owned = std::make_unique<test::EmittedGpu>();
    auto& device = *owned;
    one[0].streams.push_back(std::move(owned));
    fano::Run run{network_, network_.tables->view(),  options_, Device::cpu,
                  result_,  CellQueue{options_.cells}};
    result_.tally = Tally{tally_layout(network_, options_, {})};
    run_on_gpus(run, one);
    EXPECT_GT(device.launches(KernelName::cells), 4u);
    EXPECT_EQ(result_.fingerprint, on_host().fingerprint);
    EXPECT_EQ(result_.tally.cells(3), options_.cells);
}

TEST(GpuBatch, GrowsWhileShortAndShrinksWhenLong) {
    EXPECT_EQ(next_batch(100, 0.01, 50, 1000), 200u);
    EXPECT_EQ(next_batch(600, 0.01, 50, 1000), 1000u);
    EXPECT_EQ(next_batch(600, 0.4, 50, 1000), 600u);
    EXPECT_EQ(next_batch(600, 2, 50, 1000), 300u);
    EXPECT_EQ(next_batch(80, 2, 50, 1000), 50u);
    EXPECT_EQ(next_batch(30, 2, 50, 1000), 30u);  // never more than took long
}

TEST_F(GpuRun, TakesOneCellAndOneTime) {
    options_.cells = 1;
    options_.times = {3};
    expect_equal(on(gpus(2)), on_host());
}

TEST_F(GpuRun, TallyAndCovariancesCanBeLeftOut) {
    options_.tally = false;
    EXPECT_EQ(on(gpus(1)).fingerprint, on_host().fingerprint);
    options_.tally = true;
    options_.covariance = false;
    expect_equal(on(gpus(1)), on_host());
}

TEST_F(GpuRun, TracesCells) {
    options_.trajectories = {7};
    auto const result = on(gpus(1)), host = on_host();
    ASSERT_EQ(result.trajectories.size(), 1u);
    EXPECT_EQ(result.trajectories[0].values, host.trajectories[0].values);
}

TEST_F(GpuRun, BlocksOfAnySizeGiveTheSameCells) {
    auto const host = on_host();
    for (unsigned threads : {32u, 128u}) {
        options_.gpu_block_threads = threads;
        expect_equal(on(gpus(1)), host);
    }
    options_.gpu_block_threads = 33;
    EXPECT_THROW(on(gpus(1)), InputError);
}

// Conversions along a chain of species, with an event, a rate that depends on time and an observable.
std::string chain(int species) {
    std::string text = "[species]\n";
    for (int i = 0; i < species; ++i) text += "S" + std::to_string(i) + (i == 0 ? " = 40\n" : " = 1\n");
    text +=
        "[observables]\nfirst = \"S0 + 0.5\"\n[parameters]\nk = { distribution = \"gamma\", mean = 1, cv = "
        "0.2 }\n";
    for (int i = 0; i + 1 < species; ++i)
        text += "[reactions.step" + std::to_string(i) + "]\nequation = \"S" + std::to_string(i) + " <-> S" +
                std::to_string(i + 1) + "\"\nrate = \"k\"\nreverse_rate = 0.5\n";
    text += "[reactions.feed]\nequation = \"-> S0\"\npropensity = \"10 * (1 + sin(t))\"\n";
    return text + "[events.flush]\ntrigger = \"t >= 3 || S1 > 30\"\nassign = { S2 = \"2 * S2\" }\n";
}

TEST_F(GpuRun, LargeNetworksGiveTheCellsOfTheHost) {
    network_ = network_of(chain(160));
    ASSERT_TRUE(network_.tables->scalars.large);
    options_.cells = 100;
    options_.covariance = false;
    options_.snapshots = true;
    options_.count_reactions = true;
    expect_equal(on(gpus(1)), on_host());
}

TEST_F(GpuRun, CellsOfAFailingGpuGoToTheOthers) {
    auto const host = on_host();
    for (std::size_t launches : {0, 1, 5, 20}) {
        auto list = gpus(2);
        for (std::size_t i = 0; i < 2; ++i) stream(list[0], i).fail_after(launches);
        auto const result = on(std::move(list));
        expect_equal(result, host);
        // Unless the other took all cells before this one could fail.
        ASSERT_LE(result.warnings.size(), 1u) << launches;
        for (auto const& warning : result.warnings) EXPECT_THAT(warning, HasSubstr("left the run"));
    }
}

TEST_F(GpuRun, WhenAllGpusFailTheHostFinishes) {
    auto const host = on_host();
    auto list = gpus(2);
    for (auto& gpu : list)
        for (std::size_t i = 0; i < 2; ++i) stream(gpu, i).fail_after(9);
    auto const result = on(std::move(list));
    expect_equal(result, host);
    ASSERT_EQ(result.warnings.size(), 3u);
    EXPECT_THAT(result.warnings.back(), HasSubstr("ran on the processor instead"));
    EXPECT_THAT(result.device, HasSubstr(" and cpu ("));
}

TEST_F(GpuRun, WhereMemoryIsShortTheTallyTakesLessOfIt) {
    options_.cells = 200;
    options_.times.clear();
    for (int i = 0; i < 300; ++i) options_.times.push_back(0.1 * i);
    options_.joint = {{"mRNA", "G_on"}};
    TallyLayout layout = tally_layout(network_, options_, {{2, 1}});
    std::size_t const memory = std::size_t{10} << 20;
    ASSERT_GT(BatchTally::scratch_bytes(layout), memory / 2);
    auto const result = on(gpus(1, memory));
    expect_equal(result, on_host());
    EXPECT_TRUE(result.warnings.empty());
}

TEST_F(GpuRun, TooLittleMemorySaysHowMuchIsThereAndHowMuchIsNeeded) {
    auto const result = on(gpus(1, 20000));
    expect_equal(result, on_host());
    ASSERT_EQ(result.warnings.size(), 2u);
    EXPECT_THAT(result.warnings[0], HasSubstr("free"));
}

TEST_F(GpuRun, ACellThatCannotGoOnIsNamed) {
    network_ = network_of(R"(
species.A = 5
reactions.drain = { equation = "A -> 0", propensity = "2" })");
    std::string told;
    try {
        on(gpus(2));
        FAIL() << "nothing was thrown";
    } catch (SimulationError const& error) {
        told = error.what();
    }
    EXPECT_THAT(told, HasSubstr("\"A\" would become -1"));
}

TEST_F(GpuRun, ARunawayCellIsFound) {
    network_ = network_of(R"(
species.A = 1
reactions.grow = { equation = "A -> 2 A", rate = 50 })");
    options_.max_events = 10000;
    EXPECT_THROW(on(gpus(1)), SimulationError);
}

TEST_F(GpuRun, AValueThatCannotBeTalliedIsRefusedAsOnTheHost) {
    network_ = network_of(R"(
species.A = 5
reactions.decay = { equation = "A -> 0", rate = 1 }
observables.ratio = "1 / A")");
    std::string host, gpu;
    try {
        on_host();
    } catch (Error const& error) {
        host = error.what();
    }
    try {
        on(gpus(1));
    } catch (Error const& error) {
        gpu = error.what();
    }
    EXPECT_FALSE(gpu.empty());
    EXPECT_THAT(host, HasSubstr("observable \"ratio\" is inf"));
    EXPECT_THAT(gpu, HasSubstr("observable \"ratio\" is inf"));
}

TEST_F(GpuRun, StopsWhenAsked) {
    std::atomic<bool> stop{true};
    options_.stop = &stop;
    EXPECT_THROW(on(gpus(2)), Interrupted);
}

TEST_F(GpuRun, TellsItsProgress) {
    std::atomic<std::uint64_t> last{0};
    options_.progress = [&](std::uint64_t done) {
        EXPECT_GE(done, last);
        last = done;
    };
    on(gpus(1));
    EXPECT_LE(last, options_.cells);
}

}  // namespace
