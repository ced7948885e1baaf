// Transcription and translation: mRNA is Poisson, protein follows the master equation, and its stationary
// Fano factor is 1 + k_p/(gamma_m + gamma_p).
//
// A protein mean off by 1 % or a Fano factor off by 1.3 % would be caught; the test raises a false alarm with
// probability 1e-6.
#include <cmath>

#include "tests/systems/population.hpp"

namespace {

using namespace fano;
using namespace fano::test;

constexpr double k_m = 2, k_p = 2, gamma_m = 1.5, gamma_p = 0.8;
constexpr std::size_t most_mrna = 20, most_protein = 70;

constexpr std::size_t state(std::size_t m, std::size_t p) { return m * (most_protein + 1) + p; }

Probabilities protein_after(double time) {
    Chain chain((most_mrna + 1) * (most_protein + 1));
    for (std::size_t m = 0; m <= most_mrna; ++m) {
        for (std::size_t p = 0; p <= most_protein; ++p) {
            if (m < most_mrna) chain.jump(state(m, p), state(m + 1, p), k_m);
            if (m > 0) chain.jump(state(m, p), state(m - 1, p), gamma_m * static_cast<double>(m));
            if (m > 0 && p < most_protein)
                chain.jump(state(m, p), state(m, p + 1), k_p * static_cast<double>(m));
            if (p > 0) chain.jump(state(m, p), state(m, p - 1), gamma_p * static_cast<double>(p));
        }
    }
    std::vector<double> start(chain.states());
    start[0] = 1;
    auto const both = chain.after(start, time);
    Probabilities protein(most_protein + 1);
    for (std::size_t m = 0; m <= most_mrna; ++m)
        for (std::size_t p = 0; p <= most_protein; ++p) protein[p] += both[state(m, p)];
    return protein;
}

TEST(TwoStage, FollowsTheMasterEquationToTheStationaryFanoFactor) {
    std::vector<double> const times{1, 3, 12};
    auto const population = simulate(R"(
[species]
mRNA = 0
protein = 0
[parameters]
k_m = 2
k_p = 2
gamma_m = 1.5
gamma_p = 0.8
[reactions.transcription]
equation = "-> mRNA"
rate = "k_m"
[reactions.translation]
equation = "mRNA -> mRNA + protein"
rate = "k_p"
[reactions.mRNA_decay]
equation = "mRNA -> 0"
rate = "gamma_m"
[reactions.protein_decay]
equation = "protein -> 0"
rate = "gamma_p"
)",
                                     test_cells(1'000'000), times);
    Checks checks;
    for (std::size_t i = 0; i < times.size(); ++i) {
        compare(checks, population, i, "mRNA", birth_death(0, k_m, gamma_m, times[i]));
        compare(checks, population, i, "protein", protein_after(times[i]));
    }
    auto const late = moments_of(protein_after(60));
    checks.equal("stationary mean", late.mean, k_m * k_p / (gamma_m * gamma_p), 1e-8);
    checks.equal("stationary Fano factor", late.fano(), 1 + k_p / (gamma_m + gamma_p), 1e-8);
    EXPECT_TRUE(checks.hold());
}

}  // namespace
