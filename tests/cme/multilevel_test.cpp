// Stationary distributions by aggregation against closed forms, elimination, and each other's digits in the tails.
#include "cme/multilevel.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "cme/balance.hpp"
#include "cme/elimination.hpp"
#include "cme/occupancy.hpp"
#include "fano/error.hpp"

namespace fano::test {
namespace {

class Chain {
public:
    explicit Chain(int states) : states_(states) {}
    void flow(int from, int to, double rate) {
        entries_.emplace_back(to, from, rate);
        entries_.emplace_back(from, from, -rate);
    }
    Columns matrix() const {
        Columns a(states_, states_);
        a.setFromTriplets(entries_.begin(), entries_.end());
        return a;
    }

private:
    int states_;
    std::vector<Eigen::Triplet<double>> entries_;
};

Eigen::VectorXd levels(Columns const& a) {
    auto const x = solve_by_levels(a, Eigen::VectorXd::Ones(a.cols()), nullptr);
    EXPECT_TRUE(x.has_value());
    return x.value_or(Eigen::VectorXd::Zero(a.cols()));
}

TEST(Levels, KeepTheDigitsOfTails) {
    constexpr int states = 3000;
    Chain chain(states);
    for (int n = 0; n + 1 < states; ++n) {
        chain.flow(n, n + 1, 1000);
        chain.flow(n + 1, n, n + 1);
    }
    auto const x = levels(chain.matrix());
    for (int n = 600; n < 1700; n += 50) {  // down to 1e-80
        double const exact = std::exp(-1000 + n * std::log(1000.0) - std::lgamma(n + 1.0));
        EXPECT_NEAR(x[n] / exact, 1, 1e-5) << n;
    }
}

// Two modes with 1e-12 of the probability between them: their weights come from flows far below rounding errors of the sum.
TEST(Levels, WeighModesThatAreFarApart) {
    constexpr int states = 801;
    auto const up = [](int n) { return 1 + 0.15 * std::sin(n * 4 * M_PI / 800); };
    Chain chain(states);
    std::vector<long double> exact{1};
    long double sum = 1;
    for (int n = 0; n + 1 < states; ++n) {
        chain.flow(n, n + 1, up(n));
        chain.flow(n + 1, n, 1);
        exact.push_back(exact.back() * up(n));
        sum += exact.back();
    }
    auto const x = levels(chain.matrix());
    double error = 0;
    for (int n = 0; n < states; ++n)
        error += std::abs(x[n] - static_cast<double>(exact[static_cast<std::size_t>(n)] / sum));
    EXPECT_LT(error, 1e-9);
}

TEST(Levels, AreAProductWhereSpeciesDoNotMeet) {
    constexpr int side = 40;
    double const means[] = {8, 12, 15}, speeds[] = {1, 100, 0.01};
    Chain chain(side * side * side);
    int const strides[] = {side * side, side, 1};
    for (int i = 0; i < side * side * side; ++i)
        for (int s = 0; s < 3; ++s) {
            int const n = i / strides[s] % side;
            if (n + 1 < side) chain.flow(i, i + strides[s], speeds[s] * means[s]);
            if (n > 0) chain.flow(i, i - strides[s], speeds[s] * n);
        }
    auto const x = levels(chain.matrix());
    std::vector<double> parts[3];
    for (int s = 0; s < 3; ++s) {
        double sum = 0;
        for (int n = 0; n < side; ++n)
            parts[s].push_back(std::exp(n * std::log(means[s]) - std::lgamma(n + 1.0)));
        for (double p : parts[s]) sum += p;
        for (double& p : parts[s]) p /= sum;
    }
    double error = 0;
    for (int i = 0; i < side * side * side; ++i) {
        double exact = 1;
        for (int s = 0; s < 3; ++s) exact *= parts[s][static_cast<std::size_t>(i / strides[s] % side)];
        error += std::abs(x[i] - exact);
    }
    EXPECT_LT(error, 1e-10);
}

// Nothing of detailed balance: random jumps of rates over four orders of magnitude.
TEST(Levels, OfRandomProcessesAreThoseOfElimination) {
    std::mt19937_64 random(5);
    std::uniform_real_distribution<double> exponent(-2, 2);
    for (int states : {2, 61, 500, 2000}) {
        Chain chain(states);
        std::uniform_int_distribution<int> any(0, states - 1);
        for (int i = 0; i < states; ++i) {
            chain.flow(i, (i + 1) % states, std::pow(10, exponent(random)));
            for (int k = 0; k < 2; ++k)
                if (int const to = any(random); to != i) chain.flow(i, to, std::pow(10, exponent(random)));
        }
        auto const a = chain.matrix();
        auto const x = levels(a);
        auto const exact = Elimination::of(a, Eigen::VectorXd::Zero(states), nullptr)->stationary();
        EXPECT_LT((x - exact).lpNorm<1>(), 1e-10) << states;
    }
}

// Parts between which the process hardly ever goes, one after another: 1e-60 of the weight of the first in the last.
TEST(Elimination, KeepsTheDigitsOfWhateverIsRare) {
    constexpr int states = 400;
    Chain chain(states);
    std::vector<long double> exact{1};
    long double sum = 1;
    auto const up = [](int n) { return n % 100 == 99 ? 1e-20 : 1.0 + 0.1 * (n % 7); };
    for (int n = 0; n + 1 < states; ++n) {
        chain.flow(n, n + 1, up(n));
        chain.flow(n + 1, n, 1);
        exact.push_back(exact.back() * up(n));
        sum += exact.back();
    }
    auto const a = chain.matrix();
    auto const x = Elimination::of(a, Eigen::VectorXd::Zero(states), nullptr)->stationary();
    for (int n = 0; n < states; ++n)
        EXPECT_NEAR(x[n] / static_cast<double>(exact[static_cast<std::size_t>(n)] / sum), 1, 1e-12) << n;
    EXPECT_LT(solve_balance(a, Eigen::VectorXd::Ones(states), 0, nullptr).residual, 1e-15);
}

// A walk on a square that ends at two of its corners, by both ways.
TEST(Occupancy, IsTheSameByLevelsAndElimination) {
    constexpr int side = 25;
    Chain chain(side * side + 2);
    int const end = side * side;
    auto const to = [&](int i, int j) {
        return i == 0 && j == 0 ? end : i == side - 1 && j == side - 1 ? end + 1 : i * side + j;
    };
    for (int i = 0; i < side; ++i)
        for (int j = 0; j < side; ++j) {
            if (to(i, j) >= end) continue;
            if (i > 0) chain.flow(i * side + j, to(i - 1, j), 2);
            if (j > 0) chain.flow(i * side + j, to(i, j - 1), 1);
            if (i + 1 < side) chain.flow(i * side + j, to(i + 1, j), 1.5);
            if (j + 1 < side) chain.flow(i * side + j, to(i, j + 1), 1.2);
        }
    auto const a = chain.matrix();
    std::vector<std::uint64_t> transient;
    for (int i = 1; i < side * side - 1; ++i) transient.push_back(static_cast<std::uint64_t>(i));
    std::vector<double> source(static_cast<std::size_t>(end) + 2);
    source[side * 12 + 12] = 0.75;
    source[side] = 0.25;
    Occupancy const direct{a, transient, {}, nullptr}, by_levels{a, transient, {}, nullptr, false};
    EXPECT_STREQ(direct.method(), "elimination");
    EXPECT_STREQ(by_levels.method(), "levels");
    for (int power = 0; power < 3; ++power) {
        auto const x = direct.times(source), y = by_levels.times(source);
        double sum = 0, difference = 0, out = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            sum += x[i];
            difference += std::abs(x[i] - y[i]);
        }
        EXPECT_LT(difference / sum, 1e-10);
        direct.visit_exits(x, [&](std::uint64_t, double flow) { out += flow; });
        double in = 0;
        for (double s : source) in += s;
        EXPECT_NEAR(out / in, 1, 1e-13);
        source = x;
    }
}

}  // namespace
}  // namespace fano::test
