// Reactions and diffusion together, against exact answers and against the exact method.
#include <numeric>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include "rdme/lattices.hpp"
#include "support/statistics.hpp"

namespace {

using namespace fano;
using test::lattice_options;

// Production, decay and diffusion leave an independent Poisson number in every voxel. 1 % of the mean is eight standard errors of the
// total's.
TEST(ReactionDiffusion, BirthDeathAndDiffusionIsPoissonInEveryVoxel) {
    auto const model = read_toml(R"toml(
[space]
voxels = [5, 4, 3]
edge = 0.5
boundary = { x = "periodic" }
[space.diffusion]
A = 1
[species]
A = 0
[reactions.make]
equation = "-> A"
deterministic_rate = 32
[reactions.lose]
equation = "A -> 0"
rate = 1
)toml",
                                 "test.toml");
    for (auto const method : {RdmeMethod::lattice, RdmeMethod::exact}) {
        auto options = lattice_options(method, test::test_cells(2500), {12.0});
        options.fields = true;
        options.step = method == RdmeMethod::lattice ? 0.04 : 0;
        auto const result = run_rdme(model, options);
        double const mean = 32 * 0.125 * (1 - std::exp(-12.0)), n = static_cast<double>(result.totals.cells);
        test::Checks checks;
        for (std::size_t v = 0; v < 60; ++v) {
            checks.add("mean of a voxel",
                       test::normal_p((test::voxel_mean(result, 0, 0, v) - mean) / std::sqrt(mean / n)));
            checks.add("variance of a voxel",
                       test::normal_p((test::voxel_variance(result, 0, 0, v) / mean - 1) /
                                      std::sqrt((2 + 1 / mean) / n)));
        }
        checks.add("mean of the total", test::normal_p((result.totals.tally.mean(0, 0).value - 60 * mean) /
                                                       std::sqrt(60 * mean / n)));
        // In steps, a voxel's law is exact here, because reactions and diffusion commute.
        checks.add(
            "variance of the total",
            test::normal_p((result.totals.tally.variance(0, 0).value / (60 * mean) - 1) / std::sqrt(2 / n)));
        EXPECT_TRUE(checks.hold()) << rdme_method_name(method);
    }
}

// A reservoir at one end, decay, and nothing at the other: means solve a linear system, and every voxel is Poisson.
TEST(ReactionDiffusion, AGradientSolvesTheLinearSystem) {
    auto const model = read_toml(R"toml(
[space]
voxels = [20]
edge = 0.5
boundary = { "x-" = { reservoir = { A = 60 } }, "x+" = "absorbing" }
[space.diffusion]
A = 2
[species]
A = 0
[reactions.lose]
equation = "A -> 0"
rate = 1
)toml",
                                 "test.toml");
    double const rate = 2 / 0.25;
    Eigen::MatrixXd a = Eigen::MatrixXd::Zero(20, 20);
    Eigen::VectorXd b = Eigen::VectorXd::Zero(20);
    for (int i = 0; i < 20; ++i) {
        // Ends are half as far away as neighbours.
        a(i, i) = (i == 0 || i == 19 ? 3 : 2) * rate + 1;
        if (i > 0) a(i, i - 1) = -rate;
        if (i < 19) a(i, i + 1) = -rate;
    }
    b(0) = 2 * rate * 60 * 0.5;
    Eigen::VectorXd const mean = a.partialPivLu().solve(b);
    for (auto const method : {RdmeMethod::lattice, RdmeMethod::exact}) {
        auto options = lattice_options(method, test::test_cells(3000), {12.0});
        options.fields = true;
        auto const result = run_rdme(model, options);
        double const n = static_cast<double>(result.totals.cells);
        test::Checks checks;
        for (int i = 0; i < 20; ++i) {
            auto const v = static_cast<std::size_t>(i);
            checks.add(
                "mean of voxel " + std::to_string(i),
                test::normal_p((test::voxel_mean(result, 0, 0, v) - mean(i)) / std::sqrt(mean(i) / n)));
            checks.add("variance of voxel " + std::to_string(i),
                       test::normal_p((test::voxel_variance(result, 0, 0, v) / mean(i) - 1) /
                                      std::sqrt((2 + 1 / mean(i)) / n)));
        }
        EXPECT_TRUE(checks.hold()) << rdme_method_name(method);
    }
}

