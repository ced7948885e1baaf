// Normal numbers over Lane: their ends, their pairs' geometry, and their distribution.
#include "kernels/core/lane_normals.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/statistics.hpp"

namespace {

using namespace fano::kernels;
using fano::test::Checks;
using fano::test::normal_p;

TEST(LaneNormals, AreBoxAndMullersPairs) {
    for (u64 const radius_bits : {0ull, 1ull, 0x12345678ull, 0x80000000ull, 0xFFFFFFFFull})
        for (u64 const angle_bits :
             {0ull, 0x3FFFFFFFull, 0x1FFFFFFFull, 0x40000000ull, 0x9ABCDEF0ull, 0xFFFFFFFFull}) {
            auto const pair = normal_pair<double>(radius_bits, angle_bits);
            double const uniform = (static_cast<double>(radius_bits) + 0.5) * 0x1p-32;
            double const radius = std::sqrt(-2 * std::log(uniform));
            double const quarter = (static_cast<double>(angle_bits & 0x3FFFFFFF) + 0.5) * 0x1p-30;
            double const angle = quarter * std::numbers::pi / 2;
            double const first = (angle_bits >> 31 & 1) != 0 ? -1 : 1,
                         second = (angle_bits >> 30 & 1) != 0 ? -1 : 1;
            EXPECT_NEAR(pair.first, first * radius * std::cos(angle), 2e-10 * radius);
            EXPECT_NEAR(pair.second, second * radius * std::sin(angle), 2e-10 * radius);
        }
}

TEST(LaneNormals, IgnoreTheHighHalvesOfWords) {
    auto const clean = normal_pair<double>(u64{5}, u64{0x9ABCDEF0});
    auto const dirty =
        normal_pair<double>(u64{5} | u64{0xDEADBEEF} << 32, u64{0x9ABCDEF0} | u64{0xFFFFFFFF} << 32);
    EXPECT_EQ(clean.first, dirty.first);
    EXPECT_EQ(clean.second, dirty.second);
}

// Moments to the sixth, 200 classes of equal probability, and the products of the four numbers of a block.
TEST(LaneNormals, AreNormalAndIndependent) {
    constexpr u64 blocks = 1000000;
    constexpr int classes = 200;
    std::vector<double> edges;
    for (int i = 1; i < classes; ++i)
        edges.push_back(quantile(boost::math::normal{}, static_cast<double>(i) / classes));
    std::vector<double> seen(classes);
    std::array<double, 7> power{};
    double products[4][4] = {};
    for (u64 block = 0; block < blocks; ++block) {
        double n[4];
        draw_normals<ScalarLane>(3, 7, Purpose::langevin, block, n);
        for (int i = 0; i < 4; ++i) {
            seen[static_cast<std::size_t>(std::upper_bound(edges.begin(), edges.end(), n[i]) -
                                          edges.begin())] += 1;
            double term = 1;
            for (double& sum : power) sum += term, term *= n[i];
            for (int j = 0; j < i; ++j)
                products[i][j] += n[i] * n[j], products[j][i] += n[i] * n[i] * n[j] * n[j] - 1;
        }
    }
    Checks checks;
    double const count = 4.0 * blocks;
    double const exact[] = {1, 0, 1, 0, 3, 0, 15, 0, 105, 0, 945, 0, 10395};
    for (std::size_t k = 1; k <= 6; ++k) {
        double const sd = std::sqrt((exact[2 * k] - exact[k] * exact[k]) / count);
        checks.add(fmt::format("moment {}", k), normal_p((power[k] / count - exact[k]) / sd));
    }
    for (int i = 0; i < 4; ++i)
        for (int j = 0; j < i; ++j) {
            checks.add(fmt::format("{} and {}", i, j), normal_p(products[i][j] / std::sqrt(double(blocks))));
            checks.add(fmt::format("squares of {} and {}", i, j),
                       normal_p(products[j][i] / std::sqrt(8.0 * blocks)));
        }
    double statistic = 0;
    for (double cells : seen)
        statistic += (cells - count / classes) * (cells - count / classes) / (count / classes);
    double const above = cdf(complement(boost::math::chi_squared{classes - 1.0}, statistic));
    checks.add("classes", 2 * std::min(above, 1 - above));
    EXPECT_TRUE(checks.hold());
}

}  // namespace
