// Philox against the published known-answer vectors, and the uniforms made of its words.
#include <array>

#include <gtest/gtest.h>

#include "kernels/core/lane_vector.hpp"
#include "kernels/core/stream.hpp"

namespace {

using namespace fano::kernels;

struct KnownAnswer {
    std::array<u32, 4> counter;
    u64 key;
    std::array<u32, 4> words;
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

TEST(Philox, GivesThePublishedWords) {
    for (auto const& known : known_answers) {
        PhiloxBlock<u64> counter{};
        for (int i = 0; i < 4; ++i) counter.w[i] = known.counter[static_cast<std::size_t>(i)];
        auto const block = philox(counter, known.key);
        for (int i = 0; i < 4; ++i)
            EXPECT_EQ(static_cast<u32>(block.w[i]), known.words[static_cast<std::size_t>(i)]);
    }
}

TEST(Philox, GivesTheSameWordsInEveryLane) {
    BlockWord cell, draw;
    for (u32 lane = 0; lane < BlockLane::width; ++lane) {
        set(cell, lane, u64{0x123456789} * (lane + 1));
        set(draw, lane, (u64{1} << 33) + lane);
    }
    auto const block = draw_block<BlockWord>(0x9876543210u, cell, Purpose::birth, draw);
    auto const value = uniform<BlockReal>(block.w[2], block.w[3]);
    for (u32 lane = 0; lane < BlockLane::width; ++lane) {
        auto const one = draw_block<u64>(0x9876543210u, get(cell, lane), Purpose::birth, get(draw, lane));
        for (int i = 0; i < 4; ++i)
            EXPECT_EQ(static_cast<u32>(get(block.w[i], lane)), static_cast<u32>(one.w[i]));
        EXPECT_EQ(get(value, lane), uniform<double>(one.w[2], one.w[3]));
    }
}

TEST(Philox, PurposesAndHighWordsChangeTheNumbers) {
    auto first = [](u64 seed, u64 cell, Purpose purpose, u64 draw) {
        return static_cast<u32>(draw_block<u64>(seed, cell, purpose, draw).w[0]);
    };
    u32 const base = first(1, 2, Purpose::reaction, 3);
    EXPECT_NE(base, first(1, 2, Purpose::birth, 3));
    EXPECT_NE(base, first(1, 2 + (u64{1} << 32), Purpose::reaction, 3));
    EXPECT_NE(base, first(1, 2, Purpose::reaction, 3 + (u64{1} << 32)));
    EXPECT_NE(base, first(1 + (u64{1} << 32), 2, Purpose::reaction, 3));
}

TEST(Uniform, LiesInsideTheOpenUnitInterval) {
    u64 const all = 0xffffffff;
    EXPECT_EQ(uniform<double>(u64{0}, u64{0}), 0x1p-53);
    EXPECT_EQ(uniform<double>(all, all), 1.0 - 0x1p-53);
    // The high halves of the words are undefined and must not matter.
    EXPECT_EQ(uniform<double>(u64{0xabc00000007}, u64{0xdef00000009}), uniform<double>(u64{7}, u64{9}));
}

TEST(Uniform, KeepsAllItsBits) {
    EXPECT_EQ(uniform<double>(u64{1}, u64{0}), 3 * 0x1p-53);
    EXPECT_EQ(uniform<double>(u64{0}, u64{0x80000}), 0.5 + 0x1p-53);
}

TEST(StreamOfACell, HandsOutBothHalvesOfEachBlock) {
    Stream next{5, 6, Purpose::birth, 7};
    for (u64 draw = 7; draw < 10; ++draw) {
        auto const block = draw_block<u64>(5, 6, Purpose::birth, draw);
        EXPECT_EQ(next(), uniform<double>(block.w[0], block.w[1]));
        EXPECT_EQ(next(), uniform<double>(block.w[2], block.w[3]));
    }
}

}  // namespace