// Between two reservoirs concentrations are those of the straight line at the voxels' centres, on however few voxels.
TEST(ReactionDiffusion, BetweenReservoirsConcentrationsFallInAStraightLine) {
    auto const model = read_toml(R"toml(
[space]
voxels = [5, 3]
edge = 2
boundary = { "x-" = { reservoir = { A = 20 } }, "x+" = { reservoir = { A = 5 } }, y = "periodic" }
[space.diffusion]
A = 3
[species]
A = 750
)toml",
                                 "test.toml");
    for (auto const method : {RdmeMethod::lattice, RdmeMethod::exact}) {
        auto options = lattice_options(method, test::test_cells(1500), {30.0});
        options.fields = true;
        auto const result = run_rdme(model, options);
        double const n = static_cast<double>(result.totals.cells);
        test::Checks checks;
        for (std::size_t v = 0; v < 15; ++v) {
            double const along = (static_cast<double>(v % 5) + 0.5) / 5, mean = 4 * (20 - 15 * along);
            checks.add("mean of voxel " + std::to_string(v),
                       test::normal_p((test::voxel_mean(result, 0, 0, v) - mean) / std::sqrt(mean / n)));
            checks.add("variance of voxel " + std::to_string(v),
                       test::normal_p((test::voxel_variance(result, 0, 0, v) / mean - 1) /
                                      std::sqrt((2 + 1 / mean) / n)));
        }
        EXPECT_TRUE(checks.hold()) << rdme_method_name(method);
    }
}

std::string pair_text(std::string const& voxels, double rate, double d_b) {
    return "[space]\nvoxels = " + voxels +
           "\nedge = 0.1\nboundary = \"periodic\"\n[space.diffusion]\nA = 1\nB = " + std::to_string(d_b) +
           "\n[species]\nA = 1\nB = 1\n[reactions.meet]\nequation = \"A + B -> 0\"\ndeterministic_rate = " +
           std::to_string(rate) + "\n";
}

// Mean time until one A and one B, anywhere at first, react on a periodic lattice of n^d voxels: n^d h^d/k + sum 1/l over k != 0.
double pair_time(std::size_t n, int dimensions, double rate, double d) {
    double const voxels = std::pow(n, dimensions), h = 0.1;
    double time = voxels * std::pow(h, dimensions) / rate;
    for (std::size_t i = 1; i < static_cast<std::size_t>(voxels); ++i) {
        double sum = 0;
        for (std::size_t axis = 0, rest = i; axis < static_cast<std::size_t>(dimensions); ++axis, rest /= n)
            sum += 1 - std::cos(2 * M_PI * static_cast<double>(rest % n) / static_cast<double>(n));
        time += 1 / (2 * d / (h * h) * sum);
    }
    return time;
}

// The survival of the pair is sampled densely, and summed; an error of 2 % is five standard errors.
double seen_pair_time(std::string const& text, RdmeMethod method, double expected, double step) {
    std::vector<double> times;
    double const dt = expected / 12;
    for (int i = 0; i < 120; ++i) times.push_back((i + 0.5) * dt);
    auto options = lattice_options(method, test::test_cells(60000), times, 3);
    options.step = step;
    auto const result = run_rdme(read_toml(text, "pair.toml"), options);
    double sum = 0;
    for (std::size_t i = 0; i < times.size(); ++i) sum += result.totals.tally.mean(i, 0).value * dt;
    return sum;
}

