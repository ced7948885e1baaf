// Closures against moments of distributions of their own kind, against formulas by hand, and at work in a nonlinear
// network whose distribution is known.
#include "meanfield/closures.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fano/error.hpp"
#include "support/exact.hpp"
#include "support/gallery.hpp"

namespace {

using namespace fano;
using test::gallery_network;
using ::testing::Contains;
using ::testing::HasSubstr;

std::vector<double> close(Closure closure, std::size_t order, std::vector<double> const& kept,
                          std::vector<Exponents> const& wanted) {
    MultiIndices const indices{wanted.front().size(), order};
    EXPECT_EQ(indices.size(), kept.size());
    std::vector<double> beyond(wanted.size());
    (*make_closure(closure, indices, wanted))(kept.data(), beyond.data());
    return beyond;
}

void expect_near(double value, double expected, double tolerance) {
    EXPECT_NEAR(value, expected, tolerance * std::abs(expected));
}

// Two variables with a joint lognormal distribution.
struct Lognormal {
    long double location[2] = {1.2L, 0.4L}, covariance[2][2] = {{0.09L, 0.05L}, {0.05L, 0.16L}};

    long double raw(Exponents const& m) const {
        long double exponent = 0;
        for (int i = 0; i < 2; ++i) {
            exponent += m[static_cast<std::size_t>(i)] * location[i];
            for (int j = 0; j < 2; ++j)
                exponent +=
                    0.5L * m[static_cast<std::size_t>(i)] * m[static_cast<std::size_t>(j)] * covariance[i][j];
        }
        return std::exp(exponent);
    }
    double central(Exponents const& m) const {
        long double sum = 0;
        for (auto const& k : all_below(m)) {
            long double term = choose(m, k) * raw(k);
            for (std::size_t i = 0; i < 2; ++i)
                for (int j = 0; j < m[i] - k[i]; ++j) term *= -raw(unit_exponents(2, i));
            sum += term;
        }
        return static_cast<double>(sum);
    }
    std::vector<double> kept(std::size_t order) const {
        MultiIndices const indices{2, order};
        std::vector<double> values;
        for (auto const& m : indices.all())
            values.push_back(order_of(m) == 1 ? static_cast<double>(raw(m)) : central(m));
        return values;
    }
};

TEST(NormalClosure, MomentsOfANormalDistributionFollowFromItsVariance) {
    auto const m = close(Closure::normal, 2, {5, 3}, {{3}, {4}, {5}, {6}, {8}});
    EXPECT_EQ(m, (std::vector<double>{0, 3 * 9, 0, 15 * 27, 105 * 81}));
}

// Isserlis: sums over pairings.
TEST(NormalClosure, JointMomentsOfANormalDistributionAreSumsOverPairings) {
    double const xx = 2, xy = 0.5, xz = -0.3, yy = 3, yz = 0.7, zz = 5;
    auto const m = close(Closure::normal, 2, {1, 2, 3, xx, xy, xz, yy, yz, zz},
                         {{1, 1, 1}, {2, 1, 1}, {2, 2, 0}, {1, 3, 0}, {2, 2, 2}});
    EXPECT_DOUBLE_EQ(m[0], 0);
    EXPECT_DOUBLE_EQ(m[1], xx * yz + 2 * xy * xz);
    EXPECT_DOUBLE_EQ(m[2], xx * yy + 2 * xy * xy);
    EXPECT_DOUBLE_EQ(m[3], 3 * xy * yy);
    EXPECT_DOUBLE_EQ(m[4],
                     xx * yy * zz + 2 * (xx * yz * yz + yy * xz * xz + zz * xy * xy) + 8 * xy * yz * xz);
}

TEST(NormalClosure, HigherOrdersKeepTheSkewnessAndTheKurtosis) {
    double const v = 2, third = 1.5, fourth = 20, k4 = fourth - 3 * v * v;
    auto const a = close(Closure::normal, 3, {4, v, third}, {{4}, {5}});
    EXPECT_DOUBLE_EQ(a[0], 3 * v * v);
    EXPECT_DOUBLE_EQ(a[1], 10 * v * third);
    auto const b = close(Closure::normal, 4, {4, v, third, fourth}, {{5}, {6}});
    EXPECT_DOUBLE_EQ(b[0], 10 * v * third);
    EXPECT_DOUBLE_EQ(b[1], 15 * k4 * v + 10 * third * third + 15 * v * v * v);
}

// x + y of two independent variables: a moment of the sum is a sum of joint moments, whatever the closure keeps.
TEST(NormalClosure, JointMomentsAddUpToThoseOfASum) {
    double const v = 2, third = 1.5, w = 3, other = -0.7;
    // Order 3 of two variables: x, y, xx, xy, yy, xxx, xxy, xyy, yyy.
    auto const joint = close(Closure::normal, 3, {1, 1, v, 0, w, third, 0, 0, other},
                             {{5, 0}, {4, 1}, {3, 2}, {2, 3}, {1, 4}, {0, 5}});
    double const sum = joint[0] + 5 * joint[1] + 10 * joint[2] + 10 * joint[3] + 5 * joint[4] + joint[5];
    EXPECT_NEAR(sum, close(Closure::normal, 3, {2, v + w, third + other}, {{5}})[0], 1e-12);
}

TEST(LognormalClosure, MomentsOfALognormalDistributionFollow) {
    Lognormal const pair;
    std::vector<Exponents> const third{{3, 0}, {2, 1}, {1, 2}, {0, 3}},
        higher{{4, 0}, {2, 2}, {3, 1}, {3, 2}, {6, 0}};
    auto const a = close(Closure::lognormal, 2, pair.kept(2), third);
    for (std::size_t i = 0; i < third.size(); ++i) expect_near(a[i], pair.central(third[i]), 1e-12);
    for (std::size_t order : {2u, 3u}) {
        auto const b = close(Closure::lognormal, order, pair.kept(order), higher);
        for (std::size_t i = 0; i < higher.size(); ++i) expect_near(b[i], pair.central(higher[i]), 1e-12);
    }
}

TEST(DerivativeMatching, IsTheLognormalClosureAtOrderTwo) {
    std::vector<double> const kept{5, 7, 4, 1.5, 9};
    std::vector<Exponents> const wanted{{3, 0}, {2, 1}, {1, 3}};
    EXPECT_EQ(close(Closure::derivative_matching, 2, kept, wanted),
              close(Closure::lognormal, 2, kept, wanted));
}

TEST(DerivativeMatching, FourthMomentHasTheKnownExponents) {
    double const mean = 6, v = 5, third = 4;
    double const two = v + mean * mean, three = third + 3 * mean * v + mean * mean * mean;
    double const four = std::pow(mean, 4) * std::pow(three, 4) / std::pow(two, 6);
    double const expected = four - 4 * mean * three + 6 * mean * mean * two - 3 * std::pow(mean, 4);
    expect_near(close(Closure::derivative_matching, 3, {mean, v, third}, {{4}})[0], expected, 1e-11);
}

TEST(DerivativeMatching, ProductsOfPowersAreExactForLognormalMoments) {
    Lognormal const pair;
    std::vector<Exponents> const wanted{{4, 0}, {2, 2}, {3, 1}, {5, 0}, {2, 3}};
    auto const m = close(Closure::derivative_matching, 3, pair.kept(3), wanted);
    for (std::size_t i = 0; i < wanted.size(); ++i) expect_near(m[i], pair.central(wanted[i]), 1e-11);
}

TEST(Closures, NothingIsGuessedFromMeansAlone) {
    for (auto closure : {Closure::normal, Closure::lognormal, Closure::derivative_matching})
        EXPECT_EQ(close(closure, 1, {3, 4}, {{2, 0}, {1, 1}, {2, 1}}), (std::vector<double>{0, 0, 0}));
}

TEST(Closures, WhatIsNeverThereHasNoMoments) {
    for (auto closure : {Closure::lognormal, Closure::derivative_matching}) {
        auto const m = close(closure, 2, {0, 3, 0, 0, 2}, {{2, 1}, {0, 3}});
        EXPECT_EQ(m[0], 0);
        EXPECT_NEAR(m[1], 27 * (std::pow(11.0 / 9, 3) - 3 * 11.0 / 9 + 2), 1e-12);
    }
}

// A fourth moment of 1e-8 of the mean's fourth power, of which raw moments would leave few digits.
TEST(Closures, SmallNoiseOnLargeCountsKeepsItsDigits) {
    double const mean = 1e4, v = 1e4, r = v / (mean * mean);
    double const expected =
        3 * r * r + 16 * r * r * r + 15 * std::pow(r, 4) + 6 * std::pow(r, 5) + std::pow(r, 6);
    expect_near(close(Closure::lognormal, 2, {mean, v}, {{4}})[0], expected * std::pow(mean, 4), 1e-10);
}

TEST(Closures, AreFoundByName) {
    for (auto closure : {Closure::normal, Closure::lognormal, Closure::derivative_matching})
        EXPECT_EQ(parse_closure(name_of(closure)), closure);
    EXPECT_THROW(parse_closure("norml"), InputError);
}

CountMoments moments_of(Network const& network, std::vector<double> const& times, unsigned order,
                        Closure closure) {
    return moment_equations(network, times, {order, closure, nullptr});
}

// Monomers of 2M <-> D with 40 in all, from the exact distribution over the 21 states.
class ClosedDimerisation : public ::testing::Test {
protected:
    static constexpr double times[] = {0.05, 0.2, 1, 10};

