// One thread's share of an ensemble: takes cells from the common feed, keeps a tally of its own.
#pragma once

#include <atomic>
#include <exception>
#include <mutex>

#include "backend/cpu.hpp"
#include "ensemble/cell_queue.hpp"
#include "fano/ensemble.hpp"
#include "model/tables.hpp"

namespace fano {

// What the workers of one run share.
struct Run {
    Network const& network;
    kernels::NetworkTable table;
    EnsembleOptions const& options;
    Device device;  // of the host
    Ensemble& result;
    CellQueue queue;
    StepTables steps{};
    std::atomic<std::uint64_t> done{0};
    std::atomic<bool> stop{false};
    std::mutex mutex{};  // guards result and failure
    kernels::FailureReport failure{};
    std::exception_ptr error{};  // what a worker threw

    bool stopped() const {
        return stop.load(std::memory_order_relaxed) ||
               (options.stop != nullptr && options.stop->load(std::memory_order_relaxed));
    }
    void warn(std::string const& text) {
        std::lock_guard const lock{mutex};
        result.warnings.push_back(text);
    }
    void fail(kernels::FailureReport const& report) {
        std::lock_guard const lock{mutex};
        if (failure.failure == kernels::Failure::none || failure.failure == kernels::Failure::stopped)
            failure = report;
        stop = true;
    }
    // The exception in flight.
    void fail_with_exception() {
        std::lock_guard const lock{mutex};
        error = std::current_exception();
        stop = true;
    }
};

// What one worker has made of its cells.
struct Share {
    explicit Share(Run const& run);
    // Adds it to run.result.
    void deliver(Run& run);

    Tally tally;
    std::uint64_t events = 0, fingerprint = 0;
    LeapHistory leaps;
    LangevinHistory langevin;
    std::vector<std::uint64_t> reaction_counts;  //!< [reaction], if asked for
};

TallyLayout tally_layout(Network const& network, EnsembleOptions const& options,
                         std::vector<std::pair<std::uint32_t, std::uint32_t>> const& joint);

// Runs cells until none is left, then adds what it kept to run.result.
void work(Run& run);

// One cell again, with all its changes.
Trajectory trace(Network const& network, EnsembleOptions const& options, std::uint64_t cell);

}  // namespace fano
