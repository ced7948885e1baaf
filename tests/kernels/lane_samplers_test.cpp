// Samplers over Lane as they are used: statistics of millions of numbers, blocks used, edge cases, and the
// same bits in every build. Their probabilities are held against closed forms in
// lane_samplers_exact_test.cpp.
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emit/compile_cuda.hpp"
#include "fano/error.hpp"
#include "support/statistics.hpp"
#include "tests/kernels/lane_samplers_job.hpp"

namespace {

using namespace fano::kernels;
using fano::test::Checks;

struct Build {
    std::string name;
    void (*draw)(DrawJob const*);
};

// Those that this machine can run, the widest last.
std::vector<Build> builds() {
    std::vector<Build> all{{"reference", [](DrawJob const* job) { draw_cells<ScalarLane>(*job); }},
                           {"sse2", fano_draw_cells_sse2}};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) all.push_back({"avx2", fano_draw_cells_avx2});
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
        all.push_back({"avx512", fano_draw_cells_avx512});
#endif
    return all;
}

// A distribution for each cell: Poisson if there is no n.
struct Cells {
    std::vector<double> mean, n, p;
    std::vector<u32> wanted;

    void add(double mean_or_n, double probability = -2) {
        (probability == -2 ? mean : n).push_back(mean_or_n);
        if (probability != -2) p.push_back(probability);
        wanted.push_back(255);
    }
};

struct Drawn {
    std::vector<double> sum;
    std::vector<u64> used;
};

Drawn draw(Build const& build, Cells const& cells, u64 seed, u64 rounds = 1) {
    Drawn drawn{std::vector<double>(cells.wanted.size()), std::vector<u64>(cells.wanted.size())};
    DrawJob const job{seed,
                      cells.wanted.size(),
                      rounds,
                      cells.mean.empty() ? nullptr : cells.mean.data(),
                      cells.n.data(),
                      cells.p.data(),
                      cells.wanted.data(),
                      drawn.sum.data(),
                      drawn.used.data()};
    build.draw(&job);
    return drawn;
}

// 32 cells, of which the first draws once.
Drawn draw_one(double mean_or_n, double p = -2) {
    Cells cells;
    for (int i = 0; i < 32; ++i) cells.add(mean_or_n, p);
    std::fill(cells.wanted.begin() + 1, cells.wanted.end(), 0u);
    return draw(builds().back(), cells, 5);
}

template <class Law>
fano::test::Moments moments_of(Law const& law) {
    double const variance = boost::math::variance(law);
    return {boost::math::mean(law), variance, boost::math::skewness(law) * std::pow(variance, 1.5),
            boost::math::kurtosis(law) * variance * variance};
}

// 4 million numbers against bins of a fifth of a standard deviation, against quarters of the distribution,
// and against mean and variance. In quarters an error of 1 % in one adds 105 to chi-square, which is refused
// above 45 or so; mean and variance are known to 1 % from a mean of 0.1 on, and to 0.5 % from a mean of 0.5
// on.
template <class Law>
void follow(Checks& checks, std::string const& name, Cells const& cells, Law const& law) {
    double const mean = boost::math::mean(law), sd = boost::math::standard_deviation(law);
    std::set<double> places{0, 1, 2, 3};
    for (double z = -6; z < 6; z += 0.2) places.insert(std::floor(mean + z * sd));
    places.erase(places.begin(), places.lower_bound(0.0));
    std::vector<double> const edges(places.begin(),
                                    places.end());  // bin i: numbers <= edges[i], above those before
    fano::test::Probabilities expected;
    double below = 0, above = 1;
    for (double edge : edges) {
        bool const beyond = edge >= boost::math::range(law).second;
        double const cdf = beyond ? 1 : boost::math::cdf(law, edge);
        double const rest = beyond ? 0 : boost::math::cdf(boost::math::complement(law, edge));
        expected.push_back(edge < mean ? cdf - below : above - rest);
        below = cdf;
        above = rest;
    }
    expected.push_back(above);
    fano::test::Counts seen(expected.size());
    double sum = 0, squares = 0;
    auto const build = builds().back();
    u64 const total = fano::test::test_cells(u64{1} << 22), rounds = total / cells.wanted.size();
    for (u64 round = 0; round < rounds; ++round) {
        for (double const x : draw(build, cells, 20261121 + round).sum) {
            sum += x - mean;
            squares += (x - mean) * (x - mean);
            ++seen[static_cast<std::size_t>(std::lower_bound(edges.begin(), edges.end(), x) - edges.begin())];
        }
    }
    u64 const drawn = rounds * cells.wanted.size();
    double const n = static_cast<double>(drawn), sample = sum / n;
    auto const exact = moments_of(law);
    checks.add(name + ": bins", fano::test::chi_square_p(seen, expected));
    checks.add(name + ": quarters", fano::test::chi_square_p(seen, expected, n / 4));
    checks.add(name + ": mean", fano::test::normal_p(sample / std::sqrt(exact.variance / n)));
    double const variance = (squares - n * sample * sample) / (n - 1);
    checks.add(name + ": variance", fano::test::normal_p(fano::test::variance_z(variance, drawn, exact)));
}

