// The linear noise approximation: exact on linear networks, and a formula by hand on a nonlinear one.
#include "fano/lna.hpp"

#include <cmath>
#include <numbers>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fano/error.hpp"
#include "support/gallery.hpp"

namespace {

using namespace fano;
using test::gallery_network;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Network network_of(std::string const& text) { return compile(read_toml(text, "test.toml")); }

void expect_near(double value, double expected, double tolerance) {
    EXPECT_NEAR(value, expected, tolerance * (1e-3 + std::abs(expected)));
}

std::string const two_states = R"toml(
[species]
A = { distribution = "poisson", mean = 12 }
B = 0
[reactions.switch]
equation = "A <-> B"
rate = 2
reverse_rate = 1
)toml";

TEST(LinearNoise, BirthAndDeathHaveTheirClosedFormAtAllTimes) {
    std::vector<double> const times{0, 0.1, 0.5, 1, 3, 10};
    auto const lna = linear_noise(gallery_network("birth_death"), times);
    for (std::size_t t = 0; t < times.size(); ++t) {
        double const p = std::exp(-times[t]);
        expect_near(lna.mean_of(t, 0), 50 * p + 20 * (1 - p), 1e-9);
        expect_near(lna.variance(t, 0), 50 * p * (1 - p) + 20 * (1 - p), 1e-9);
    }
    EXPECT_THAT(lna.notes, IsEmpty());
}

TEST(LinearNoise, DrawnInitialCountsStartWithTheirVariance) {
    auto const network = network_of(R"toml(
[species]
A = { distribution = "negative_binomial", mean = 30, fano = 5 }
[reactions.decay]
equation = "A -> 0"
rate = 2
)toml");
    std::vector<double> const times{0, 0.3, 1};
    auto const lna = linear_noise(network, times);
    for (std::size_t t = 0; t < times.size(); ++t) {
        double const p = std::exp(-2 * times[t]);
        expect_near(lna.mean_of(t, 0), 30 * p, 1e-9);
        expect_near(lna.variance(t, 0), 30 * p * (1 - p) + 150 * p * p, 1e-9);  // thinning
        expect_near(lna.fano(t, 0), 1 + 4 * p, 1e-9);
    }
}

TEST(LinearNoise, TelegraphGeneHasItsFanoFactor) {
    auto const noise = stationary_noise(gallery_network("telegraph"));
    EXPECT_NEAR(noise.mean_of(0, 2), 20.0 / 3, 1e-11);
    EXPECT_NEAR(noise.fano(0, 2), 19.0 / 3, 1e-11);
    EXPECT_NEAR(noise.variance(0, 0), 2.0 / 9, 1e-12);
    EXPECT_NEAR(noise.covariance_of(0, 0, 1), -2.0 / 9, 1e-12);
    EXPECT_NEAR(noise.cv2(0, 2), 19.0 / 20, 1e-11);
    EXPECT_THAT(noise.notes, IsEmpty());
}

TEST(LinearNoise, ProteinOfTheTwoStageGeneHasItsCovariances) {
    auto const noise = stationary_noise(gallery_network("two_stage"));
    EXPECT_NEAR(noise.mean_of(0, 1), 100, 1e-9);
    EXPECT_NEAR(noise.fano(0, 0), 1, 1e-11);
    EXPECT_NEAR(noise.fano(0, 1), 1 + 1 / 0.22, 1e-10);
    EXPECT_NEAR(noise.covariance_of(0, 0, 1), 2 / 0.22, 1e-10);
}

TEST(LinearNoise, RefractoryPromoterIsQuieterThanATelegraphGene) {
    auto const noise = stationary_noise(gallery_network("refractory"));
    EXPECT_NEAR(noise.mean_of(0, 3), 4, 1e-11);
    EXPECT_NEAR(noise.fano(0, 3), 129.0 / 17, 1e-10);  // 7.588235...
}

