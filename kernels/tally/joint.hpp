// Histograms of pairs of columns, counted directly in the bins of all.
#pragma once

#include "kernels/tally/block.hpp"

namespace fano::kernels {

// Row by row of the first column; bin i along an axis holds the numbers v with v >> shift == low + i.
struct JointWindow {
    u64 first_bin;
    i64 low[2];
    u32 shift[2];
    u32 column[2];
    u32 row_size;  // bins of the second column
};

struct JointJob {
    static constexpr u32 most_threads = 256;  // a block
    Samples samples;
    JointWindow const* windows;
    u32 count;  // of windows
    u32 width;  // windows a block
    u64* bins;
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

template <class Value>
class JointBlock {
public:
    FANO_FUNCTION JointBlock(JointJob const& job, Block const& block)
        : job_(job), block_(block), team_(Team::of(block, job.count, job.width)) {}

    FANO_FUNCTION void count(u32 thread) const {
        if (!team_.busy(thread)) return;
        using Whole = typename Quantise<Value>::Whole;
        struct Sample {
            Value x, y;
        };
        JointWindow const window = job_.windows[team_.item(thread)];
        Column<Value> const first(job_.samples, window.column[0]), second(job_.samples, window.column[1]);
        Quantise<Value> const quantise_x(job_.samples, window.column[0]);
        Quantise<Value> const quantise_y(job_.samples, window.column[1]);
        Whole const low_x = static_cast<Whole>(window.low[0]), low_y = static_cast<Whole>(window.low[1]);
        u64* const bins = job_.bins + window.first_bin;
        for_each_cell<4>(
            team_.cells(block_, job_.samples.cells, thread),
            [&](u64 cell) {
                return Sample{first[cell], second[cell]};
            },
            [&](Sample const& sample) {
                u32 const row = static_cast<u32>((quantise_x(sample.x) >> window.shift[0]) - low_x);
                u32 const bin = static_cast<u32>((quantise_y(sample.y) >> window.shift[1]) - low_y);
                atomic_add(&bins[row * window.row_size + bin], u64{1});
            });
    }

private:
    JointJob const& job_;
    Block const& block_;
    Team team_;
};

template <class Everyone>
FANO_FUNCTION void run_block(JointJob const& job, Block const& block, Everyone const& everyone) {
    run_statistic<JointBlock>(job, block, everyone);
}

FANO_KERNELS_END
