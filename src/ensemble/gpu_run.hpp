// Runs an ensemble's cells on GPUs, in batches: simulate, tally where the samples lie, merge on the host.
#pragma once

#include <memory>
#include <vector>

#include "backend/accelerator.hpp"
#include "ensemble/worker.hpp"

namespace fano {

// One GPU. Each of its streams works on a batch of its own, so that one can simulate while another's results
// are on their way.
struct Gpu {
    std::vector<std::unique_ptr<Accelerator>> streams;
};

inline constexpr int streams_a_gpu = 2;

// Runs cells from run.queue until none is left or no GPU works any more; what failed is a warning of the run, and
// the cells of a GPU that failed go back to the queue. Throws BackendError if the network's kernel cannot be had.
void run_on_gpus(Run& run, std::vector<Gpu>& gpus);

// run_ensemble on these GPUs; on the host if there are none, or when they all fail.
Ensemble run_ensemble_on(Network const& network, EnsembleOptions const& options, std::vector<Gpu> gpus);

}  // namespace fano
