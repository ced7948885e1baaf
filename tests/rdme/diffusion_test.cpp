// Diffusion alone: where molecules are is known exactly.
#include <numeric>

#include <gtest/gtest.h>

#include "rdme/lattices.hpp"
#include "support/statistics.hpp"

namespace {

using namespace fano;
using test::lattice_options;

std::string model_text(std::string const& voxels, std::string const& boundary, std::string const& count,
                       std::string const& point) {
    return "[space]\nvoxels = " + voxels + "\nedge = 0.5\nboundary = \"" + boundary +
           "\"\n[space.diffusion]\nA = 2\n[space.initial]\nA = { point = " + point +
           " }\n[species]\nA = " + count + "\n";
}

// All molecules begin in the voxel (0, 0, 0). Every voxel's mean and variance, over lattices, against a multinomial whose
// probabilities are a product over axes. A false alarm once in a million runs; an error of 1 % in a probability of 1/50 is 10
// standard errors of its mean.
void expect_product(RdmeResult const& result, std::vector<std::vector<double>> const& axes,
                    double molecules) {
    test::Checks checks;
    auto const n = result.totals.cells;
    for (std::size_t v = 0; v < result.space.voxel_count(); ++v) {
        double p = 1;
        std::size_t rest = v;
        for (auto const& axis : axes) {
            p *= axis[rest % axis.size()];
            rest /= axis.size();
        }
        double const variance = molecules * p * (1 - p);
        checks.add("mean of voxel " + std::to_string(v),
                   test::normal_p((test::voxel_mean(result, 0, 0, v) - molecules * p) /
                                  std::sqrt(variance / static_cast<double>(n))));
        checks.add(
            "variance of voxel " + std::to_string(v),
            test::normal_p((test::voxel_variance(result, 0, 0, v) / variance - 1) /
                           std::sqrt((2 + (1 - 6 * p * (1 - p)) / variance) / static_cast<double>(n))));
    }
    EXPECT_TRUE(checks.hold());
}

RdmeResult spread(std::string const& voxels, std::string const& boundary, RdmeMethod method,
                  std::uint64_t lattices, double time, std::string const& count, std::string const& point) {
    auto options = lattice_options(method, test::test_cells(lattices), {time});
    options.fields = true;
    return run_rdme(read_toml(model_text(voxels, boundary, count, point), "test.toml"), options);
}

TEST(LatticeDiffusion, ByTheExactMethodIsTheExponentialOfTheLaplacian) {
    double const time = 0.3, rate = 2 / (0.5 * 0.5);
    auto const p = test::displacement(7, [&](double mode) { return std::exp(-rate * time * mode); });
    expect_product(spread("[7]", "periodic", RdmeMethod::exact, 4000, time, "40", "[0.1]"), {p}, 40);
    auto const q = test::displacement(5, [&](double mode) { return std::exp(-rate * time * mode); });
    expect_product(spread("[7, 5]", "periodic", RdmeMethod::exact, 4000, time, "100", "[0.1, 0.1]"), {p, q},
                   100);
}

// A reflecting axis is half of a periodic one of twice the length.
TEST(LatticeDiffusion, IsReflected) {
    double const time = 0.2, rate = 2 / (0.5 * 0.5);
    auto const round = test::displacement(12, [&](double mode) { return std::exp(-rate * time * mode); });
    std::vector<double> p;
    for (std::size_t x = 0; x < 6; ++x) p.push_back(round[x] + round[11 - x]);
    expect_product(spread("[6]", "reflecting", RdmeMethod::exact, 4000, time, "40", "[0.1]"), {p}, 40);
    // In ten steps exp is 1 - x + x²/2.
    auto const stepped = test::displacement(12, [&](double mode) {
        double const x = rate * 0.025 * mode;
        return std::pow(1 - x + x * x / 2, 8);
    });
    for (std::size_t x = 0; x < 6; ++x) p[x] = stepped[x] + stepped[11 - x];
    auto options = lattice_options(RdmeMethod::lattice, test::test_cells(4000), {time});
    options.fields = true;
    options.step = 0.025;
    expect_product(run_rdme(read_toml(model_text("[6]", "reflecting", "40", "[0.1]"), "test.toml"), options),
                   {p}, 40);
}

// In more dimensions the modes of a step do not factorise; each voxel's probability is a sum over all modes.
TEST(LatticeDiffusion, InStepsIsTheStepsOwnKernel) {
    constexpr std::size_t nx = 5, ny = 4, nz = 3;
    double const tau = 0.02, rate = 2 / (0.5 * 0.5), molecules = 300;
    constexpr int steps = 6;
    auto options = lattice_options(RdmeMethod::lattice, test::test_cells(6000), {tau * steps});
    options.fields = true;
    options.step = tau;
    auto const result = run_rdme(
        read_toml(model_text("[5, 4, 3]", "periodic", "300", "[0.1, 0.1, 0.1]"), "test.toml"), options);
    std::vector<double> p(nx * ny * nz, 0);
    auto const mode = [](std::size_t k, std::size_t n) {
        return 2 * M_PI * static_cast<double>(k) / static_cast<double>(n);
    };
    for (std::size_t a = 0; a < nx; ++a)
        for (std::size_t b = 0; b < ny; ++b)
            for (std::size_t c = 0; c < nz; ++c) {
                double const x = rate * tau * 2 *
                                 (3 - std::cos(mode(a, nx)) - std::cos(mode(b, ny)) - std::cos(mode(c, nz)));
                double const factor = std::pow(1 - x + x * x / 2, steps);
                for (std::size_t v = 0; v < p.size(); ++v)
                    p[v] += factor / static_cast<double>(p.size()) *
                            std::cos(mode(a, nx) * static_cast<double>(v % nx) +
                                     mode(b, ny) * static_cast<double>(v / nx % ny) +
                                     mode(c, nz) * static_cast<double>(v / nx / ny));
            }
    expect_product(result, {p}, molecules);
}

// 1 % in D is eight standard errors.
TEST(LatticeDiffusion, HasTheMeanSquareDisplacement) {
    for (auto const method : {RdmeMethod::exact, RdmeMethod::lattice}) {
        std::string text = model_text("[41, 41]", "reflecting", "2000", "[10.2, 10.2]");
        double const time = 1;
        auto options = lattice_options(method, test::test_cells(600), {time});
        options.fields = true;
        auto const result = run_rdme(read_toml(text, "test.toml"), options);
        double square = 0, molecules = 0;
        for (std::size_t v = 0; v < 41 * 41; ++v) {
            double const x = (static_cast<double>(v % 41) - 20) * 0.5,
                         y = (static_cast<double>(v / 41) - 20) * 0.5;
            double const n = test::voxel_mean(result, 0, 0, v);
            square += n * (x * x + y * y);
            molecules += n;
        }
        EXPECT_NEAR(molecules, 2000, 1e-9);
        // r² of a 2-D Gaussian has a standard deviation of its mean, 4 D t.
        double const exact = 4 * 2 * time,
                     error = exact / std::sqrt(2000.0 * static_cast<double>(result.totals.cells));
        EXPECT_NEAR(square / molecules, exact, 5 * error) << rdme_method_name(method);
    }
}

// However full a voxel: counts begin in 32 bits, go down to 8 and are the same as those that never do.
TEST(LatticeDiffusion, LosesNothing) {
    for (std::string const count :
         {"3", "31", "32", "255", "256", "1023", "1024", "65535", "65536", "3000000"}) {
        auto options = lattice_options(RdmeMethod::lattice, 1, {0.0, 0.05, 0.4, 4.0});
        options.snapshots = {0};
        auto const result = run_rdme(
            read_toml(model_text("[9, 8, 7]", "periodic", count, "[0.1, 0.1, 0.1]"), "test.toml"), options);
        auto const& counts = result.snapshots[0].counts;
        for (std::size_t t = 0; t < 4; ++t)
            EXPECT_EQ(std::accumulate(counts.begin() + static_cast<long>(t) * 504,
                                      counts.begin() + static_cast<long>(t + 1) * 504, std::uint64_t{0}),
                      std::stoull(count))
                << "time " << t;
    }
}

}  // namespace
