// Histograms of columns. Blocks count in shared memory and add what they counted to the bins of all.
#pragma once

#include "kernels/tally/block.hpp"

namespace fano::kernels {

// The bins of one column: bin i holds the numbers v with v >> shift == low + i.
struct HistogramWindow {
    i64 low;
    u64 first_bin;
    u32 shift;
    u32 column;
};

// Consecutive windows whose bins fit in shared memory together.
struct HistogramTile {
    u64 first_bin;
    u32 bins;
    u32 first_window;
    u32 windows;  // no more than a block has threads
};

struct HistogramsJob {
    static constexpr u32 most_threads = 256;  // a block
    Samples samples;
    HistogramWindow const* windows;
    HistogramTile const* tiles;  //!< one for each block in x
    u64* bins;
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

// Shared: the bins of the tile, in 32 bits; a chunk has fewer than 2^32 cells.
template <class Value>
class HistogramsBlock {
public:
    FANO_FUNCTION HistogramsBlock(HistogramsJob const& job, Block const& block)
        : job_(job),
          block_(block),
          tile_(job.tiles[block.x]),
          team_(block, tile_.first_window, tile_.windows) {}

    FANO_FUNCTION void clear(u32 thread) const {
        for (u32 bin = thread; bin < tile_.bins; bin += block_.threads) shared()[bin] = 0;
    }

    FANO_FUNCTION void count(u32 thread) const {
        if (!team_.busy(thread)) return;
        using Whole = typename Quantise<Value>::Whole;
        HistogramWindow const window = job_.windows[team_.item(thread)];
        Column<Value> const column(job_.samples, window.column);
        Quantise<Value> const quantise(job_.samples, window.column);
        Whole const low = static_cast<Whole>(window.low);
        u32* const bins = shared() + (window.first_bin - tile_.first_bin);
        for_each_cell<32 / sizeof(Value)>(
            team_.cells(block_, job_.samples.cells, thread), [&](u64 cell) { return column[cell]; },
            [&](Value value) {
                atomic_add(&bins[static_cast<u32>((quantise(value) >> window.shift) - low)], 1u);
            });
    }

    FANO_FUNCTION void drain(u32 thread) const {
        for (u32 bin = thread; bin < tile_.bins; bin += block_.threads) {
            if (shared()[bin] != 0) atomic_add(&job_.bins[tile_.first_bin + bin], u64{shared()[bin]});
        }
    }

private:
    FANO_FUNCTION u32* shared() const { return reinterpret_cast<u32*>(block_.shared); }

    HistogramsJob const& job_;
    Block const& block_;
    HistogramTile tile_;
    Team team_;
};

template <class Everyone>
FANO_FUNCTION void run_block(HistogramsJob const& job, Block const& block, Everyone const& everyone) {
    run_statistic<HistogramsBlock>(job, block, everyone);
}

FANO_KERNELS_END
