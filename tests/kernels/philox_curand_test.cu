// fano's Philox4x32-10 against cuRAND's, compiled for the host: cuRAND marks its functions with QUALIFIERS,
// which lets them run here. Shows what a seed, a cell, a purpose and a draw are in cuRAND's terms.
#include <cstdint>
#include <random>

#include <gtest/gtest.h>

#include "kernels/core/stream.hpp"

#define QUALIFIERS static inline __host__ __device__
#include <curand_kernel.h>

namespace {

// One by one: the whole namespace would bring its sqrt and log before the eyes of CUDA's own headers.
using fano::kernels::draw_block;
using fano::kernels::philox;
using fano::kernels::PhiloxBlock;
using fano::kernels::Purpose;
using fano::kernels::u32;
using fano::kernels::u64;

void expect_equal(PhiloxBlock<u64> const& ours, uint4 theirs) {
    ASSERT_EQ(static_cast<u32>(ours.w[0]), theirs.x);
    ASSERT_EQ(static_cast<u32>(ours.w[1]), theirs.y);
    ASSERT_EQ(static_cast<u32>(ours.w[2]), theirs.z);
    ASSERT_EQ(static_cast<u32>(ours.w[3]), theirs.w);
}

// A draw is the block of four words at curand_init(seed, cell, 4 * (purpose * 2^56 + draw)): the cell is
// cuRAND's subsequence, and its offset counts words. It has 64 bits, so this holds for the first 64 purposes.
curandStatePhilox4_32_10_t state_of(u64 seed, u64 cell, u64 purpose, u64 draw) {
    curandStatePhilox4_32_10_t state;
    curand_init(seed, cell, 4 * ((purpose << 56) + draw), &state);
    return state;
}

TEST(PhiloxOfCurand, GivesThePublishedWords) {
    struct KnownAnswer {
        uint4 counter;
        u64 key;
        uint4 words;
    };
    // Random123 1.14.0, tests/kat_vectors, philox4x32 with 10 rounds.
    KnownAnswer const known_answers[] = {
        {{0, 0, 0, 0}, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         0xffffffffffffffff,
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         0x299f31d0a4093822,
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (auto const& known : known_answers) {
        uint4 const c = known.counter;
        uint2 const key{static_cast<u32>(known.key), static_cast<u32>(known.key >> 32)};
        auto const ours = philox(PhiloxBlock<u64>{{c.x, c.y, c.z, c.w}}, known.key);
        expect_equal(ours, known.words);
        expect_equal(ours, curand_Philox4x32_10(c, key));
    }
}

TEST(PhiloxOfCurand, GivesTheWordsOfAnyCounterAndKey) {
    std::mt19937_64 next(20262);
    auto const word = [&] { return static_cast<u32>(next()); };
    for (int i = 0; i < 100'000; ++i) {
        uint4 const c{word(), word(), word(), word()};
        uint2 const key{word(), word()};
        expect_equal(philox(PhiloxBlock<u64>{{c.x, c.y, c.z, c.w}}, u64{key.y} << 32 | key.x),
                     curand_Philox4x32_10(c, key));
        if (HasFatalFailure()) return;
    }
}

TEST(PhiloxOfCurand, GivesTheBlocksOfAStream) {
    std::mt19937_64 next(20263);
    for (int i = 0; i < 100'000; ++i) {
        u64 const seed = next(), cell = next(), draw = next() >> 8, purpose = next() % 64;
        auto state = state_of(seed, cell, purpose, draw);
        expect_equal(draw_block<u64>(seed, cell, static_cast<Purpose>(purpose), draw), curand4(&state));
        if (HasFatalFailure()) return;
    }
}

TEST(PhiloxOfCurand, WalksThroughTheDrawsOfACell) {
    for (Purpose const purpose : {Purpose::reaction, Purpose::birth, Purpose::event_order}) {
        // The low half of the draw overflows on the way.
        u64 const seed = 20264, cell = 0x1'0000'0007, first = 0xffff'ff00;
        auto state = state_of(seed, cell, static_cast<u64>(purpose), first);
        for (u64 draw = first; draw < first + 512; ++draw)
            expect_equal(draw_block<u64>(seed, cell, purpose, draw), curand4(&state));
    }
}

TEST(PhiloxOfCurand, TakesTheWordsOfABlockInOrder) {
    auto const block = draw_block<u64>(1, 2, Purpose::birth, 3);
    auto state = state_of(1, 2, static_cast<u64>(Purpose::birth), 3);
    for (u64 const ours : block.w) EXPECT_EQ(static_cast<u32>(ours), curand(&state));
}

}  // namespace
