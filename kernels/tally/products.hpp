// Sums over cells of x y, x^2 y, x y^2 and x^2 y^2 for pairs of columns, x and y less the column's smallest number.
#pragma once

#include "kernels/tally/block.hpp"
#include "kernels/tally/limbs.hpp"

namespace fano::kernels {

struct ColumnPair {
    u32 first, second;
};

struct ProductsJob {
    static constexpr u32 most_threads = 128;  // a block
    Samples samples;
    ColumnRange const* ranges;  //!< [column]
    ColumnPair const* pairs;
    u32 count;  // of pairs
    u32 width;  // pairs a block
    u32 plain;  // every sum stays below 2^64
    u64* sums;  //!< [limb of each product in turn][pair]
};

// How many limbs each of the four products has, and all of them.
struct ProductLimbs {
    u32 xy, xxy, xyy, xxyy;
    u32 all;
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

FANO_FUNCTION constexpr ProductLimbs product_limbs(bool plain) {
    u32 const two = limb_count(plain, 2), three = limb_count(plain, 3), four = limb_count(plain, 4);
    return {two, three, three, four, two + three + three + four};
}

// Shared: the sums of each thread.
template <class Value, bool plain>
class ProductsBlock {
public:
    FANO_FUNCTION ProductsBlock(ProductsJob const& job, Block const& block)
        : job_(job), block_(block), team_(Team::of(block, job.count, job.width)) {}

    FANO_FUNCTION void count(u32 thread) const {
        if (!team_.busy(thread)) return;
        using Whole = typename Quantise<Value>::Whole;
        struct Sample {
            Value x, y;
        };
        ColumnPair const pair = job_.pairs[team_.item(thread)];
        Column<Value> const first(job_.samples, pair.first), second(job_.samples, pair.second);
        Quantise<Value> const quantise_x(job_.samples, pair.first), quantise_y(job_.samples, pair.second);
        Whole const low_x = static_cast<Whole>(job_.ranges[pair.first].low);
        Whole const low_y = static_cast<Whole>(job_.ranges[pair.second].low);
        u64 sums[limbs.all] = {};
        for_each_cell<plain ? 4 : 1>(
            team_.cells(block_, job_.samples.cells, thread),
            [&](u64 cell) {
                return Sample{first[cell], second[cell]};
            },
            [&](Sample const& sample) {
                u64 const x = static_cast<u64>(quantise_x(sample.x) - low_x);
                u64 const y = static_cast<u64>(quantise_y(sample.y) - low_y);
                auto const xy = multiply<limbs.xy>(limbs_of<limb_count(plain, 2)>(x), y);
                auto const xxy = multiply<limbs.xxy>(xy, x), xyy = multiply<limbs.xyy>(xy, y);
                add_limbs(sums, xy);
                add_limbs(sums + limbs.xy, xxy);
                add_limbs(sums + limbs.xy + limbs.xxy, xyy);
                add_limbs(sums + limbs.xy + limbs.xxy + limbs.xyy, multiply<limbs.xxyy>(xxy, y));
            });
        share_sums(block_, thread, sums);
    }

    FANO_FUNCTION void drain(u32 thread) const {
        drain_sums(block_, team_, limbs.all, job_.sums, job_.count, thread);
    }

private:
    static constexpr ProductLimbs limbs = product_limbs(plain);

    ProductsJob const& job_;
    Block const& block_;
    Team team_;
};

template <class Value>
using PlainProductsBlock = ProductsBlock<Value, true>;
template <class Value>
using WideProductsBlock = ProductsBlock<Value, false>;

template <class Everyone>
FANO_FUNCTION void run_block(ProductsJob const& job, Block const& block, Everyone const& everyone) {
    if (job.plain) {
        run_statistic<PlainProductsBlock>(job, block, everyone);
    } else {
        run_statistic<WideProductsBlock>(job, block, everyone);
    }
}

FANO_KERNELS_END
