// Cells are not born alike: initial counts and cell parameters drawn from every distribution there is.
//
// Distributions are held against their exact laws over 1 million cells; a mean off by 0.6 % or a Fano factor
// off by 1.6 % would be caught (1.5 % and 2.6 % where F = 6). Each run raises a false alarm with probability
// 1e-6.
#include <cmath>

#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/lognormal.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/uniform.hpp>
#include <fmt/format.h>

#include "tests/systems/population.hpp"

namespace {

using namespace fano;
using namespace fano::test;

// A cell in which nothing happens.
std::string still(std::string const& text) {
    return text + "\n[reactions.none]\nequation = \"-> X\"\nrate = 0\n";
}

void expect_initial(std::string const& distribution, Probabilities const& exact) {
    auto const population =
        simulate(still("[species]\nX = { distribution = " + distribution + " }"), test_cells(1'000'000), {0});
    Checks checks;
    compare(checks, population, 0, "X", exact);
    EXPECT_TRUE(checks.hold()) << distribution;
}

TEST(Initial, PoissonCountsAreExactAtEveryMean) {
    for (double const mean : {0.3, 5.0, 40.0, 700.0})
        expect_initial(fmt::format("\"poisson\", mean = {}", mean), poisson(mean));
}

TEST(Initial, BinomialCountsAreExactOnBothSidesOfOneHalf) {
    expect_initial(R"("binomial", n = 10, p = 0.3)", binomial(10, 0.3));
    expect_initial(R"("binomial", n = 300, p = 0.2)", binomial(300, 0.2));
    expect_initial(R"("binomial", n = 300, p = 0.97)", binomial(300, 0.97));
}

TEST(Initial, NegativeBinomialCountsAreExactBelowAndAboveOneBurst) {
    expect_initial(R"("negative_binomial", mean = 5, fano = 3)", negative_binomial(5, 3));
    expect_initial(R"("negative_binomial", mean = 1.5, fano = 6)", negative_binomial(1.5, 6));
}

TEST(Initial, UniformCountsIncludeBothEnds) {
    expect_initial(R"("uniform", low = 3, high = 9)", uniform(3, 9));
    expect_initial(R"("uniform", low = 0, high = 100)", uniform(0, 100));
}

TEST(Initial, DegenerateDistributionsAreNumbers) {
    expect_initial(R"("poisson", mean = 0)", certain(0));
    expect_initial(R"("binomial", n = 0, p = 0.5)", certain(0));
    expect_initial(R"("binomial", n = 7, p = 0)", certain(0));
    expect_initial(R"("binomial", n = 7, p = 1)", certain(7));
    expect_initial(R"("negative_binomial", mean = 0, fano = 2)", certain(0));
    expect_initial(R"("negative_binomial", mean = 4, fano = 1)", poisson(4));
    expect_initial(R"("uniform", low = 6, high = 6)", certain(6));
}

// A parameter seen through an observable, rounded to multiples of `resolution`, against a law with a cdf.
template <class Law>
void expect_parameter(std::string const& distribution, double resolution, Law const& cdf) {
    auto const population =
        simulate(still(fmt::format("[species]\nX = 0\n[parameters]\nk = {{ distribution = {} }}\n"
                                   "[observables]\nseen = {{ expression = \"k\", resolution = {} }}",
                                   distribution, resolution)),
                 test_cells(1'000'000), {0});
    auto const histogram = population.ensemble.tally.histogram(0, population.network.output("seen"));
    ASSERT_NEAR(histogram.width, resolution, 1e-12)
        << "bins were widened; give the test a coarser resolution";
    auto const first = static_cast<std::size_t>(std::lround(histogram.low / resolution));
    Counts seen(first);
    seen.insert(seen.end(), histogram.cells.begin(), histogram.cells.end());
    Probabilities exact;
    double below = 0;
    while (exact.size() < seen.size() || below < 1 - 1e-12) {
        double const now = cdf((static_cast<double>(exact.size()) + 0.5) * resolution);
        exact.push_back(now - below);
        below = now;
    }
    Checks checks;
    checks.add("chi-square", chi_square_p(seen, exact));
    checks.add("Kolmogorov-Smirnov", kolmogorov_smirnov_p(seen, exact));
    EXPECT_TRUE(checks.hold()) << distribution;
}

TEST(Initial, LogNormalParametersHaveTheMeanAndSpreadOfTheVariableItself) {
    double const variance = std::log(1.25);
    boost::math::lognormal const law(std::log(2) - variance / 2, std::sqrt(variance));
    expect_parameter(R"("lognormal", mean = 2, cv = 0.5)", 0.02,
                     [&](double x) { return boost::math::cdf(law, x); });
}

TEST(Initial, GammaParametersAreExactBelowAndAboveShapeOne) {
    boost::math::gamma_distribution<> const narrow(4, 0.5), wide(0.25, 4);
    expect_parameter(R"("gamma", mean = 2, cv = 0.5)", 0.02,
                     [&](double x) { return boost::math::cdf(narrow, x); });
    expect_parameter(R"("gamma", mean = 1, cv = 2)", 0.05,
                     [&](double x) { return boost::math::cdf(wide, x); });
}

TEST(Initial, NormalParametersAreTruncatedAtZeroAndNotClamped) {
    for (double const mean : {5.0, 0.5, -2.0}) {
        boost::math::normal const law(mean, 1);
        double const cut = boost::math::cdf(law, 0), kept = boost::math::cdf(boost::math::complement(law, 0));
        expect_parameter(fmt::format("\"normal\", mean = {}, sd = 1", mean), 0.01,
                         [&](double x) { return (boost::math::cdf(law, x) - cut) / kept; });
    }
}

TEST(Initial, UniformParametersFillTheirRange) {
    boost::math::uniform const law(1.005, 3.505);
    expect_parameter(R"("uniform", low = 1.005, high = 3.505)", 0.01,
                     [&](double x) { return boost::math::cdf(law, x); });
}

TEST(Initial, CountsWhoseMeanIsACellParameterAreMixtures) {
    double const s = std::log(1.25);
    auto const lognormal_density = [s](double x) {
        double const y = (std::log(x / 10) + s / 2) / std::sqrt(s);
        return std::exp(-y * y / 2) / (x * std::sqrt(2 * std::acos(-1.0) * s));
    };
    auto const population = simulate(still(R"(
[species]
X = { distribution = "poisson", mean = "10*size" }
[parameters]
size = { distribution = "lognormal", mean = 1, cv = 0.5 })"),
                                     test_cells(1'000'000), {0});
    Checks checks;
    compare(checks, population, 0, "X", poisson_mixture(lognormal_density, 0.2, 400));
    EXPECT_TRUE(checks.hold());
}

TEST(Initial, RatesThatShareAFactorAreCorrelated) {
    // X and Y are Poisson around 8 size and 4 size: Cov = 32 Var(size) = 32/12. Z is Poisson around another
    // parameter and knows nothing of them. A covariance off by 2.5 % would be caught.
    auto const population = simulate(R"(
[species]
X = 0
Y = 0
Z = 0
[parameters]
size = { distribution = "uniform", low = 0.5, high = 1.5 }
other = { distribution = "uniform", low = 0.5, high = 1.5 }
k_X = "8*size"
k_Y = "4*size"
k_Z = "8*other"
[reactions.make_X]
equation = "-> X"
rate = "k_X"
[reactions.make_Y]
equation = "-> Y"
rate = "k_Y"
[reactions.make_Z]
equation = "-> Z"
rate = "k_Z"
)",
                                     test_cells(1'000'000), {1});
    auto const scaled = [](double factor) {
        return poisson_mixture([factor](double) { return 1 / factor; }, 0.5 * factor, 1.5 * factor);
    };
    Checks checks;
    compare(checks, population, 0, "X", scaled(8));
    compare(checks, population, 0, "Y", scaled(4));
    compare(checks, population, 0, "Z", scaled(8));
    auto const& network = population.network;
    auto const covariance = [&](char const* a, char const* b, double exact) {
        auto const estimate = population.ensemble.tally.covariance(0, network.output(a), network.output(b));
        checks.add(fmt::format("covariance of {} and {}", a, b),
                   normal_p((estimate.value - exact) / estimate.error),
                   fmt::format("{} instead of {}", estimate.value, exact));
    };
    covariance("X", "Y", 32.0 / 12);
    covariance("X", "Z", 0);
    covariance("Y", "Z", 0);
    EXPECT_TRUE(checks.hold());
}

