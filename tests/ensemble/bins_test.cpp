// Histograms that grow and widen, against counting by hand.
#include "ensemble/bins.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace fano;

std::int64_t bins_needed(ValueRange const& range, int shift) {
    auto floor_to_bin = [&](std::int64_t value) {
        std::int64_t const width = std::int64_t{1} << shift;
        return value >= 0 ? value / width : -((-value + width - 1) / width);
    };
    return floor_to_bin(range.high) - floor_to_bin(range.low) + 1;
}

std::map<std::int64_t, std::uint64_t> occupied(Bins const& bins) {
    std::map<std::int64_t, std::uint64_t> result;
    for (std::size_t i = 0; i < bins.cells().size(); ++i) {
        if (bins.cells()[i] != 0) result[bins.axis().value(i)] = bins.cells()[i];
    }
    return result;
}

TEST(BinShift, IsTheNarrowestThatFits) {
    std::mt19937_64 random(1);
    for (int i = 0; i < 20000; ++i) {
        std::int64_t const a = static_cast<std::int64_t>(random()) >> (24 + random() % 40);
        std::int64_t const b = static_cast<std::int64_t>(random()) >> (24 + random() % 40);
        ValueRange const range{std::min(a, b), std::max(a, b)};
        int const shift = bin_shift(range, 256);
        ASSERT_LE(bins_needed(range, shift), 256);
        if (shift > 0) {
            ASSERT_GT(bins_needed(range, shift - 1), 256);
        }
    }
    EXPECT_EQ(bin_shift({0, 255}, 256), 0);
    EXPECT_EQ(bin_shift({0, 256}, 256), 1);
    EXPECT_EQ(bin_shift({-1, 510}, 256), 2);  // 511 values, but aligned bins of two hold them in 257
}

TEST(Bins, KeepEveryValueWhileTheyGrowAndWiden) {
    std::mt19937_64 random(2);
    for (int trial = 0; trial < 200; ++trial) {
        Bins bins(64);
        ValueRange range;
        std::vector<double> all;
        // The spread grows from block to block, so that the window moves and widens many times.
        for (int block = 0; block < 20; ++block) {
            std::vector<double> values;
            for (int i = 0; i < 7; ++i) {
                auto const spread = static_cast<std::int64_t>(1) << (block + trial % 8);
                auto const value = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(spread)) -
                                   (trial % 3) * spread / 2;
                values.push_back(static_cast<double>(value));
                range.include({value, value});
            }
            bins.fit(range);
            bins.add(values.data(), values.size());
            all.insert(all.end(), values.begin(), values.end());
        }
        int const shift = bin_shift(range, 64);
        std::map<std::int64_t, std::uint64_t> expected;
        for (double value : all) {
            auto const whole = static_cast<std::int64_t>(value);
            ++expected[(whole >> shift) * (std::int64_t{1} << shift)];
        }
        ASSERT_EQ(bins.axis().shift, shift);
        ASSERT_EQ(occupied(bins), expected);
    }
}

TEST(Bins, NeedLittleMoreRoomThanTheyOccupy) {
    Bins bins(4096);
    bins.fit({0, 19});
    EXPECT_LE(bins.cells().size(), 32u);
    bins.fit({0, 1000000});
    EXPECT_LE(bins.cells().size(), 4096u);
}

TEST(Bins, AreRarelyMovedByRangesThatCreepUpAndDown) {
    Bins bins(4096);
    int moves = 0;
    for (std::int64_t i = 0; i < 2048; ++i) {
        auto const before = bins.cells().data();
        bins.fit({1000000 - i, 1000000 + i});
        moves += bins.cells().data() != before;
        bins.fit({1000000 - i, 1000001 + i});
        moves += bins.cells().data() != before;
    }
    EXPECT_LT(moves, 60);
}

TEST(JointBins, KeepEveryPairWhileTheyGrowAndWiden) {
    std::mt19937_64 random(3);
    for (int trial = 0; trial < 50; ++trial) {
        JointBins bins(16);
        ValueRange ranges[2];
        std::vector<std::pair<std::int64_t, std::int64_t>> all;
        for (int block = 0; block < 12; ++block) {
            std::vector<double> values[2];
            for (int i = 0; i < 5; ++i) {
                // The first axis widens, the second only in every other trial.
                auto const a = static_cast<std::int64_t>(random() >> (64 - block - 1)) - 100 * (trial % 2);
                auto const b = static_cast<std::int64_t>(random() % (trial % 2 == 0 ? 5u : 1000u));
                values[0].push_back(static_cast<double>(a));
                values[1].push_back(static_cast<double>(b));
                ranges[0].include({a, a});
                ranges[1].include({b, b});
                all.emplace_back(a, b);
            }
            bins.fit(ranges[0], ranges[1]);
            bins.add(values[0].data(), values[1].data(), 5);
        }
        int const shift[2] = {bin_shift(ranges[0], 16), bin_shift(ranges[1], 16)};
        std::map<std::pair<std::int64_t, std::int64_t>, std::uint64_t> expected;
        for (auto [a, b] : all) ++expected[{a >> shift[0], b >> shift[1]}];
        std::uint64_t seen = 0;
        for (auto const& [bin, cells] : expected) {
            ASSERT_EQ(bins.at(bin.first * (1 << shift[0]), bin.second * (1 << shift[1])), cells);
            seen += cells;
        }
        ASSERT_EQ(seen, all.size());
        ASSERT_EQ(bins.first().shift, shift[0]);
        ASSERT_EQ(bins.second().shift, shift[1]);
    }
}

}  // namespace