TEST(ReactionDiffusion, APairReactsAfterTheMeanTimeOfTheLattice) {
    struct Case {
        char const* voxels;
        std::size_t n;
        int dimensions;
        double rate;
    };
    double const z = 5 / std::sqrt(static_cast<double>(test::test_cells(60000)));
    for (auto const& c :
         {Case{"[6, 6, 6]", 6, 3, 0.3}, Case{"[9, 9]", 9, 2, 3.0}, Case{"[15]", 15, 1, 20.0}}) {
        double const exact = pair_time(c.n, c.dimensions, c.rate, 1.5);
        double const seen = seen_pair_time(pair_text(c.voxels, c.rate, 0.5), RdmeMethod::exact, exact, 0);
        EXPECT_NEAR(seen / exact, 1, z) << c.voxels;
    }
}

// The finer the voxels, the slower a pair reacts, unless its rate is corrected: then it is as slow with 6³ voxels as with 12³.
TEST(ReactionDiffusion, AMeshCorrectionMakesUpForTheVoxels) {
    auto const time = [](std::size_t n, double edge, bool corrected) {
        auto text = pair_text(
            "[" + std::to_string(n) + ", " + std::to_string(n) + ", " + std::to_string(n) + "]", 0.1, 0.5);
        text.replace(text.find("edge = 0.1"), 10, "edge = " + std::to_string(edge));
        std::vector<double> times;
        double const dt = 0.3;
        for (int i = 0; i < 120; ++i) times.push_back((i + 0.5) * dt);
        auto options = lattice_options(RdmeMethod::exact, test::test_cells(20000), times, 4);
        options.mesh_correction = corrected;
        auto const result = run_rdme(read_toml(text, "pair.toml"), options);
        double sum = 0;
        for (std::size_t i = 0; i < times.size(); ++i) sum += result.totals.tally.mean(i, 0).value * dt;
        return sum;
    };
    double const z = 6 * std::sqrt(2 / static_cast<double>(test::test_cells(20000)));
    EXPECT_NEAR(time(12, 0.05, true) / time(6, 0.1, true), 1, z);
    // 1/k + 0.2527/(D h), D = 1.5: 10 + 1.68 against 10 + 3.37.
    EXPECT_NEAR(time(12, 0.05, false) / time(6, 0.1, false), 13.37 / 11.68, z + 0.01);
}

// The lattice A + B <-> C far from equilibrium, where diffusion decides: the lattice method at its own step, and at longer ones, whose
// error is what step_error() says and falls with the square of the step. Standard errors are below 0.1 %.
TEST(ReactionDiffusion, AssociationMatchesTheExactMethod) {
    auto model = read_toml(R"toml(
[space]
voxels = [16, 16, 16]
edge = 0.1
boundary = "periodic"
[space.diffusion]
A = 1
B = 1
C = 1
[species]
A = 4096
B = 4096
C = 0
[reactions.bind]
equation = "A + B -> C"
deterministic_rate = 0.3
[reactions.unbind]
equation = "C -> A + B"
rate = 1
)toml",
                           "test.toml");
    std::vector<double> const times{0.005, 0.02};
    auto const exact = run_rdme(model, lattice_options(RdmeMethod::exact, test::test_cells(400), times, 11));
    auto const stepped = [&](double step) {
        auto options = lattice_options(RdmeMethod::lattice, test::test_cells(1600), times, 12);
        options.step = step;
        return run_rdme(model, options);
    };
    auto const difference = [&](RdmeResult const& result, std::size_t t) {
        return result.totals.tally.mean(t, 0).value / exact.totals.tally.mean(t, 0).value - 1;
    };
    auto const error = [&](RdmeResult const& result, std::size_t t) {
        auto const a = result.totals.tally.mean(t, 0), b = exact.totals.tally.mean(t, 0);
        return std::hypot(a.error / a.value, b.error / b.value);
    };
    auto const usual = stepped(0);
    for (std::size_t t = 0; t < 2; ++t)
        EXPECT_LT(std::abs(difference(usual, t)), 0.005) << "time " << times[t];
    auto const coarse = stepped(1.0 / 600), half = stepped(1.0 / 1200);
    for (std::size_t t = 0; t < 2; ++t) {
        EXPECT_GT(difference(coarse, t), 0.03);
        // A quarter, with what higher orders add.
        EXPECT_LT(difference(half, t), difference(coarse, t) / 3 + 5 * error(half, t));
    }
}

}  // namespace
