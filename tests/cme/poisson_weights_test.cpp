// What uniformization and Krylov steps are made of: Poisson weights, and exponentials of small matrices.
#include "cme/poisson_weights.hpp"

#include <cmath>

#include <Eigen/LU>
#include <boost/math/special_functions/gamma.hpp>
#include <gtest/gtest.h>

#include "cme/small_exponential.hpp"

namespace fano::test {
namespace {

constexpr double means[] = {1e-12, 1e-3, 0.3, 1, 2.5, 7, 40, 333.3, 1e4, 1e6};

TEST(PoissonWeights, AreThoseOfPoissonsLaw) {
    for (double mean : means) {
        auto const weights = poisson_weights(mean, 1e-14);
        for (std::size_t i = 0; i < weights.weights.size(); ++i) {
            // The derivative of the regularised gamma function is exp(-mean) mean^k / k!.
            auto const k = static_cast<double>(weights.first + i);
            double const exact = boost::math::gamma_p_derivative(k + 1, mean);
            EXPECT_NEAR(weights.weights[i], exact, 2e-12 * exact) << k << " of " << mean;
        }
    }
}

TEST(PoissonWeights, LeaveOutAtMostTheToleranceAndSayHowMuch) {
    for (double mean : means)
        for (double tolerance : {0.1, 1e-3, 1e-6, 1e-12, 1e-16}) {
            auto const found = poisson_weights(mean, tolerance);
            EXPECT_LE(found.left_out, tolerance);
            double sum = 0;
            for (double w : found.weights) sum += w;
            EXPECT_NEAR(sum + found.left_out, 1, 1e-13);
            // P(k < first) + P(k > last).
            auto const first = static_cast<double>(found.first), last = static_cast<double>(found.last());
            double const outside =
                (first > 0 ? boost::math::gamma_q(first, mean) : 0) + boost::math::gamma_p(last + 1, mean);
            EXPECT_NEAR(outside, found.left_out, 1e-9 * tolerance + 1e-25) << mean << " " << tolerance;
        }
}

TEST(PoissonWeights, AreNotMoreThanNeeded) {
    for (double mean : means) {
        auto const found = poisson_weights(mean, 1e-10);
        EXPECT_LE(static_cast<double>(found.weights.size()), 14 * std::sqrt(mean) + 14) << mean;
        // One less at either end would be too few.
        EXPECT_GT(found.left_out + std::min(found.weights.front(), found.weights.back()),
                  found.weights.size() > 1 ? 1e-10 : 0.0);
    }
}

// u' = M u with M of the eigenvalues -rate: the integral of u is known.
Eigen::RowVectorXd const none = Eigen::RowVectorXd::Zero(1), none_of_two = Eigen::RowVectorXd::Zero(2);

TEST(SmallExponential, IsExactAndItsErrorBoundsTheIntegral) {
    for (double rate : {0.0, 0.01, 1.0, 300.0, 1e6})
        for (double time : {1e-3, 1.0, 50.0}) {
            auto const found =
                longest_step(Eigen::MatrixXd::Constant(1, 1, -rate),
                             {Eigen::RowVectorXd::Constant(1, -1.5), 0.1, none}, time, 1e9, false, true);
            EXPECT_EQ(found.time, time);
            EXPECT_NEAR(found.state[0], std::exp(-rate * time), 1e-12);
            double const integral = 0.1 * 1.5 * (rate > 0 ? -std::expm1(-rate * time) / rate : time);
            EXPECT_GE(found.error, integral * (1 - 1e-12));
            EXPECT_LE(found.error, 1.6 * integral);
        }
}

TEST(SmallExponential, FollowsRisesAndOscillations) {
    // sin(w t) exp(-d t): reader u of a turning vector.
    for (double w : {0.5, 3.0, 20.0}) {
        double const d = 0.3 * w, time = 2;
        Eigen::Matrix2d turn;
        turn << -d, -w, w, -d;
        auto const found =
            longest_step(turn, {Eigen::RowVector2d(0, 1), 1, none_of_two}, time, 1e9, false, w > 1);
        EXPECT_NEAR(found.state[0], std::exp(-d * time) * std::cos(w * time), 1e-12);
        EXPECT_NEAR(found.state[1], std::exp(-d * time) * std::sin(w * time), 1e-12);
        double integral = 0;
        for (int i = 0; i < 100'000; ++i) {
            double const t = (i + 0.5) * time / 100'000;
            integral += std::exp(-d * t) * std::abs(std::sin(w * t)) * time / 100'000;
        }
        EXPECT_GE(found.error, integral) << w;
        EXPECT_LE(found.error, 3 * integral) << w;
    }
}

TEST(SmallExponential, FindsTheLongestTimeWithinTheTolerance) {
    // The error grows as t^2 / 2, and is allowed to be a tenth of t.
    Eigen::Matrix2d shift;
    shift << 0, 0, 1, 0;
    SmallError const known{Eigen::RowVector2d(0, 1), 1, none_of_two};
    EXPECT_EQ(longest_step(shift, known, 1, 0.1, false, false).time, 0);
    auto const found = longest_step(shift, known, 1, 0.1, true, false);
    EXPECT_GT(found.time, 0.14);
    EXPECT_LE(found.time, 0.2);
    EXPECT_LE(found.error, 0.1 * found.time);
    EXPECT_NEAR(found.state[1], found.time, 1e-14);
    EXPECT_EQ(longest_step(shift, known, 0.1, 0.1, false, false).time, 0.1);
}

}  // namespace
}  // namespace fano::test
