// Runs an ensemble: checks the options, starts the workers, watches over them, merges what they kept.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <map>
#include <optional>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <unistd.h>

#include "backend/gpus.hpp"
#include "ensemble/failure.hpp"
#include "ensemble/gpu_run.hpp"
#include "tau/choose_method.hpp"

namespace fano {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t most_cells = std::uint64_t{1} << 48;
constexpr unsigned most_threads = 256;

void check(Network const& network, EnsembleOptions const& options) {
    if (options.cells == 0)
        throw InputError("an ensemble needs at least one cell; ask for --cells 1 or more");
    if (options.cells > most_cells || options.first_cell > most_cells - options.cells)
        throw InputError("cells are numbered from 0 to 2^48 - 1; ask for cells in that range");
    for (std::uint64_t cell : options.trajectories)
        if (cell < options.first_cell || cell - options.first_cell >= options.cells)
            throw InputError(fmt::format("there is no cell {} to trace; this ensemble has the cells {} to {}",
                                         cell, options.first_cell, options.first_cell + options.cells - 1));
    if (options.threads > most_threads)
        throw InputError(fmt::format("an ensemble runs on at most {} threads", most_threads));
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
    unsigned const block = options.gpu_block_threads;
    if (block != 0 && (block < 32 || block > 128 || block % 32 != 0))
        throw InputError(fmt::format("a block of a GPU has 32, 64, 96 or 128 threads here, not {}", block));
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

unsigned thread_count(EnsembleOptions const& options) {
    unsigned const wanted =
        options.threads != 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
    return static_cast<unsigned>(std::min<std::uint64_t>(wanted, options.cells));
}

std::uint64_t whole_bytes(double bytes) { return static_cast<std::uint64_t>(std::min(bytes, 1.8e19)); }

// Refuses what cannot fit before anything is allocated: memory that is promised but not there ends the process.
void check_memory(MemoryPlan const& plan, EnsembleOptions const& options) {
    double const needed =
        static_cast<double>(plan.least_tally_bytes) + static_cast<double>(plan.snapshot_bytes);
    double const machine =
        static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
    if (needed < machine) return;
    throw InputError(
        fmt::format("{} cells at {} sample times need at least {:.3g} GB of memory and this machine has "
                    "{:.3g} GB; ask for fewer times{}",
                    options.cells, options.times.size(), needed * 1e-9, machine * 1e-9,
                    options.snapshots ? " or cells, or leave the snapshots out" : ""));
}

void run_workers(Run& run, unsigned threads) {
    if (threads == 1) return work(run);
    tbb::global_control const limit{tbb::global_control::max_allowed_parallelism, threads};
    tbb::task_arena arena{static_cast<int>(threads)};
    arena.execute([&] {
        tbb::parallel_for(
            0u, threads, [&](unsigned) { work(run); }, tbb::static_partitioner{});
    });
}

// A stream of a GPU keeps a tally, as a thread of the host does, and the sums of a batch beside it.
unsigned most_tallies(EnsembleOptions const& options, std::vector<Gpu> const& gpus) {
    std::size_t streams = 0;
    for (auto const& gpu : gpus) streams += gpu.streams.size();
    return 1 + std::max(thread_count(options), 2 * static_cast<unsigned>(streams));
}

MemoryPlan plan_memory(Network const& network, EnsembleOptions const& options, double shares) {
    // In doubles: the products can pass 2^64, and a plan needs no more than 16 digits.
    auto const times = static_cast<double>(options.times.size());
    auto const outputs = static_cast<double>(network.outputs.size());
    double const pairs = options.covariance ? outputs * (outputs - 1) / 2 : 0;
    double const joint =
        static_cast<double>(options.joint.size()) * Tally::max_joint_bins * Tally::max_joint_bins * 8;
    double const least = outputs * 512 + pairs * 160;  // of one time: a block of samples and the sums
    double const widest = least + outputs * Tally::max_bins * 8 + joint;
    double const snapshots = options.snapshots ? static_cast<double>(options.cells) * times * outputs * 8 : 0;
    double const tables = times * (outputs * (13 * 8 + 16384 * 8) + pairs * 32 + 4 * joint);
    MemoryPlan plan{};
    plan.least_tally_bytes = options.tally ? whole_bytes(shares * times * least) : 0;
    plan.tally_bytes = options.tally ? whole_bytes(shares * times * widest) : 0;
    plan.snapshot_bytes = whole_bytes(snapshots);
    plan.disk_bytes = whole_bytes((options.tally ? tables : 0) + snapshots / 2);
    return plan;
}

Ensemble prepare(Network const& network, EnsembleOptions const& options, MemoryPlan const& plan) {
    Ensemble result;
    for (auto const& [a, b] : options.joint) result.joint.emplace_back(network.output(a), network.output(b));
    result.times = options.times;
    result.outputs = network.outputs;
    result.tally = Tally{options.tally ? tally_layout(network, options, result.joint) : TallyLayout{}};
    result.cells = options.cells;
    result.first_cell = options.first_cell;
    result.seed = options.seed;
    result.method = options.method;
    bool const langevin = options.method == Method::langevin;
    if (options.method == Method::tau || (langevin && options.step == 0)) result.epsilon = options.epsilon;
    if (langevin) {
        result.step = options.step;
        result.scheme = options.scheme;
        result.langevin.few.resize(network.species.size());
        result.langevin.negative.resize(network.species.size());
    }
    for (auto const& reaction : network.reactions) result.reactions.push_back(reaction.id);
    if (options.count_reactions) result.reaction_counts.resize(network.reactions.size());
    if (options.snapshots) result.snapshots.resize(plan.snapshot_bytes / sizeof(double));
    return result;
}

// "gpu (NVIDIA H200, sm_90)", "gpu (2 of NVIDIA H200, sm_90)"
std::string describe(std::vector<Gpu> const& gpus) {
    std::map<std::string, int> kinds;
    for (auto const& gpu : gpus)
        ++kinds[fmt::format("{}, {}", gpu.streams.front()->name(), gpu.streams.front()->architecture())];
    std::string text;
    for (auto const& [kind, count] : kinds)
        text += fmt::format("{}{}{}", text.empty() ? "" : "; ", count > 1 ? fmt::format("{} of ", count) : "",
                            kind);
    return fmt::format("gpu ({})", text);
}

// The GPUs asked for. With Device::best none is as good as some; what went wrong on the way is then a warning,
// unless there simply is no GPU.
std::vector<Gpu> choose_gpus(Network const& network, EnsembleOptions const& options,
                             std::vector<std::string>& warnings) {
    std::vector<Gpu> gpus;
    if (options.device != Device::gpu && options.device != Device::best) return gpus;
    // Each stands many times in the text, which takes NVRTC half a minute then.
    constexpr std::size_t most_reactions_of_steps = 32;
    if (options.method != Method::exact && network.reactions.size() > most_reactions_of_steps) {
        if (options.device == Device::best) return gpus;
        throw BackendError(fmt::format(
            "{} has {} reactions, and --method {} on a GPU takes {} at most; leave --device out, or use "
            "--method exact",
            network.file, network.reactions.size(), method_name(options.method), most_reactions_of_steps));
    }
    GpuSurvey const survey = survey_gpus();
    if (survey.gpus.empty() && options.device == Device::best) return gpus;
    if (survey.gpus.empty()) throw BackendError(survey.why_none);
    std::vector<int> wanted = options.gpus;
    if (wanted.empty())
        for (auto const& gpu : survey.gpus) wanted.push_back(gpu.index);
    try {
        for (int index : wanted) {
            Gpu gpu;
            for (int i = 0; i < streams_a_gpu; ++i) gpu.streams.push_back(open_gpu(index));
            gpus.push_back(std::move(gpu));
        }
    } catch (BackendError const& error) {
        if (options.device == Device::gpu) throw;
        warnings.push_back(fmt::format("running on the processor instead of a GPU: {}", error.what()));
        gpus.clear();
    }
    return gpus;
}

}  // namespace

std::string method_name(Method method) {
    switch (method) {
        case Method::tau:
            return "tau";
        case Method::langevin:
            return "cle";
        case Method::automatic:
            return "auto";
        case Method::lattice:
            return "lattice";
        case Method::subvolume:
            return "next_subvolume";
        default:
            return "exact";
    }
}

Method parse_method(std::string const& text) {
    for (Method method : {Method::exact, Method::tau, Method::langevin, Method::automatic})
        if (text == method_name(method)) return method;
    throw InputError(fmt::format("--method {} is not known; use exact, tau, cle or auto", text));
}

std::string scheme_name(LangevinScheme scheme) {
    return scheme == LangevinScheme::euler ? "euler" : "trapezoidal";
}

LangevinScheme parse_scheme(std::string const& text) {
    for (auto scheme : {LangevinScheme::trapezoidal, LangevinScheme::euler})
        if (text == scheme_name(scheme)) return scheme;
    throw InputError(fmt::format("--scheme {} is not known; use trapezoidal or euler", text));
}

MemoryPlan plan_memory(Network const& network, EnsembleOptions const& options) {
    check(network, options);
    return plan_memory(network, options, most_tallies(options, {}));
}

Ensemble run_ensemble_on(Network const& network, EnsembleOptions const& options, std::vector<Gpu> gpus) {
    check(network, options);
    MemoryPlan const plan = plan_memory(network, options, most_tallies(options, gpus));
    check_memory(plan, options);
    Device const device = resolve_device(options.device);
    unsigned const threads = thread_count(options);
    Ensemble result = prepare(network, options, plan);
    result.threads = threads;
    std::string const cpu =
        fmt::format("cpu ({}, {} thread{})", device_name(device), threads, threads == 1 ? "" : "s");
    result.device = gpus.empty() ? cpu : describe(gpus);

    Run run{network, network.tables->view(), options, device, result, CellQueue{options.cells}};
    run.steps = StepTables{network, options};
    auto const start = Clock::now();
    {
        ProgressWatch const watch{run};
        if (!gpus.empty()) {
            try {
                run_on_gpus(run, gpus);
            } catch (BackendError const& error) {
                if (options.device == Device::gpu) throw;
                run.warn(error.what());
            }
        }
        if (!run.stopped() && run.queue.left() > 0) {
            if (result.device != cpu) {
                run.warn(fmt::format("{} cells ran on the processor instead", run.queue.left()));
                result.device = run.queue.left() == options.cells ? cpu : result.device + " and " + cpu;
            }
            run_workers(run, threads);
        }
    }
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (run.error) std::rethrow_exception(run.error);
    if (run.failure.failure != kernels::Failure::none)
        throw_failure(network, run.failure, options.max_events);
    if (options.stop != nullptr && options.stop->load()) throw Interrupted();
    // The same cells again, on the host: the bits are the same.
    std::set<std::uint64_t> const traced(options.trajectories.begin(), options.trajectories.end());
    for (std::uint64_t cell : traced) result.trajectories.push_back(trace(network, options, cell));
    return result;
}

Ensemble run_ensemble(Network const& network, EnsembleOptions const& options) {
    check(network, options);  // before a GPU is looked for
    EnsembleOptions chosen = options;
    std::string why_method;
    if (options.method == Method::automatic) {
        bool const on_gpus =
            options.device == Device::gpu || (options.device == Device::best && !survey_gpus().gpus.empty());
        auto const choice =
            on_gpus ? MethodChoice{Method::exact, "what leaps save on a GPU has not been measured"}
                    : choose_method(network, options);
        chosen.method = choice.method;
        why_method = choice.why;
    }
    std::vector<std::string> warnings;
    constexpr double largest_measured_epsilon = 0.3;
    if (chosen.method == Method::tau && chosen.epsilon > largest_measured_epsilon)
        warnings.push_back(fmt::format("--epsilon {} is coarse; errors were measured up to {}",
                                       chosen.epsilon, largest_measured_epsilon));
    std::vector<Gpu> gpus = choose_gpus(network, chosen, warnings);
    bool const real = chosen.method == Method::langevin;
    Ensemble result = run_ensemble_on(real ? with_real_outputs(network) : network, chosen, std::move(gpus));
    if (real) {
        if (auto warning = long_step_warning(network, chosen.step); !warning.empty())
            warnings.push_back(std::move(warning));
        for (auto& warning : langevin_warnings(network, result)) warnings.push_back(std::move(warning));
    }
    result.warnings.insert(result.warnings.begin(), warnings.begin(), warnings.end());
    result.why_method = why_method;
    return result;
}

}  // namespace fano