TEST(LinearNoise, DualReportersCovaryThroughTheirInput) {
    auto const noise = stationary_noise(gallery_network("dual_reporter"));
    EXPECT_NEAR(noise.variance(0, 1), 95, 1e-10);
    EXPECT_NEAR(noise.variance(0, 2), 95, 1e-10);
    EXPECT_NEAR(noise.covariance_of(0, 1, 2), 60, 1e-10);
}

class LinearNoiseOf : public ::testing::TestWithParam<std::string> {};

// Two ways that share no solver: an integration over time, and Schur form with Newton's method.
TEST_P(LinearNoiseOf, TransientEndsInTheStationaryState) {
    auto const network = gallery_network(GetParam());
    auto const late = linear_noise(network, {5000});
    auto const noise = stationary_noise(network);
    for (std::size_t a = 0; a < network.species.size(); ++a) {
        expect_near(late.mean_of(0, a), noise.mean_of(0, a), 1e-8);
        for (std::size_t b = 0; b < network.species.size(); ++b)
            expect_near(late.covariance_of(0, a, b), noise.covariance_of(0, a, b), 1e-8);
    }
}

INSTANTIATE_TEST_SUITE_P(Gallery, LinearNoiseOf,
                         ::testing::Values("telegraph", "refractory", "dimerisation", "cascade", "schlogl",
                                           "autoregulation_negative", "michaelis_menten"),
                         test::test_name);

// k K^2/(K^2 + x^2) = gamma x by bisection; variance = B/(-2J).
TEST(LinearNoise, NegativeFeedbackHasItsFormula) {
    double low = 0, high = 40;
    auto const made = [](double x) { return 40 * 100 / (100 + x * x); };
    for (int i = 0; i < 200; ++i) {
        double const middle = 0.5 * (low + high);
        (made(middle) > middle ? low : high) = middle;
    }
    double const slope = -made(low) * 2 * low / (100 + low * low) - 1;
    auto const noise = stationary_noise(gallery_network("autoregulation_negative"));
    EXPECT_NEAR(noise.mean_of(0, 0), low, 1e-11);
    EXPECT_NEAR(noise.variance(0, 0), 2 * low / (-2 * slope), 1e-11);
}

// A Poisson number of molecules shared out: both counts are Poisson, and independent.
TEST(LinearNoise, ConservedTotalsThatDifferBetweenCellsKeepTheirSpread) {
    auto const network = network_of(two_states);
    auto const noise = stationary_noise(network, {1e3}, {1});
    auto const late = linear_noise(network, {0, 0.2, 100});
    for (auto const* m : {static_cast<SecondMoments const*>(&noise), &late}) {
        std::size_t const last = m->mean.size() / 2 - 1;
        EXPECT_NEAR(m->mean_of(last, 0), 4, 1e-9);
        EXPECT_NEAR(m->variance(last, 0), 4, 1e-9);
        EXPECT_NEAR(m->variance(last, 1), 8, 1e-9);
        EXPECT_NEAR(m->covariance_of(last, 0, 1), 0, 1e-9);
    }
    // What never changes in a cell remains at long lags: Var E(A | total) = 12/9.
    EXPECT_NEAR(noise.autocovariance[0], 12.0 / 9, 1e-10);
    EXPECT_THAT(noise.notes, Contains(HasSubstr("line at frequency 0")));
}

TEST(LinearNoise, AutocovarianceOfBirthAndDeathDecays) {
    auto const noise = stationary_noise(gallery_network("birth_death"), {0, 0.5, 2, 7});
    for (std::size_t i = 0; i < noise.lags.size(); ++i)
        EXPECT_NEAR(noise.autocovariance[i], 20 * std::exp(-noise.lags[i]), 1e-10);
}

// Cov(protein(t + lag), mRNA(t)) outlives the mRNA, Cov(mRNA(t + lag), protein(t)) does not.
TEST(LinearNoise, AutocovarianceKnowsWhichCameFirst) {
    double const lag = 10, fast = std::exp(-0.2 * lag), slow = std::exp(-0.02 * lag), cross = 2 / 0.22;
    auto const noise = stationary_noise(gallery_network("two_stage"), {lag});
    EXPECT_NEAR(noise.autocovariance[0], 2 * fast, 1e-10);
    EXPECT_NEAR(noise.autocovariance[1], cross * fast, 1e-10);                            // mRNA later
    EXPECT_NEAR(noise.autocovariance[2], cross * slow + 2 * (slow - fast) / 0.18, 1e-9);  // protein later
}

