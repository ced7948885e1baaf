// The 320-bit integer against arbitrary precision.
#include "ensemble/wide.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

#include <boost/multiprecision/cpp_int.hpp>
#include <gtest/gtest.h>

namespace {

using namespace fano;
using Integer = boost::multiprecision::cpp_int;

Integer exact(Wide const& value) {
    Integer result = 0;
    for (std::size_t i = Wide::limbs; i-- > 0;) result = (result << 64) + value.bits()[i];
    return value.negative() ? Integer(result - (Integer(1) << 320)) : result;
}

// Of every size and sign, the extremes included.
std::int64_t any_number(std::mt19937_64& random) {
    switch (random() % 8) {
        case 0:
            return std::numeric_limits<std::int64_t>::min();
        case 1:
            return std::numeric_limits<std::int64_t>::max();
        case 2:
            return 0;
        default:
            return static_cast<std::int64_t>(random()) >> (random() % 64);
    }
}

// Products of up to four numbers.
std::pair<Wide, Integer> any_wide(std::mt19937_64& random) {
    std::int64_t const first = any_number(random);
    std::pair<Wide, Integer> result{Wide(Int128{first}), Integer(first)};
    for (auto factors = random() % 4; factors > 0; --factors) {
        std::int64_t const factor = any_number(random);
        result.first *= factor;
        result.second *= factor;
    }
    return result;
}

TEST(Wide, SumsAndProductsAreThoseOfArbitraryPrecision) {
    std::mt19937_64 random(1);
    for (int i = 0; i < 20000; ++i) {
        auto const [a, exact_a] = any_wide(random);
        auto const [b, exact_b] = any_wide(random);
        std::int64_t const x = any_number(random), y = any_number(random);
        ASSERT_EQ(exact(a), exact_a);
        ASSERT_EQ(exact(a + b), exact_a + exact_b);
        ASSERT_EQ(exact(-a), -exact_a);
        ASSERT_EQ(exact(Wide(a).add_product(x, y)), exact_a + Integer(x) * y);
        ASSERT_EQ(exact(Wide(a) += Int128{x}), exact_a + x);
    }
}

TEST(Wide, ComparesAsTheNumbersDo) {
    std::mt19937_64 random(2);
    for (int i = 0; i < 20000; ++i) {
        auto const [a, exact_a] = any_wide(random);
        auto const [b, exact_b] = any_wide(random);
        ASSERT_EQ(a < b, exact_a < exact_b);
        ASSERT_EQ(a == b, exact_a == exact_b);
        ASSERT_EQ(a >= a, true);
    }
}

TEST(Wide, BecomesTheNearestLongDouble) {
    std::mt19937_64 random(3);
    for (int i = 0; i < 20000; ++i) {
        auto const [a, exact_a] = any_wide(random);
        long double const nearest = exact_a.convert_to<long double>();
        ASSERT_LE(std::abs(static_cast<long double>(a) - nearest), std::abs(nearest) * 0x1p-62L);
    }
    EXPECT_EQ(static_cast<long double>(Wide(Int128{-3})), -3.0L);
    EXPECT_EQ(static_cast<long double>(Wide()), 0.0L);
}

TEST(Wide, HoldsTheSixthPowersOfAllCells) {
    // (2^41)^6 * 2^63, then as much again.
    Wide sum = Int128{1};
    Integer expected = 1;
    for (int i = 0; i < 6; ++i) sum *= -(std::int64_t{1} << 41);
    for (int i = 0; i < 6; ++i) expected *= -(std::int64_t{1} << 41);
    sum *= std::numeric_limits<std::int64_t>::min();
    expected *= std::numeric_limits<std::int64_t>::min();
    EXPECT_EQ(exact(sum + sum), expected * 2);
    EXPECT_TRUE(sum.negative());
}

}  // namespace
