// Rates that depend on time: birth and death stay Poisson, whatever the rate of birth does.
#include <cmath>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "cme/solutions.hpp"

namespace fano::test {
namespace {

Network births(std::string const& propensity) {
    return network_from("[species]\nX = 0\n" + reaction("b", "-> X", propensity, "propensity") +
                        reaction("d", "X -> 0", "1"));
}

TEST(TimedRates, OfAWaveGiveAPoissonOfTheWavesMean) {
    constexpr double w = 3;
    auto const network = births(fmt::format("50*(1 + 0.9*sin({}*time))", w));
    auto const mean = [](double t) {
        return 50 * -std::expm1(-t) +
               45 * (std::sin(w * t) - w * std::cos(w * t) + w * std::exp(-t)) / (1 + w * w);
    };
    for (double tolerance : {1e-3, 1e-6, 1e-9}) {
        auto const solution = solve(network, {0, 0.7, 3}, tolerance);
        for (auto const& at : solution.at) {
            EXPECT_LE(distance(at.marginals[0], poisson(mean(at.time))), at.certificate.total() + 1e-12);
            EXPECT_LE(at.certificate.total(), tolerance);
        }
    }
}

// A step may end just before a jump and see nothing of it between its Gauss points.
TEST(TimedRates, ThatJumpAreSeen) {
    for (double when : {0.3, 0.97, 1.2345, 2.0}) {
        auto const network = births(fmt::format("piecewise(50, time < {}, 4)", when));
        double const mean = 50 * -std::expm1(-when) * std::exp(when - 3) + 4 * -std::expm1(when - 3);
        for (double tolerance : {1e-3, 1e-6, 1e-8}) {
            auto const at = solve(network, {3}, tolerance).at[0];
            EXPECT_LE(distance(at.marginals[0], poisson(mean)), tolerance) << when << " " << tolerance;
        }
    }
}

// What leaves the states is seen although nothing leaves them when a step begins.
TEST(TimedRates, ThatBeginAtZeroAreFollowed) {
    for (double tolerance : {1e-3, 1e-6, 1e-9}) {
        auto const ramp = network_from("[species]\nX = 0\n" + reaction("b", "-> X", "2*time", "propensity"));
        for (auto const& at : solve(ramp, {0.5, 2, 3}, tolerance).at) {
            EXPECT_LE(distance(at.marginals[0], poisson(at.time * at.time)), at.certificate.total() + 1e-12);
            EXPECT_LE(at.certificate.total(), tolerance);
        }
    }
    for (double when : {0.3, 1.2345, 2.0}) {
        auto const late = births(fmt::format("piecewise(0, time < {}, 50)", when));
        for (double tolerance : {1e-3, 1e-6, 1e-8}) {
            auto const at = solve(late, {3}, tolerance).at[0];
            EXPECT_LE(distance(at.marginals[0], poisson(50 * -std::expm1(when - 3))), tolerance) << when;
            EXPECT_LE(at.certificate.total(), tolerance);
        }
    }
}

// Short pulses in long quiet times, between all points that a step looks at.
TEST(TimedRates, OfShortPulsesAreSeen) {
    struct Pulse {
        char const* rate;
        double height, begin, end;  // on a base
        double base, until;
    };
    for (auto const& p : {Pulse{"piecewise(50, time >= 9.9 && time < 10, 0)", 50, 9.9, 10, 0, 10},
                          Pulse{"piecewise(50, time >= 5.2 && time < 5.7, 0)", 50, 5.2, 5.7, 0, 10},
                          Pulse{"2 + piecewise(48, time >= 413 && time < 418, 0)", 48, 413, 418, 2, 418},
                          Pulse{"piecewise(0, time >= 3 && time < 3.01, 20)", -20, 3, 3.01, 20, 4}}) {
        auto const at = solve(births(p.rate), {p.until}, 1e-6).at[0];
        double const mean = p.base * -std::expm1(-p.until) +
                            p.height * (std::exp(p.end - p.until) - std::exp(p.begin - p.until));
        EXPECT_LE(distance(at.marginals[0], poisson(mean)), at.certificate.total() + 1e-12) << p.rate;
        EXPECT_LE(at.certificate.total(), 1e-6) << p.rate;
    }
    // A bell of width 0.01 has the area 1000 * 0.01 * sqrt(pi).
    auto const at = solve(births("1000*exp(-((time - 30.3)/0.01)^2)"), {30.5}, 1e-5).at[0];
    EXPECT_NEAR(at.mean[0], 1000 * 0.01 * std::sqrt(M_PI) * std::exp(30.3 - 30.5) * std::exp(0.01 * 0.01 / 4),
                2e-3);
}

TEST(TimedRates, ThatAreMixedWithCountsFollowTheirMeans) {
    // dx/dt = -(1 + t) x: a count of 30 is binomial with exp(-t - t^2 / 2).
    auto const network =
        network_from("[species]\nA = 30\n" + reaction("d", "A -> 0", "A*(1 + time)", "propensity"));
    auto const at = solve(network, {1.5}, 1e-8).at[0];
    EXPECT_LT(distance(at.marginals[0], binomial(30, std::exp(-1.5 - 1.125))), 1e-8);
}

}  // namespace
}  // namespace fano::test
