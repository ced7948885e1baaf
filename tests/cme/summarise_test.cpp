// Marginals, moments and joints of distributions that are known, in rows made by hand.
#include "cme/summarise.hpp"

#include <cmath>
#include <numeric>

#include <gmock/gmock.h>

#include "fano/error.hpp"
#include "support/gallery.hpp"
#include "support/scratch.hpp"

namespace fano::test {
namespace {

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
using ::testing::DoubleNear;
using ::testing::HasSubstr;

struct Row {
    std::vector<double> counts, step, probability;
};

StateRows visiting(std::vector<Row> const& rows) {
    return [&rows](auto const& visit) {
        for (auto const& row : rows) visit(StateRow{row.counts, row.step, row.probability});
    };
}

auto summary(Network const& network, std::vector<Row> const& rows, Pairs const& joint = {}, double time = 1) {
    return summarise(network, joint, time, visiting(rows));
}

Network network_of(std::string const& text) {
    TemporaryDirectory const folder;
    write_file(folder / "model.toml", text);
    return compile(read_model(folder / "model.toml"));
}

Network one_species(std::string const& observables = "") {
    return network_of("[species]\nA = 0\n[observables]\n" + observables +
                      "[reactions.r]\nequation = \"-> A\"\npropensity = \"1\"\n");
}

double binomial(double n, double k, double q) {
    return std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(q) +
                    (n - k) * std::log1p(-q));
}

double poisson(double k, double mean) { return std::exp(k * std::log(mean) - mean - std::lgamma(k + 1)); }

template <class Of>
std::vector<double> values(std::size_t count, Of of) {
    std::vector<double> result(count);
    for (std::size_t i = 0; i < count; ++i) result[i] = of(static_cast<double>(i));
    return result;
}

double sum(std::vector<double> const& values) {
    return static_cast<double>(std::accumulate(values.begin(), values.end(), 0.0L));
}

// U and V independent and Poisson, in rows along V.
std::vector<Row> poisson_product(double u, double v, std::size_t count) {
    std::vector<Row> rows;
    for (std::size_t i = 0; i < count; ++i) {
        auto const x = static_cast<double>(i);
        rows.push_back(
            {{x, 0}, {0, 1}, values(count, [&](double y) { return poisson(x, u) * poisson(y, v); })});
    }
    return rows;
}

TEST(Summarise, ABinomialRowHasItsMoments) {
    double const n = 400, q = 0.3;
    auto const p = values(401, [&](double k) { return binomial(n, k, q); });
    auto const found = summary(one_species(), {{{0}, {1}, p}});
    EXPECT_NEAR(found.mean[0], n * q, 1e-9);
    EXPECT_NEAR(found.variance[0], n * q * (1 - q), 1e-9);
    EXPECT_NEAR(found.skewness[0], (1 - 2 * q) / std::sqrt(n * q * (1 - q)), 1e-11);
    EXPECT_EQ(found.covariance, found.variance);
    EXPECT_EQ(found.marginals[0].probability, p);
    EXPECT_EQ(found.states, 401U);
    EXPECT_EQ(found.time, 1);
}

TEST(Summarise, DirectionAndCutOfRowsDoNotMatter) {
    auto const p = values(300, [](double k) { return poisson(k, 100); });
    auto const network = one_species();
    auto const along = summary(network, {{{0}, {1}, p}});
    auto const back = summary(network, {{{299}, {-1}, {p.rbegin(), p.rend()}}});
    std::vector<Row> single;
    for (std::size_t i = 0; i < p.size(); ++i) single.push_back({{static_cast<double>(i)}, {0}, {p[i]}});
    for (auto const& other : {back, summary(network, single)}) {
        EXPECT_EQ(other.marginals[0].probability, along.marginals[0].probability);
        EXPECT_NEAR(other.mean[0], along.mean[0], 1e-12);
        EXPECT_NEAR(other.variance[0], along.variance[0], 1e-11);
        EXPECT_NEAR(other.skewness[0], along.skewness[0], 1e-12);
    }
}

TEST(Summarise, RowsWithLongStepsFillEverySecondBin) {
    auto const found = summary(one_species(), {{{3}, {2}, {0.25, 0.5, 0.25}}});
    EXPECT_EQ(found.marginals[0].low, 3);
    EXPECT_EQ(found.marginals[0].probability, (std::vector<double>{0.25, 0, 0.5, 0, 0.25}));
    EXPECT_EQ(found.variance[0], 2);
}

TEST(Summarise, StatesWithoutProbabilityWidenNothing) {
    auto const found = summary(one_species("square = {expression = \"A^2\", resolution = 1}\n"),
                               {{{0}, {1}, {0, 0, 0.5, 0, 0.5, 0}}});
    EXPECT_EQ(found.marginals[0].low, 2);
    EXPECT_EQ(found.marginals[0].probability, (std::vector<double>{0.5, 0, 0.5}));
    EXPECT_EQ(found.marginals[1].low, 4);
    EXPECT_EQ(found.marginals[1].probability.size(), 13U);
    EXPECT_EQ(found.states, 6U);
}

TEST(Summarise, ADifferenceOfPoissonCountsIsSkellam) {
    auto const network = gallery_network("toggle");
    auto const found = summary(network, poisson_product(9, 4, 80), {{0, 1}, {2, 0}});
    EXPECT_NEAR(found.mean[2], 5, 1e-12);
    EXPECT_NEAR(found.variance[2], 13, 1e-11);
    EXPECT_NEAR(found.skewness[2], 5 / std::pow(13, 1.5), 1e-12);
    EXPECT_NEAR(found.covariance[0 * 3 + 1], 0, 1e-12);
    EXPECT_NEAR(found.covariance[2 * 3 + 0], 9, 1e-11);
    EXPECT_NEAR(found.covariance[1 * 3 + 2], -4, 1e-11);
    EXPECT_NEAR(found.fano(0), 1, 1e-12);
    EXPECT_NEAR(found.cv2(1), 0.25, 1e-12);

    auto const& skellam = found.marginals[2];
    EXPECT_EQ(skellam.low, -79);
    double zero = 0;
    for (double k = 0; k < 80; ++k) zero += poisson(k, 9) * poisson(k, 4);
    EXPECT_NEAR(skellam.probability[79], zero, 1e-16);

    auto const& joint = found.joint[0];
    ASSERT_EQ(joint.bins[0] * joint.bins[1], 6400U);
    EXPECT_EQ(joint.probability[7 * 80 + 5], poisson(7, 9) * poisson(5, 4));
    EXPECT_NEAR(sum(found.joint[1].probability), 1, 1e-14);
}

TEST(Summarise, CorrelatedCountsKeepTheirCovarianceFarFromZero) {
    // Both step along the row: perfectly anticorrelated, beside a million molecules.
    auto const network = gallery_network("toggle");
    auto const p = values(401, [](double k) { return binomial(400, k, 0.5); });
    auto const found = summary(network, {{{1000000, 1000400}, {1, -1}, p}});
    EXPECT_NEAR(found.covariance[1], -100, 1e-7);
    EXPECT_NEAR(found.variance[2], 400, 1e-7);
    EXPECT_NEAR(found.mean[2], 0, 1e-8);
    EXPECT_NEAR(found.skewness[0], 0, 1e-8);
}

TEST(Summarise, MomentsAreThoseOfWhatIsLeft) {
    auto const found = summary(one_species(), {{{0}, {1}, {0.25, -1e-20, 0.25}}});
    EXPECT_EQ(found.mean[0], 1);
    EXPECT_EQ(found.variance[0], 1);
    EXPECT_THAT(found.marginals[0].probability, ::testing::ElementsAre(0.25, -1e-20, 0.25));
}

TEST(Summarise, WhatDoesNotVaryHasNoSkewness) {
    auto const found = summary(gallery_network("telegraph"), {{{0, 1, 7}, {0, 0, 0}, {0.3}}});
    EXPECT_EQ(found.mean, (std::vector<double>{0, 1, 7}));
    EXPECT_EQ(found.variance, (std::vector<double>{0, 0, 0}));
    EXPECT_TRUE(std::isnan(found.skewness[2]));
    EXPECT_TRUE(std::isnan(found.fano(0)));
}

TEST(Summarise, WithoutStatesNothingIsDefined) {
    auto const found = summary(one_species(), {}, {{0, 0}});
    EXPECT_TRUE(std::isnan(found.mean[0]));
    EXPECT_TRUE(found.marginals[0].probability.empty());
    EXPECT_TRUE(found.joint[0].probability.empty());
    EXPECT_TRUE(std::isnan(found.quantile(0, 0.5)));
}

TEST(Summarise, ManySmallProbabilitiesAddUpToOne) {
    constexpr std::size_t rows = 1500, columns = 1000;
    std::vector<double> const p(columns, 1.0 / (rows * columns));
    auto const found = summarise(gallery_network("toggle"), {}, 0, [&](auto const& visit) {
        std::vector<double> const step{0, 1};
        for (std::size_t i = 0; i < rows; ++i) visit({std::vector{static_cast<double>(i), 0.0}, step, p});
    });
    EXPECT_NEAR(sum(found.marginals[0].probability), 1, 1e-15);
    EXPECT_NEAR(found.marginals[1].probability[500], 1e-3, 1e-18);
    EXPECT_NEAR(found.variance[0], (1500.0 * 1500 - 1) / 12, 1e-8);
    EXPECT_NEAR(found.variance[2], (1500.0 * 1500 - 1) / 12 + (1000.0 * 1000 - 1) / 12, 1e-8);
}

TEST(Summarise, ObservablesAreRoundedToTheirResolution) {
    auto const network = one_species("part = {expression = \"A/10\", resolution = 0.25}\n");
    auto const found = summary(network, {{{0}, {1}, {0.1, 0.2, 0.3, 0.4}}});
    EXPECT_EQ(found.marginals[1].low, 0);
    EXPECT_EQ(found.marginals[1].width, 0.25);
    EXPECT_THAT(found.marginals[1].probability,
                ::testing::ElementsAre(DoubleNear(0.3, 1e-15), DoubleNear(0.7, 1e-15)));
    EXPECT_NEAR(found.mean[1], 0.175, 1e-15);
}

TEST(Summarise, WideRangesGetBinsOfAPowerOfTwo) {
    auto const network = one_species("square = \"A^2\"\n");
    auto const p = values(3001, [](double k) { return poisson(k, 1500); });
    auto const found = summary(network, {{{0}, {1}, p}}, {{0, 1}});
    auto const& square = found.marginals[1];
    EXPECT_LE(square.probability.size(), 65536U);
    EXPECT_EQ(std::fmod(square.low, square.width), 0);
    EXPECT_NEAR(sum(square.probability), sum(p), 1e-15);
    EXPECT_LE(found.joint[0].bins[0], 256U);
    EXPECT_GT(found.joint[0].bins[0], 128U);
    EXPECT_NEAR(sum(found.joint[0].probability), sum(p), 1e-15);
}

TEST(Summarise, ObservablesReadTheTime) {
    auto const network = one_species("late = \"A*time\"\n");
    EXPECT_NEAR(summary(network, {{{0}, {1}, {0.5, 0.5}}}, {}, 4).mean[1], 2, 1e-12);
}

TEST(Summarise, AnObservableWithoutValueIsRefusedWhereThereIsProbability) {
    auto const network = one_species("inverse = \"1/A\"\n");
    try {
        summary(network, {{{0}, {0}, {1e-3}}, {{0}, {1}, {0.5, 0.5}}});
        FAIL() << "took 1/0";
    } catch (InputError const& error) {
        EXPECT_THAT(error.what(), HasSubstr("observable \"inverse\""));
        EXPECT_THAT(error.what(), HasSubstr("A = 0 (probability 0.5)"));
    }
    auto const found = summary(network, {{{0}, {1}, {1e-30, 0.5, 0.5}}});
    EXPECT_NEAR(found.mean[1], 0.75, 1e-15);
    EXPECT_NEAR(sum(found.marginals[1].probability), 1, 1e-15);
}

TEST(Quantile, IsTheFirstCountThatReachesThePart) {
    auto const found = summary(one_species(), {{{5}, {1}, {0.125, 0.125, 0.25}}});
    EXPECT_EQ(found.quantile(0, 0), 5);
    EXPECT_EQ(found.quantile(0, 0.25), 5);
    EXPECT_EQ(found.quantile(0, 0.26), 6);
    EXPECT_EQ(found.quantile(0, 0.5), 6);
    EXPECT_EQ(found.quantile(0, 0.51), 7);
    EXPECT_EQ(found.quantile(0, 1), 7);
}

}  // namespace
}  // namespace fano::test
