// The elementary functions against long double, and the same bits in every lane.
#include "kernels/core/math.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "kernels/core/lane_vector.hpp"

namespace {

namespace k = fano::kernels;

// Distance of `got` from the true value in units of its last place.
double ulps(double got, long double truth) {
    double const nearest = static_cast<double>(truth);
    if (got == nearest || (std::isnan(got) && std::isnan(nearest))) return 0;
    if (!std::isfinite(got) || !std::isfinite(nearest)) return 1e9;
    int exponent = 0;
    std::frexp(nearest, &exponent);
    long double const unit = std::ldexp(1.0L, std::max(exponent - 53, -1074));
    return static_cast<double>(std::abs(static_cast<long double>(got) - truth) / unit);
}

class Draw {
public:
    double operator()(double low, double high) {
        return std::uniform_real_distribution<double>{low, high}(engine_);
    }

private:
    std::mt19937_64 engine_{20240501};
};

double worst(std::function<double(Draw&)> const& error) {
    Draw draw;
    double largest = 0;
    for (int i = 0; i < 400000; ++i) largest = std::max(largest, error(draw));
    return largest;
}

TEST(Log, IsWithinOneUlp) {
    EXPECT_LE(worst([](Draw& d) {
                  double const x = std::exp(d(-700, 700));
                  return ulps(k::log(x), std::log(static_cast<long double>(x)));
              }),
              1.0);
    EXPECT_LE(worst([](Draw& d) {
                  double const x = d(0.5, 2);
                  return ulps(k::log(x), std::log(static_cast<long double>(x)));
              }),
              1.0);
    EXPECT_LE(worst([](Draw& d) {
                  double const x = 1 + d(-1e-6, 1e-6);
                  return ulps(k::log(x), std::log(static_cast<long double>(x)));
              }),
              1.0);
}

TEST(Exp, IsWithinOneUlp) {
    EXPECT_LE(worst([](Draw& d) {
                  double const x = d(-745, 709.7);
                  return ulps(k::exp(x), std::exp(static_cast<long double>(x)));
              }),
              1.0);
    EXPECT_LE(worst([](Draw& d) {
                  double const x = d(-1, 1);
                  return ulps(k::exp(x), std::exp(static_cast<long double>(x)));
              }),
              1.0);
}

TEST(Pow, IsWithinOneUlp) {
    auto error = [](double x, double y) {
        return ulps(k::pow(x, y), std::pow(static_cast<long double>(x), static_cast<long double>(y)));
    };
    EXPECT_LE(worst([&](Draw& d) { return error(std::exp(d(-20, 20)), d(-30, 30)); }), 1.0);
    EXPECT_LE(worst([&](Draw& d) { return error(d(0.5, 2), d(-900, 900)); }), 1.0);
    EXPECT_LE(worst([&](Draw& d) { return error(std::floor(d(0, 1000)), d(0, 8)); }), 1.0);
}

TEST(SineAndCosine, AreWithinOneUlp) {
    for (double range : {1.0, 10.0, 1e6}) {
        EXPECT_LE(worst([&](Draw& d) {
                      double const x = d(-range, range);
                      return ulps(k::sin(x), std::sin(static_cast<long double>(x)));
                  }),
                  1.0);
        EXPECT_LE(worst([&](Draw& d) {
                      double const x = d(-range, range);
                      return ulps(k::cos(x), std::cos(static_cast<long double>(x)));
                  }),
                  1.0);
    }
}

TEST(TanTanhLog10, AreWithinThreeUlp) {
    EXPECT_LE(worst([](Draw& d) {
                  double const x = d(-10, 10);
                  return ulps(k::tan(x), std::tan(static_cast<long double>(x)));
              }),
              3.0);
    EXPECT_LE(worst([](Draw& d) {
                  double const x = d(-20, 20);
                  return ulps(k::tanh(x), std::tanh(static_cast<long double>(x)));
              }),
              3.0);
    EXPECT_LE(worst([](Draw& d) {
                  double const x = d(-.3, .3);
                  return ulps(k::tanh(x), std::tanh(static_cast<long double>(x)));
              }),
              3.0);
    EXPECT_LE(worst([](Draw& d) {
                  double const x = std::exp(d(-50, 50));
                  return ulps(k::log10(x), std::log10(static_cast<long double>(x)));
              }),
              3.0);
}

TEST(Functions, KeepTheirEdges) {
    double const inf = k::infinity, nan = k::not_a_number;
    EXPECT_EQ(k::log(0.0), -inf);
    EXPECT_TRUE(std::isnan(k::log(-1.0)));
    EXPECT_EQ(k::log(inf), inf);
    EXPECT_EQ(k::log(1.0), 0.0);
    double const smallest = std::numeric_limits<double>::denorm_min();
    EXPECT_LE(ulps(k::log(smallest), std::log(static_cast<long double>(smallest))), 1.0);
    EXPECT_EQ(k::exp(0.0), 1.0);
    EXPECT_EQ(k::exp(1000.0), inf);
    EXPECT_EQ(k::exp(-1000.0), 0.0);
    EXPECT_TRUE(std::isnan(k::exp(nan)));
    EXPECT_EQ(k::pow(0.0, 0.0), 1.0);
    EXPECT_EQ(k::pow(0.0, 2.5), 0.0);
    EXPECT_EQ(k::pow(0.0, -1.0), inf);
    EXPECT_EQ(k::pow(-2.0, 3.0), -8.0);
    EXPECT_EQ(k::pow(-2.0, 4.0), 16.0);
    EXPECT_TRUE(std::isnan(k::pow(-2.0, 0.5)));
    EXPECT_EQ(k::pow(2.0, 2000.0), inf);
    EXPECT_EQ(k::pow(2.0, -2000.0), 0.0);
    EXPECT_EQ(k::pow(nan, 0.0), 1.0);
    EXPECT_TRUE(std::isnan(k::sin(2e6)));
    EXPECT_EQ(k::floor(-0.5), -1.0);
    EXPECT_EQ(k::floor(2.0), 2.0);
    EXPECT_EQ(k::ceiling(2.1), 3.0);
    EXPECT_EQ(k::floor(1e300), 1e300);
    EXPECT_EQ(k::power_by_squaring(3.0, 5), 243.0);
    EXPECT_EQ(k::power_by_squaring(3.0, 0), 1.0);
}

// Each function in a block of lanes, against the scalar build.
TEST(Functions, GiveTheSameBitsInEveryLane) {
    using Real = k::BlockReal;
    Draw draw;
    auto compare = [](auto const& block, auto const& scalar, k::u32 lane) {
        double const got = get(block, lane);
        EXPECT_EQ(k::bits(got), k::bits(scalar)) << got << " and " << scalar;
    };
    for (int round = 0; round < 2000; ++round) {
        Real x, y;
        for (k::u32 lane = 0; lane < k::BlockLane::width; ++lane) {
            double const scale = std::pow(10.0, draw(-3, 3));
            k::set(x, lane, round % 7 == 0 ? std::floor(draw(-3, 3)) : draw(-scale, scale));
            k::set(y, lane, round % 5 == 0 ? std::floor(draw(-4, 4)) : draw(-5, 5));
        }
        for (k::u32 lane = 0; lane < k::BlockLane::width; ++lane) {
            double const a = k::get(x, lane), b = k::get(y, lane);
            compare(k::exp(x), k::exp(a), lane);
            compare(k::sin(x), k::sin(a), lane);
            compare(k::cos(x), k::cos(a), lane);
            compare(k::tanh(x), k::tanh(a), lane);
            compare(k::floor(x), k::floor(a), lane);
            compare(k::ceiling(x), k::ceiling(a), lane);
            compare(k::log(k::absolute(x)), k::log(k::absolute(a)), lane);
            compare(k::sqrt(k::absolute(x)), k::sqrt(k::absolute(a)), lane);
            compare(k::pow(k::absolute(x), y), k::pow(k::absolute(a), b), lane);
        }
    }
}

}  // namespace
