// Common axes of histograms with different bins.
#include "io/bin_axis.hpp"

#include <gtest/gtest.h>

namespace fano::test {
namespace {

TEST(BinAxis, OfOneHistogramIsItsOwn) {
    auto axis = common_axis({{-3, 1, 7}}, 4096);
    EXPECT_EQ(axis.low, -3);
    EXPECT_EQ(axis.width, 1);
    EXPECT_EQ(axis.bins, 7U);
}

TEST(BinAxis, TakesTheLargestWidthAndTheWholeRange) {
    BinAxis fine{5, 1, 3}, coarse{-8, 4, 2};
    auto axis = common_axis({fine, coarse}, 4096);
    EXPECT_EQ(axis.left_edges(), (std::vector<double>{-8, -4, 0, 4}));
    EXPECT_EQ(axis.width, 4);
    EXPECT_EQ(axis.bin_of(fine, 0), 3U);
    EXPECT_EQ(axis.bin_of(fine, 2), 3U);
    EXPECT_EQ(axis.bin_of(coarse, 0), 0U);
}

TEST(BinAxis, WidensInsteadOfExceedingTheLimit) {
    BinAxis early{0, 1, 10}, late{1000000, 1, 10};
    auto axis = common_axis({early, late}, 1000);
    EXPECT_EQ(axis.width, 1024);
    EXPECT_LE(axis.bins, 1000U);
    EXPECT_EQ(axis.bin_of(late, 9), axis.bins - 1);
}

TEST(BinAxis, EveryFineBinLiesWithinItsCoarseBin) {
    BinAxis fine{-0.7, 0.1, 40}, coarse{-1.6, 0.8, 3};
    auto axis = common_axis({fine, coarse}, 4096);
    auto edges = axis.left_edges();
    for (std::size_t bin = 0; bin < fine.bins; ++bin) {
        auto to = axis.bin_of(fine, bin);
        ASSERT_LT(to, axis.bins);
        EXPECT_GE(fine.left_edges()[bin], edges[to] - 1e-9);
        EXPECT_LE(fine.left_edges()[bin] + fine.width, edges[to] + axis.width + 1e-9);
    }
}

TEST(BinAxis, OfNothingIsOneBinAtZero) {
    for (auto const& axis : {common_axis({}, 10), common_axis({{5, 2, 0}}, 10)}) {
        EXPECT_EQ(axis.left_edges(), std::vector<double>{0});
        EXPECT_EQ(axis.width, 1);
    }
}

}  // namespace
}  // namespace fano::test
