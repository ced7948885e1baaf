// Curves of steady states over a parameter: closed forms on every point, folds against discriminants.
#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>

#include "fano/error.hpp"
#include "fano/meanfield.hpp"
#include "support/gallery.hpp"

namespace fano::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Model gallery_model(std::string const& name) {
    return read_model((source_folder() / "models" / (name + ".toml")).string());
}

TEST(Continuation, ALinearNetworkGivesALine) {
    auto const found = continue_steady_states(gallery_model("birth_death"), "k", 0, 50);
    ASSERT_EQ(found.branches.size(), 1U);
    auto const& points = found.branches[0].points;
    EXPECT_EQ(points.front().parameter, 0);
    EXPECT_EQ(points.back().parameter, 50);
    EXPECT_GT(points.size(), 20U);
    for (std::size_t i = 1; i < points.size(); ++i) {
        EXPECT_GT(points[i].parameter, points[i - 1].parameter);
        EXPECT_NEAR(points[i].state.counts[0], points[i].parameter, 1e-11 * points[i].parameter);
        EXPECT_EQ(points[i].state.stability, Stability::stable);
    }
    EXPECT_THAT(found.branches[0].folds, IsEmpty());
    EXPECT_THAT(found.notes, IsEmpty());
}

// c3 as a function of the count at rest: all of Schloegl's curve.
struct Schloegl {
    static double inflow(double x) {
        return 3.5 * x - 0.015 * x * (x - 1) + 1e-4 / 6 * x * (x - 1) * (x - 2);
    }
    static double slope(double x) { return 3.5 - 0.015 * (2 * x - 1) + 1e-4 / 6 * (3 * x * x - 6 * x + 2); }
    // The roots of the slope, where the discriminant of the cubic is 0.
    static std::pair<double, double> folds() {
        double const a = 0.5e-4, b = -1e-4 - 0.03, c = 3.5 + 0.015 + 1e-4 / 3;
        double const large = (-b + std::sqrt(b * b - 4 * a * c)) / (2 * a);
        return {c / (a * large), large};
    }
};

TEST(Continuation, SchloeglsCurveGoesAroundBothFolds) {
    auto const found = continue_steady_states(gallery_model("schlogl"), "c3", 20, 300);
    ASSERT_EQ(found.branches.size(), 1U);
    auto const& branch = found.branches[0];
    EXPECT_EQ(branch.points.front().parameter, 20);
    EXPECT_EQ(branch.points.back().parameter, 300);
    auto const [low, high] = Schloegl::folds();
    for (auto const& point : branch.points) {
        double const x = point.state.counts[0];
        EXPECT_NEAR(point.parameter, Schloegl::inflow(x), 1e-9 * point.parameter) << x;
        EXPECT_NEAR(point.state.eigenvalues[0].real(), -Schloegl::slope(x), 1e-10) << x;
        EXPECT_EQ(point.state.stability, x > low && x < high ? Stability::unstable : Stability::stable) << x;
    }
    ASSERT_EQ(branch.folds.size(), 2U);
    EXPECT_NEAR(branch.folds[0].parameter / Schloegl::inflow(low), 1, 1e-10);
    EXPECT_NEAR(branch.folds[1].parameter / Schloegl::inflow(high), 1, 1e-10);
    EXPECT_NEAR(branch.folds[0].state.counts[0] / low, 1, 1e-6);
    EXPECT_NEAR(branch.folds[1].state.counts[0] / high, 1, 1e-6);
    EXPECT_EQ(branch.folds[0].state.stability, Stability::marginal);
}

// Entered from an end at which the network has three states, the curve is cut in two.
TEST(Continuation, EveryStateAtEitherEndLiesOnABranchOnce) {
    for (auto const& [from, to] : {std::pair{200.0, 300.0}, std::pair{300.0, 200.0}}) {
        auto const found = continue_steady_states(gallery_model("schlogl"), "c3", from, to);
        ASSERT_EQ(found.branches.size(), 2U);
        std::vector<double> ends;
        for (auto const& branch : found.branches) {
            ends.push_back(branch.points.front().parameter);
            ends.push_back(branch.points.back().parameter);
        }
        std::sort(ends.begin(), ends.end());
        EXPECT_THAT(ends, ElementsAre(200, 200, 200, 300));
        EXPECT_EQ(found.branches[0].folds.size() + found.branches[1].folds.size(), 1U);
    }
}

