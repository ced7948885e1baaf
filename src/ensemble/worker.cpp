// The hooks between the kernels' keeper and what an ensemble keeps.
#include "ensemble/worker.hpp"

#include <algorithm>
#include <bit>

namespace fano {

namespace {

constexpr std::uint64_t cells_a_take = 16;

std::uint64_t scrambled(std::uint64_t x) {
    x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93u;
    return x ^ (x >> 32);
}

class Worker {
public:
    explicit Worker(Run& run)
        : run_(run),
          tally_(run.options.tally ? tally_layout(run.network, run.options, run.result.joint)
                                   : TallyLayout{}),
          reaction_counts_(run.options.count_reactions ? run.table.reactions : 0) {}

    std::uint64_t take() {
        if (next_ == end_) {
            run_.done.fetch_add(std::exchange(finished_, 0), std::memory_order_relaxed);
            next_ = std::min(run_.next_cell.fetch_add(cells_a_take, std::memory_order_relaxed),
                             run_.options.cells);
            end_ = std::min(next_ + cells_a_take, run_.options.cells);
            if (next_ == end_ || run_.stop.load(std::memory_order_relaxed)) {
                next_ = end_;
                return kernels::no_cell;
            }
        }
        return run_.options.first_cell + next_++;
    }

    void sample(std::uint64_t cell, std::uint32_t first, std::uint32_t last, double const* outputs) {
        if (run_.options.tally) add_to_tally(first, last, outputs);
        std::uint32_t const n = run_.table.output_count;
        std::uint64_t state = cell * 0x9e3779b97f4a7c15u;
        for (std::uint32_t o = 0; o < n; ++o)
            state += std::bit_cast<std::uint64_t>(outputs[o] + 0.0) * (0xc2b2ae3d27d4eb4fu + 2 * o);
        for (std::uint32_t time = first; time < last; ++time) {
            fingerprint_ += scrambled(state + (time + 1) * 0x94d049bb133111ebu);
            if (!run_.options.snapshots) continue;
            std::uint64_t const row = time * run_.options.cells + (cell - run_.options.first_cell);
            std::copy_n(outputs, n, run_.result.snapshots.data() + row * n);
        }
    }

    void finish(std::uint64_t, std::uint64_t events, std::uint64_t const* fired) {
        ++finished_;
        events_ += events;
        for (std::size_t r = 0; r < reaction_counts_.size(); ++r) reaction_counts_[r] += fired[r];
    }

    bool stopped() const {
        auto const* const outside = run_.options.stop;
        return run_.stop.load(std::memory_order_relaxed) ||
               (outside != nullptr && outside->load(std::memory_order_relaxed));
    }

    void fail(kernels::FailureReport const& report) {
        std::lock_guard const lock{run_.mutex};
        if (run_.failure.failure == kernels::Failure::none ||
            run_.failure.failure == kernels::Failure::stopped)
            run_.failure = report;
        run_.stop = true;
    }

    void deliver() {
        if (stopped()) return;
        if (run_.options.tally) tally_.flush();
        run_.done.fetch_add(finished_, std::memory_order_relaxed);
        std::lock_guard const lock{run_.mutex};
        if (run_.options.tally) run_.result.tally.merge(std::move(tally_));
        run_.result.events += events_;
        run_.result.fingerprint += fingerprint_;
        for (std::size_t r = 0; r < reaction_counts_.size(); ++r)
            run_.result.reaction_counts[r] += reaction_counts_[r];
    }

private:
    // An exception must not pass through the frames of the lanes.
    void add_to_tally(std::uint32_t first, std::uint32_t last, double const* outputs) {
        try {
            tally_.add(first, last, outputs);
        } catch (...) {
            std::lock_guard const lock{run_.mutex};
            run_.error = std::current_exception();
            run_.stop = true;
        }
    }

    Run& run_;
    Tally tally_;
    std::vector<std::uint64_t> reaction_counts_;
    std::uint64_t next_ = 0, end_ = 0, finished_ = 0, events_ = 0, fingerprint_ = 0;
};

using WorkerKeeper = kernels::Keeper<Worker>;

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
    LaneMemory memory{run.table, lane_width(run.device), run.options.count_reactions};
    Worker worker{run};
    WorkerKeeper keeper{run.table, keeper_options(run.options), memory.lanes, memory.keeper, worker};
    kernels::CpuJob const job{&run.table,    memory.lanes,  memory.upper,     memory.accepted,
                              memory.chosen, memory.bounds, run.options.seed, remote(keeper)};
    lane_function(run.device)(&job);
    worker.deliver();
}

}  // namespace fano