    static test::Moments exact(double time) {
        test::Chain chain{21};
        for (std::size_t d = 0; d <= 20; ++d) {
            double const m = 40 - 2 * static_cast<double>(d);
            if (d < 20) chain.jump(d, d + 1, 0.05 * m * (m - 1) / 2);
            if (d > 0) chain.jump(d, d - 1, static_cast<double>(d));
        }
        std::vector<double> start(21);
        start[0] = 1;
        auto const states = chain.after(start, time);
        test::Probabilities monomers(41);
        for (std::size_t d = 0; d <= 20; ++d) monomers[40 - 2 * d] = states[d];
        return test::moments_of(monomers);
    }

    static void expect_within(Closure closure, unsigned order, double of_mean, double of_variance) {
        auto const found =
            moments_of(gallery_network("dimerisation"), {std::begin(times), std::end(times)}, order, closure);
        EXPECT_TRUE(found.closed);
        EXPECT_THAT(found.notes, Contains(HasSubstr(name_of(closure))));
        for (std::size_t t = 0; t < std::size(times); ++t) {
            auto const expected = exact(times[t]);
            EXPECT_NEAR(found.mean_of(t, 0) / expected.mean, 1, of_mean) << name_of(closure) << ' ' << order;
            EXPECT_NEAR(found.variance(t, 0) / expected.variance, 1, of_variance)
                << name_of(closure) << ' ' << order;
            EXPECT_NEAR(found.mean_of(t, 0) + 2 * found.mean_of(t, 1), 40, 1e-9);
        }
    }
};

TEST_F(ClosedDimerisation, NormalClosureComesNearerWithEachOrder) {
    expect_within(Closure::normal, 2, 1e-4, 1e-2);
    expect_within(Closure::normal, 3, 3e-6, 3e-4);
    expect_within(Closure::normal, 4, 1e-7, 1e-5);
}

TEST_F(ClosedDimerisation, LognormalClosureIsRoughlyRight) {
    expect_within(Closure::lognormal, 2, 5e-4, 4e-2);
}

TEST_F(ClosedDimerisation, DerivativeMatchingComesNearerWithEachOrder) {
    expect_within(Closure::derivative_matching, 2, 5e-4, 4e-2);
    expect_within(Closure::derivative_matching, 3, 5e-5, 3e-3);
    expect_within(Closure::derivative_matching, 4, 5e-6, 3e-4);
}

TEST_F(ClosedDimerisation, SkewnessNeedsThirdMoments) {
    auto const third = moments_of(gallery_network("dimerisation"), {0.05, 10}, 4, Closure::normal);
    EXPECT_NEAR(third.skewness(0, 0), exact(0.05).skewness(), 1e-4);
    EXPECT_NEAR(third.skewness(1, 0), exact(10).skewness(), 2e-4);
    auto const second = moments_of(gallery_network("dimerisation"), {1}, 2, Closure::normal);
    EXPECT_THROW(second.skewness(0, 0), InputError);
    EXPECT_THROW(third.central_of(0, {5, 0}), InputError);
}

TEST(Closures, RunningAwayIsToldByName) {
    auto const run = [&](char const* model, unsigned order, Closure closure) {
        auto const network = gallery_network(model);
        try {
            moments_of(network, parse_times(network.default_times), order, closure);
        } catch (SolverError const& error) {
            return std::string(error.what());
        }
        return std::string("nothing was thrown");
    };
    EXPECT_THAT(run("lotka_volterra", 3, Closure::normal),
                HasSubstr("lotka_volterra.toml: the variance of prey falls below 0 at time 24.8334: the "
                          "normal closure at order 3 has run "
                          "away"));
    EXPECT_THAT(run("sis", 2, Closure::normal),
                HasSubstr("Most likely the normal closure at order 2 has run away"));
    EXPECT_THAT(run("sir", 2, Closure::lognormal),
                HasSubstr("it divides by means, and some are 0 at the start"));
}

}  // namespace
