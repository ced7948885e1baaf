// The probabilities with which the samplers over Lane give each number, read off the samplers themselves:
// scripted uniforms are bisected for the edges where the outcome changes, and the edges held against closed
// forms with 113 bits. No sampling error, so there is nothing that a hat too low or a squeeze too high could
// hide behind.
#include <cmath>
#include <functional>
#include <random>
#include <vector>

#include <boost/math/constants/constants.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <gtest/gtest.h>

#include "kernels/core/lane_samplers.hpp"
#include "support/statistics.hpp"

namespace {

struct ScriptedLane : fano::kernels::ScalarLane {};

}  // namespace

// Hands out what it is told to.
template <>
struct fano::kernels::LaneDraws<ScriptedLane> {
    struct Pair {
        double first, second;
    };
    std::vector<Pair> script;
    std::size_t used = 0;
    Pair next(bool) { return script.at(used++); }
};

namespace {

using namespace fano::kernels;
using Quad = boost::multiprecision::cpp_bin_float_quad;
using Draws = LaneDraws<ScriptedLane>;
using Sampler = std::function<double(Draws&)>;

constexpr u64 steps = u64{1} << 52;
double uniform_of(u64 i) { return (static_cast<double>(i) + 0.5) * 0x1p-52; }

// The least i in [0, steps] for which `holds` is false, if it is true below and false from there on.
u64 edge_of(std::function<bool(u64)> const& holds) {
    u64 low = 0, high = steps;
    while (low < high) {
        u64 const middle = low + (high - low) / 2;
        if (holds(middle))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

Quad log_factorial_of(Quad n) {
    Quad product = 1;
    while (n < 60) product *= (n += 1);
    Quad const square = n * n;
    Quad const series =
        (Quad(1) / 12 -
         (Quad(1) / 360 -
          (Quad(1) / 1260 -
           (Quad(1) / 1680 - (Quad(1) / 1188 - Quad(691) / 360360 / square) / square) / square) /
              square) /
             square) /
        n;
    Quad const two_pi = boost::math::constants::two_pi<Quad>();
    return n * log(n) - n + log(two_pi * n) / 2 + series - log(product);
}

Quad poisson_probability(double mean, Quad k) {
    return exp(k * log(Quad(mean)) - mean - log_factorial_of(k));
}

Quad binomial_probability(double n, double p, Quad k) {
    if (k > n) return 0;
    return exp(log_factorial_of(n) - log_factorial_of(k) - log_factorial_of(Quad(n) - k) + k * log(Quad(p)) +
               (Quad(n) - k) * log1p(Quad(-p)));
}

// P(X > k) for k = 0, 1, ... until less than 1e-28, each as a sum of what is above.
std::vector<Quad> survivals(std::function<Quad(Quad)> const& probability) {
    std::vector<Quad> terms, above;
    for (int k = 0; k < 300; ++k) terms.push_back(probability(k));
    Quad sum = 0;
    above.resize(terms.size());
    for (std::size_t k = terms.size(); k-- > 0; sum += terms[k]) above[k] = sum;
    while (!above.empty() && above.back() < 1e-28) above.pop_back();
    return above;
}

// Where inversion goes on from k: the share of the 104 bits of a block whose number is larger than k.
// Compared with P(X > k) in units of 2^-53 P(X > 0).
double worst_edge(Sampler const& sample, std::vector<Quad> const& above) {
    double worst = 0;
    for (std::size_t k = 0; k < above.size(); ++k) {
        auto larger = [&](u64 first, u64 second) {
            Draws draws{{{uniform_of(first), uniform_of(second)}}};
            return sample(draws) > static_cast<double>(k);
        };
        u64 const coarse = edge_of([&](u64 i) { return larger(i, steps - 1); });
        u64 const fine = coarse == steps ? 0 : edge_of([&](u64 i) { return larger(coarse, i); });
        Quad const edge = (Quad(coarse) + Quad(fine) * Quad(0x1p-52)) * Quad(0x1p-52);
        Quad const error = std::max(0.0, static_cast<double>(abs(edge - above[k])) - 0x1p-104);
        worst = std::max(worst, static_cast<double>(error / above[0] * Quad(0x1p53)));
    }
    return worst;
}

TEST(LanePoissonInversion, HasTheExactEdgesToEightRoundingsBelowTenAndThirtyTwoAbove) {
    std::mt19937_64 engine{1};
    std::vector<double> means{1e-26,
                              1e-20,
                              1e-16,
                              1e-9,
                              1e-3,
                              0.1,
                              1,
                              2,
                              5,
                              9,
                              std::nextafter(10.0, 0.0),
                              20,
                              30,
                              std::nextafter(40.0, 0.0)};
    for (int i = 0; i < 100; ++i) means.push_back(std::uniform_real_distribution<double>{0, 10}(engine));
    for (int i = 0; i < 50; ++i) means.push_back(std::uniform_real_distribution<double>{10, 40}(engine));
    for (double mean : means) {
        auto const above = survivals([&](Quad k) { return poisson_probability(mean, k); });
        double const error =
            worst_edge([&](Draws& draws) { return draw_poisson<ScriptedLane>(mean, true, draws); }, above);
        EXPECT_LE(error, mean < 10 ? 8 : 32) << "mean " << mean;
    }
}

TEST(LaneBinomialInversion, HasTheExactEdgesToTwelveRoundings) {
    std::mt19937_64 engine{2};
    struct Law {
        double n, p;
    };
    std::vector<Law> laws{{1, 0.5},
                          {1, 1e-9},
                          {1, 1e-18},
                          {2, 0.5},
                          {19, 0.5},
                          {5, 0.3},
                          {25, 0.34109058813303955},
                          {7704, 0.0012598780591102305},
                          {100, 0.01},
                          {1e3, 9e-3},
                          {1e6, 1e-6},
                          {2147483648, 1e-9},
                          {2147483648, 4e-9},
                          {0x1p51, 4e-15},
                          {0x1p51, 1e-16},
                          {0x1p51, 1.7e-16}};
    for (int i = 0; i < 100; ++i) {
        double const mean = std::uniform_real_distribution<double>{0, 9.99}(engine);
        double const n =
            std::ceil(2 * mean * std::exp(std::uniform_real_distribution<double>{0, 18}(engine)));
        laws.push_back({n, mean / n});
    }
    for (auto const [n, p] : laws) {
        auto const above = survivals([n = n, p = p](Quad k) { return binomial_probability(n, p, k); });
        double const error = worst_edge(
            [n = n, p = p](Draws& draws) { return draw_binomial<ScriptedLane>(n, p, true, draws); }, above);
        EXPECT_LE(error, 12) << "n " << n << " p " << p;
    }
}

// Transformed rejection as published: the candidate floor((2a/e + b)u + shift) with e = 1/2 - |u| is to be
// accepted with probability P(k) (a/e^2 + b) / attempts, which must not exceed 1.
struct Geometry {
    double a, b;
    Quad shift;
    double attempts;
};

Geometry poisson_hat(double mean) {
    double const b = 0.931 + 2.53 * std::sqrt(mean);
    return {-0.059 + 0.02483 * b, b, Quad(mean) + 0.43, 1.1242 + 1.2 / (b - 3.4)};
}

Geometry binomial_hat(double n, double p) {
    double const b = 1.15 + 2.53 * std::sqrt(n * p * (1 - p));
    return {-0.0873 + 0.0248 * b + 0.01 * p, b, Quad(n) * p + 0.5,
            (2.83 + 5.1 / b) / std::sqrt(2 * std::acos(-1.0))};
}

// Accepted share minus exact share of the candidate at `first`, in units of the exact one; 0 if the candidate
// lies too close to the next number to be told from it.
double worst_share(Sampler const& sample, Geometry const& hat, std::function<Quad(Quad)> const& probability,
                   u64 first) {
    double const u = uniform_of(first) - 0.5, e = 0.5 - std::abs(u);
    Quad const place = (2 * Quad(hat.a) / e + hat.b) * u + hat.shift, k = floor(place);
    double const behind = static_cast<double>(place - k), margin = std::min(behind, 1 - behind);
    if (margin < 1e-9 + 1e-14 * (hat.a / e + hat.b)) return 0;
    Quad const exact = k < 0 ? Quad(0) : probability(k) * (hat.a / (e * e) + hat.b) / hat.attempts;
    u64 const edge = edge_of([&](u64 second) {
        // If the first is refused, the next candidate is taken for certain.
        Draws draws{{{uniform_of(first), uniform_of(second)}, {uniform_of(steps / 2), uniform_of(0)}}};
        double const number = sample(draws);
        bool const taken = draws.used == 1;
        EXPECT_TRUE(!taken || number == static_cast<double>(k)) << number << " in place of " << k;
        return taken;
    });
    Quad const accepted = Quad(edge) / Quad(steps);
    double const error = static_cast<double>(abs(accepted - exact));
    return std::max(0.0, error - 0x1p-52) / static_cast<double>(exact + Quad(1e-30));
}

// Anywhere, in the tails where hats are low, or where the squeeze ends.
u64 any_first(std::mt19937_64& engine) {
    constexpr double low[] = {0, 0.02, 0.07}, high[] = {0.5, 0.12, 0.08};
    u64 const where = engine() % 3;
    double const e = std::uniform_real_distribution<double>{low[where], high[where]}(engine);
    u64 const i = static_cast<u64>(e * 0x1p52);
    return engine() % 2 == 0 ? i : steps - 1 - i;
}

TEST(LanePoissonRejection, AcceptsTheExactShareOfEveryCandidate) {
    std::mt19937_64 engine{3};
    for (u64 i = 0; i < fano::test::test_cells(60000); ++i) {
        double const range = i % 4 == 0 ? 30 : 3;
        double const mean = 40 * std::exp(std::uniform_real_distribution<double>{0, range}(engine));
        double const error = worst_share(
            [&](Draws& draws) { return draw_poisson<ScriptedLane>(mean, true, draws); }, poisson_hat(mean),
            [&](Quad k) { return poisson_probability(mean, k); }, any_first(engine));
        ASSERT_LE(error, 3e-14) << "mean " << mean;
    }
}

TEST(LaneBinomialRejection, AcceptsTheExactShareOfEveryCandidate) {
    std::mt19937_64 engine{4};
    for (u64 i = 0; i < fano::test::test_cells(60000); ++i) {
        double const range = i % 4 == 0 ? 18 : 3;
        double const p = i % 3 == 0 ? std::uniform_real_distribution<double>{0.01, 0.5}(engine)
                                    : 0.5 * std::exp(-std::uniform_real_distribution<double>{0, 18}(engine));
        double const mean = 10 * std::exp(std::uniform_real_distribution<double>{0, range}(engine));
        double const n = std::min(std::ceil(mean / p), 0x1p51);
        if (n * p < 10) continue;
        double const error = worst_share(
            [&](Draws& draws) { return draw_binomial<ScriptedLane>(n, p, true, draws); }, binomial_hat(n, p),
            [&](Quad k) { return binomial_probability(n, p, k); }, any_first(engine));
        ASSERT_LE(error, 3e-14) << "n " << n << " p " << p;
    }
}

}  // namespace