TEST(LinearNoise, SpectrumOfBirthAndDeathIsLorentzian) {
    auto const noise = stationary_noise(gallery_network("birth_death"), {}, {0, 0.1, 1, 30});
    for (std::size_t i = 0; i < noise.frequencies.size(); ++i) {
        double const w = noise.frequencies[i];
        expect_near(noise.spectrum[i], 2 * 20 / (1 + w * w), 1e-12);
    }
}

// With w = tan(angle) the integrand is smooth and periodic, tail included: midpoints converge exponentially.
TEST(LinearNoise, SpectrumIntegratesToTheVariance) {
    for (auto const* name : {"birth_death", "telegraph", "two_stage", "dual_reporter",
                             "autoregulation_negative", "dimerisation"}) {
        auto const network = gallery_network(name);
        int const points = 4000;
        double const scale = 0.1, step = std::numbers::pi / (2 * points);
        std::vector<double> frequencies, weights;
        for (int i = 0; i < points; ++i) {
            double const angle = (i + 0.5) * step;
            frequencies.push_back(scale * std::tan(angle));
            weights.push_back(scale * step / (std::cos(angle) * std::cos(angle)) / std::numbers::pi);
        }
        auto const noise = stationary_noise(network, {}, frequencies);
        std::size_t const n = network.species.size();
        for (std::size_t s = 0; s < n; ++s) {
            double sum = 0;
            for (std::size_t i = 0; i < frequencies.size(); ++i)
                sum += weights[i] * noise.spectrum[i * n + s];
            EXPECT_NEAR(sum, noise.variance(0, s), 1e-9 * noise.variance(0, s)) << name;
        }
    }
}

TEST(LinearNoise, APromoterIsNotLostBesideAMillionProteins) {
    auto model = read_model((test::source_folder() / "models/telegraph.toml").string());
    model.set("k_tx", 1e8);
    auto const noise = stationary_noise(compile(model), {0.5});
    EXPECT_NEAR(noise.variance(0, 1), 2.0 / 9, 1e-12);
    EXPECT_NEAR(noise.fano(0, 2) / (1 + 1e8 / 3.75), 1, 1e-11);
    EXPECT_NEAR(noise.autocovariance[4], 2.0 / 9 * std::exp(-0.75), 1e-11);
}

TEST(LinearNoise, WhereNothingHappensThereIsNoNoise) {
    auto const gone = stationary_noise(gallery_network("decay"));
    EXPECT_NEAR(gone.mean_of(0, 0), 0, 1e-12);
    EXPECT_NEAR(gone.variance(0, 0), 0, 1e-12);
    EXPECT_TRUE(std::isnan(gone.fano(0, 0)));
    auto const noise = stationary_noise(
        network_of("[species]\nA = 3\n[reactions.idle]\nequation = \"A -> A\"\nrate = 1\n"), {1}, {1});
    EXPECT_EQ(noise.mean_of(0, 0), 3);
    EXPECT_EQ(noise.variance(0, 0), 0);
    EXPECT_EQ(noise.spectrum[0], 0);
}

TEST(LinearNoise, FewMoleculesUnderANonlinearPropensityAreDoubted) {
    auto toggle = read_model((test::source_folder() / "models/toggle.toml").string());
    toggle.set("U", 30);
    EXPECT_THAT(stationary_noise(compile(toggle)).notes, Contains(HasSubstr("doubtful for \"V\"")));
    EXPECT_THAT(stationary_noise(gallery_network("autoregulation_negative")).notes, IsEmpty());
    // On the ridge of the symmetric toggle, deviations to either side grow and grow.
    auto big = read_model((test::source_folder() / "models/toggle.toml").string());
    big.set("k", 1e5);
    big.set("U", 20);
    big.set("V", 20);
    EXPECT_THAT(linear_noise(compile(big), {0, 10}).notes,
                Contains(HasSubstr("doubtful for \"U\": its standard deviation comes up to")));
    auto const early = linear_noise(gallery_network("autoregulation_negative"), {0, 1});
    EXPECT_THAT(early.notes, Contains(HasSubstr("doubtful for \"P\": its mean comes down to 0 molecules")));
}

