// The checks themselves: p-values of right samples are as rare as they say, those of wrong samples are tiny.
#include "tests/support/statistics.hpp"

#include <cmath>
#include <cstdlib>
#include <random>

#include "tests/support/scratch.hpp"

namespace {

using namespace fano::test;

Counts draw(Probabilities const& p, int n, std::mt19937_64& random) {
    std::discrete_distribution<std::size_t> next(p.begin(), p.end());
    Counts counts(p.size());
    for (int i = 0; i < n; ++i) ++counts[next(random)];
    return counts;
}

TEST(Statistics, ChiSquareRefusesRightSamplesAsOftenAsItSays) {
    std::mt19937_64 random(20250101);
    auto const p = poisson(4);
    int below_tenth = 0, below_hundredth = 0;
    constexpr int samples = 2000;
    for (int i = 0; i < samples; ++i) {
        double const value = chi_square_p(draw(p, 2000, random), p);
        below_tenth += value < 0.1;
        below_hundredth += value < 0.01;
    }
    EXPECT_NEAR(below_tenth, 0.1 * samples, 5 * std::sqrt(0.09 * samples));
    EXPECT_NEAR(below_hundredth, 0.01 * samples, 5 * std::sqrt(0.0099 * samples));
}

TEST(Statistics, KolmogorovSmirnovRefusesRightSamplesAtMostAsOftenAsItSays) {
    std::mt19937_64 random(20250102);
    auto const p = poisson(50);
    int below_tenth = 0;
    for (int i = 0; i < 1000; ++i) below_tenth += kolmogorov_smirnov_p(draw(p, 1000, random), p) < 0.1;
    EXPECT_LT(below_tenth, 100 + 5 * 9.5);
    EXPECT_GT(below_tenth, 20);  // conservative, not blind
}

TEST(Statistics, WrongSamplesAreRefused) {
    std::mt19937_64 random(20250103);
    auto const seen = draw(poisson(4.1), 100000, random);
    EXPECT_LT(chi_square_p(seen, poisson(4)), 1e-12);
    EXPECT_LT(kolmogorov_smirnov_p(seen, poisson(4)), 1e-12);
}

TEST(Statistics, OneImpossibleCellIsEnough) {
    Counts seen{100, 200, 100, 0, 1};
    EXPECT_EQ(chi_square_p(seen, binomial(2, 0.5)), 0);
    EXPECT_EQ(kolmogorov_smirnov_p(seen, binomial(2, 0.5)), 0);
    EXPECT_EQ(chi_square_p({1, 1}, {0, 1}), 0);
}

TEST(Statistics, PoolsCellsThatExpectLittle) {
    // 1000 cells at 0 and 0.01 expected at each of 1, 2, ...: one of them is no scandal.
    Probabilities p(100, 1e-5);
    p[0] = 1 - 99e-5;
    Counts seen(100);
    seen[0] = 999;
    seen[57] = 1;
    EXPECT_GT(chi_square_p(seen, p), 0.1);
}

TEST(Statistics, TailsOfCountsAreTwoSided) {
    EXPECT_NEAR(poisson_p(10, 10), 1, 1e-12);
    EXPECT_LT(poisson_p(60, 10), 1e-12);
    EXPECT_NEAR(poisson_p(0, 10), 2 * std::exp(-10), 1e-12);
    EXPECT_EQ(poisson_p(0, 0), 1);
    EXPECT_EQ(poisson_p(1, 0), 0);
    EXPECT_NEAR(binomial_p(0, 20, 0.5), 2 * std::pow(0.5, 20), 1e-15);
    EXPECT_EQ(binomial_p(21, 20, 0.5), 0);
    EXPECT_NEAR(normal_p(-1.959963984540054), 0.05, 1e-12);
}

TEST(Statistics, SampleMomentsOfRightSamplesHaveStandardDeviates) {
    std::mt19937_64 random(20250104);
    auto const p = negative_binomial(6, 4);
    auto const exact = moments_of(p);
    constexpr int samples = 1500, n = 4000;
    double squares[3] = {0, 0, 0};
    for (int i = 0; i < samples; ++i) {
        auto const counts = draw(p, n, random);
        Probabilities frequencies(counts.begin(), counts.end());
        for (double& f : frequencies) f /= n;
        auto const m = moments_of(frequencies);
        double const variance = m.variance * n / (n - 1);
        double const z[3] = {mean_z(m.mean, n, exact), variance_z(variance, n, exact),
                             fano_z(variance / m.mean, n, exact)};
        for (int k = 0; k < 3; ++k) squares[k] += z[k] * z[k];
    }
    // The mean of z^2 has a standard deviation of sqrt(2/1500) = 0.037, a little more for variances.
    for (double const square : squares) EXPECT_NEAR(square / samples, 1, 0.2);
}

TEST(Statistics, CertainMomentsMustBeEqual) {
    auto const exact = moments_of(certain(3));
    EXPECT_EQ(mean_z(3, 1000, exact), 0);
    EXPECT_EQ(normal_p(mean_z(3.001, 1000, exact)), 0);
    EXPECT_EQ(variance_z(0, 1000, exact), 0);
    EXPECT_EQ(fano_z(0, 1000, exact), 0);
}

TEST(Statistics, ChecksShareTheFalseAlarmRate) {
    Checks checks(0.01);
    checks.add("one", 0.006);
    EXPECT_FALSE(Checks(0.01).hold()) << "no check is no test";
    EXPECT_FALSE([] {
        Checks c(0.01);
        c.add("alone", 0.006);
        return c.hold();
    }());
    checks.add("two", 0.5);
    EXPECT_TRUE(checks.hold());
    checks.add("not a number", std::nan(""));
    EXPECT_FALSE(checks.hold());
}

TEST(Statistics, HistogramsOfCountsStartAtZero) {
    EXPECT_EQ(counts_of({2, 1, {5, 6}}), (Counts{0, 0, 5, 6}));
    EXPECT_THROW(counts_of({0, 2, {5}}), std::invalid_argument);
}

TEST(Statistics, InstrumentedBuildsGetFewerCells) {
    char const* const before = std::getenv("FANO_TEST_CELLS");
    std::string const kept = before == nullptr ? "" : before;
    ::unsetenv("FANO_TEST_CELLS");
    EXPECT_EQ(test_cells(1'000'000), 1'000'000u);
    ::setenv("FANO_TEST_CELLS", "small", 1);
    EXPECT_EQ(test_cells(1'000'000), 20'000u);
    EXPECT_EQ(test_cells(10'000), 1000u);
    EXPECT_EQ(test_cells(10), 10u);
    if (before == nullptr)
        ::unsetenv("FANO_TEST_CELLS");
    else
        ::setenv("FANO_TEST_CELLS", kept.c_str(), 1);
}

TEST(Scratch, FolderIsGoneAfterwards) {
    std::filesystem::path kept;
    {
        TemporaryDirectory folder;
        kept = folder.path();
        write_file(folder / "a.txt", "text\n");
        EXPECT_EQ(read_file(folder / "a.txt"), "text\n");
        EXPECT_THROW(read_file(folder / "b.txt"), std::runtime_error);
    }
    EXPECT_FALSE(std::filesystem::exists(kept));
}

}  // namespace
