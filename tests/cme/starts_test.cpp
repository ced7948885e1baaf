// From initial counts that differ between cells.
#include <gtest/gtest.h>

#include "cme/solutions.hpp"
#include "fano/fano.hpp"

namespace fano::test {
namespace {

CmeOptions options_for(std::vector<double> times, double tolerance) {
    CmeOptions options;
    options.times = std::move(times);
    options.tolerance = tolerance;
    return options;
}

// Of an immigration and death process, what cells start with thins and what comes is Poisson.
TEST(CmeStarts, MayBeDistributions) {
    struct Start {
        std::string text;
        Probabilities exact;
    };
    for (auto const& [text, start] :
         {Start{"{ distribution = \"poisson\", mean = 6 }", poisson(6)},
          Start{"{ distribution = \"binomial\", n = 9, p = 0.3 }", binomial(9, 0.3)},
          Start{"{ distribution = \"uniform\", low = 2, high = 11 }", uniform(2, 11)},
          Start{"{ distribution = \"negative_binomial\", mean = 5, fano = 3 }", negative_binomial(5, 3)}}) {
        auto const network = network_from("[species]\nM = " + text + "\n" + reaction("birth", "-> M", "4") +
                                          reaction("death", "M -> 0", "1"));
        auto const solution = solve(network, {0, 0.7}, 1e-10);
        EXPECT_LT(distance(marginal(solution, network, 0, "M"), start), 2e-10) << text;
        Probabilities thinned(start.size());
        for (std::size_t n = 0; n < start.size(); ++n) {
            auto const kept = binomial(n, std::exp(-0.7));
            for (std::size_t k = 0; k < std::min(kept.size(), thinned.size()); ++k)
                thinned[k] += start[n] * kept[k];
        }
        EXPECT_LT(distance(marginal(solution, network, 1, "M"),
                           convolve(thinned, poisson(4 * (1 - std::exp(-0.7))))),
                  2e-10)
            << text;
    }
}

TEST(CmeStarts, MayBeTwoDistributionsAtOnce) {
    auto const network = network_from(
        "[species]\nA = { distribution = \"poisson\", mean = 3 }\nB = { distribution = \"uniform\", low = 0, "
        "high = 4 }\n" +
        reaction("a", "A -> 0", "1") + reaction("b", "B -> 0", "2"));
    auto options = options_for({0.5}, 1e-10);
    options.joint = {{"A", "B"}};
    auto const at = solve_cme(network, options).at[0];
    EXPECT_LT(distance(at.marginals[0], poisson(3 * std::exp(-0.5))), 2e-10);
    EXPECT_NEAR(at.mean[1], 2 * std::exp(-1.0), 1e-8);
    EXPECT_NEAR(at.covariance[1], 0, 1e-8);
}

// Poisson counts stay Poisson in conversion, and the two species are independent.
TEST(CmeStarts, MayBeDistributionsOfAConservedTotal) {
    for (std::string const text : {"A = { distribution = \"poisson\", mean = 5 }\nB = 0\n",
                                   "B = 0\nA = { distribution = \"poisson\", mean = 5 }\n"}) {
        auto const network =
            network_from("[species]\n" + text + reaction("ab", "A <-> B", "1\"\nreverse_rate = \"2"));
        auto const solution = solve(network, {0, 1}, 1e-9);
        EXPECT_LT(distance(marginal(solution, network, 0, "A"), poisson(5)), 2e-9);
        double const moved = (1 - std::exp(-3.0)) / 3;
        EXPECT_LT(distance(marginal(solution, network, 1, "A"), poisson(5 * (1 - moved))), 2e-9);
        EXPECT_LT(distance(marginal(solution, network, 1, "B"), poisson(5 * moved)), 2e-9);
    }
}

TEST(CmeStarts, MayBePartlyOutsideABoxWhichIsCounted) {
    auto const network = network_from("[species]\nM = { distribution = \"uniform\", low = 0, high = 9 }\n" +
                                      reaction("death", "M -> 0", "1"));
    auto options = options_for({0}, 1e-8);
    options.box = {{"M", 0, 6}};
    auto const at = solve_cme(network, options).at[0];
    EXPECT_NEAR(at.certificate.pruned, 0.3, 1e-12);
    EXPECT_LT(distance(at.marginals[0], Probabilities(7, 0.1)), 1e-12);
}

}  // namespace
}  // namespace fano::test
