// CVODE behind integrate(): closed forms, stiffness, times, and errors in words.
#include "meanfield/integrate.hpp"

#include <cmath>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fano/error.hpp"

namespace fano::test {
namespace {

using ::testing::HasSubstr;

OdeTolerance const fine{1e-12, 1e-12};

OdeSystem decay(double rate) {
    return {.size = 1, .slope = [rate](double, double const* y, double* slope) { slope[0] = -rate * y[0]; }};
}

std::string error_of(OdeSystem const& system, std::vector<double> const& start,
                     std::vector<double> const& times, OdeTolerance const& tolerance = {}) {
    try {
        integrate(system, start, times, tolerance);
    } catch (Error const& error) {
        return error.what();
    }
    return "no error";
}

TEST(Integrate, DecayFollowsTheExponential) {
    std::vector<double> const times{0, 0.1, 0.5, 1, 3};
    auto const y = integrate(decay(2), {10}, times, fine);
    ASSERT_EQ(y.size(), times.size());
    for (std::size_t i = 0; i < times.size(); ++i)
        EXPECT_NEAR(y[i], 10 * std::exp(-2 * times[i]), 1e-9) << times[i];
}

// y'' = -y as two components, with its Jacobian: [column * size + row].
TEST(Integrate, AnOscillatorKeepsItsPhaseForTenPeriods) {
    int jacobians = 0;
    OdeSystem const oscillator{.size = 2,
                               .slope =
                                   [](double, double const* y, double* slope) {
                                       slope[0] = y[1];
                                       slope[1] = -y[0];
                                   },
                               .jacobian =
                                   [&](double, double const*, double* jacobian) {
                                       ++jacobians;
                                       jacobian[2] = 1;
                                       jacobian[1] = -1;
                                   }};
    double const end = 20 * std::acos(-1.0);
    auto const y = integrate(oscillator, {1, 0}, {end / 3, end}, {1e-13, 1e-13});
    EXPECT_NEAR(y[0], std::cos(end / 3), 1e-8);
    EXPECT_NEAR(y[1], -std::sin(end / 3), 1e-8);
    EXPECT_NEAR(y[2], 1, 1e-8);
    EXPECT_NEAR(y[3], 0, 1e-8);
    EXPECT_GT(jacobians, 0);
}

TEST(Integrate, TimeReachesTheSlope) {
    OdeSystem const system{.size = 1,
                           .slope = [](double t, double const*, double* slope) { slope[0] = std::cos(t); }};
    auto const y = integrate(system, {0}, {1, 2, 7}, fine);
    EXPECT_NEAR(y[0], std::sin(1), 1e-9);
    EXPECT_NEAR(y[1], std::sin(2), 1e-9);
    EXPECT_NEAR(y[2], std::sin(7), 1e-9);
}

// Robertson (1966): rates over nine decades. Reference at 1e11 from the Test Set for IVP Solvers (Mazzia &
// Magherini, 2008, problem ROBER), computed there by another method in higher precision.
TEST(Integrate, RobertsonsReactionIsNotTooStiff) {
    OdeSystem const robertson{.size = 3,
                              .slope =
                                  [](double, double const* y, double* slope) {
                                      slope[0] = -0.04 * y[0] + 1e4 * y[1] * y[2];
                                      slope[2] = 3e7 * y[1] * y[1];
                                      slope[1] = -slope[0] - slope[2];
                                  },
                              .jacobian =
                                  [](double, double const* y, double* j) {
                                      j[0] = -0.04, j[3] = 1e4 * y[2], j[6] = 1e4 * y[1];
                                      j[5] = 6e7 * y[1];
                                      for (int c : {0, 3, 6}) j[c + 1] = -j[c] - j[c + 2];
                                  }};
    auto const y = integrate(robertson, {1, 0, 0}, {4e3, 1e11}, {1e-11, 1e-22});
    EXPECT_NEAR(y[0] + y[1] + y[2], 1, 1e-12);
    EXPECT_NEAR(y[3] / 0.2083340149701255e-7, 1, 1e-8);
    EXPECT_NEAR(y[4] / 0.8333360770334713e-13, 1, 1e-8);
    EXPECT_NEAR(y[5], 0.9999999791665050, 1e-12);
}

TEST(Integrate, TimeZeroAndEqualTimesGiveWhatTheyAsk) {
    auto const y = integrate(decay(1), {3}, {0, 0, 1, 1}, fine);
    ASSERT_EQ(y.size(), 4U);
    EXPECT_EQ(y[0], 3);
    EXPECT_EQ(y[1], 3);
    EXPECT_EQ(y[2], y[3]);
    EXPECT_EQ(integrate(decay(1), {3}, {0}), std::vector<double>{3});
}

// Long steps through the rest before it would pass over the pulse.
TEST(Integrate, APulseIsSeenByTimesThatAreAsClose) {
    OdeSystem const pulse{.size = 1, .slope = [](double t, double const*, double* slope) {
                              slope[0] = std::exp(-400 * (t - 50) * (t - 50));
                          }};
    std::vector<double> times;
    for (int i = 0; i <= 2000; ++i) times.push_back(0.05 * i);
    EXPECT_NEAR(integrate(pulse, {0}, times, fine).back(), std::sqrt(std::acos(-1.0) / 400), 1e-9);
}

TEST(Integrate, NothingToIntegrateIsNoError) {
    OdeSystem const nothing{.size = 0, .slope = [](double, double const*, double*) {}};
    EXPECT_TRUE(integrate(nothing, {}, {1, 2}).empty());
}

TEST(Integrate, ASolutionThatExplodesSaysWhenAndWhat) {
    OdeSystem const explosion{.size = 1,
                              .slope = [](double, double const* y, double* slope) { slope[0] = y[0] * y[0]; },
                              .name = [](std::size_t) { return "mRNA"; }};
    auto const words = error_of(explosion, {1}, {2});
    EXPECT_THAT(words, HasSubstr("beyond time 1:"));
    EXPECT_THAT(words, HasSubstr("mRNA"));
}

// A rotation whose speed has a pole at 1: just before, steps are shorter than times are apart.
TEST(Integrate, StepsThatDoNotMoveTheTimeEnd) {
    OdeSystem const system{.size = 2, .slope = [](double t, double const* y, double* slope) {
                               slope[0] = y[1] / (1 - t);
                               slope[1] = -y[0] / (1 - t);
                           }};
    EXPECT_THAT(error_of(system, {1, 0}, {2}), HasSubstr("beyond time 1: steps had to be too small"));
}

TEST(Integrate, AnUndefinedSlopeIsNamed) {
    OdeSystem const system{.size = 2,
                           .slope =
                               [](double, double const*, double* slope) {
                                   slope[0] = 0;
                                   slope[1] = std::nan("");
                               },
                           .name = [](std::size_t i) { return i == 0 ? "first" : "second"; }};
    EXPECT_THAT(error_of(system, {1, 1}, {1}), HasSubstr("slope of second is not a finite number"));
}

// The slope is undefined below 1, where a step that is too long lands.
TEST(Integrate, AStepIntoTheUndefinedIsTriedAgainShorter) {
    int undefined = 0;
    OdeSystem const system{.size = 1, .slope = [&](double, double const* y, double* slope) {
                               slope[0] = -std::sqrt(y[0] - 1);
                               undefined += std::isnan(slope[0]);
                           }};
    EXPECT_NEAR(integrate(system, {2}, {1.999}, {1e-6, 1e-6})[0], 1 + 0.25e-6, 1e-6);
    EXPECT_GT(undefined, 0);
}

TEST(Integrate, AToleranceFinerThanRoundingIsRefused) {
    EXPECT_THAT(error_of(decay(1), {1}, {1}, {1e-18, 1e-30}),
                HasSubstr("tolerance is finer than the rounding"));
    EXPECT_THAT(error_of(decay(1), {1}, {1}, {0, 1}), HasSubstr("must be greater than 0"));
}

TEST(Integrate, TimesMustAscend) {
    EXPECT_THROW(integrate(decay(1), {1}, {1, 0.5}), InputError);
    EXPECT_THAT(error_of(decay(1), {1}, {1, 0.5}),
                HasSubstr("number 2 of them is 0.5, and should be 1 or more"));
    EXPECT_THROW(integrate(decay(1), {1}, {-1}), InputError);
    EXPECT_THROW(integrate(decay(1), {1}, {std::nan("")}), InputError);
    EXPECT_THROW(integrate(decay(1), {1}, {}), InputError);
}

TEST(Integrate, StopsWhenAsked) {
    std::atomic<bool> stop{false};
    int calls = 0;
    OdeSystem const endless{.size = 1, .slope = [&](double t, double const*, double* slope) {
                                slope[0] = std::cos(1e6 * t);
                                if (++calls == 1000) stop = true;
                            }};
    EXPECT_THROW(integrate(endless, {0}, {1e9}, {}, &stop), Interrupted);
    EXPECT_LT(calls, 1100);
}

// The matrix comes between two slopes, and takes the longest where there are many equations.
TEST(Integrate, AStopIsHeardWithinAStep) {
    std::atomic<bool> stop{false};
    int calls_after = 0;
    OdeSystem system{.size = 2,
                     .slope =
                         [&](double, double const* y, double* slope) {
                             calls_after += stop;
                             slope[0] = -y[0];
                             slope[1] = y[0] - y[1];
                         },
                     .jacobian =
                         [&](double, double const*, double* jacobian) {
                             jacobian[0] = jacobian[3] = -1;
                             jacobian[1] = 1;
                             stop = true;
                         }};
    EXPECT_THROW(integrate(system, {1, 0}, {1}, {}, &stop), Interrupted);
    EXPECT_EQ(calls_after, 0);
}

TEST(Integrate, FailuresNameTheFileTheTimeAndACure) {
    OdeSystem const system{.size = 1,
                           .slope = [](double, double const* y, double* slope) { slope[0] = y[0] * y[0]; },
                           .file = "explosion.toml"};
    auto const words = error_of(system, {1}, {2});
    EXPECT_THAT(words, HasSubstr("explosion.toml: "));
    EXPECT_THAT(words, HasSubstr("beyond time 1:"));
    EXPECT_THAT(words, HasSubstr("Ask for earlier times"));
}

TEST(Integrate, WhatTheSlopeThrowsComesThrough) {
    OdeSystem const system{.size = 1, .slope = [](double t, double const*, double* slope) {
                               slope[0] = 1;
                               if (t > 0.5) throw std::logic_error("beyond");
                           }};
    EXPECT_THROW(integrate(system, {0}, {1}), std::logic_error);
}

}  // namespace
}  // namespace fano::test
