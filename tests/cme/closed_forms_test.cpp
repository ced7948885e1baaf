// solve_cme against distributions and moments that are known in closed form, with each integrator.
#include <numeric>

#include <gmock/gmock.h>

#include "cme/solutions.hpp"
#include "fano/fano.hpp"
#include "support/gallery.hpp"

namespace fano::test {
namespace {

class ClosedForms : public ::testing::TestWithParam<Integrator> {
protected:
    // Krylov steps bound their error by a residual, which cannot be much smaller than rounding a unit
    // of time.
    bool by_residual() const {
        return GetParam() == Integrator::krylov || GetParam() == Integrator::rational;
    }
    double const tolerance = by_residual() ? 1e-8 : 1e-11;
    double const within = tolerance + 2e-11;  // what rounding and the closed forms may add to it

    CmeSolution solved(Network const& network, std::vector<double> const& times, double to) const {
        auto solution = solve(network, times, to, GetParam());
        for (auto const& at : solution.at) EXPECT_LE(at.certificate.total(), to) << "t = " << at.time;
        return solution;
    }
    CmeSolution solved(Network const& network, std::vector<double> const& times) const {
        return solved(network, times, tolerance);
    }
};

INSTANTIATE_TEST_SUITE_P(By, ClosedForms, ::testing::ValuesIn(integrators()),
                         [](auto const& instance) { return integrator_name(instance.param); });

// pi(n) ~ product of birth(i - 1) / death(i), of a chain that goes up and down by one.
template <class Birth, class Death>
Probabilities detailed_balance(Birth birth, Death death, std::size_t states) {
    std::vector<long double> weight{1};
    for (std::size_t n = 1; n < states; ++n)
        weight.push_back(weight.back() * static_cast<long double>(birth(static_cast<double>(n - 1))) /
                         static_cast<long double>(death(static_cast<double>(n))));
    auto const sum = std::accumulate(weight.begin(), weight.end(), 0.0L);
    Probabilities pi;
    for (auto w : weight) pi.push_back(static_cast<double>(w / sum));
    return pi;
}

TEST_P(ClosedForms, BirthAndDeathFromFiftyMoleculesIsBinomialPlusPoisson) {
    auto const network = gallery_network("birth_death");
    std::vector<double> const times{0, 0.01, 0.3, 1, 4};
    auto const solution = solved(network, times);
    for (std::size_t t = 0; t < times.size(); ++t)
        EXPECT_LT(distance(marginal(solution, network, t, "M"), birth_death(50, 20, 1, times[t])), within)
            << times[t];
}

TEST_P(ClosedForms, BirthAndDeathEndsAsPoisson) {
    auto const network = gallery_network("birth_death");
    EXPECT_LT(distance(marginal(solved(network, {40}), network, 0, "M"), poisson(20)), within);
}

TEST_P(ClosedForms, DecayIsBinomial) {
    auto const network = gallery_network("decay");
    std::vector<double> const times{0.1, 0.7, 3};
    auto const solution = solved(network, times);
    for (std::size_t t = 0; t < times.size(); ++t) {
        double const left = std::exp(-times[t]);
        EXPECT_LT(distance(marginal(solution, network, t, "A"), binomial(100, left)), within) << times[t];
        EXPECT_NEAR(solution.at[t].fano(0), 1 - left, 1e-9 + 100 * tolerance);
    }
}

TEST_P(ClosedForms, BirthAloneIsPoisson) {
    auto const network = network_from("[species]\nM = 0\n" + reaction("birth", "-> M", "7"));
    auto const solution = solved(network, {0.5, 5});
    EXPECT_LT(distance(marginal(solution, network, 0, "M"), poisson(3.5)), within);
    EXPECT_LT(distance(marginal(solution, network, 1, "M"), poisson(35)), within);
}

TEST_P(ClosedForms, BirthsByThreeAreThreeTimesPoisson) {
    auto const network = network_from("[species]\nM = 2\n" + reaction("birth", "-> 3 M", "4"));
    auto const solution = solved(network, {2});
    auto const exact = poisson(8);
    Probabilities spread(3 * exact.size() + 2);
    for (std::size_t n = 0; n < exact.size(); ++n) spread[2 + 3 * n] = exact[n];
    EXPECT_LT(distance(marginal(solution, network, 0, "M"), spread), within);
}

// Yule's process: the count is geometric, P(n) = e^-t (1 - e^-t)^(n - 1).
TEST_P(ClosedForms, GrowthByDivisionIsGeometric) {
    auto const network = network_from("[species]\nA = 1\n" + reaction("division", "A -> 2 A", "1"));
    auto const solution = solved(network, {1.5});
    double const p = std::exp(-1.5);
    Probabilities exact{0};
    for (double weight = p; weight > 1e-17; weight *= 1 - p) exact.push_back(weight);
    EXPECT_LT(distance(marginal(solution, network, 0, "A"), exact), within);
}

TEST_P(ClosedForms, ATelegraphGeneEndsAsBetaPoisson) {
    auto const network = gallery_network("telegraph");
    auto const solution = solved(network, {40});
    EXPECT_LT(distance(marginal(solution, network, 0, "mRNA"), beta_poisson(0.5, 1, 20)), within);
    EXPECT_LT(distance(marginal(solution, network, 0, "G_on"), {2.0 / 3, 1.0 / 3}), within);
    EXPECT_NEAR(solution.at[0].fano(network.output("mRNA")), 1 + 20.0 / (1.5 * 2.5), 1e-7);
}

TEST_P(ClosedForms, ASlowTelegraphGeneEndsAsTwoPeaks) {
    auto const network = gallery_network("telegraph_slow");
    EXPECT_LT(distance(marginal(solved(network, {350}), network, 0, "mRNA"), beta_poisson(0.05, 0.05, 40)),
              within);
}

TEST_P(ClosedForms, RepressionAndActivationEndInDetailedBalance) {
    auto const negative = gallery_network("autoregulation_negative");
    auto const repressed = [](double n) { return 40 * 100 / (100 + n * n); };
    auto const decay = [](double n) { return n; };
    EXPECT_LT(
        distance(marginal(solved(negative, {30}), negative, 0, "P"), detailed_balance(repressed, decay, 90)),
        within);
    auto const positive = gallery_network("autoregulation_positive");
    auto const activated = [](double n) {
        return 3 + 22 * std::pow(n, 4) / (std::pow(12, 4) + std::pow(n, 4));
    };
    EXPECT_LT(distance(marginal(solved(positive, {800}, 10 * tolerance), positive, 0, "P"),
                       detailed_balance(activated, decay, 120)),
              10 * within);
}

// Pr(d) ~ (c_f / (2 c_r))^d / (d! (40 - 2d)!).
TEST_P(ClosedForms, DimerisationEndsInDetailedBalance) {
    auto const network = gallery_network("dimerisation");
    auto const binding = [](double d) { return 0.05 * (40 - 2 * d) * (39 - 2 * d) / 2; };
    auto const solution = solved(network, {30});
    EXPECT_LT(distance(marginal(solution, network, 0, "D"), detailed_balance(
                                                                binding, [](double d) { return d; }, 21)),
              within);
    EXPECT_NEAR(solution.at[0].mean[network.output("M")], 20.111934, 5e-7);
    EXPECT_EQ(marginal(solution, network, 0, "total").low, 40);
}

// 0.513405: by an independent solution of the 1-D chain with 2000 states.
TEST_P(ClosedForms, HalfOfSchloeglsCellsGoLow) {
    auto const network = gallery_network("schlogl");
    auto const solution = solve(network, {10}, 1e-8, GetParam());
    auto const& x = marginal(solution, network, 0, "X");
    double low = 0;
    for (double n = 0; n < 280; ++n) low += probability(x, n);
    EXPECT_NEAR(low, 0.513405, 1e-6);
    EXPECT_LE(solution.at[0].certificate.total(), 1e-8);
}

TEST_P(ClosedForms, AnEpidemicIsTheMatrixExponentialOfItsChain) {
    auto const network = gallery_network("sis");
    Chain chain(31);
    for (std::size_t i = 1; i <= 30; ++i) {
        auto const n = static_cast<double>(i);
        if (i < 30) chain.jump(i, i + 1, 0.375 / 30 * n * (30 - n));
        chain.jump(i, i - 1, 0.25 * n);
    }
    auto const exact = chain.after(
        [] {
            std::vector<double> start(31);
            start[5] = 1;
            return start;
        }(),
        60);
    EXPECT_LT(distance(marginal(solved(network, {60}), network, 0, "I"), exact), within);
}

TEST_P(ClosedForms, MichaelisMentenHasTheMomentsOfItsMatrixExponential) {
    auto const network = gallery_network("michaelis_menten");
    auto const solution = solved(network, {10});
    EXPECT_NEAR(solution.at[0].mean[network.output("P")], 64.54233, 5e-6);
    EXPECT_NEAR(solution.at[0].variance[network.output("P")], 29.10055, 5e-6);
}

TEST_P(ClosedForms, TwoStageMomentsAreThoseOfTheMomentEquations) {
    auto const network =
        network_from("[species]\nm = 1\nP = 3\n" + reaction("transcription", "-> m", "0.8") +
                     reaction("translation", "m -> m + P", "1.5") + reaction("m_decay", "m -> 0", "1") +
                     reaction("P_decay", "P -> 0", "0.25"));
    std::vector<double> const times{0.5, 3, 80};
    auto const solution = solved(network, times);
    auto const exact = linear_noise(network, times);
    for (std::size_t t = 0; t < times.size(); ++t)
        for (std::size_t a = 0; a < 2; ++a) {
            EXPECT_NEAR(solution.at[t].mean[a], exact.mean_of(t, a), 1e-6 + 100 * tolerance) << times[t];
            for (std::size_t b = 0; b < 2; ++b)
                EXPECT_NEAR(solution.at[t].covariance[2 * a + b], exact.covariance_of(t, a, b), 1e-5)
                    << times[t];
        }
    auto const& end = solution.at.back();
    double const near = 1e-8 + 100 * tolerance;
    EXPECT_LT(distance(end.marginals[0], poisson(0.8)), within);
    EXPECT_NEAR(end.mean[1], 4.8, near);                     // k_m k_p / (gamma_m gamma_p)
    EXPECT_NEAR(end.fano(1), 1 + 1.5 / 1.25, near);          // 1 + k_p / (gamma_m + gamma_p)
    EXPECT_NEAR(end.covariance[1], 0.8 * 1.5 / 1.25, near);  // <m> k_p / (gamma_m + gamma_p)
}

// Two independent copies: the joint distribution is the product of what each is alone.
TEST_P(ClosedForms, IndependentSpeciesHaveTheProductOfTheirMarginals) {
    auto const network = network_from("[species]\nA = 5\nB = 0\n" + reaction("a", "A -> 0", "1") +
                                      reaction("b", "-> B", "6") + reaction("c", "B -> 0", "2"));
    CmeOptions options;
    options.times = {0.8};
    options.tolerance = tolerance;
    options.integrator = GetParam();
    options.joint = {{"A", "B"}};
    auto const joint = solve_cme(network, options).at[0].joint.at(0);
    auto const a = binomial(5, std::exp(-0.8)), b = birth_death(0, 6, 2, 0.8);
    double error = 0;
    for (std::size_t i = 0; i < joint.bins[0]; ++i)
        for (std::size_t j = 0; j < joint.bins[1]; ++j) {
            auto const at = [](Probabilities const& p, double n) {
                return n < static_cast<double>(p.size()) ? p[static_cast<std::size_t>(n)] : 0;
            };
            error += std::abs(joint.probability[i * joint.bins[1] + j] -
                              at(a, joint.low[0] + static_cast<double>(i)) *
                                  at(b, joint.low[1] + static_cast<double>(j)));
        }
    EXPECT_LT(error, within);
}

TEST_P(ClosedForms, AToleranceNearRoundingIsReachedOrRefused) {
    auto const network = gallery_network("birth_death");
    try {
        EXPECT_LE(solve(network, {40}, 1e-13, GetParam()).at[0].certificate.total(), 1e-13);
    } catch (SolverError const& error) {
        EXPECT_THAT(error.what(), ::testing::HasSubstr("tolerance"));
    }
}

}  // namespace
}  // namespace fano::test
