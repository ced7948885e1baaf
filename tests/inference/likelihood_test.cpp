// Capture, Fisher information and likelihood against what is known.
#include <cmath>

#include <gmock/gmock.h>

#include "fano/fano.hpp"
#include "fano/inference.hpp"
#include "inference/deviance.hpp"
#include "support/exact.hpp"
#include "support/gallery.hpp"

namespace fano::test {
namespace {

// Poisson with its derivative by the mean.
CountDistribution poisson_counts(double mean, std::int64_t low = 0) {
    CountDistribution d;
    auto const p = poisson(mean);
    d.low = {low};
    d.probability.assign(p.begin() + low, p.end());
    d.size = {d.probability.size()};
    auto& slope = d.derivative.emplace_back();
    for (std::size_t i = 0; i < d.probability.size(); ++i)
        slope.push_back(d.probability[i] * ((static_cast<double>(i) + static_cast<double>(low)) / mean - 1));
    d.derivative_error = {0};
    d.error = 1e-14;
    return d;
}

double distance(CountDistribution const& a, Probabilities const& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.probability.size(); ++i)
        sum += std::abs(a.probability[i] - (i < b.size() ? b[i] : 0));
    return sum;
}

TEST(Capture, OfPoissonIsPoisson) {
    for (double c : {0.03, 0.4, 0.999, 1.0})
        EXPECT_LT(distance(captured(poisson_counts(20), c), poisson(20 * c)), 1e-13) << c;
}

TEST(Capture, OfACertainCountIsBinomial) {
    CountDistribution d;
    d.low = {300};
    d.size = {1};
    d.probability = {1};
    auto const seen = captured(d, 0.37);
    EXPECT_EQ(seen.low[0], 0);
    EXPECT_EQ(seen.size[0], 301U);
    EXPECT_LT(distance(seen, binomial(300, 0.37)), 1e-12);
}

TEST(Capture, HasTheDerivativeOfPoissonByItsMean) {
    double const c = 0.4;
    auto const seen = captured(poisson_counts(20), c, true), exact = poisson_counts(20 * c);
    for (std::size_t y = 0; y < exact.size[0] && y < seen.size[0]; ++y) {
        EXPECT_NEAR(seen.derivative[0][y], c * exact.derivative[0][y], 1e-13);   // by the mean before capture
        EXPECT_NEAR(seen.derivative[1][y], 20 * exact.derivative[0][y], 1e-11);  // by the capture probability
    }
}

TEST(Capture, ThinsEverySpecies) {
    CountDistribution d;
    d.low = {2, 1};
    d.size = {1, 2};
    d.probability = {0.25, 0.75};  // (2, 1) and (2, 2)
    auto const seen = captured(d, 0.5, true);
    EXPECT_NEAR(seen.probability[*seen.bin({2, 1})], 0.25 * (0.25 * 0.5 + 0.75 * 0.5), 1e-15);
    EXPECT_NEAR(seen.probability[*seen.bin({0, 2})], 0.25 * 0.75 * 0.25, 1e-15);
    auto const more = captured(d, 0.5 + 1e-6), less = captured(d, 0.5 - 1e-6);
    for (std::size_t i = 0; i < seen.probability.size(); ++i)
        EXPECT_NEAR(seen.derivative[0][i], (more.probability[i] - less.probability[i]) / 2e-6, 1e-9);
}

TEST(Capture, MustLetSomethingBeSeen) {
    for (double c : {0.0, -0.1, 1.1}) EXPECT_THROW(captured(poisson_counts(3), c), InputError) << c;
}

TEST(FisherInformation, OfPoissonIsOneOverItsMeanACell) {
    EXPECT_NEAR(fisher_information({poisson_counts(20)}, {50})[0], 50 / 20.0, 1e-9);
    // What is captured of it is Poisson too: c^2 / (c mean).
    EXPECT_NEAR(fisher_information({captured(poisson_counts(20), 0.3)}, {50})[0], 50 * 0.3 / 20, 1e-9);
}

TEST(FisherInformation, OfStationaryBirthAndDeathIsThatOfPoisson) {
    auto const model = read_model((source_folder() / "models" / "birth_death.toml").string());
    DerivativeOptions options;
    options.species = {"M"};
    options.parameters = {"k", "gamma"};
    options.times = {stationary_time};
    auto const found = count_distributions(model, options);
    auto const information = fisher_information(found, {1});
    // Mean k / gamma = 20: by k 1, by gamma -20.
    EXPECT_NEAR(information[0], 1 / 20.0, 1e-8);
    EXPECT_NEAR(information[1], -1, 2e-7);
    EXPECT_NEAR(information[3], 20, 4e-6);
    EXPECT_NEAR(fisher_information({captured(found[0], 0.25)}, {1})[0], 0.25 / 20, 1e-8);
}

TEST(FisherInformation, AddsUpOverTimes) {
    EXPECT_NEAR(fisher_information({poisson_counts(4), poisson_counts(9)}, {2, 3})[0], 2 / 4.0 + 3 / 9.0,
                1e-9);
    EXPECT_THROW(fisher_information({poisson_counts(4)}, {2, 3}), InputError);
}

Snapshots counted(std::vector<std::pair<std::int64_t, double>> const& cells) {
    Snapshots data{{"M"}, {}, {}};
    for (auto const& [count, n] : cells) data.rows.push_back({0, {count}, n});
    return data;
}

TEST(Likelihood, OfKnownProbabilitiesIsTheSumOfTheirLogarithms) {
    auto const found = log_likelihood({poisson_counts(5)}, counted({{3, 2}, {7, 1}}));
    auto const log_poisson = [](double n) { return n * std::log(5) - 5 - std::lgamma(n + 1); };
    EXPECT_NEAR(found.value, 2 * log_poisson(3) + log_poisson(7), 1e-12);
    EXPECT_NEAR(found.gradient[0], (2 * 3 + 7) / 5.0 - 3, 1e-12);
    EXPECT_EQ(found.bounded, 0);
}

TEST(Likelihood, OfWhatIsLessProbableThanTheErrorIsThatOfTheError) {
    auto d = poisson_counts(5);
    d.error = 1e-8;
    auto const found =
        log_likelihood({d}, counted({{5, 1}, {40, 3}, {5000, 2}}));  // one in its tail, one in no bin
    auto const inside = log_likelihood({d}, counted({{5, 1}}));
    EXPECT_NEAR(found.value, inside.value + 5 * std::log(1e-8), 1e-9);
    EXPECT_EQ(found.gradient, inside.gradient);
    EXPECT_EQ(found.bounded, 5);
}

TEST(Likelihood, NeedsADistributionForEveryTime) {
    auto data = counted({{3, 1}});
    data.rows[0].time = 2;
    EXPECT_THROW(log_likelihood({poisson_counts(5)}, data), InputError);
}

TEST(Deviance, FallsAsTwiceTheLogLikelihoodGrows) {
    auto const data = counted({{0, 2}, {3, 20}, {4, 25}, {9, 1}, {80, 1}});
    double const before = deviance({poisson_counts(5)}, data).residual.squaredNorm();
    double const after = deviance({poisson_counts(4)}, data).residual.squaredNorm();
    double const gained =
        log_likelihood({poisson_counts(4)}, data).value - log_likelihood({poisson_counts(5)}, data).value;
    EXPECT_NEAR(before - after, 2 * gained, 1e-9);
}

TEST(Deviance, HasTheGradientOfTheLikelihood) {
    auto const data = counted({{2, 2}, {3, 20}, {4, 25}, {9, 1}});
    auto const d = poisson_counts(4.3);
    auto const found = deviance({d}, data);
    EXPECT_NEAR(-(found.slope.transpose() * found.residual)[0], log_likelihood({d}, data).gradient[0], 1e-9);
}

TEST(Deviance, GapsBetweenCountsOfSeveralSpeciesHoldAllOtherCounts) {
    CountDistribution d;
    d.low = {1, 0};
    d.size = {2, 3};
    d.probability = {0.1, 0.2, 0.05, 0.25, 0.3, 0.1};
    d.error = 1e-12;
    Snapshots data{
        {"A", "B"}, {{0, {0, 5}, 1}, {0, {1, 2}, 3}, {0, {1, 7}, 1}, {0, {2, 0}, 4}, {0, {3, 1}, 1}}, {}};
    auto const found = deviance({d}, data);
    ASSERT_EQ(found.residual.size(), 11);
    double const n = 10;
    auto const unseen = [&](Eigen::Index i) { return found.residual[i] * found.residual[i] / (2 * n); };
    EXPECT_NEAR(unseen(0), 0, 1e-15);
    EXPECT_NEAR(unseen(2), 0.3, 1e-15);  // (1, 0) and (1, 1)
    EXPECT_NEAR(unseen(4), 0, 1e-15);
    EXPECT_NEAR(unseen(6), 0, 1e-15);
    EXPECT_NEAR(unseen(8), 0.4, 1e-15);  // (2, 1) and (2, 2)
    EXPECT_NEAR(unseen(10), 0, 1e-15);
}

}  // namespace
}  // namespace fano::test
