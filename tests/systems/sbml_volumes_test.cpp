// Compartments of SBML: amounts and concentrations, sizes that differ, sizes that change. Held against exact
// answers.
//
// A mean above 1 off by 1.2 % or its Fano factor off by 2 % would be caught; each statistical test raises a
// false alarm with probability 1e-6.
#include <cmath>

#include "tests/systems/sbml_population.hpp"

namespace {

using namespace fano;
using namespace fano::test;

constexpr std::uint64_t many = 400'000;

// A + B -> C from 12 of A and 8 of B, each pair of molecules reacting at `rate`: the distribution of C.
Probabilities pairing(double rate, double time) {
    Chain chain(9);
    for (std::size_t c = 0; c < 8; ++c) chain.jump(c, c + 1, rate * static_cast<double>((12 - c) * (8 - c)));
    Probabilities start(9);
    start[0] = 1;
    return chain.after(start, time);
}

// Molecules still or again in the first of two places, all there at time 0.
Probabilities in_first(std::size_t molecules, double there, double back, double time) {
    double const share = back / (there + back);
    return binomial(molecules, share + (1 - share) * std::exp(-(there + back) * time));
}

TEST(SbmlVolumes, PairsMeetLessOftenInALargerVolume) {
    // k [A][B] V = k a b/V, with k = 0.3 and V = 2.5, however the amounts are given and the law is written.
    auto concentrations = SbmlText()
                              .compartment("id='cell' size='2.5'")
                              .concentration("id='A' initialConcentration='4.8'")
                              .concentration("id='B' initialAmount='8'")
                              .concentration("id='C' initialAmount='0'")
                              .reaction("id='R'", "A + B -> C", "0.3*A*B*cell");
    auto amounts = SbmlText()
                       .compartment("id='cell' size='2.5'")
                       .species("id='A' initialConcentration='4.8'")
                       .species("id='B' initialAmount='8'")
                       .species("id='C' initialAmount='0'")
                       .reaction("id='R'", "A + B -> C", "0.3*A*B/cell");
    auto mixed = SbmlText()
                     .compartment("id='cell' size='2.5'")
                     .concentration("id='A' initialAmount='12'")
                     .species("id='B' initialConcentration='3.2'")
                     .concentration("id='C' initialAmount='0'")
                     .reaction("id='R'", "A + B -> C", "0.3*A*B");
    Checks checks;
    for (auto const& model : {concentrations, amounts, mixed}) {
        auto const population = simulate_sbml(model, test_cells(many), {0, 1});
        expect_all_cells(population, 0, "A", 12);
        expect_all_cells(population, 0, "B", 8);
        compare(checks, population, 1, "C", pairing(0.12, 1));
    }
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlVolumes, MoleculesThatMoveBetweenCompartmentsAreConserved) {
    // Permeability 1 between volumes of 2 and 5: each molecule leaves at 1/2 and comes back at 1/5.
    auto const model = SbmlText()
                           .compartment("id='inside' size='2'")
                           .compartment("id='outside' size='5'")
                           .concentration("id='A' compartment='inside' initialAmount='20'")
                           .concentration("id='B' compartment='outside' initialAmount='0'")
                           .species("id='All' compartment='outside' boundaryCondition='true'")
                           .parameter("id='p' value='1'")
                           .rule("All", "A*inside + B*outside")
                           .reaction("id='R' reversible='true'", "A -> B", "p*(A - B)");
    auto const population = simulate_sbml(model, test_cells(many), {0.5, 2, 30});
    Checks checks;
    for (std::size_t i = 0; i < 3; ++i) {
        auto const a = in_first(20, 0.5, 0.2, population.ensemble.times[i]);
        compare(checks, population, i, "A", a);
        compare(checks, population, i, "B", {a.rbegin(), a.rend()});
        expect_all_cells(population, i, "All", 20);
    }
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlVolumes, AmountsAndConcentrationsMixAcrossCompartments) {
    // A is an amount in a volume of 4, B a concentration in one of 0.5; leaving at 0.6, back at 0.4/0.5.
    auto const model = SbmlText()
                           .compartment("id='large' size='4'")
                           .compartment("id='small' size='0.5'")
                           .species("id='A' compartment='large' initialConcentration='3'")
                           .concentration("id='B' compartment='small' initialConcentration='0'")
                           .reaction("id='there'", "A -> B", "0.6*A")
                           .reaction("id='back'", "B -> A", "0.4*B");
    auto const population = simulate_sbml(model, test_cells(many), {0, 0.7});
    expect_all_cells(population, 0, "A", 12);
    Checks checks;
    compare(checks, population, 1, "A", in_first(12, 0.6, 0.8, 0.7));
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlVolumes, SizeInAFormulaIsASizeAndNotAConcentration) {
    auto const model = SbmlText()
                           .compartment("id='cell' size='3' spatialDimensions='2'")
                           .compartment("id='point' spatialDimensions='0'")
                           .concentration("id='A' compartment='cell' initialAmount='6'")
                           .species("id='N' compartment='point' initialAmount='0'")
                           .reaction("id='R'", "-> N; A", "cell*A/4");
    auto const population = simulate_sbml(model, test_cells(many), {2});
    Checks checks;
    compare(checks, population, 0, "N", poisson(3));
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlVolumes, GrowthByARuleDilutesAndKeepsAmounts) {
    // In the volume 1 + t the law [A] has each molecule leave at 1/(1 + t), so 1/(1 + t) of them stay. The
    // pairs of X and Y, at k x y/(1 + t), see the time ln(1 + t).
    auto const model = SbmlText()
                           .compartment("id='cell' constant='false'")
                           .concentration("id='A' initialAmount='15'")
                           .concentration("id='X' initialConcentration='12'")
                           .concentration("id='Y' initialConcentration='8'")
                           .concentration("id='Z' initialConcentration='0'")
                           .concentration("id='Still' initialConcentration='9'")
                           .rule("cell", "1 + time")
                           .reaction("id='loss'", "A ->", "A")
                           .reaction("id='pair'", "X + Y -> Z", "0.1*X*Y*cell");
    auto const population = simulate_sbml(model, test_cells(many), {0, 0.5, 3});
    Checks checks;
    for (std::size_t i = 1; i < 3; ++i) {
        double const t = population.ensemble.times[i];
        compare(checks, population, i, "A", binomial(15, 1 / (1 + t)));
        compare(checks, population, i, "Z", pairing(0.1, std::log1p(t)));
        expect_all_cells(population, i, "Still", 9);
    }
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlVolumes, RuledConcentrationIsCountedInItsVolume) {
    // The symbol is [S] = 0.5 + t/4 in a volume of 4: 2 + t molecules, and the law sees the concentration.
    auto const model = SbmlText()
                           .compartment("id='cell' size='4'")
                           .concentration("id='S' boundaryCondition='true'")
                           .species("id='N' initialAmount='0'")
                           .rule("S", "0.5 + time/4")
                           .reaction("id='R'", "S -> N", "S*8");
    auto const population = simulate_sbml(model, test_cells(many), {0, 1, 2});
    expect_all_cells(population, 0, "S", 2);
    expect_all_cells(population, 1, "S", 3);
    Checks checks;
    compare(checks, population, 1, "N", poisson(4 + 1));
    compare(checks, population, 2, "N", poisson(8 + 4));
    EXPECT_TRUE(checks.hold());
}

}  // namespace
