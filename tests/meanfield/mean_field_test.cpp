// Time courses of the mean field against closed forms, conserved quantities and published reference values;
// what is refused.
#include <cmath>
#include <numbers>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unsupported/Eigen/MatrixFunctions>

#include "fano/error.hpp"
#include "fano/meanfield.hpp"
#include "meanfield/rate_equations.hpp"
#include "support/gallery.hpp"

namespace fano::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Network network_of(std::string const& text) { return compile(read_toml(text, "test.toml")); }

double const fine = 1e-12;

TEST(MeanField, BirthAndDeathRelaxExponentially) {
    auto const network = network_of(
        "[species]\nX = 3\n[reactions.birth]\nequation = \"-> X\"\nrate = 20\n"
        "[reactions.death]\nequation = \"X -> 0\"\nrate = 0.5\n");
    auto const course = solve_mean_field(network, {0, 0.1, 1, 2.5, 10, 100}, fine);
    EXPECT_EQ(course.counts[0], 3);
    for (std::size_t i = 0; i < course.times.size(); ++i) {
        double const left = std::exp(-0.5 * course.times[i]);
        EXPECT_NEAR(course.counts[i], 3 * left + 40 * (1 - left), 1e-8) << course.times[i];
    }
}

TEST(MeanField, TheDefaultToleranceKeepsSevenDigits) {
    auto const network =
        network_of("[species]\nX = 1000\n[reactions.death]\nequation = \"X -> 0\"\nrate = 0.5\n");
    auto const course = solve_mean_field(network, {1, 4, 10});
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_NEAR(course.counts[i] / (1000 * std::exp(-0.5 * course.times[i])), 1, 1e-7);
}

// dx/dt = -c x (x - 1): (x - 1)/x decays exponentially, and one molecule stays.
TEST(MeanField, PairsThatVanishLeaveOneMolecule) {
    auto const network =
        network_of("[species]\nX = 100\n[reactions.pair]\nequation = \"2 X -> 0\"\nrate = 0.03\n");
    auto const course = solve_mean_field(network, {0.01, 0.3, 5, 1000}, fine);
    for (std::size_t i = 0; i < 4; ++i)
        EXPECT_NEAR(course.counts[i], 1 / (1 - 0.99 * std::exp(-0.03 * course.times[i])), 1e-8);
}

// dx/dt = b x - d x (x - 1)/2, the logistic equation with r = b + d/2 and K = 2 r/d.
TEST(MeanField, CrowdedGrowthIsLogistic) {
    auto const network = network_of(
        "[species]\nX = 5\n[reactions.birth]\nequation = \"X -> 2 X\"\nrate = 1.5\n"
        "[reactions.fight]\nequation = \"2 X -> X\"\nrate = 0.02\n");
    auto const course = solve_mean_field(network, {0.5, 2, 4, 8, 50}, fine);
    double const r = 1.51, capacity = 151;
    for (std::size_t i = 0; i < 5; ++i)
        EXPECT_NEAR(course.counts[i], capacity / (1 + (capacity / 5 - 1) * std::exp(-r * course.times[i])),
                    1e-8);
}

TEST(MeanField, TwoStagesAreTheExponentialOfTheirMatrix) {
    auto const network = gallery_network("two_stage");
    auto const course = solve_mean_field(network, {0, 1, 10, 60, 600}, fine);
    Eigen::Matrix3d matrix;  // mRNA, protein, and a constant 1
    matrix << -0.2, 0, 0.4, 1, -0.02, 0, 0, 0, 0;
    for (std::size_t i = 0; i < 5; ++i) {
        Eigen::Matrix3d const moved = (matrix * course.times[i]).exp();
        EXPECT_NEAR(course.counts[2 * i], moved(0, 2), 1e-8);
        EXPECT_NEAR(course.counts[2 * i + 1], moved(1, 2), 1e-8);
    }
}

// mRNA' = k (1 + a sin(w t)) - gamma mRNA, by variation of constants.
TEST(MeanField, RatesThatFollowTheDayAreFollowed) {
    auto const network = gallery_network("circadian");
    auto const course = solve_mean_field(network, {0, 3, 12, 50, 96}, fine);
    double const k = 15, gamma = 0.3, w = 2 * std::numbers::pi / 24, size = k * 0.8 / (gamma * gamma + w * w);
    for (std::size_t i = 0; i < 5; ++i) {
        double const t = course.times[i], left = std::exp(-gamma * t);
        EXPECT_NEAR(
            course.counts[i],
            k / gamma * (1 - left) + size * (gamma * std::sin(w * t) - w * std::cos(w * t) + w * left), 1e-8);
    }
}