// A false alarm in one of 88 checks has probability 1e-6.
TEST(LanePoisson, FollowsItsDistributionAtEveryMean) {
    Checks checks;
    for (double mean : {1e-3,  0.01, 0.1,   0.5,   1.0, 3.0, 9.99, 10.0, 10.3, 12.7, 17.3,
                        39.99, 40.0, 100.0, 300.0, 1e3, 1e4, 1e5,  1e6,  1e7,  1e8,  1e9}) {
        Cells cells;
        for (int i = 0; i < 1024; ++i) cells.add(mean);
        follow(checks, fmt::format("mean {}", mean), cells, boost::math::poisson(mean));
    }
    EXPECT_TRUE(checks.hold());
}

// A false alarm in one of 84 checks has probability 1e-6.
TEST(LaneBinomial, FollowsItsDistributionAtEveryNAndP) {
    Checks checks;
    constexpr double most = 2147483648.0;
    struct Case {
        double n, p;
    };
    for (auto const [n, p] :
         {Case{1, 0.3}, {2, 0.9},   {10, 0.5},   {19, 0.5},    {20, 0.5},        {25, 0.4},    {40, 0.75},
          {100, 0.01},  {100, 0.3}, {100, 0.95}, {300, 0.5},   {1000, 0.0101},   {1e4, 0.998}, {1e5, 0.02},
          {1e6, 1e-5},  {1e6, 0.5}, {1e9, 0.3},  {most, 1e-9}, {most, 1 - 1e-9}, {most, 1e-6}, {most, 0.5}}) {
        Cells cells;
        for (int i = 0; i < 1024; ++i) cells.add(n, p);
        follow(checks, fmt::format("n {} p {}", n, p), cells, boost::math::binomial(n, p));
    }
    EXPECT_TRUE(checks.hold());
}

// Mean number of attempts, known exactly from the height of the hat; 5 standard errors.
void expect_attempts(Cells const& cells, double attempts) {
    constexpr u64 rounds = 400;
    auto const used = draw(builds().back(), cells, 77, rounds).used;
    double const n = static_cast<double>(rounds * used.size());
    double total = 0;
    for (u64 blocks : used) total += static_cast<double>(blocks);
    EXPECT_NEAR(total / n, attempts, 5 * std::sqrt(attempts * (attempts - 1) / n));
}

TEST(LanePoisson, TakesOneBlockBelowFortyAndAtMostAFewPercentMoreThanPublishedAbove) {
    for (double mean : {0.1, 10.0, 39.99, 40.0, 1e3, 1e9}) {
        Cells cells;
        for (int i = 0; i < 1024; ++i) cells.add(mean);
        double const b = 0.931 + 2.53 * std::sqrt(mean);
        double const published = 1.1239 + 1.1328 / (b - 3.4), ours = 1.1242 + 1.2 / (b - 3.4);
        EXPECT_LE(ours, 1.01 * published);
        expect_attempts(cells, mean < 40 ? 1 : ours);
    }
}

TEST(LaneBinomial, TakesOneBlockBelowTenAndNoMoreThanPublishedAbove) {
    struct Case {
        double n, p;
    };
    for (auto const [n, p] :
         {Case{19, 0.5}, {20, 0.5}, {100, 0.7}, {1e6, 9e-6}, {1e6, 0.3}, {2147483648.0, 0.5}}) {
        Cells cells;
        for (int i = 0; i < 1024; ++i) cells.add(n, p);
        double const b = 1.15 + 2.53 * std::sqrt(n * p * (1 - p));
        expect_attempts(cells,
                        n * std::min(p, 1 - p) < 10 ? 1 : (2.83 + 5.1 / b) / std::sqrt(2 * std::acos(-1.0)));
    }
}

