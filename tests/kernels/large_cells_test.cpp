// The GPU's way of running large networks, on the host: tables and cells in the memory of a stand-in GPU, the
// threads one after the other or at once. The samples must be those of the CPU, bit for bit.
#include <cmath>
#include <memory>
#include <numeric>
#include <thread>

#include <gtest/gtest.h>

#include "backend/device_table.hpp"
#include "fano/fano.hpp"
#include "support/large_models.hpp"
#include "support/stand_in_gpu.hpp"

namespace {

using namespace fano;
using kernels::u32;
using kernels::u64;

constexpr u64 first_cell = 1000, cells = 60;

// What the host does around a launch.
class Launch {
public:
    Launch(Network const& network, EnsembleOptions const& options, u32 threads)
        : tables_(gpu_, *network.tables),
          arrays_(gpu_, tables_.view(), threads),
          times_(gpu_, options.times),
          pending_(gpu_, tables_.view().features.events ? threads : 0),
          event_values_(gpu_,
                        pending_.size() * (kernels::max_pending_events + 1) * tables_.view().max_assignments),
          samples_(gpu_, cells * options.times.size() * network.outputs.size() * sizeof(double)),
          fired_(gpu_, std::size_t{threads} * network.reactions.size()),
          counters_(gpu_, 2),
          failed_(gpu_, 1),
          report_(gpu_, 1),
          stop_(gpu_) {
        counters_.clear();
        failed_.clear();
        fired_.clear();
        job_.options = {options.seed, times_.data(), static_cast<u32>(options.times.size()),
                        options.max_events};
        job_.first_cell = first_cell;
        job_.cells = cells;
        job_.threads = threads;
        job_.next = counters_.data();
        job_.events = counters_.data() + 1;
        job_.samples = samples_.data();
        job_.fired = fired_.data();
        job_.failed = failed_.data();
        job_.report = report_.data();
        job_.stop = stop_.data();
        job_.pending = pending_.data();
        job_.event_values = event_values_.data();
        job_.table = tables_.view();
        job_.memory = arrays_.view();
    }

    // Each thread its share, twice round, in the order of the threads.
    void in_turn() {
        u64 const share = (cells + 2 * job_.threads - 1) / (2 * job_.threads);
        for (u64 begin = 0, turn = 0; begin < cells; begin += share, ++turn) {
            *job_.next = begin;
            job_.cells = std::min(begin + share, cells);
            kernels::run_large_cells(job_, static_cast<u32>(turn % job_.threads));
        }
        job_.cells = cells;
    }
    void at_once() {
        std::vector<std::jthread> running;
        for (u32 thread = 0; thread < job_.threads; ++thread)
            running.emplace_back([this, thread] { kernels::run_large_cells(job_, thread); });
    }