TEST(MeanField, PreyAndPredatorsKeepTheirInvariantForTenCycles) {
    auto const network = gallery_network("lotka_volterra");
    std::vector<double> times;
    for (int i = 0; i <= 100; ++i) times.push_back(1.6 * i);
    auto const course = solve_mean_field(network, times, fine);
    auto const invariant = [&](std::size_t i) {
        double const prey = course.counts[2 * i], predators = course.counts[2 * i + 1];
        return 0.0025 * (prey + predators) - 0.3 * std::log(prey) - 0.5 * std::log(predators);
    };
    double lowest = 1e9, highest = 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
        EXPECT_NEAR(invariant(i), invariant(0), 1e-8) << times[i];
        lowest = std::min(lowest, course.counts[2 * i]);
        highest = std::max(highest, course.counts[2 * i]);
    }
    EXPECT_GT(highest, 2 * lowest);
}

// Robertson's reaction among 1e9 molecules. Reference from the Test Set for IVP Solvers, problem ROBER.
TEST(MeanField, RobertsonsReactionIsSolvedToItsEnd) {
    auto const network = network_of(
        "[species]\nA = 1000000000\nB = 0\nC = 0\n"
        "[reactions.first]\nequation = \"A -> B\"\nrate = 0.04\n"
        "[reactions.second]\nequation = \"2 B -> B + C\"\npropensity = \"3e-2*B*B\"\n"
        "[reactions.third]\nequation = \"B + C -> A + C\"\nrate = 1e-5\n");
    auto const course = solve_mean_field(network, {0.4, 1e11}, fine);
    EXPECT_NEAR(course.counts[3] / 20.83340149701255, 1, 1e-7);
    EXPECT_NEAR(course.counts[4] / 8.333360770334713e-5, 1, 1e-6);
    EXPECT_NEAR(course.counts[5] / 999999979.1665050, 1, 1e-12);
}

TEST(MeanField, ConservedTotalsStayWhatTheyAre) {
    for (std::string const name : {"telegraph", "michaelis_menten", "sis", "dimerisation"}) {
        auto const network = gallery_network(name);
        ASSERT_FALSE(network.conservation_laws.empty()) << name;
        auto const course = solve_mean_field(network, {0, 0.5, 3, 20});
        for (auto const& law : network.conservation_laws) {
            auto const total = [&](std::size_t i) {
                double sum = 0;
                for (auto const& t : law.terms)
                    sum +=
                        static_cast<double>(t.change) * course.counts[i * network.species.size() + t.species];
                return sum;
            };
            for (std::size_t i = 1; i < 4; ++i) EXPECT_NEAR(total(i), total(0), 1e-11 * total(0)) << name;
        }
    }
}

TEST(MeanField, CellsThatDifferAreReplacedByTheirMean) {
    auto const network = network_of(
        "[species]\nX = { distribution = \"poisson\", mean = 7.5 }\n"
        "[parameters]\nk = { distribution = \"gamma\", mean = 2, cv = 0.5 }\n"
        "[reactions.death]\nequation = \"X -> 0\"\nrate = \"k\"\n");
    auto const course = solve_mean_field(network, {0, 1}, fine);
    EXPECT_EQ(course.counts[0], 7.5);
    EXPECT_NEAR(course.counts[1], 7.5 * std::exp(-2), 1e-9);
    EXPECT_THAT(course.notes, ElementsAre(HasSubstr("k = 2")));
}

// By differences of the slopes, at counts beside the whole numbers.
TEST(MeanField, TheJacobianIsTheDerivativeOfTheSlope) {
    for (auto const& name : gallery()) {
        auto const network = gallery_network(name);
        if (!network.events.empty()) continue;
        RateEquations equations{network};
        auto const n = equations.size();
        Eigen::VectorXd x(n);
        for (Eigen::Index s = 0; s < n; ++s) x[s] = 3.7 + 2.3 * static_cast<double>(s % 5);
        Eigen::MatrixXd jacobian = Eigen::MatrixXd::Zero(n, n);
        equations.jacobian(x.data(), 0.3, jacobian.data());
        for (Eigen::Index s = 0; s < n; ++s) {
            Eigen::VectorXd up(n), down(n), moved = x;
            moved[s] = x[s] + 1e-5;
            equations.slope(moved.data(), 0.3, up.data());
            moved[s] = x[s] - 1e-5;
            equations.slope(moved.data(), 0.3, down.data());
            double const scale = 1 + jacobian.cwiseAbs().maxCoeff() + up.cwiseAbs().maxCoeff();
            EXPECT_LT(((up - down) / 2e-5 - jacobian.col(s)).cwiseAbs().maxCoeff(), 1e-8 * scale)
                << name << ", " << network.species[static_cast<std::size_t>(s)];
        }
    }
}

