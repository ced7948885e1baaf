#include "ensemble/gpu_run.hpp"

#include <map>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "emit/emit_network.hpp"
#include "ensemble/gpu_worker.hpp"

namespace fano {

namespace {

// Part of the free memory that is left to the driver and to others.
constexpr double left_alone = 0.1;

void load_kernel(Run const& run, std::vector<Gpu>& gpus) {
    if (run.table.large) return;  // compiled ahead
    std::string const text = emit_network(run.network, {run.options.count_reactions, &run.steps});
    std::map<std::string, std::vector<char>> code;  // by architecture
    for (auto& gpu : gpus) {
        for (auto& stream : gpu.streams) {
            auto& machine_code = code[stream->architecture()];
            if (machine_code.empty()) machine_code = stream->compile(text, [&run] { return run.stopped(); });
            stream->load(machine_code, "fano_cells");
        }
    }
}

// A thread of the host for each stream of a GPU. Returns why the GPU failed, or nothing.
std::string run_on_gpu(Run& run, Gpu& gpu) {
    std::mutex mutex;
    std::string why;
    auto const run_stream = [&](Accelerator& device, BatchPlan const& plan) {
        try {
            GpuWorker worker{run, device, plan};
            try {
                worker.work();
            } catch (DeviceError const& error) {
                std::lock_guard const lock{mutex};
                why = error.what();
            }
            worker.deliver();
        } catch (DeviceError const& error) {
            std::lock_guard const lock{mutex};
            why = error.what();
        } catch (...) {
            run.fail_with_exception();
        }
    };
    try {
        auto const free = static_cast<double>(gpu.streams.front()->memory().free);
        auto const budget =
            static_cast<std::size_t>(free * (1 - left_alone) / static_cast<double>(gpu.streams.size()));
        BatchPlan const plan = plan_batches(run, *gpu.streams.front(), budget);
        std::vector<std::jthread> threads;
        for (auto& stream : gpu.streams) threads.emplace_back(run_stream, std::ref(*stream), std::cref(plan));
    } catch (DeviceError const& error) {
        return error.what();
    } catch (...) {
        run.fail_with_exception();
    }
    return why;
}

}  // namespace

void run_on_gpus(Run& run, std::vector<Gpu>& gpus) {
    load_kernel(run, gpus);
    // When a GPU fails after the others have ended, its cells are still there: the others go on.
    while (!gpus.empty() && run.queue.left() > 0 && !run.stopped()) {
        std::vector<std::string> why(gpus.size());
        {
            std::vector<std::jthread> threads;
            for (std::size_t i = 0; i < gpus.size(); ++i)
                threads.emplace_back(
                    [&run, &gpu = gpus[i], &reason = why[i]] { reason = run_on_gpu(run, gpu); });
        }
        for (std::size_t i = gpus.size(); i-- > 0;) {
            if (why[i].empty()) continue;
            run.warn(fmt::format("{} left the run: {}", gpus[i].streams.front()->name(), why[i]));
            gpus.erase(gpus.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
}

}  // namespace fano
