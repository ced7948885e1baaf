// One thread's share of an ensemble: takes cells from the common feed, keeps a tally of its own.
#pragma once

#include <atomic>
#include <exception>
#include <mutex>

#include "backend/cpu.hpp"
#include "fano/ensemble.hpp"
#include "model/tables.hpp"

namespace fano {

// What the workers of one run share.
struct Run {
    Network const& network;
    kernels::NetworkTable table;
    EnsembleOptions const& options;
    Device device;
    Ensemble& result;
    std::atomic<std::uint64_t> next_cell{0};
    std::atomic<std::uint64_t> done{0};
    std::atomic<bool> stop{false};
    std::mutex mutex{};  // guards result and failure
    kernels::FailureReport failure{};
    std::exception_ptr error{};  // what a worker threw
};

TallyLayout tally_layout(Network const& network, EnsembleOptions const& options,
                         std::vector<std::pair<std::uint32_t, std::uint32_t>> const& joint);

// Runs cells until none is left, then adds what it kept to run.result.
void work(Run& run);

// One cell again, with all its changes.
Trajectory trace(Network const& network, EnsembleOptions const& options, std::uint64_t cell);

}  // namespace fano
