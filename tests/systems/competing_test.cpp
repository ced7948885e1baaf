// A race that ends with its first event: which reaction wins does not depend on when.
//
// With 4 million cells a winning probability off by 0.5 % or a total rate off by 0.5 % would be caught; each
// test raises a false alarm with probability 1e-6.
#include <cmath>

#include "tests/systems/population.hpp"

namespace {

using namespace fano;
using namespace fano::test;

TEST(Competing, WinnerAndWaitingTimeAreIndependent) {
    std::vector<double> const times{0.002, 0.005, 0.01, 0.02, 0.04, 0.08};
    auto const population = simulate(R"(
[species]
Waiting = 1
N = 30
Synthesis_first = 0
Decay_first = 0
[parameters]
k = 20
gamma = 1
[reactions.synthesis]
equation = "Waiting -> N + Synthesis_first"
rate = "k"
[reactions.decay]
equation = "Waiting + N -> Decay_first"
rate = "gamma"
)",
                                     test_cells(4'000'000), times);
    // Multinomial: winner and interval between sample times, or still waiting.
    Counts seen;
    Probabilities expected;
    std::uint64_t syntheses = 0, decays = 0;
    double ended = 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
        auto const new_syntheses = population.cells_with(i, "Synthesis_first", 1) - syntheses;
        auto const new_decays = population.cells_with(i, "Decay_first", 1) - decays;
        double const newly_ended = 1 - std::exp(-50 * times[i]) - ended;
        seen.insert(seen.end(), {new_syntheses, new_decays});
        expected.insert(expected.end(), {0.4 * newly_ended, 0.6 * newly_ended});
        syntheses += new_syntheses;
        decays += new_decays;
        ended += newly_ended;
    }
    seen.push_back(population.cells() - syntheses - decays);
    expected.push_back(1 - ended);
    Checks checks;
    checks.add("winner and time", chi_square_p(seen, expected));
    checks.add("winner", binomial_p(syntheses, syntheses + decays, 0.4));
    checks.add("still waiting", binomial_p(seen.back(), population.cells(), std::exp(-50 * times.back())));
    checks.add("N at the end", chi_square_p(population.counts(5, "N"), [&] {
                   Probabilities p(32);
                   p[29] = 0.6 * ended;
                   p[30] = 1 - ended;
                   p[31] = 0.4 * ended;
                   return p;
               }()));
    EXPECT_TRUE(checks.hold());
}

TEST(Competing, ManyReactionsWinInProportionToTheirRates) {
    // Twelve, more than the lanes of a register, with rates 1 ... 12.
    std::string model = "[species]\nWaiting = 1\nWinner = 0\n";
    for (int i = 1; i <= 12; ++i) {
        auto const number = std::to_string(i);
        model += "[reactions.r" + number + "]\nequation = \"Waiting -> " + number +
                 " Winner\"\nrate = " + number + "\n";
    }
    auto const population = simulate(model, test_cells(2'000'000), {100});
    Probabilities expected(13);
    for (std::size_t i = 1; i <= 12; ++i) expected[i] = static_cast<double>(i) / 78;
    Checks checks;
    compare(checks, population, 0, "Winner", expected);
    EXPECT_TRUE(checks.hold());
}

}  // namespace
