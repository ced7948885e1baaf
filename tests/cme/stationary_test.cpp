// Stationary and quasi-stationary distributions against closed forms.
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "cme/balance.hpp"
#include "cme/multilevel.hpp"
#include "cme/solutions.hpp"
#include "fano/error.hpp"

namespace fano::test {
namespace {

using ::testing::HasSubstr;

CmeSolution stationary(Network const& network, double tolerance, std::vector<CountBounds> box = {}) {
    CmeOptions options;
    options.tolerance = tolerance;
    options.box = std::move(box);
    return stationary_cme(network, options);
}

double below(Marginal const& m, double count) {
    double sum = 0;
    for (std::size_t i = 0; i < m.probability.size(); ++i)
        if (m.low + static_cast<double>(i) < count) sum += m.probability[i];
    return sum;
}

TEST(Stationary, BirthAndDeathIsPoisson) {
    auto const network = gallery("birth_death");
    auto const at = stationary(network, 1e-10).at[0];
    EXPECT_LT(distance(at.marginals[0], poisson(20)), 1e-11);
    EXPECT_TRUE(std::isinf(at.time));
}

TEST(Stationary, MeanAndFanoFactorOfGenesAreThoseOfTheory) {
    auto const telegraph = stationary(gallery("telegraph"), 1e-9).at[0];
    EXPECT_NEAR(telegraph.mean[2], 20.0 / 3, 1e-8);
    EXPECT_NEAR(telegraph.fano(2), 19.0 / 3, 1e-7);
    auto const two_stage = stationary(gallery("two_stage"), 1e-8).at[0];
    EXPECT_NEAR(two_stage.mean[1], 100, 1e-5);
    EXPECT_NEAR(two_stage.fano(1), 1 + 1 / 0.22, 1e-6);
    EXPECT_NEAR(two_stage.covariance[1], 2 / 0.22, 1e-5);  // <m> k_p / (gamma_m + gamma_p)
    auto const refractory = stationary(gallery("refractory"), 1e-9).at[0];
    EXPECT_NEAR(refractory.fano(3), 7.588235294, 1e-8);
}

// Slow modes are differences of fast rates: a solver that loses them shifts weight between the modes.
TEST(Stationary, WeightsOfTwoModesAreRight) {
    auto const schlogl = stationary(gallery("schlogl"), 1e-9);
    EXPECT_NEAR(schlogl.at[0].mean[0], 454.861348, 1e-6);
    EXPECT_NEAR(below(schlogl.at[0].marginals[0], 280), 0.220269, 5e-7);
    auto const toggle = stationary(gallery("toggle"), 1e-8).at[0];
    EXPECT_NEAR(toggle.mean[0], 11.82707259, 1e-7);
    EXPECT_NEAR(toggle.mean[1], 11.82707259, 1e-7);
    EXPECT_NEAR(toggle.fano(0), 9.5014952, 1e-6);
}

TEST(Stationary, AnyChainInOneDimensionIsAProductOfRatios) {
    auto const network =
        network_from("[species]\nX = 3\n" + reaction("b", "-> X", "3 + 40*X^3/(1000 + X^3)", "propensity") +
                     reaction("d", "X -> 0", "1.1*X/(1 + 0.01*X)", "propensity"));
    std::vector<double> exact{1};
    double sum = 1;
    for (int n = 1; n <= 600; ++n) {
        double const up = 3 + 40 * std::pow(n - 1, 3) / (1000 + std::pow(n - 1, 3));
        exact.push_back(exact.back() * up / (1.1 * n / (1 + 0.01 * n)));
        sum += exact.back();
    }
    for (double& p : exact) p /= sum;
    EXPECT_LT(distance(stationary(network, 1e-10).at[0].marginals[0], exact), 1e-10);
}

TEST(Stationary, ABoxThatIsTooSmallIsSeenInItsReport) {
    auto model = gallery_model("birth_death");
    model.set("M", 10);
    auto const network = compile(model);
    auto const narrow = stationary(network, 1e-6, {{"M", 0, 25}});
    EXPECT_EQ(narrow.at[0].states, 26U);
    EXPECT_GT(narrow.stationary->outflow, 0.1);    // of 20 births a time
    EXPECT_GT(narrow.stationary->doubling, 0.05);  // 11 % of the probability is beyond 25
    auto const wide = stationary(network, 1e-6, {{"M", 0, 80}});
    EXPECT_LT(wide.stationary->outflow, 1e-18);
    EXPECT_LT(wide.stationary->doubling, 1e-14);
}

TEST(Stationary, EndsHaveTheProbabilityToGetThere) {
    // From 3: a walk that is absorbed at 0 or at 10, twice as likely to step up.
    auto const network = network_from(
        "[species]\nX = 3\n" + reaction("up", "-> X", "piecewise(2, X > 0 && X < 10, 0)", "propensity") +
        reaction("down", "X -> 0", "piecewise(1, X > 0 && X < 10, 0)", "propensity"));
    auto const solution = stationary(network, 1e-8, {{"X", 0, 10}});
    auto const& m = solution.at[0].marginals[0];
    double const up = (1 - std::pow(0.5, 3)) / (1 - std::pow(0.5, 10));
    EXPECT_NEAR(probability(m, 10), up, 1e-12);
    EXPECT_NEAR(probability(m, 0), 1 - up, 1e-12);
    ASSERT_EQ(solution.notes.size(), 1U);
    EXPECT_THAT(solution.notes[0], HasSubstr("2 separate sets"));
}

std::string switching(double low, double high, double half, int power) {
    return "[species]\nX = 0\n" +
           reaction("b", "-> X", fmt::format("{}+{}*X^{}/({}^{}+X^{})", low, high, power, half, power, power),
                    "propensity") +
           reaction("d", "X -> 0", "X", "propensity");
}

// From 0 the mean field leads to 5; nearly all of the weight is at 400, behind a barrier that is crossed once in 1e22.
TEST(Stationary, ModesFarFromWhereItBeginsAreFound) {
    auto const network = network_from(switching(5, 400, 100, 4));
    long double sum = 1, weighted = 0, p = 1;
    for (int n = 1; n < 900; ++n) {
        p *= (5 + 400 * std::pow(n - 1.0L, 4) / (1e8L + std::pow(n - 1.0L, 4))) / n;
        sum += p;
        weighted += n * p;
    }
    EXPECT_NEAR(stationary(network, 1e-8).at[0].mean[0], static_cast<double>(weighted / sum), 1e-6);
    EXPECT_NEAR(stationary(network, 1e-8, {{"X", 0, 600}}).at[0].mean[0], static_cast<double>(weighted / sum),
                1e-6);
    auto const narrow = stationary(network, 1e-8, {{"X", 0, 250}});
    ASSERT_FALSE(narrow.notes.empty());
    EXPECT_THAT(narrow.notes[0], HasSubstr("too small"));
}

TEST(QuasiStationary, EscapeOfPureDeathIsThatOfTheLastMolecule) {
    CmeOptions options;
    auto const network = network_from("[species]\nA = 12\n" + reaction("d", "A -> 0", "0.7"));
    options.box = {{"A", 0, 12}};
    auto const found = stationary_cme(network, options, true);
    EXPECT_NEAR(found.stationary->escape, 0.7, 1e-12);
    EXPECT_NEAR(probability(found.at[0].marginals[0], 1), 1, 1e-10);
}

TEST(QuasiStationary, OfAnEpidemicLastsAsItsSlowestDecay) {
    auto const network = gallery("sis");
    auto const found = stationary_cme(network, {}, true);
    // What is left at two late times falls by the escape rate.
    auto const later = solve(network, {400, 500}, 1e-11);
    double const left = 1 - probability(later.at[0].marginals[1], 0),
                 then = 1 - probability(later.at[1].marginals[1], 0);
    EXPECT_NEAR(std::log(left / then) / 100, found.stationary->escape, 1e-8);
}

TEST(QuasiStationary, IsRefusedWhereNothingEnds) {
    try {
        stationary_cme(gallery("telegraph"), {}, true);
        FAIL();
    } catch (InputError const& error) {
        EXPECT_THAT(error.what(), HasSubstr("--quasi"));
    }
}

TEST(Stationary, IsRefusedWhereRatesDependOnTime) {
    auto const network =
        network_from("[species]\nX = 0\n" + reaction("b", "-> X", "1 + sin(time)", "propensity") +
                     reaction("d", "X -> 0", "1"));
    EXPECT_THROW(stationary(network, 1e-6), InputError);
}

// Levels and GMRES are for boxes that are too large to be factorised; here they must give what factors give.
TEST(Balance, OfAllSolversIsTheSame) {
    constexpr int side = 30;
    std::vector<Eigen::Triplet<double>> entries;
    auto const flow = [&](int from, int to, double rate) {
        entries.emplace_back(to, from, rate);
        entries.emplace_back(from, from, -rate);
    };
    for (int i = 0; i < side; ++i)
        for (int j = 0; j < side; ++j) {
            int const at = i * side + j;
            if (i + 1 < side) flow(at, at + side, 8.0 / (1 + 0.1 * j));
            if (j + 1 < side) flow(at, at + 1, 8.0 / (1 + 0.1 * i));
            if (i > 0) flow(at, at - side, i);
            if (j > 0) flow(at, at - 1, j);
        }
    Columns a(side * side, side * side);
    a.setFromTriplets(entries.begin(), entries.end());
    Eigen::VectorXd const guess = Eigen::VectorXd::Constant(side * side, 1.0 / (side * side));
    auto const direct = solve_balance(a, guess, 0, nullptr);
    EXPECT_EQ(direct.method, "elimination");
    auto const levels = solve_by_levels(a, guess, nullptr);
    ASSERT_TRUE(levels.has_value());
    EXPECT_LT((direct.x - *levels).lpNorm<1>(), 1e-12);
    // What GMRES solves for: all but one state, from which the others follow.
    std::vector<std::uint64_t> all(side * side);
    std::iota(all.begin(), all.end(), 0);
    Columns const rest = part_of(a, all, 0);
    Eigen::VectorXd const b = Eigen::VectorXd::LinSpaced(side * side - 1, -1, 1);
    Eigen::VectorXd const x = make_solver(rest, false, nullptr)->solve(b);
    EXPECT_LT((rest * x - b).norm(), 1e-6 * b.norm());
    EXPECT_LT((rest * make_solver(rest, true, nullptr)->solve(b) - b).norm(), 1e-10 * b.norm());
    EXPECT_LT(direct.residual, 1e-15);
    EXPECT_LT((a * direct.x).lpNorm<1>(), 1e-13);
}

}  // namespace
}  // namespace fano::test
