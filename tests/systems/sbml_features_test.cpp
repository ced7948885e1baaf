// What SBML says of values, rates and stoichiometry, held against exact answers. Volumes and events have
// files of their own.
//
// A mean above 2 off by 1.5 % or its Fano factor off by 4 % would be caught; each statistical test raises a
// false alarm with probability 1e-6.
#include <cmath>

#include "tests/systems/sbml_population.hpp"

namespace {

using namespace fano;
using namespace fano::test;

constexpr std::uint64_t many = 400'000;
constexpr std::uint64_t few = 1000;

// `factor` molecules for each of a number of things, and `offset` more.
Probabilities scaled(Probabilities const& p, std::size_t factor, std::size_t offset = 0) {
    Probabilities result(factor * (p.size() - 1) + offset + 1);
    for (std::size_t n = 0; n < p.size(); ++n) result[factor * n + offset] += p[n];
    return result;
}

Probabilities from(Chain const& chain, std::size_t start, double time) {
    Probabilities p(chain.states());
    p[start] = 1;
    return chain.after(p, time);
}

void expect_one(Population const& population, std::string const& output, Probabilities const& exact,
                std::size_t time = 0) {
    Checks checks;
    compare(checks, population, time, output, exact);
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlFeatures, InitialAssignmentsChainInAnyOrder) {
    auto const model = SbmlText()
                           .compartment("id='cell' size='2'")
                           .compartment("id='wide'")
                           .species("id='A' initialAmount='77'")
                           .concentration("id='B' compartment='wide'")
                           .concentration("id='C' initialConcentration='100'")
                           .concentration("id='D' compartment='wide' initialConcentration='2.5'")
                           .concentration("id='E' initialAmount='6'")
                           .species("id='F'")
                           .parameter("id='n' value='-1'")
                           .parameter("id='m'")
                           .initially("C", "B + n/10")
                           .initially("B", "A/2")
                           .initially("F", "E*10")
                           .initially("A", "n + 1")
                           .initially("n", "3*m + time")
                           .initially("m", "2*cell + 1")
                           .initially("wide", "2*cell")
                           .reaction("id='loss'", "A ->", "m/10*A");
    auto const population = simulate_sbml(model, test_cells(many), {0, 1});
    expect_all_cells(population, 0, "A", 16);
    expect_all_cells(population, 0, "B", 32);  // 8 in a volume of 4
    expect_all_cells(population, 0, "C", 19);  // 9.5 in a volume of 2
    expect_all_cells(population, 0, "D", 10);
    expect_all_cells(population, 0, "F", 30);  // the amount 6 is the concentration 3
    expect_one(population, "A", binomial(16, std::exp(-0.5)), 1);
}

TEST(SbmlFeatures, AssignmentRuleOfARateFollowsTheState) {
    // Rate k (1 + A) from A = 0: A is geometric, as A + 1 is a Yule process.
    auto const model = SbmlText()
                           .species("id='A' initialAmount='0'")
                           .parameter("id='k' value='0.8'")
                           .parameter("id='r' constant='false'")
                           .parameter("id='s' constant='false' value='1000'")
                           .rule("r", "k*s")
                           .rule("s", "1 + A")
                           .reaction("id='birth'", "-> A", "r");
    double const mean = std::exp(0.8 * 1.5) - 1;
    expect_one(simulate_sbml(model, test_cells(many), {1.5}), "A", negative_binomial(mean, 1 + mean));
}

TEST(SbmlFeatures, RuledBoundarySpeciesIsAnOutputAndAReactant) {
    // S = 2 A + 1 molecules, T = A/4 a volume in a volume of 8. S makes P and is not used up.
    auto const model = SbmlText()
                           .compartment("id='cell' size='8'")
                           .species("id='A' initialAmount='10'")
                           .species("id='S' boundaryCondition='true' initialAmount='500'")
                           .concentration("id='T' boundaryCondition='true'")
                           .species("id='P' initialAmount='0'")
                           .parameter("id='k' value='0.5'")
                           .rule("S", "2*A + 1")
                           .rule("T", "A/4")
                           .reaction("id='loss'", "A ->", "A")
                           .reaction("id='synthesis'", "S -> P", "k*S");
    auto const population = simulate_sbml(model, test_cells(many), {0, 0.7});
    expect_all_cells(population, 0, "S", 21);
    expect_all_cells(population, 0, "T", 20);
    auto const left = binomial(10, std::exp(-0.7));
    auto const of_t = moments_of(scaled(left, 2));
    Checks checks;
    compare(checks, population, 1, "S", scaled(left, 2, 1));
    checks.add("T", normal_p(mean_z(population.mean(1, "T").value, population.cells(), of_t)));
    checks.add("T", normal_p(variance_z(population.variance(1, "T").value, population.cells(), of_t)));
    // The variance of P is not known in closed form; that of the sample serves.
    auto const p = population.mean(1, "P");
    checks.add("P", normal_p((p.value - 0.5 * (20 * (1 - std::exp(-0.7)) + 0.7)) / p.error));
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlFeatures, RuleWithTheTimeIsSampledAtTheTime) {
    auto const model = SbmlText()
                           .species("id='N' initialAmount='0'")
                           .species("id='S' boundaryCondition='true'")
                           .rule("S", "3 + 2*time")
                           .reaction("id='arrival'", "-> N", "0.1");
    auto const population = simulate_sbml(model, few, {0, 0.25, 7});
    expect_all_cells(population, 0, "S", 3);
    expect_all_cells(population, 1, "S", 3.5);
    expect_all_cells(population, 2, "S", 17);
}

TEST(SbmlFeatures, RateMayDependOnTheTime) {
    auto const model = SbmlText()
                           .species("id='N' initialAmount='0'")
                           .species("id='M' initialAmount='0'")
                           .parameter("id='k' value='4'")
                           .reaction("id='sine'", "-> N", "k*(1 + sin(time))")
                           .reaction("id='step'", "-> M", "piecewise(1, time < 1, 7, time < 2, 2)");
    auto const population = simulate_sbml(model, test_cells(many), {0.6, 3});
    Checks checks;
    compare(checks, population, 0, "N", poisson(4 * (1.6 - std::cos(0.6))));
    compare(checks, population, 1, "N", poisson(4 * (4 - std::cos(3))));
    compare(checks, population, 0, "M", poisson(0.6));
    compare(checks, population, 1, "M", poisson(1 + 7 + 2));
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlFeatures, RateMayBePiecewiseInTheState) {
    auto const model = SbmlText()
                           .species("id='N' initialAmount='0'")
                           .reaction("id='r'", "-> N", "piecewise(3, N < 4, 1, N == 4 || N > 6, 8)");
    Chain chain(60);
    for (std::size_t n = 0; n + 1 < chain.states(); ++n)
        chain.jump(n, n + 1, n < 4 ? 3 : n == 4 || n > 6 ? 1 : 8);
    expect_one(simulate_sbml(model, test_cells(many), {2.5}), "N", from(chain, 0, 2.5));
}

TEST(SbmlFeatures, FunctionsNestAndTheirArgumentsShadow) {
    // g(x) = 2 x^2, called with 1.5 though k is 100: rate 4.5; h(A) = 1 for A = 0.
    auto const model = SbmlText()
                           .function("f", "lambda(x, k, x*k)")
                           .function("g", "lambda(k, f(k, f(k, 2)))")
                           .function("h", "lambda(A, piecewise(0, A > 0, 1))")
                           .function("ramp", "lambda(x, k, x*k)")
                           .species("id='A' initialAmount='9'")
                           .species("id='N' initialAmount='0'")
                           .species("id='M' initialAmount='0'")
                           .parameter("id='k' value='100'")
                           .parameter("id='r' value='1.5'")
                           .reaction("id='synthesis'", "-> N", "g(r)*h(0)")
                           .reaction("id='climb'", "-> M", "ramp(2, time)");
    auto const population = simulate_sbml(model, test_cells(many), {2});
    Checks checks;
    compare(checks, population, 0, "N", poisson(9));
    compare(checks, population, 0, "M", poisson(4));
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlFeatures, LocalParametersShadowEverythingGlobal) {
    auto const model =
        SbmlText()
            .species("id='A' initialAmount='1000'")
            .species("id='X' initialAmount='0'")
            .species("id='Y' initialAmount='0'")
            .species("id='Z' initialAmount='0'")
            .parameter("id='k' value='5'")
            .reaction("id='R1'", "-> X", "k", {"id='k' value='2'"})
            .reaction("id='R2'", "-> Y", "k")
            .reaction("id='R3'", "-> Z", "A*cell", {"id='A' value='3'", "id='cell' value='2'"});
    auto const population = simulate_sbml(model, test_cells(many), {1});
    Checks checks;
    compare(checks, population, 0, "X", poisson(2));
    compare(checks, population, 0, "Y", poisson(5));
    compare(checks, population, 0, "Z", poisson(6));
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlFeatures, ConversionFactorsScaleEveryReactionOfTheSpecies) {
    // A unit of extent takes 2 of A (the model's factor), gives 3 of B (its own) and 2/2 of C.
    auto const model = SbmlText("conversionFactor='f'")
                           .species("id='A' initialAmount='20'")
                           .species("id='B' initialAmount='0' conversionFactor='g'")
                           .species("id='C' initialAmount='0'")
                           .parameter("id='f' value='2'")
                           .parameter("id='g' value='3'")
                           .reaction("id='R'", "A -> B + 0.5 C", "0.3*A");
    Chain chain(11);
    for (std::size_t n = 0; n < 10; ++n) chain.jump(n, n + 1, 0.3 * (20.0 - 2 * static_cast<double>(n)));
    auto const extent = from(chain, 0, 1.2);
    auto const population = simulate_sbml(model, test_cells(many), {1.2});
    Checks checks;
    compare(checks, population, 0, "A", scaled({extent.rbegin(), extent.rend()}, 2));
    compare(checks, population, 0, "B", scaled(extent, 3));
    compare(checks, population, 0, "C", extent);
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlFeatures, BoundaryAndConstantReactantsActAndStay) {
    auto const model = SbmlText()
                           .species("id='S' initialAmount='4' boundaryCondition='true'")
                           .species("id='Q' initialAmount='3' boundaryCondition='true' constant='true'")
                           .species("id='None' initialAmount='0' boundaryCondition='true'")
                           .species("id='P' initialAmount='0'")
                           .species("id='R' initialAmount='0'")
                           .reaction("id='R1'", "S + 2 Q -> P + S", "0.5*S*Q")
                           .reaction("id='R2'", "None -> R + 3 S", "2");
    auto const population = simulate_sbml(model, test_cells(many), {1});
    expect_all_cells(population, 0, "S", 4);
    expect_all_cells(population, 0, "Q", 3);
    expect_all_cells(population, 0, "None", 0);
    Checks checks;
    compare(checks, population, 0, "P", poisson(6));
    compare(checks, population, 0, "R", poisson(2));
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlFeatures, ReversibleLawIsForwardMinusBackward) {
    // 2 A <-> D from 15 A; the law is a rule, the rate of both directions nested in a product.
    auto const model = SbmlText()
                           .species("id='A' initialAmount='15'")
                           .species("id='D' initialAmount='0'")
                           .parameter("id='net' constant='false'")
                           .rule("net", "2*(0.05*A*(A - 1) - 0.6*D)")
                           .reaction("id='R' reversible='true'", "2 A -> D", "net");
    Chain chain(8);
    for (std::size_t d = 0; d < 8; ++d) {
        double const a = 15 - 2 * static_cast<double>(d);
        if (d < 7) chain.jump(d, d + 1, 0.1 * a * (a - 1));
        if (d > 0) chain.jump(d, d - 1, 1.2 * static_cast<double>(d));
    }
    auto const population = simulate_sbml(model, test_cells(many), {0.2, 40});
    Checks checks;
    compare(checks, population, 0, "D", from(chain, 0, 0.2));
    compare(checks, population, 1, "D", chain.stationary());
    EXPECT_TRUE(checks.hold());
}

TEST(SbmlFeatures, StoichiometryIsAValueInFormulas) {
    // n = 3 by its attribute, m = 4 by an initial assignment; conversion factors are no part of either.
    auto const model = SbmlText()
                           .species("id='A' initialAmount='0'")
                           .species("id='B' initialAmount='0' conversionFactor='two'")
                           .species("id='S' boundaryCondition='true'")
                           .parameter("id='two' value='2'")
                           .initially("m", "2*two")
                           .rule("S", "10*n + m")
                           .reaction("id='R1'", "-> n=3 A", "n*0.5")
                           .reaction("id='R2'", "-> m=1 B", "m*0.25 + n");
    auto const population = simulate_sbml(model, test_cells(many), {2});
    expect_all_cells(population, 0, "S", 34);
    Checks checks;
    compare(checks, population, 0, "A", scaled(poisson(3), 3));
    compare(checks, population, 0, "B", scaled(poisson(8), 8));
    EXPECT_TRUE(checks.hold());
}

}  // namespace
