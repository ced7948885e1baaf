// Runs an ensemble: checks the options, starts the workers, watches over them, merges what they kept.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <thread>

#include <fmt/format.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "ensemble/failure.hpp"
#include "ensemble/worker.hpp"

namespace fano {

namespace {

using Clock = std::chrono::steady_clock;

void check(Network const& network, EnsembleOptions const& options) {
    if (options.cells == 0)
        throw InputError("an ensemble needs at least one cell; ask for --cells 1 or more");
    if (options.cells > (std::uint64_t{1} << 48)) throw InputError("an ensemble has at most 2^48 cells");
    if (options.times.empty())
        throw InputError("no sample times; give --times FROM:TO:POINTS, such as 0:100:101");
    if (options.times.size() > 0xffffffffu) throw InputError("too many sample times");
    for (std::size_t i = 0; i < options.times.size(); ++i) {
        double const t = options.times[i];
        if (!std::isfinite(t) || t < 0)
            throw InputError(
                fmt::format("sample time {} is not possible; times are finite and start at 0", t));
        if (i > 0 && t < options.times[i - 1])
            throw InputError(
                fmt::format("sample times must ascend, but {} follows {}", t, options.times[i - 1]));
    }
    if (options.max_events == 0) throw InputError("--max-events must be at least 1");
    if (network.outputs.empty())
        throw InputError("the network has nothing to sample: no species and no observables");
}

// Calls options.progress from a thread of its own until it goes out of scope.
class ProgressWatch {
public:
    explicit ProgressWatch(Run& run) {
        if (!run.options.progress) return;
        thread_ = std::thread([this, &run] {
            std::unique_lock lock{mutex_};
            while (!finished_) {
                run.options.progress(std::min(run.done.load(), run.options.cells));
                wake_.wait_for(lock, std::chrono::milliseconds(200), [this] { return finished_; });
            }
        });
    }
    ~ProgressWatch() {
        if (!thread_.joinable()) return;
        {
            std::lock_guard const lock{mutex_};
            finished_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }
    ProgressWatch(ProgressWatch const&) = delete;
    ProgressWatch& operator=(ProgressWatch const&) = delete;

private:
    std::mutex mutex_;
    std::condition_variable wake_;
    bool finished_ = false;
    std::thread thread_;
};

void run_workers(Run& run, unsigned threads) {
    if (threads == 1) return work(run);
    tbb::global_control const limit{tbb::global_control::max_allowed_parallelism, threads};
    tbb::task_arena arena{static_cast<int>(threads)};
    arena.execute([&] {
        tbb::parallel_for(
            0u, threads, [&](unsigned) { work(run); }, tbb::static_partitioner{});
    });
}

}  // namespace

MemoryPlan plan_memory(Network const& network, EnsembleOptions const& options) {
    std::uint64_t const times = options.times.size(), outputs = network.outputs.size();
    std::uint64_t const threads =
        options.threads != 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
    std::uint64_t const pairs = options.covariance ? outputs * (outputs - 1) / 2 : 0;
    MemoryPlan plan{};
    std::uint64_t const sums = outputs * 6 * 40 + pairs * 4 * 40 + outputs * 64 * 8;
    std::uint64_t const bins = outputs * Tally::max_bins * 8;
    std::uint64_t const joint = options.joint.size() * Tally::max_joint_bins * Tally::max_joint_bins * 8;
    plan.tally_bytes = options.tally ? (threads + 1) * times * (sums + bins + joint) : 0;
    plan.snapshot_bytes = options.snapshots ? options.cells * times * outputs * 8 : 0;
    plan.disk_bytes =
        (options.tally ? times * (outputs * (13 * 8 + Tally::max_bins * 8) + pairs * 4 * 8 + joint) : 0) +
        plan.snapshot_bytes / 2;
    return plan;
}

Ensemble run_ensemble(Network const& network, EnsembleOptions const& options) {
    check(network, options);
    Device const device = resolve_device(options.device);
    unsigned threads =
        options.threads != 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
    threads = static_cast<unsigned>(std::min<std::uint64_t>(threads, options.cells));

    std::vector<std::pair<std::uint32_t, std::uint32_t>> joint;
    for (auto const& [a, b] : options.joint) joint.emplace_back(network.output(a), network.output(b));
    Ensemble result;
    result.times = options.times;
    result.outputs = network.outputs;
    result.joint = joint;
    result.tally = Tally{options.tally ? tally_layout(network, options, joint) : TallyLayout{}};
    result.cells = options.cells;
    result.first_cell = options.first_cell;
    result.seed = options.seed;
    result.threads = threads;
    result.device =
        fmt::format("cpu ({}, {} thread{})", device_name(device), threads, threads == 1 ? "" : "s");
    for (auto const& reaction : network.reactions) result.reactions.push_back(reaction.id);
    if (options.count_reactions) result.reaction_counts.resize(network.reactions.size());
    if (options.snapshots) {
        std::uint64_t const bytes = plan_memory(network, options).snapshot_bytes;
        try {
            result.snapshots.resize(bytes / sizeof(double));
        } catch (std::exception const&) {
            throw InputError(fmt::format(
                "snapshots of {} cells at {} times need {:.1f} GB of memory, which is not there; keep fewer "
                "times or cells",
                options.cells, options.times.size(), static_cast<double>(bytes) * 1e-9));
        }
    }

    Run run{network, network.tables->view(), options, device, result};
    auto const start = Clock::now();
    {
        ProgressWatch const watch{run};
        run_workers(run, threads);
    }
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (run.error) std::rethrow_exception(run.error);
    if (run.failure.failure != kernels::Failure::none)
        throw_failure(network, run.failure, options.max_events);
    if (options.stop != nullptr && options.stop->load()) throw Interrupted();
    for (std::uint64_t cell : options.trajectories)
        result.trajectories.push_back(trace(network, options, cell));
    return result;
}

}  // namespace fano