    // [time][cell][output], as in Ensemble::snapshots.
    std::vector<double> snapshots() const {
        u64 const times = job_.options.time_count, outputs = job_.table.output_count;
        std::vector<double> result;
        for (u64 time = 0; time < times; ++time)
            for (u64 cell = 0; cell < cells; ++cell)
                for (u64 o = 0; o < outputs; ++o) {
                    u64 const i = (cell * times + time) * outputs + o;
                    result.push_back(job_.table.computed_outputs ? static_cast<double const*>(job_.samples)[i]
                                                                 : static_cast<u32 const*>(job_.samples)[i]);
                }
        return result;
    }
    u64 events() const { return *job_.events; }
    u64 fired(u32 reaction) const {
        u64 const* const first = job_.fired + u64{reaction} * job_.threads;
        return std::accumulate(first, first + job_.threads, u64{0});
    }
    bool failed() const { return *job_.failed != 0; }
    kernels::FailureReport report() const { return *job_.report; }
    void stop() { stop_.set(1); }

private:
    test::StandInGpu gpu_;
    DeviceTable tables_;
    LargeCellsArrays arrays_;
    DeviceArray<double> times_;
    DeviceArray<kernels::PendingEvents> pending_;
    DeviceArray<double> event_values_;
    DeviceArray<char> samples_;
    DeviceArray<u64> fired_, counters_;
    DeviceArray<u32> failed_;
    DeviceArray<kernels::FailureReport> report_;
    SharedWord stop_;
    kernels::LargeCellsJob job_{};
};

EnsembleOptions some_options() {
    EnsembleOptions options;
    options.first_cell = first_cell;
    options.cells = cells;
    options.seed = 9;
    options.times = {0, 0.4, 1.5, 1.5, 3};
    options.device = Device::reference;
    options.threads = 1;
    options.tally = false;
    options.snapshots = true;
    options.count_reactions = true;
    return options;
}

void expect_cells_of_the_host(std::string const& text, bool computed) {
    Network const network = compile(read_toml(text, "test.toml"));
    ASSERT_EQ(network.tables->scalars.computed_outputs, computed);
    auto const options = some_options();
    auto const host = run_ensemble(network, options);
    for (u32 threads : {1u, 3u, 32u}) {
        for (bool at_once : {false, true}) {
            auto const launch = std::make_unique<Launch>(network, options, threads);
            at_once ? launch->at_once() : launch->in_turn();
            ASSERT_FALSE(launch->failed());
            EXPECT_EQ(launch->snapshots(), host.snapshots) << threads << " threads";
            EXPECT_EQ(launch->events(), host.events);
            for (u32 r = 0; r < network.reactions.size(); ++r)
                EXPECT_EQ(launch->fired(r), host.reaction_counts[r]) << network.reactions[r].id;
        }
    }
}

TEST(LargeCells, AreThoseOfTheHostWithEverythingThatAModelCanHave) {
    expect_cells_of_the_host(test::large_model_of_everything(), true);
}

TEST(LargeCells, AreThoseOfTheHostWithCountsOnly) {
    expect_cells_of_the_host(test::beside_a_ring("A = 30\n", R"(
[reactions.pair]
equation = "2 A -> A"
rate = 0.1
[reactions.birth]
equation = "R0 -> R0 + A"
rate = 2
)"),
                             false);
}

TEST(LargeCells, NameTheCellThatCannotGoOn) {
    Network const network = compile(read_toml(
        test::beside_a_ring("A = 3\n", "[reactions.odd]\nequation = \"A -> 0\"\npropensity = \"A - 1.5\"\n"),
        "test.toml"));
    auto const launch = std::make_unique<Launch>(network, some_options(), 4);
    launch->in_turn();
    ASSERT_TRUE(launch->failed());
    EXPECT_EQ(launch->report().failure, kernels::Failure::negative_propensity);
    EXPECT_EQ(network.reactions[launch->report().detail].id, "odd");
    EXPECT_EQ(launch->report().value, -0.5);
}

TEST(LargeCells, StopWhenToldTo) {
    Network const network = compile(read_toml(test::beside_a_ring("", ""), "test.toml"));
    auto options = some_options();
    options.times = {1e9};
    auto const launch = std::make_unique<Launch>(network, options, 2);
    launch->stop();
    launch->at_once();
    EXPECT_TRUE(launch->failed());
    EXPECT_EQ(launch->report().failure, kernels::Failure::stopped);
}

TEST(LargeCells, NeedTheMemoryThatWasForetold) {
    Network const network = compile(read_toml(test::large_model_of_everything(), "test.toml"));
    test::StandInGpu gpu;
    DeviceTable const table{gpu, *network.tables};
    std::size_t const before = gpu.used();
    EXPECT_GT(before, 0u);
    {
        LargeCellsArrays const arrays{gpu, table.view(), 100};
        EXPECT_EQ(gpu.used() - before, 100 * LargeCellsArrays::bytes_a_thread(table.view()));
    }
    EXPECT_EQ(gpu.used(), before);
}

}  // namespace
