// A tally at its edges: no cells, one cell, equal cells, rounding, values that cannot be summed, misuse.
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "fano/error.hpp"
#include "fano/tally.hpp"

namespace {

using namespace fano;
using Rows = std::vector<std::vector<double>>;  // [cell][output]

constexpr double scale = 0x1p-20;

TallyLayout small_layout() { return {1, {1, 1, scale}, {{0, 1}}, true}; }

Tally tally_of(Rows const& rows, TallyLayout const& layout) {
    Tally tally(layout);
    for (auto const& row : rows) tally.add(0, static_cast<std::uint32_t>(layout.times), row.data());
    tally.flush();
    return tally;
}

TEST(Tally, AddsToTheTimesItIsTold) {
    Tally tally(TallyLayout{4, {1}, {}, true});
    double const three = 3, five = 5;
    tally.add(0, 3, &three);
    tally.add(2, 4, &five);
    tally.add(1, 1, &five);
    tally.flush();
    tally.flush();
    std::vector<std::uint64_t> cells;
    for (std::size_t time = 0; time < 4; ++time) cells.push_back(tally.cells(time));
    EXPECT_EQ(cells, (std::vector<std::uint64_t>{1, 1, 2, 1}));
    EXPECT_EQ(tally.mean(2, 0).value, 4);
    EXPECT_EQ(tally.mean(3, 0).value, 5);
}

TEST(Tally, OfNoCellsKnowsNothing) {
    Tally const tally = tally_of({}, small_layout());
    EXPECT_EQ(tally.cells(0), 0u);
    for (auto const& estimate : {tally.mean(0, 0), tally.variance(0, 0), tally.skewness(0, 0),
                                 tally.fano(0, 0), tally.cv2(0, 0), tally.covariance(0, 0, 1)}) {
        EXPECT_TRUE(std::isnan(estimate.value));
        EXPECT_TRUE(std::isnan(estimate.error));
    }
    EXPECT_TRUE(std::isnan(tally.minimum(0, 0)));
    EXPECT_TRUE(tally.histogram(0, 0).cells.empty());
    EXPECT_TRUE(tally.joint(0, 0).cells.empty());
}

TEST(Tally, OfOneCellKnowsItsMeanOnly) {
    Tally const tally = tally_of({{1, 7, -scale}}, small_layout());
    EXPECT_EQ(tally.mean(0, 1).value, 7);
    EXPECT_EQ(tally.mean(0, 2).value, -scale);
    EXPECT_TRUE(std::isnan(tally.mean(0, 1).error));
    EXPECT_TRUE(std::isnan(tally.variance(0, 1).value));
    EXPECT_TRUE(std::isnan(tally.covariance(0, 1, 2).value));
    EXPECT_EQ(tally.minimum(0, 1), 7);
    EXPECT_EQ(tally.maximum(0, 1), 7);
    EXPECT_EQ(tally.histogram(0, 1).cells, std::vector<std::uint64_t>{1});
    EXPECT_EQ(tally.histogram(0, 1).low, 7);
}

TEST(Tally, OfEqualCellsHasNoVarianceAtAll) {
    double const huge = 2147483647;
    Tally const tally = tally_of(Rows(100, {0, huge}), TallyLayout{1, {1, 1}, {}, true});
    EXPECT_EQ(tally.mean(0, 1).value, huge);
    EXPECT_EQ(tally.mean(0, 1).error, 0);
    for (auto const& estimate :
         {tally.variance(0, 1), tally.fano(0, 1), tally.cv2(0, 1), tally.covariance(0, 0, 1)}) {
        EXPECT_EQ(estimate.value, 0);
        EXPECT_EQ(estimate.error, 0);
    }
    EXPECT_TRUE(std::isnan(tally.skewness(0, 1).value));
    EXPECT_TRUE(std::isnan(tally.fano(0, 0).value));
    EXPECT_TRUE(std::isnan(tally.cv2(0, 0).value));
}

TEST(Tally, RoundsToTheNearestMultipleOfTheQuantum) {
    Tally tally(TallyLayout{1, {0.1, 0.25}, {}, false});
    for (double value : {0.26, 0.34, -0.26}) {
        double const row[2] = {value, value};
        tally.add(0, 1, row);
    }
    tally.flush();
    EXPECT_EQ(tally.histogram(0, 0).cells, (std::vector<std::uint64_t>{1, 0, 0, 0, 0, 0, 2}));
    EXPECT_EQ(tally.histogram(0, 1).cells, (std::vector<std::uint64_t>{1, 0, 2}));
    EXPECT_EQ(tally.minimum(0, 1), -0.25);
    EXPECT_THROW(tally.covariance(0, 0, 1), InputError);
}

TEST(Tally, RefusesWhatItCannotSumAndGoesOnWithoutIt) {
    for (double culprit : {0x1p40, -0x1p40, std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity(), std::nan("")}) {
        for (int position : {0, 1, 6, 31}) {
            Tally tally(TallyLayout{1, {1}, {}, true});
            for (int i = 0; i < 31; ++i) {
                double const value = i == position ? culprit : 5;
                tally.add(0, 1, &value);
            }
            double const last = position == 31 ? culprit : 5;
            EXPECT_THROW(tally.add(0, 1, &last), InputError);
            double const good = 5;
            for (int i = 0; i < 40; ++i) tally.add(0, 1, &good);
            tally.flush();
            EXPECT_EQ(tally.cells(0), 40u);
            EXPECT_EQ(tally.mean(0, 0).value, 5);
        }
    }
    EXPECT_THROW(Tally(TallyLayout{1, {0}, {}, true}), InputError);
    EXPECT_THROW(Tally(TallyLayout{1, {1}, {{0, 1}}, true}), InputError);
}

TEST(Tally, IsNotReadBeforeItIsFlushedNorMergedWithAnother) {
    Tally tally(TallyLayout{1, {1}, {}, true});
    double const value = 1;
    tally.add(0, 1, &value);
    EXPECT_THROW(tally.mean(0, 0), Error);
    EXPECT_THROW(tally.merge(Tally(TallyLayout{1, {0.5}, {}, true})), Error);
    EXPECT_THROW(tally.merge(Tally(TallyLayout{2, {1}, {}, true})), Error);
    tally.flush();
    EXPECT_THROW(tally.mean(0, 1), Error);
}

}  // namespace