TEST(Initial, FormulasOfOtherInitialCountsHoldInEveryCell) {
    auto const population = simulate(still(R"(
[species]
A = { distribution = "binomial", n = 20, p = 0.4 }
X = "20 - A"
[observables]
total = "A + X")"),
                                     test_cells(1'000'000), {0});
    EXPECT_EQ(population.minimum(0, "total"), 20);
    EXPECT_EQ(population.maximum(0, "total"), 20);
    Checks checks;
    compare(checks, population, 0, "X", binomial(20, 0.6));
    EXPECT_TRUE(checks.hold());
}

TEST(Initial, EqualDistributionsOfTwoSpeciesAreIndependent) {
    // The pair must fill the square of probabilities evenly: 36 pairs of two dice, each expecting 27,778
    // cells. A pair off by 5 % would be caught.
    EnsembleOptions options;
    options.joint = {{"X", "Y"}};
    auto const population = simulate(still(R"(
[species]
X = { distribution = "uniform", low = 1, high = 6 }
Y = { distribution = "uniform", low = 1, high = 6 })"),
                                     test_cells(1'000'000), {0}, options);
    auto const pairs = population.ensemble.tally.joint(0, 0).cells;
    ASSERT_EQ(pairs.size(), 36u);
    Checks checks;
    checks.add("pairs", chi_square_p(pairs, Probabilities(36, 1.0 / 36)));
    EXPECT_TRUE(checks.hold());
}

}  // namespace
