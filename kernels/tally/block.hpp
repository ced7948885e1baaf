// How one block of a grid works on a statistic, whoever runs it: threads of a GPU or a loop of the host.
//
// A statistic is a class over the type of the samples, made from its job and a block. All threads run clear(thread)
// if there is one, then all count(thread), then all drain(thread) if there is one.
#pragma once

#include "kernels/core/atomic.hpp"
#include "kernels/tally/samples.hpp"

namespace fano::kernels {

// x says which items (columns, pairs of columns, times) a block attends to, y which chunk of the cells.
struct Block {
    u32 x, y;
    u32 chunks;
    u32 threads;
    u64* shared;  // memory that the threads share
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

// A block's threads stand in rows with one thread an item, so that neighbours read neighbouring memory. The rows
// take turns at the cells of the chunk.
struct Team {
    u32 first;  // item
    u32 width;  // number of items
    u32 rows;

    FANO_FUNCTION Team(Block const& block, u32 first_item, u32 items)
        : first(first_item), width(items), rows(block.threads / items) {}
    // Of `items` in all, `width` a block.
    FANO_FUNCTION static Team of(Block const& block, u32 items, u32 width) {
        u32 const first = block.x * width;
        return {block, first, items - first < width ? items - first : width};
    }

    FANO_FUNCTION bool busy(u32 thread) const { return thread < rows * width; }
    FANO_FUNCTION u32 item(u32 thread) const { return first + thread % width; }
    FANO_FUNCTION CellRange cells(Block const& block, u32 count, u32 thread) const {
        u64 const chunk = u64{count / block.chunks} + 1, end = (block.y + 1) * chunk;
        return {block.y * chunk + thread / width, end < count ? end : count, rows};
    }
};

// Writes a thread's sums to the shared memory: [sum][thread].
template <u32 count>
FANO_FUNCTION void share_sums(Block const& block, u32 thread, u64 const (&sums)[count]) {
    FANO_UNROLL
    for (u32 i = 0; i < count; ++i) block.shared[i * block.threads + thread] = sums[i];
}

// Adds up what the rows shared and adds that to totals[sum][item], with `items` in all.
FANO_FUNCTION void drain_sums(Block const& block, Team const& team, u32 count, u64* totals, u32 items,
                              u32 thread) {
    for (u32 i = thread; i < count * team.width; i += block.threads) {
        u32 const sum = i / team.width, item = i % team.width;
        u64 total = 0;
        for (u32 row = 0; row < team.rows; ++row)
            total += block.shared[sum * block.threads + row * team.width + item];
        if (total != 0) atomic_add(&totals[u64{sum} * items + team.first + item], total);
    }
}

// everyone(phase) runs phase(thread) for all threads of the block, and waits for them.
template <class Statistic, class Everyone>
FANO_FUNCTION void run_phases(Statistic const& statistic, Everyone const& everyone) {
    if constexpr (requires { statistic.clear(0u); }) everyone([&](u32 thread) { statistic.clear(thread); });
    everyone([&](u32 thread) { statistic.count(thread); });
    if constexpr (requires { statistic.drain(0u); }) everyone([&](u32 thread) { statistic.drain(thread); });
}

template <template <class> class Statistic, class Job, class Everyone>
FANO_FUNCTION void run_statistic(Job const& job, Block const& block, Everyone const& everyone) {
    if (job.samples.whole) {
        run_phases(Statistic<u32>(job, block), everyone);
    } else {
        run_phases(Statistic<double>(job, block), everyone);
    }
}

FANO_KERNELS_END