TEST(LaneSamplers, KeepTheirEdges) {
    double const nan = std::numeric_limits<double>::quiet_NaN(), inf = HUGE_VAL;
    auto expect = [](Drawn const& drawn, double value) {
        EXPECT_EQ(drawn.sum[0], value);
        EXPECT_EQ(drawn.used[0], 0u);
    };
    for (double mean : {0.0, -0.0, -1.0, -inf}) expect(draw_one(mean), 0);
    for (double p : {0.0, -1.0, -inf}) expect(draw_one(10, p), 0);
    for (double p : {1.0, 2.0, inf}) expect(draw_one(10, p), 10);
    for (double p : {0.0, 0.3, 1.0}) expect(draw_one(0, p), 0);
    for (auto const& drawn : {draw_one(nan), draw_one(inf), draw_one(0x1.1p51), draw_one(nan, 0.5),
                              draw_one(10, nan), draw_one(0x1.1p51, 0.5)}) {
        EXPECT_TRUE(std::isnan(drawn.sum[0]));
        EXPECT_EQ(drawn.used[0], 0u);
    }
    for (auto const& drawn : {draw_one(3), draw_one(0x1p51), draw_one(0x1p51, 0.5), draw_one(50, 0.9)}) {
        EXPECT_EQ(drawn.sum[0], std::floor(drawn.sum[0]));
        EXPECT_GT(drawn.used[0], 0u);
        for (std::size_t i = 1; i < 32; ++i) {  // not wanted
            EXPECT_EQ(drawn.sum[i], 0);
            EXPECT_EQ(drawn.used[i], 0u);
        }
    }
}

TEST(LaneDraws, AreTheNumbersOfTheStreamOfTheSameName) {
    LaneDraws<ScalarLane> draws{11, 12, Purpose::leap, 13};
    Stream next{11, 12, Purpose::leap, 13};
    for (int i = 0; i < 4; ++i) {
        auto const pair = draws.next(true);
        EXPECT_EQ(pair.first, next());
        EXPECT_EQ(pair.second, next());
    }
    auto const passed_over = draws.next(false);
    EXPECT_EQ(passed_over.first, draws.next(true).first);
}

// Cells of all kinds side by side, each drawing in some rounds and not in others.
Cells mixed_cells(bool poisson) {
    std::mt19937_64 engine{99};
    auto exponent = [&](double low, double high) {
        return std::pow(10.0, std::uniform_real_distribution<double>{low, high}(engine));
    };
    double const nan = std::numeric_limits<double>::quiet_NaN();
    double const odd_means[] = {0, -1, nan, HUGE_VAL, 40, 0x1p51, 1e-300, 5e-324};
    double const odd_chances[] = {0, -1, nan, 1, 2, 0.5, 1e-300, 1 - 0x1p-53};
    Cells cells;
    for (int i = 0; i < 4096; ++i) {
        if (poisson) {
            cells.add(i % 16 == 0 ? odd_means[engine() % 8] : exponent(-3, i % 2 == 0 ? 2 : 10));
        } else {
            double const p = i % 16 == 0 ? odd_chances[engine() % 8] : std::min(exponent(-10, 0.2), 1.0);
            cells.add(std::floor(exponent(-0.5, i % 2 == 0 ? 3 : 10)), i % 3 == 0 ? 1 - p : p);
        }
        cells.wanted.back() = static_cast<u32>(engine() & 255);
    }
    return cells;
}

TEST(LaneSamplers, GiveTheSameBitsInEveryBuildWhateverTheOtherLanesDo) {
    for (bool poisson : {true, false}) {
        auto const cells = mixed_cells(poisson);
        auto const all = builds();
        for (u64 rounds : {1, 50}) {
            auto const reference = draw(all[0], cells, 7, rounds);
            for (std::size_t i = 1; i < all.size(); ++i) {
                auto const other = draw(all[i], cells, 7, rounds);
                EXPECT_EQ(other.used, reference.used) << all[i].name;
                EXPECT_EQ(std::memcmp(other.sum.data(), reference.sum.data(), 8 * other.sum.size()), 0)
                    << all[i].name;
            }
        }
    }
}

std::string const cuda_draws = R"(
#include "kernels/core/lane_samplers.hpp"
namespace fano::kernels {
extern "C" __global__ void draw(double* x, u64* used, double mean, double p) {
    LaneDraws<ScalarLane> draws{1, blockIdx.x * 32 + threadIdx.x, Purpose::leap, 0};
    double const n = draw_poisson<ScalarLane>(mean, true, draws);
    x[threadIdx.x] = draw_binomial<ScalarLane>(n, p, n > 3.0, draws);
    used[threadIdx.x] = draws.draw;
}
}
)";

TEST(LaneSamplers, CompileForGpusWithoutAStack) {
    try {
        fano::nvrtc_version();
    } catch (fano::BackendError const& error) {
        GTEST_SKIP() << error.what();
    }
    auto const log = fano::compile_cuda(cuda_draws, "sm_90").log;
    EXPECT_THAT(log, testing::Not(testing::HasSubstr("cannot be statically determined")));  // recursion
    auto const needs = fano::read_resources(log, "draw");
    ASSERT_TRUE(needs.has_value());
    EXPECT_EQ(needs->stack_bytes + needs->spill_store_bytes + needs->spill_load_bytes, 0u);
}

}  // namespace
