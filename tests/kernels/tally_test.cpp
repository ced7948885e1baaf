// The statistics of kernels/tally by themselves: exact arithmetic, who attends to what, and grids of any shape.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <boost/multiprecision/cpp_int.hpp>
#include <gtest/gtest.h>

#include "kernels/tally/fingerprint.hpp"
#include "kernels/tally/histograms.hpp"
#include "kernels/tally/joint.hpp"
#include "kernels/tally/powers.hpp"
#include "kernels/tally/products.hpp"
#include "kernels/tally/ranges.hpp"
#include "kernels/tally/run_on_host.hpp"

namespace {

using namespace fano::kernels;
using Integer = boost::multiprecision::cpp_int;

constexpr u64 largest = (u64{1} << 41) - 2;  // of a deviation

Integer joined(u64 const* limbs, u32 count, std::size_t stride = 1) {
    Integer number = 0;
    for (u32 i = count; i-- > 0;) number = (number << 32) + limbs[i * stride];
    return number;
}

// Small, large and in between.
u64 random_deviation(std::mt19937_64& random) {
    u64 const kind = random() % 8;
    return kind == 0 ? largest : kind == 1 ? 0 : (random() >> 23 >> random() % 41);
}

TEST(TallyKernels, MultiplyAndAddWholeNumbersExactly) {
    std::mt19937_64 random(1);
    u64 sums[power_limbs(6)] = {};
    Integer expected = 0;
    for (int i = 0; i < 20000; ++i) {
        u64 const x = random_deviation(random), y = random_deviation(random);
        auto const two = multiply<power_limbs(2)>(limbs_of<power_limbs(1)>(x), y);
        auto const three = multiply<power_limbs(3)>(two, x);
        auto const four = multiply<power_limbs(4)>(three, y);
        auto const five = multiply<power_limbs(5)>(four, x);
        auto const six = multiply<power_limbs(6)>(five, y);
        add_limbs(sums, six);
        expected += pow(Integer(x), 3) * pow(Integer(y), 3);
    }
    EXPECT_EQ(joined(sums, power_limbs(6)), expected);
    // Factors need not be deviations: carries have room for all of 64 bits.
    u64 const all = ~u64{0};
    u64 square[4] = {};
    add_limbs(square, multiply<4>(multiply<4>(limbs_of<2>(all), all), 1));
    EXPECT_EQ(joined(square, 4), Integer(all) * all);
    EXPECT_EQ((multiply<1>(limbs_of<1>(3'000'000'000), 5).limb[0]), 15'000'000'000u);
}

TEST(TallyKernels, RoundToTheNearestMultipleHalvesToEven) {
    std::mt19937_64 random(2);
    for (double const size : {1.0, 0.1, 3.0, 0x1p-20}) {
        Quantum const quantum{size, 1 / size, size == 1.0 || size == 0x1p-20};
        double unused = 0;
        Quantise<double> const quantise(Samples{&unused, &quantum, 1, 1, 1, 0}, 0);
        for (int i = 0; i < 10000; ++i) {
            double const value = (static_cast<double>(random() >> 22) * 0.5 - 0x1p40) * size;
            EXPECT_EQ(quantise(value), static_cast<i64>(std::nearbyint(value / size)));
        }
        EXPECT_EQ(quantise(-0.0), 0);
        EXPECT_TRUE(quantise.usable((0x1p40 - 1) * size));
        EXPECT_FALSE(quantise.usable((0x1p40 - 0.5) * size));
        EXPECT_FALSE(quantise.usable(-0x1p40 * size));
        EXPECT_FALSE(quantise.usable(std::nan("")));
        EXPECT_FALSE(quantise.usable(-std::numeric_limits<double>::infinity()));
    }
}

TEST(TallyKernels, AttendToEveryCellOfEveryItemOnce) {
    for (u32 threads : {32u, 96u, 256u}) {
        for (u32 items : {1u, 5u, 33u, 300u}) {
            u32 const width = std::min(items, 30u), blocks = (items + width - 1) / width;
            for (u32 cells : {1u, 2u, 63u, 64u, 1000u}) {
                for (u32 chunks : {1u, 2u, 7u}) {
                    std::vector<u32> seen(std::size_t{items} * cells);
                    auto visit = [&]<u32 ahead>(Block const& block, Team const& team, u32 thread) {
                        for_each_cell<ahead>(
                            team.cells(block, cells, thread), [](u64 cell) { return cell; },
                            [&](u64 cell) { ++seen.at(team.item(thread) * std::size_t{cells} + cell); });
                    };
                    for (u32 i = 0; i < blocks * chunks * threads; ++i) {
                        u32 const thread = i % threads, x = i / threads % blocks, y = i / threads / blocks;
                        Block const block{x, y, chunks, threads, nullptr};
                        Team const team = Team::of(block, items, width);
                        if (team.busy(thread)) visit.operator()<4>(block, team, thread);
                    }
                    EXPECT_EQ(std::count(seen.begin(), seen.end(), 1u), items * cells)
                        << threads << " threads, " << items << " items, " << cells << " cells";
                }
            }
        }
    }
}

// Counts at 2 times of 3 outputs, with what a launch needs besides.
class OnAnyGrid : public testing::TestWithParam<u32> {
protected:
    static constexpr u32 cells = 500, columns = 6, outputs = 3;

    OnAnyGrid() {
        std::mt19937_64 random(3);
        for (u32 i = 0; i < cells * columns; ++i)
            counts.push_back(static_cast<u32>(10 + random() % (i % columns == 2 ? 1'000'000 : 5)));
        for (u32 column = 0; column < columns; ++column) {
            ranges.push_back({std::numeric_limits<i64>::max(), 0});
            for (u32 cell = 0; cell < cells; ++cell) {
                ranges[column].low = std::min<i64>(ranges[column].low, at(cell, column));
                ranges[column].high = std::max<i64>(ranges[column].high, at(cell, column));
            }
        }
    }
    u32 at(u32 cell, u32 column) const { return counts[cell * columns + column]; }
    Integer deviation(u32 cell, u32 column) const { return at(cell, column) - ranges[column].low; }
    Samples samples() const { return {counts.data(), nullptr, cells, columns, outputs, 1}; }

    // The parameter says how many items a block attends to and how many chunks of cells there are.
    u32 width() const { return GetParam() % 4 + 1; }
    template <class Job>
    void run(Job const& job, u32 items) {
        std::vector<u64> shared(30 * 64, 0xA5A5A5A5A5A5A5A5u);
        run_on_host(job, (items + width() - 1) / width(), GetParam() % 7 + 1, 32 + GetParam() % 33,
                    shared.data());
    }

    std::vector<u32> counts;
    std::vector<ColumnRange> ranges;
};

TEST_P(OnAnyGrid, RangesAreThoseOfTheColumns) {
    std::vector<ColumnRange> found(columns, {std::numeric_limits<i64>::max(), 0});
    i64 first_unusable = -1;
    run(RangesJob{samples(), width(), found.data(), &first_unusable}, columns);
    for (u32 column = 0; column < columns; ++column) {
        EXPECT_EQ(found[column].low, ranges[column].low);
        EXPECT_EQ(found[column].high, ranges[column].high);
    }
    EXPECT_EQ(first_unusable, -1);
}

TEST_P(OnAnyGrid, RangesNameTheFirstCellThatCannotBeTallied) {
    std::vector<double> values(counts.begin(), counts.end());
    Quantum const quantum{1, 1, 1};
    std::vector<Quantum> const quanta(outputs, quantum);
    Samples const numbers{values.data(), quanta.data(), cells, columns, outputs, 0};
    std::vector<ColumnRange> found(columns, {std::numeric_limits<i64>::max(), 0});
    for (u32 cell : {499u, 498u, 300u, 77u, 76u}) {
        values[cell * columns + cell % columns] = std::nan("");
        i64 first_unusable = std::numeric_limits<i64>::max();
        run(RangesJob{numbers, width(), found.data(), &first_unusable}, columns);
        EXPECT_EQ(first_unusable, cell);
    }
}

TEST_P(OnAnyGrid, HistogramsHoldEveryCell) {
    std::vector<HistogramWindow> const windows{{10, 0, 0, 4}, {5, 5, 1, 1}, {0, 8, 18, 2}};
    std::vector<HistogramTile> const tiles{{0, 8, 0, 2}, {8, 4, 2, 1}};
    std::vector<u64> bins(12);
    std::vector<u64> shared(4, 0xA5A5A5A5A5A5A5A5u);
    run_on_host(HistogramsJob{samples(), windows.data(), tiles.data(), bins.data()}, 2, GetParam() % 7 + 1,
                32 + GetParam() % 33, shared.data());
    std::vector<u64> expected(12);
    for (u32 cell = 0; cell < cells; ++cell) {
        ++expected[at(cell, 4) - 10];
        ++expected[5 + at(cell, 1) / 2 - 5];
        ++expected[8 + (at(cell, 2) >> 18)];
    }
    EXPECT_EQ(bins, expected);
}

TEST_P(OnAnyGrid, PowersAreSummedExactly) {
    std::vector<u32> const list{2, 0, 5};
    std::vector<u64> sums(list.size() * all_power_limbs());
    run(PowersJob{samples(), ranges.data(), list.data(), 3, width(), sums.data()}, 3);
    for (u32 i = 0; i < 3; ++i) {
        u64 const* sum = &sums[i];
        for (u32 power = 1; power <= power_count; ++power) {
            Integer expected = 0;
            for (u32 cell = 0; cell < cells; ++cell) expected += pow(deviation(cell, list[i]), power);
            EXPECT_EQ(joined(sum, power_limbs(power), 3), expected);
            sum += power_limbs(power) * 3;
        }
    }
}

TEST_P(OnAnyGrid, ProductsAreSummedExactly) {
    std::vector<ColumnPair> const pairs{{0, 1}, {1, 2}, {3, 5}, {4, 5}, {2, 0}};
    for (bool plain : {true, false}) {
        ProductLimbs const limbs = product_limbs(plain);
        std::vector<u64> sums(pairs.size() * limbs.all);
        run(ProductsJob{samples(), ranges.data(), pairs.data(), 5, width(), plain, sums.data()}, 5);
        for (u32 i = 0; i < 5; ++i) {
            Integer expected[4] = {};
            for (u32 cell = 0; cell < cells; ++cell) {
                Integer const x = deviation(cell, pairs[i].first), y = deviation(cell, pairs[i].second);
                expected[0] += x * y;
                expected[1] += x * x * y;
                expected[2] += x * y * y;
                expected[3] += x * x * y * y;
            }
            u64 const* sum = &sums[i];
            u32 const counts_of_limbs[4] = {limbs.xy, limbs.xxy, limbs.xyy, limbs.xxyy};
            for (int k = 0; k < 4; ++k) {
                EXPECT_EQ(joined(sum, counts_of_limbs[k], 5), expected[k]);
                sum += counts_of_limbs[k] * 5;
            }
        }
    }
}

TEST_P(OnAnyGrid, JointHistogramsHoldEveryPair) {
    std::vector<JointWindow> const windows{{0, {10, 10}, {0, 0}, {0, 4}, 5},
                                           {25, {5, 0}, {1, 18}, {3, 2}, 4}};
    std::vector<u64> bins(25 + 12), expected(bins.size());
    run(JointJob{samples(), windows.data(), 2, width(), bins.data()}, 2);
    for (u32 cell = 0; cell < cells; ++cell) {
        ++expected[(at(cell, 0) - 10) * 5 + at(cell, 4) - 10];
        ++expected[25 + (at(cell, 3) / 2 - 5) * 4 + (at(cell, 2) >> 18)];
    }
    EXPECT_EQ(bins, expected);
}

TEST_P(OnAnyGrid, FingerprintsAreThoseOfTheRows) {
    u64 sum = 17, expected = 17;
    run(FingerprintJob{samples(), 1000, width(), &sum}, columns / outputs);
    for (u32 cell = 0; cell < cells; ++cell) {
        for (u32 time = 0; time < columns / outputs; ++time) {
            double row[outputs];
            for (u32 i = 0; i < outputs; ++i) row[i] = at(cell, time * outputs + i);
            expected += fingerprint_at(fingerprint_state(1000 + cell, row, outputs), time);
        }
    }
    EXPECT_EQ(sum, expected);
}

INSTANTIATE_TEST_SUITE_P(TallyKernels, OnAnyGrid, testing::Range(0u, 28u, 3u));

TEST(TallyKernels, FingerprintsMakeNoDifferenceBetweenZeros) {
    double const negative = -0.0, positive = 0.0, other = 1.0;
    EXPECT_EQ(fingerprint_state(3, &negative, 1), fingerprint_state(3, &positive, 1));
    EXPECT_NE(fingerprint_state(3, &other, 1), fingerprint_state(3, &positive, 1));
    EXPECT_NE(fingerprint_at(5, 0), fingerprint_at(5, 1));
}

}  // namespace
