// Interval arithmetic holds every value that the plain arithmetic can give.
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/core/program.hpp"

namespace {

namespace k = fano::kernels;
using Bounds = k::Interval<double>;

constexpr k::Op unary[] = {
    k::Op::negate, k::Op::square_root, k::Op::exponential, k::Op::logarithm,          k::Op::logarithm10,
    k::Op::sine,   k::Op::cosine,      k::Op::tangent,     k::Op::hyperbolic_tangent, k::Op::absolute,
    k::Op::floor,  k::Op::ceiling,     k::Op::logical_not};
constexpr k::Op binary[] = {k::Op::add,        k::Op::subtract, k::Op::multiply,  k::Op::divide,
                            k::Op::power,      k::Op::minimum,  k::Op::maximum,   k::Op::less,
                            k::Op::less_equal, k::Op::equal,    k::Op::not_equal, k::Op::logical_and,
                            k::Op::logical_or};

// A little wider, as a user of the bounds does.
bool holds(Bounds const& bounds, double x) {
    if (std::isinf(x)) return bounds.low <= x && x <= bounds.high;
    double const slack = 1e-12 * std::abs(x) + 1e-300;
    return std::isnan(x) || (bounds.low - slack <= x && x <= bounds.high + slack);
}

class Points {
public:
    Bounds interval() {
        double a = value(), b = engine_() % 4 == 0 ? a : value();
        return {std::min(a, b), std::max(a, b)};
    }
    double inside(Bounds const& x) {
        switch (engine_() % 4) {
            case 0:
                return x.low;
            case 1:
                return x.high;
            default:
                return std::clamp(x.low + (x.high - x.low) * std::uniform_real_distribution<>{}(engine_),
                                  x.low, x.high);
        }
    }

private:
    double value() {
        switch (engine_() % 3) {
            case 0:
                return static_cast<double>(static_cast<int>(engine_() % 7)) - 3;
            case 1:
                return std::uniform_real_distribution<>{-3, 3}(engine_);
            default:
                return std::uniform_real_distribution<>{0, 30}(engine_);
        }
    }
    std::mt19937_64 engine_{7};
};

TEST(IntervalArithmetic, HoldsEveryValueOfEveryOperation) {
    Points points;
    auto check = [&](k::Instruction instruction) {
        for (int round = 0; round < 3000; ++round) {
            Bounds operands[3] = {points.interval(), points.interval(), points.interval()};
            Bounds bounds[4] = {operands[0], operands[1], operands[2], Bounds{0.0}};
            k::evaluate(&instruction, k::Program{0, 1}, bounds);
            for (int sample = 0; sample < 8; ++sample) {
                double values[4] = {points.inside(operands[0]), points.inside(operands[1]),
                                    points.inside(operands[2]), 0};
                k::evaluate(&instruction, k::Program{0, 1}, values);
                ASSERT_TRUE(holds(bounds[3], values[3]))
                    << "operation " << static_cast<int>(instruction.op) << " of " << values[0] << ", "
                    << values[1] << ", " << values[2] << " gives " << values[3] << " outside ["
                    << bounds[3].low << ", " << bounds[3].high << "]; operands [" << operands[0].low << ", "
                    << operands[0].high << "], [" << operands[1].low << ", " << operands[1].high << "]";
            }
        }
    };
    for (auto op : unary) check({op, 3, 0, 0, 0, 0});
    for (auto op : binary) check({op, 3, 0, 1, 1, 0});
    check({k::Op::choose, 3, 0, 1, 2, 0});
    check({k::Op::add_constant, 3, 0, 0, 0, 1.5});
    check({k::Op::multiply_constant, 3, 0, 0, 0, -2.5});
    for (double n : {2.0, 3.0, 6.0}) check({k::Op::power_whole, 3, 0, 0, 0, n});
}

TEST(IntervalArithmetic, IsExactAtPoints) {
    Bounds const two{2.0}, three{3.0};
    EXPECT_EQ((two / three).high, 2.0 / 3.0);
    EXPECT_EQ((two * three).low, 6.0);
    EXPECT_EQ(k::pow(two, three).high, 8.0);
}

TEST(IntervalArithmetic, KeepsAFactorOfZero) {
    Bounds const zero{0.0}, anything{0.0, k::infinity};
    EXPECT_EQ((zero * anything).high, 0.0);
    EXPECT_EQ((zero / (anything + Bounds{1.0})).high, 0.0);
}

TEST(IntervalArithmetic, SeesTheCrestOfASine) {
    EXPECT_EQ(k::sin(Bounds{1.0, 2.0}).high, 1.0);
    EXPECT_LT(k::sin(Bounds{0.0, 1.0}).high, 0.85);
    EXPECT_EQ(k::cos(Bounds{3.0, 3.3}).low, -1.0);
    EXPECT_EQ(k::sin(Bounds{0.0, 100.0}).low, -1.0);
}

}  // namespace
