// The hooks between the kernels' keeper and what an ensemble keeps.
#include "ensemble/worker.hpp"

#include <algorithm>

#include "kernels/tally/fingerprint.hpp"

namespace fano {

namespace {

constexpr std::uint64_t cells_a_take = 16;

class Worker {
public:
    explicit Worker(Run& run) : run_(run), share_(run) {}

    std::uint64_t take() {
        if (range_.empty()) {
            run_.done.fetch_add(std::exchange(finished_, 0), std::memory_order_relaxed);
            if (run_.stop.load(std::memory_order_relaxed)) return kernels::no_cell;
            range_ = run_.queue.take(cells_a_take);
            if (range_.empty()) return kernels::no_cell;
        }
        return run_.options.first_cell + range_.begin++;
    }

    void sample(std::uint64_t cell, std::uint32_t first, std::uint32_t last, double const* outputs) {
        if (run_.options.tally) add_to_tally(first, last, outputs);
        std::uint32_t const n = run_.table.output_count;
        std::uint64_t const state = kernels::fingerprint_state(cell, outputs, n);
        for (std::uint32_t time = first; time < last; ++time) {
            share_.fingerprint += kernels::fingerprint_at(state, time);
            if (!run_.options.snapshots) continue;
            std::uint64_t const row = time * run_.options.cells + (cell - run_.options.first_cell);
            std::copy_n(outputs, n, run_.result.snapshots.data() + row * n);
        }
    }

    void finish(std::uint64_t id, std::uint64_t events, kernels::LeapCell const& cell) {
        finish(id, events, static_cast<kernels::TableCell const&>(cell));
        auto const history = cell.history();
        share_.leaps.add({history.leaps, history.exact_steps, history.shortened, history.stiff});
    }

    void finish(std::uint64_t id, std::uint64_t events, kernels::LangevinCell const& cell) {
        finish(id, events, static_cast<kernels::TableCell const&>(cell));
        share_.langevin.steps += cell.steps();
    }

    void finish(std::uint64_t, std::uint64_t events, kernels::TableCell const& cell) {
        ++finished_;
        share_.events += events;
        for (std::size_t r = 0; r < share_.reaction_counts.size(); ++r)
            share_.reaction_counts[r] += cell.fired()[r];
    }

    bool stopped() const { return run_.stopped(); }

    void fail(kernels::FailureReport const& report) { run_.fail(report); }

    void deliver(kernels::LangevinLanes const& langevin) {
        if (stopped()) return;
        if (auto const* table = langevin.table) {
            share_.langevin.few.assign(langevin.few, langevin.few + table->rates.species);
            share_.langevin.negative.assign(langevin.negative, langevin.negative + table->rates.species);
        }
        run_.done.fetch_add(finished_, std::memory_order_relaxed);
        share_.deliver(run_);
    }

private:
    // An exception must not pass through the frames of the lanes.
    void add_to_tally(std::uint32_t first, std::uint32_t last, double const* outputs) {
        try {
            share_.tally.add(first, last, outputs);
        } catch (...) {
            run_.fail_with_exception();
        }
    }

    Run& run_;
    Share share_;
    CellRange range_;
    std::uint64_t finished_ = 0;
};

using WorkerKeeper = kernels::LaneKeeper<Worker>;

kernels::RemoteKeeper remote(WorkerKeeper& keeper) {
    return {&keeper,
            [](void* k) { static_cast<WorkerKeeper*>(k)->start(); },
            [](void const* k) { return static_cast<WorkerKeeper const*>(k)->active(); },
            [](void* k, std::uint32_t lanes) { static_cast<WorkerKeeper*>(k)->late(lanes); },
            [](void* k, std::uint32_t lanes) { static_cast<WorkerKeeper*>(k)->triggered(lanes); },
            [](void* k) { static_cast<WorkerKeeper*>(k)->pulse(); }};
}

kernels::KeeperOptions keeper_options(EnsembleOptions const& options) {
    return {options.seed, options.times.data(), static_cast<std::uint32_t>(options.times.size()),
            options.max_events};
}

}  // namespace

void LeapHistory::add(LeapHistory const& other) {
    leaps += other.leaps;
    exact_steps += other.exact_steps;
    shortened += other.shortened;
    stiff += other.stiff;
}

void LangevinHistory::add(LangevinHistory const& other) {
    steps += other.steps;
    few.resize(std::max(few.size(), other.few.size()));
    negative.resize(few.size());
    for (std::size_t s = 0; s < other.few.size(); ++s) {
        few[s] += other.few[s];
        negative[s] += other.negative[s];
    }
}

Share::Share(Run const& run)
    : tally(run.options.tally ? tally_layout(run.network, run.options, run.result.joint) : TallyLayout{}),
      reaction_counts(run.options.count_reactions ? run.table.reactions : 0) {}

void Share::deliver(Run& run) {
    if (run.options.tally) tally.flush();
    std::lock_guard const lock{run.mutex};
    if (run.options.tally) run.result.tally.merge(std::move(tally));
    run.result.events += events;
    run.result.fingerprint += fingerprint;
    run.result.leaps.add(leaps);
    run.result.langevin.add(langevin);
    for (std::size_t r = 0; r < reaction_counts.size(); ++r)
        run.result.reaction_counts[r] += reaction_counts[r];
}

TallyLayout tally_layout(Network const& network, EnsembleOptions const& options,
                         std::vector<std::pair<std::uint32_t, std::uint32_t>> const& joint) {
    TallyLayout layout;
    layout.times = options.times.size();
    for (auto const& output : network.outputs) layout.quanta.push_back(output.quantum);
    layout.joint = joint;
    layout.covariance = options.covariance;
    return layout;
}

void work(Run& run) {
    bool const exact = run.steps.exact();
    std::uint32_t const width = exact ? lane_width(run.device, run.table) : lane_width(run.device);
    LaneMemory memory{run.table, width, run.options.count_reactions, run.steps};
    Worker worker{run};
    WorkerKeeper keeper{run.table, keeper_options(run.options), memory.lanes, memory.cell, worker};
    kernels::CpuJob const job{&run.table,    memory.lanes,  memory.upper,     memory.accepted,
                              memory.chosen, memory.bounds, run.options.seed, remote(keeper)};
    (exact ? lane_function(run.device, run.table) : lane_function(run.device))(&job);
    worker.deliver(memory.lanes.langevin);
}

}  // namespace fano
