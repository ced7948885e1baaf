// A number for all samples of all cells: the wrapping sum of a number for each row (the outputs of one cell at
// one time), so that it does not depend on the order in which cells ran.
#pragma once

#include "kernels/tally/block.hpp"

namespace fano::kernels {

struct FingerprintJob {
    static constexpr u32 most_threads = 256;  // a block
    Samples samples;
    u64 first_cell;
    u32 width;  // times a block
    u64* sum;   // to be added to
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

// What a cell and its outputs add, at whatever time; adding 0.0 makes one zero of the two.
template <class Value>
FANO_FUNCTION u64 fingerprint_state(u64 cell, Value const* outputs, u32 count) {
    u64 state = cell * 0x9e3779b97f4a7c15u;
    for (u32 i = 0; i < count; ++i)
        state += bits(static_cast<double>(outputs[i]) + 0.0) * (0xc2b2ae3d27d4eb4fu + 2 * i);
    return state;
}
FANO_FUNCTION u64 scrambled(u64 x) {
    x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93u;
    return x ^ (x >> 32);
}
// The number of the row at the time of this index.
FANO_FUNCTION u64 fingerprint_at(u64 state, u64 time) {
    return scrambled(state + (time + 1) * 0x94d049bb133111ebu);
}

// Items are times. Shared: the sum of each thread.
template <class Value>
class FingerprintBlock {
public:
    FANO_FUNCTION FingerprintBlock(FingerprintJob const& job, Block const& block)
        : job_(job),
          block_(block),
          team_(Team::of(block, job.samples.columns / job.samples.outputs, job.width)) {}

    FANO_FUNCTION void count(u32 thread) const {
        u64 sum = 0;
        if (team_.busy(thread)) {
            Samples const& samples = job_.samples;
            u32 const time = team_.item(thread);
            CellRange const cells = team_.cells(block_, samples.cells, thread);
            Value const* const row = static_cast<Value const*>(samples.values) + u64{time} * samples.outputs;
            for (u64 cell = cells.first; cell < cells.last; cell += cells.step) {
                sum += fingerprint_at(
                    fingerprint_state(job_.first_cell + cell, row + cell * samples.columns, samples.outputs),
                    time);
            }
        }
        block_.shared[thread] = sum;
    }

    FANO_FUNCTION void drain(u32 thread) const {
        if (thread != 0) return;
        u64 sum = 0;
        for (u32 i = 0; i < block_.threads; ++i) sum += block_.shared[i];
        atomic_add(job_.sum, sum);
    }

private:
    FingerprintJob const& job_;
    Block const& block_;
    Team team_;
};

template <class Everyone>
FANO_FUNCTION void run_block(FingerprintJob const& job, Block const& block, Everyone const& everyone) {
    run_statistic<FingerprintBlock>(job, block, everyone);
}

FANO_KERNELS_END