TEST(MeanField, LawsThatAreUndefinedBelowZeroAreTakenAtZero) {
    auto const network = network_of(
        "[species]\nX = 1\n[parameters]\nh = 2.5\n"
        "[reactions.death]\nequation = \"X -> 0\"\npropensity = \"2*X^h\"\n"
        "[reactions.birth]\nequation = \"-> X\"\nrate = 5\n");
    RateEquations equations{network};
    double const below = -1e-12;
    double slope = 0;
    equations.slope(&below, 0, &slope);
    EXPECT_EQ(slope, 5);
}

TEST(MeanField, TolerancesOutOfRangeAreRefused) {
    auto const network = gallery_network("birth_death");
    for (double const tolerance : {1.0, 0.02, 1e-15, 0.0, -1e-9, std::nan("")})
        EXPECT_THROW(solve_mean_field(network, {1}, tolerance), InputError) << tolerance;
    for (double const tolerance : {1e-2, 1e-14}) EXPECT_NO_THROW(solve_mean_field(network, {1}, tolerance));
}

TEST(MeanField, EveryModelOfTheGalleryIsSolvedOrRefusedByName) {
    for (auto const& name : gallery()) {
        auto const network = gallery_network(name);
        auto const times = parse_times(network.default_times);
        if (!network.events.empty()) {
            EXPECT_THROW(solve_mean_field(network, times), InputError) << name;
            continue;
        }
        auto const course = solve_mean_field(network, times);
        ASSERT_EQ(course.counts.size(), times.size() * network.species.size());
        for (double x : course.counts) EXPECT_TRUE(x > -1e-6 && std::isfinite(x)) << name;
    }
}

std::string error_of(std::string const& text) {
    try {
        solve_mean_field(network_of(text), {1});
    } catch (InputError const& error) {
        return error.what();
    }
    return "no error";
}

TEST(MeanField, APropensityThatJumpsIsRefusedByName) {
    EXPECT_EQ(error_of("[species]\nX = 1\n[reactions.burst]\nequation = \"-> X\"\n"
                       "propensity = \"floor(X)\"\n"),
              "test.toml: the propensity of reaction \"burst\", floor(X), jumps, and a differential equation "
              "needs it continuous; use fano run");
    EXPECT_THAT(error_of("[species]\nX = 1\n[reactions.late]\nequation = \"-> X\"\n"
                         "propensity = \"piecewise(1, t > 5, 0)\"\n"),
                HasSubstr("\"late\""));
}

TEST(MeanField, EventsAreRefusedByName) {
    EXPECT_THAT(error_of("[species]\nX = 1\n[reactions.r]\nequation = \"-> X\"\nrate = 1\n"
                         "[events.feed]\ntrigger = \"t > 5\"\nassign = { X = 0 }\n"),
                HasSubstr("event \"feed\" sets counts at once"));
}

TEST(MeanField, GrowthWithoutBoundSaysWhenAndOfWhat) {
    // dx/dt = x (x - 1)/2 from 3: (x - 1)/x = 2/3 exp(t/2) reaches 1 at 2 log(3/2).
    auto const network =
        network_of("[species]\nX = 3\n[reactions.grow]\nequation = \"2 X -> 3 X\"\nrate = 1\n");
    try {
        solve_mean_field(network, {1});
        FAIL() << "no error";
    } catch (SolverError const& error) {
        EXPECT_THAT(error.what(), HasSubstr("test.toml: "));
        EXPECT_THAT(error.what(), HasSubstr(fmt::format("beyond time {:.4}", 2 * std::log(1.5))));
        EXPECT_THAT(error.what(), HasSubstr("X"));
    }
}

TEST(MeanField, StopsWhenAsked) {
    std::atomic<bool> const stop{true};
    EXPECT_THROW(solve_mean_field(gallery_network("vilar"), {1, 400}, 1e-9, &stop), Interrupted);
}

}  // namespace
}  // namespace fano::test
