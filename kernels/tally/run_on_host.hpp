// Runs a grid of a statistic on the host, block after block: how its kernel is tested where there is no GPU.
#pragma once

#include "kernels/tally/block.hpp"

FANO_KERNELS_BEGIN

// All threads of a block, one after the other.
struct EveryThread {
    u32 threads;
    template <class Phase>
    FANO_FUNCTION void operator()(Phase const& phase) const {
        for (u32 thread = 0; thread < threads; ++thread) phase(thread);
    }
};

template <class Job>
FANO_ROUTINE void run_on_host(Job const& job, u32 blocks, u32 chunks, u32 threads, u64* shared) {
    for (u32 y = 0; y < chunks; ++y) {
        for (u32 x = 0; x < blocks; ++x)
            run_block(job, Block{x, y, chunks, threads, shared}, EveryThread{threads});
    }
}

FANO_KERNELS_END
