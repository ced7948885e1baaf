// fano's Philox4x32-10 against Random123's, which its inventors wrote: the same words for the same key and
// counter, and what a seed, a cell, a purpose and a draw are in Random123's terms.
#include <cstdint>
#include <random>

#include <Random123/philox.h>
#include <gtest/gtest.h>

#include "kernels/core/stream.hpp"

namespace {

using namespace fano::kernels;

PhiloxBlock<u64> block_of(r123::Philox4x32::ctr_type const& counter) {
    return {{counter[0], counter[1], counter[2], counter[3]}};
}

// Random123's key holds the seed, the low half first.
r123::Philox4x32::key_type key_of(u64 seed) {
    return {{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
}

void expect_equal(PhiloxBlock<u64> const& ours, r123::Philox4x32::ctr_type const& theirs) {
    for (std::size_t i = 0; i < 4; ++i) ASSERT_EQ(static_cast<u32>(ours.w[i]), theirs[i]) << "word " << i;
}

TEST(PhiloxOfRandom123, GivesThePublishedWords) {
    struct KnownAnswer {
        r123::Philox4x32::ctr_type counter;
        u64 key;
        r123::Philox4x32::ctr_type words;
    };
    // Random123 1.14.0, tests/kat_vectors, philox4x32 with 10 rounds.
    KnownAnswer const known_answers[] = {
        {{{0, 0, 0, 0}}, 0, {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}}},
        {{{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}},
         0xffffffffffffffff,
         {{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}}},
        {{{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}},
         0x299f31d0a4093822,
         {{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}},
    };
    for (auto const& known : known_answers) {
        EXPECT_EQ(r123::Philox4x32()(known.counter, key_of(known.key)), known.words);
        expect_equal(philox(block_of(known.counter), known.key), known.words);
    }
}

TEST(PhiloxOfRandom123, GivesTheWordsOfAnyCounterAndKey) {
    std::mt19937_64 next(20260);
    auto const word = [&] { return static_cast<std::uint32_t>(next()); };
    for (int i = 0; i < 100'000; ++i) {
        r123::Philox4x32::ctr_type const counter{{word(), word(), word(), word()}};
        u64 const key = next();
        expect_equal(philox(block_of(counter), key), r123::Philox4x32()(counter, key_of(key)));
        if (HasFatalFailure()) return;
    }
}

// Counter words: draw (low 32 bits), purpose and draw (8 and 24 bits), cell (low half), cell (high half).
TEST(PhiloxOfRandom123, GivesTheBlocksOfAStream) {
    std::mt19937_64 next(20261);
    for (int i = 0; i < 100'000; ++i) {
        u64 const seed = next(), cell = next(), draw = next() >> 8;
        auto const purpose = static_cast<Purpose>(next() % 256);
        r123::Philox4x32::ctr_type const counter{
            {static_cast<std::uint32_t>(draw),
             static_cast<std::uint32_t>(draw >> 32) | static_cast<std::uint32_t>(purpose) << 24,
             static_cast<std::uint32_t>(cell), static_cast<std::uint32_t>(cell >> 32)}};
        expect_equal(draw_block<u64>(seed, cell, purpose, draw), r123::Philox4x32()(counter, key_of(seed)));
        if (HasFatalFailure()) return;
    }
}

}  // namespace
