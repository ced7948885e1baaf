// Derivatives of count distributions against closed forms and against differences of solve_cme.
#include <cmath>
#include <functional>

#include <gmock/gmock.h>

#include "cme/solutions.hpp"
#include "fano/fano.hpp"
#include "fano/inference.hpp"
#include "support/gallery.hpp"

namespace fano::test {
namespace {

using ::testing::HasSubstr;

Model gallery_model(std::string const& name) {
    return read_model((source_folder() / "models" / (name + ".toml")).string());
}

DerivativeOptions derivative_by(std::vector<std::string> const& parameters,
                                std::vector<std::string> const& species, std::vector<double> const& times,
                                double tolerance = 1e-11) {
    DerivativeOptions options;
    options.parameters = parameters;
    options.species = species;
    options.times = times;
    options.tolerance = tolerance;
    return options;
}

double at(CountDistribution const& d, std::vector<double> const& table, std::int64_t n) {
    auto const bin = d.bin({n});
    return bin ? table[*bin] : 0;
}

// Slope at x, of fourth order in steps of h.
double slope(std::function<double(double)> const& f, double x, double h) {
    return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h);
}

// Sum of |derivative - exact|, as a part of sum |exact|.
double relative_distance(CountDistribution const& d, std::size_t parameter,
                         std::function<double(std::size_t n)> const& exact, std::size_t counts) {
    double apart = 0, all = 0;
    for (std::size_t n = 0; n < counts; ++n) {
        apart += std::abs(at(d, d.derivative[parameter], static_cast<std::int64_t>(n)) - exact(n));
        all += std::abs(exact(n));
    }
    return apart / all;
}

double value_at(Probabilities const& p, std::size_t n) { return n < p.size() ? p[n] : 0; }

TEST(Derivatives, BirthAndDeathHasThoseOfItsClosedForm) {
    auto const model = gallery_model("birth_death");
    std::vector<double> const times{0.3, 2};
    auto const found = count_distributions(model, derivative_by({"k", "gamma"}, {"M"}, times));
    for (std::size_t t = 0; t < times.size(); ++t) {
        auto const by_k = [&](std::size_t n) {
            return slope([&](double k) { return value_at(birth_death(50, k, 1, times[t]), n); }, 20, 0.02);
        };
        auto const by_gamma = [&](std::size_t n) {
            return slope([&](double g) { return value_at(birth_death(50, 20, g, times[t]), n); }, 1, 0.001);
        };
        EXPECT_LT(relative_distance(found[t], 0, by_k, 110), 1e-9) << times[t];
        EXPECT_LT(relative_distance(found[t], 1, by_gamma, 110), 1e-9) << times[t];
        EXPECT_LE(found[t].error, 1e-11);
        EXPECT_LT(found[t].derivative_error[0], 1e-9);
    }
}

TEST(Derivatives, AreAsFarOffAsTheyAreSaidToBeAtMost) {
    for (double tolerance : {1e-2, 1e-4, 1e-6}) {
        auto const found =
            count_distributions(gallery_model("birth_death"), derivative_by({"k"}, {"M"}, {0.3}, tolerance))
                .at(0);
        auto const exact =
            count_distributions(gallery_model("birth_death"), derivative_by({"k"}, {"M"}, {0.3})).at(0);
        double apart = 0, off = 0;
        for (std::size_t i = 0; i < exact.size[0]; ++i) {
            auto const bin = found.bin(exact.counts(i));
            off += std::abs((bin ? found.probability[*bin] : 0) - exact.probability[i]);
            apart += std::abs((bin ? found.derivative[0][*bin] : 0) - exact.derivative[0][i]);
        }
        EXPECT_LE(off, found.error) << tolerance;
        EXPECT_LE(found.error, tolerance);
        EXPECT_LE(apart, found.derivative_error[0] + exact.derivative_error[0]) << tolerance;
    }
}

// Differences of the species' marginals from solve_cme around the parameter's value.
void expect_differences(std::string const& name, std::string const& parameter, std::string const& species,
                        double time) {
    auto const model = gallery_model(name);
    double const value = model.find(parameter)->initial.number();
    auto const found = count_distributions(model, derivative_by({parameter}, {species}, {time})).at(0);
    double const h = value / 200;
    std::vector<Marginal> around;
    for (double step : {-2 * h, -h, h, 2 * h}) {
        auto moved = model;
        moved.set(parameter, value + step);
        auto const network = compile(moved);
        around.push_back(
            marginal(solve(network, {time}, 1e-12, Integrator::uniformization), network, 0, species));
    }
    auto const differences = [&](std::size_t n) {
        auto const p = [&](std::size_t i) { return probability(around[i], static_cast<double>(n)); };
        return (8 * (p(2) - p(1)) - (p(3) - p(0))) / (12 * h);
    };
    auto const last = static_cast<std::size_t>(found.low[0]) + found.size[0] + 20;
    EXPECT_LT(relative_distance(found, 0, differences, last), 1e-7) << name << " " << parameter;
}

TEST(Derivatives, ThoseOfTwoStageExpressionAreDifferencesOfSolutions) {
    for (auto const* const parameter : {"k_m", "k_p", "gamma_m", "gamma_p"})
        expect_differences("two_stage", parameter, "protein", 20);
}

TEST(Derivatives, CurvedLawsHaveThemToo) {
    for (auto const* const parameter : {"K", "k"})
        expect_differences("autoregulation_negative", parameter, "P", 2);
}

TEST(Derivatives, AMeanOfInitialCountsHasOne) {
    auto const model = read_toml(
        "[species]\nM = { distribution = \"poisson\", mean = \"start\" }\n[parameters]\nstart = 8\n" +
            reaction("decay", "M -> 0", "1"),
        "x.toml");
    auto const found = count_distributions(model, derivative_by({"start"}, {"M"}, {0, 0.7}));
    for (std::size_t t = 0; t < 2; ++t) {
        double const left = t == 0 ? 1 : std::exp(-0.7);
        auto const p = poisson(8 * left);  // by its mean: p(n - 1) - p(n)
        auto const exact = [&](std::size_t n) {
            return left * ((n > 0 ? value_at(p, n - 1) : 0) - value_at(p, n));
        };
        EXPECT_LT(relative_distance(found[t], 0, exact, 60), 1e-8);
    }
}

TEST(Derivatives, StationaryOnesSolveTheBalanceEquations) {
    auto const model = gallery_model("telegraph");
    auto const found = count_distributions(model, derivative_by({"k_on", "k_off", "k_tx", "gamma"}, {"mRNA"},
                                                                {stationary_time}))
                           .at(0);
    auto const by = [&](std::size_t parameter, double value) {
        return [=](std::size_t n) {
            return slope(
                [&](double x) {
                    double theta[] = {0.5, 1, 20, 1};
                    theta[parameter] = x;
                    return value_at(
                        beta_poisson(theta[0] / theta[3], theta[1] / theta[3], theta[2] / theta[3]), n);
                },
                value, value / 500);
        };
    };
    double const values[] = {0.5, 1, 20, 1};
    for (std::size_t a = 0; a < 4; ++a)
        EXPECT_LT(relative_distance(found, a, by(a, values[a]), 60), 1e-7) << a;
}

TEST(Derivatives, OfSeveralSpeciesSumToThoseOfEach) {
    auto const model = gallery_model("two_stage");
    auto const both = count_distributions(model, derivative_by({"k_p"}, {"protein", "mRNA"}, {5})).at(0);
    auto const one = count_distributions(model, derivative_by({"k_p"}, {"protein"}, {5})).at(0);
    std::vector<double> sums(one.size[0]);
    for (std::size_t i = 0; i < both.derivative[0].size(); ++i) {
        auto const counts = both.counts(i);
        EXPECT_EQ(both.bin(counts), i);
        sums[*one.bin({counts[0]})] += both.derivative[0][i];
    }
    for (std::size_t i = 0; i < sums.size(); ++i) EXPECT_NEAR(sums[i], one.derivative[0][i], 1e-13);
}

std::string refusal(Model const& model, DerivativeOptions const& options) {
    try {
        count_distributions(model, options);
    } catch (InputError const& error) {
        return error.what();
    }
    return "none";
}

TEST(Derivatives, WhatHasNoneIsRefusedWithItsCause) {
    auto model = gallery_model("birth_death");
    EXPECT_THAT(refusal(model, derivative_by({"M"}, {"M"}, {1})), HasSubstr("whole number"));
    EXPECT_THAT(refusal(model, derivative_by({"kk"}, {"M"}, {1})), HasSubstr("kk"));
    EXPECT_THAT(refusal(model, derivative_by({"k"}, {"N"}, {1})), HasSubstr("no such species"));
    EXPECT_THAT(refusal(model, derivative_by({"k"}, {}, {1})), HasSubstr("observed"));
    EXPECT_THAT(refusal(model, derivative_by({"k"}, {"M", "M"}, {1})), HasSubstr("twice"));
    model.set("k", 0);
    EXPECT_THAT(refusal(model, derivative_by({"k"}, {"M"}, {1})), HasSubstr("is 0"));
    auto const copies =
        read_toml("[species]\nA = \"n\"\n[parameters]\nn = 4\n" + reaction("decay", "A -> 0", "1"), "x");
    EXPECT_THAT(refusal(copies, derivative_by({"n"}, {"A"}, {1})), HasSubstr("no derivative"));
    auto const timed =
        read_toml("[species]\nA = 0\n" + reaction("birth", "-> A", "1 + sin(t)", "propensity"), "x");
    EXPECT_THAT(refusal(timed, derivative_by({}, {"A"}, {1})), HasSubstr("depends on time"));
}

TEST(Derivatives, AreInterruptedWhenAsked) {
    std::atomic<bool> const stop{true};
    auto options = derivative_by({"k"}, {"M"}, {1});
    options.stop = &stop;
    EXPECT_THROW(count_distributions(gallery_model("birth_death"), options), Interrupted);
}

}  // namespace
}  // namespace fano::test
