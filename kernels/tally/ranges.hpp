// The smallest and the largest number of every column, and the first cell with a value that cannot be tallied.
#pragma once

#include "kernels/tally/block.hpp"

namespace fano::kernels {

struct RangesJob {
    static constexpr u32 most_threads = 256;  // a block
    Samples samples;
    u32 width;            // columns a block
    ColumnRange* ranges;  //!< [column], to be widened
    i64* first_unusable;  // cell, to be lowered
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

// Shared: the range of each thread.
template <class Value>
class RangesBlock {
public:
    FANO_FUNCTION RangesBlock(RangesJob const& job, Block const& block)
        : job_(job), block_(block), team_(Team::of(block, job.samples.columns, job.width)) {}

    FANO_FUNCTION void count(u32 thread) const {
        if (!team_.busy(thread)) return;
        using Whole = typename Quantise<Value>::Whole;
        struct Sample {
            Value value;
            i64 cell;
        };
        u32 const item = team_.item(thread);
        Column<Value> const column(job_.samples, item);
        Quantise<Value> const quantise(job_.samples, item);
        CellRange const cells = team_.cells(block_, job_.samples.cells, thread);
        ColumnRange* const range = shared() + thread;
        *range = {never, -never};
        if (cells.first >= cells.last) return;
        i64 unusable = never;
        Whole low = quantise(column[cells.first]), high = low;
        for_each_cell<32 / sizeof(Value)>(
            cells,
            [&](u64 cell) {
                return Sample{column[cell], static_cast<i64>(cell)};
            },
            [&](Sample const& sample) {
                Whole const number = quantise(sample.value);
                low = number < low ? number : low;
                high = number > high ? number : high;
                if (!quantise.usable(sample.value))
                    unusable = sample.cell < unusable ? sample.cell : unusable;
            });
        *range = {static_cast<i64>(low), static_cast<i64>(high)};
        if (unusable != never) atomic_minimum(job_.first_unusable, unusable);
    }

    FANO_FUNCTION void drain(u32 thread) const {
        if (thread >= team_.width) return;
        ColumnRange all = shared()[thread];
        for (u32 row = 1; row < team_.rows; ++row) {
            ColumnRange const range = shared()[row * team_.width + thread];
            all.low = range.low < all.low ? range.low : all.low;
            all.high = range.high > all.high ? range.high : all.high;
        }
        atomic_minimum(&job_.ranges[team_.item(thread)].low, all.low);
        atomic_maximum(&job_.ranges[team_.item(thread)].high, all.high);
    }

private:
    static constexpr i64 never = 0x7fffffffffffffff;
    FANO_FUNCTION ColumnRange* shared() const { return reinterpret_cast<ColumnRange*>(block_.shared); }

    RangesJob const& job_;
    Block const& block_;
    Team team_;
};

template <class Everyone>
FANO_FUNCTION void run_block(RangesJob const& job, Block const& block, Everyone const& everyone) {
    run_statistic<RangesBlock>(job, block, everyone);
}

FANO_KERNELS_END
