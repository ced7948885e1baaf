// Sums over cells of x, x^2, ... x^6 for columns, x less the column's smallest number. Needed where bins are wider
// than one number; there sixth powers exceed what 64 bits can sum, so that all are summed as limbs.
#pragma once

#include "kernels/tally/block.hpp"
#include "kernels/tally/limbs.hpp"

namespace fano::kernels {

struct PowersJob {
    static constexpr u32 most_threads = 128;  // a block
    Samples samples;
    ColumnRange const* ranges;  //!< [column]
    u32 const* columns;
    u32 count;  // of columns
    u32 width;  // columns a block
    u64* sums;  //!< [limb of each power in turn][column]
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

inline constexpr u32 power_count = 6;

FANO_FUNCTION constexpr u32 power_limbs(u32 power) { return limb_count(false, power); }
FANO_FUNCTION constexpr u32 all_power_limbs() {
    u32 all = 0;
    for (u32 power = 1; power <= power_count; ++power) all += power_limbs(power);
    return all;
}

// Adds x^power and all higher ones.
template <u32 power>
FANO_FUNCTION void add_powers(u64* sums, Limbs<power_limbs(power)> const& raised, u64 x) {
    add_limbs(sums, raised);
    if constexpr (power < power_count)
        add_powers<power + 1>(sums + power_limbs(power), multiply<power_limbs(power + 1)>(raised, x), x);
}

// Shared: the sums of each thread.
template <class Value>
class PowersBlock {
public:
    FANO_FUNCTION PowersBlock(PowersJob const& job, Block const& block)
        : job_(job), block_(block), team_(Team::of(block, job.count, job.width)) {}

    FANO_FUNCTION void count(u32 thread) const {
        if (!team_.busy(thread)) return;
        using Whole = typename Quantise<Value>::Whole;
        u32 const index = job_.columns[team_.item(thread)];
        Column<Value> const column(job_.samples, index);
        Quantise<Value> const quantise(job_.samples, index);
        Whole const low = static_cast<Whole>(job_.ranges[index].low);
        u64 sums[all_power_limbs()] = {};
        for_each_cell<1>(
            team_.cells(block_, job_.samples.cells, thread), [&](u64 cell) { return column[cell]; },
            [&](Value value) {
                u64 const x = static_cast<u64>(quantise(value) - low);
                add_powers<1>(sums, limbs_of<power_limbs(1)>(x), x);
            });
        share_sums(block_, thread, sums);
    }

    FANO_FUNCTION void drain(u32 thread) const {
        drain_sums(block_, team_, all_power_limbs(), job_.sums, job_.count, thread);
    }

private:
    PowersJob const& job_;
    Block const& block_;
    Team team_;
};

template <class Everyone>
FANO_FUNCTION void run_block(PowersJob const& job, Block const& block, Everyone const& everyone) {
    run_statistic<PowersBlock>(job, block, everyone);
}

FANO_KERNELS_END