// Where U and V differ: U + V = k, U V = K^2 = 36, from k = 2 K on; the curve of those turns back there.
TEST(Continuation, TheToggleForksAtTwiceItsThreshold) {
    auto const found = continue_steady_states(gallery_model("toggle"), "k", 4, 25);
    ASSERT_EQ(found.branches.size(), 2U);
    for (auto const& point : found.branches[0].points) {
        double const u = point.state.counts[0];
        EXPECT_NEAR(u, point.state.counts[1], 1e-10 * u);
        EXPECT_NEAR(point.parameter, u + u * u * u / 36, 1e-9 * point.parameter);
        EXPECT_EQ(point.state.stability, u < 6 ? Stability::stable : Stability::unstable) << u;
    }
    EXPECT_EQ(found.branches[1].points.front().parameter, 25);
    EXPECT_EQ(found.branches[1].points.back().parameter, 25);
    for (auto const& point : found.branches[1].points) {
        double const u = point.state.counts[0], v = point.state.counts[1];
        EXPECT_NEAR(u + v, point.parameter, 1e-9 * point.parameter);
        EXPECT_NEAR(u * v, 36, 1e-6);
    }
    ASSERT_EQ(found.branches[1].folds.size(), 1U);
    EXPECT_NEAR(found.branches[1].folds[0].parameter, 12, 1e-6);
}

// The endemic state N (1 - gamma/beta) reaches 0 at beta = gamma = 0.25.
TEST(Continuation, ABranchEndsWhereACountWouldTurnNegative) {
    auto const found = continue_steady_states(gallery_model("sis"), "beta", 0.1, 1);
    ASSERT_EQ(found.branches.size(), 2U);
    for (auto const& point : found.branches[0].points) {
        EXPECT_EQ(point.state.counts[1], 0);
        EXPECT_EQ(point.state.stability, point.parameter < 0.25 ? Stability::stable : Stability::unstable);
    }
    auto const& endemic = found.branches[1].points;
    for (auto const& point : endemic)
        EXPECT_NEAR(point.state.counts[1], 30 * (1 - 0.25 / point.parameter), 1e-9) << point.parameter;
    EXPECT_NEAR(endemic.back().parameter, 0.25, 1e-5);
    EXPECT_THAT(found.notes, ElementsAre(HasSubstr("branch 2 ends at beta = 0.25: beyond")));
}

TEST(Continuation, NetworksWithoutSteadyStatesSayWhy) {
    auto const model = read_toml(
        "[species]\nX = 0\n[parameters]\nk = 1\n[reactions.birth]\nequation = \"-> X\"\n"
        "rate = \"k\"\n",
        "test.toml");
    try {
        continue_steady_states(model, "k", 1, 2);
        FAIL() << "no error";
    } catch (SolverError const& error) {
        EXPECT_THAT(error.what(), HasSubstr("look for birth without death"));
    }
}

TEST(Continuation, WhatCannotBeFollowedIsRefused) {
    auto const error_of = [](std::string const& name, std::string const& parameter, double from, double to) {
        try {
            continue_steady_states(gallery_model(name), parameter, from, to);
        } catch (InputError const& error) {
            return std::string(error.what());
        }
        return std::string("no error");
    };
    EXPECT_THAT(error_of("toggle", "U", 1, 2), HasSubstr("\"U\" is a species"));
    EXPECT_THAT(error_of("toggle", "gama", 1, 2), HasSubstr("did you mean \"gamma\"?"));
    EXPECT_THAT(error_of("toggle", "k", 2, 2), HasSubstr("two different finite values, not from 2 to 2"));
    EXPECT_THAT(error_of("toggle", "k", 2, std::nan("")), HasSubstr("two different finite values"));
    EXPECT_THAT(error_of("circadian", "k", 1, 2), HasSubstr("depends on time"));
    EXPECT_THAT(error_of("division", "gamma_m", 1, 2), HasSubstr("event \"division\""));
}

TEST(Continuation, StopsWhenAsked) {
    std::atomic<bool> const stop{true};
    EXPECT_THROW(continue_steady_states(gallery_model("schlogl"), "c3", 20, 300, &stop), Interrupted);
}

}  // namespace
}  // namespace fano::test