template <class Work>
std::string message(Work work) {
    try {
        work();
    } catch (Error const& error) {
        return error.what();
    }
    return "nothing was thrown";
}

TEST(LinearNoise, WhatItCannotTreatIsRefusedByName) {
    auto const events = gallery_network("division");
    EXPECT_THAT(message([&] { linear_noise(events, {1}); }), HasSubstr("knows no events"));
    EXPECT_THROW(stationary_noise(events), InputError);
    auto const jump = network_of(R"toml(
[species]
A = 1
[reactions.repair]
equation = "A -> 0"
propensity = "floor(A/2)"
)toml");
    EXPECT_THAT(message([&] { linear_noise(jump, {1}); }), HasSubstr("reaction \"repair\", floor("));
    auto const timed = network_of(R"toml(
[species]
A = 1
[reactions.day]
equation = "-> A"
propensity = "1 + sin(time)"
)toml");
    EXPECT_THAT(message([&] { stationary_noise(timed); }), HasSubstr("\"day\", 1 + sin(t), depends on time"));
    EXPECT_NO_THROW(linear_noise(timed, {1}));
    std::string many = "[species]\n";
    for (int i = 0; i < 120; ++i) many += "A" + std::to_string(i) + " = 1\n";
    many += "[reactions.r]\nequation = \"A0 -> A1\"\nrate = 1\n";
    EXPECT_THAT(message([&] { linear_noise(network_of(many), {1}); }),
                HasSubstr("120 species have 7380 means"));
    EXPECT_NEAR(stationary_noise(network_of(many)).mean_of(0, 1), 2, 1e-12);
    EXPECT_THROW(stationary_noise(gallery_network("birth_death"), {-1}), InputError);
    EXPECT_THROW(stationary_noise(gallery_network("birth_death"), {}, {-1}), InputError);
}

TEST(LinearNoise, WithoutAStableSteadyStateThereIsNoStationaryNoise) {
    auto const growth = network_of("[species]\nA = 1\n[reactions.birth]\nequation = \"-> A\"\nrate = 1\n");
    EXPECT_THAT(message([&] { stationary_noise(growth); }),
                HasSubstr("test.toml: the mean finds no steady state up to time"));
    EXPECT_THROW(stationary_noise(growth), SolverError);
    auto const explosion =
        network_of("[species]\nA = 2\n[reactions.pair]\nequation = \"2 A -> 3 A\"\nrate = 1\n");
    EXPECT_THAT(message([&] { stationary_noise(explosion); }), HasSubstr("it grows without bound"));
    EXPECT_THAT(message([&] { linear_noise(explosion, {5}); }),
                HasSubstr("test.toml: the differential equations cannot be integrated beyond time 1.386"));
    EXPECT_THAT(message([&] { stationary_noise(gallery_network("vilar")); }), HasSubstr("oscillates"));
    // Both genes of a symmetric toggle, started alike, come to rest on the ridge between the two stable states.
    auto const ridge = network_of(R"toml(
[species]
A = 5
B = 5
[reactions.make_A]
equation = "-> A"
propensity = "100/(1 + (B/10)^4)"
[reactions.make_B]
equation = "-> B"
propensity = "100/(1 + (A/10)^4)"
[reactions.lose_A]
equation = "A -> 0"
rate = 1
[reactions.lose_B]
equation = "B -> 0"
rate = 1
)toml");
    EXPECT_THAT(message([&] { stationary_noise(ridge); }), HasSubstr("not stable"));
}

}  // namespace
