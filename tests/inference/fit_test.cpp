// Parameters are found again from simulated cells, with errors of the size that is told.
#include <cmath>
#include <map>
#include <random>

#include <gmock/gmock.h>

#include "fano/fano.hpp"
#include "fano/inference.hpp"
#include "support/gallery.hpp"
#include "support/statistics.hpp"

namespace fano::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Model gallery_model(std::string const& name) {
    return read_model((source_folder() / "models" / (name + ".toml")).string());
}

// Cells of their own at each time, whose molecules are seen with a probability.
Snapshots simulated(Model const& model, std::string const& species, std::vector<double> const& times,
                    std::uint64_t cells, std::uint64_t seed, double capture = 1) {
    auto const network = compile(model);
    Snapshots data{{species}, {}, {}};
    std::mt19937_64 random(seed);
    for (double time : times) {
        EnsembleOptions options;
        options.times = {time};
        options.cells = cells;
        options.first_cell = data.rows.empty() ? 0 : static_cast<std::uint64_t>(1e6 * time);
        options.seed = seed;
        auto const ensemble = run_ensemble(network, options);
        std::map<std::int64_t, double> seen;
        auto const counts = counts_of(ensemble.tally.histogram(0, network.output(species)));
        for (std::size_t n = 0; n < counts.size(); ++n)
            for (std::uint64_t i = 0; i < counts[n]; ++i)
                ++seen[capture < 1 ? std::binomial_distribution<std::int64_t>(static_cast<std::int64_t>(n),
                                                                              capture)(random)
                                   : static_cast<std::int64_t>(n)];
        for (auto const& [count, number] : seen) data.rows.push_back({time, {count}, number});
    }
    return data;
}

FitOptions telegraph_options() {
    FitOptions options;
    options.parameters = {{"k_on", 0.05, 5}, {"k_off", 0.1, 10}, {"k_tx", 2, 200}, {"gamma", 0.1, 10}};
    return options;
}

// Each within four standard errors: false alarm at most 6e-5 a parameter.
void expect_found(Fit const& found, std::vector<double> const& truth) {
    EXPECT_TRUE(found.converged);
    for (std::size_t a = 0; a < truth.size(); ++a) {
        EXPECT_LT(std::abs(found.estimate[a] - truth[a]), 4 * found.standard_error[a]) << found.parameters[a];
        EXPECT_LT(found.standard_error[a], 0.05 * truth[a]) << found.parameters[a];
        EXPECT_GT(found.standard_error[a], 0.001 * truth[a]) << found.parameters[a];
    }
}

TEST(Fit, FindsTheRatesOfATelegraphGene) {
    auto const data = simulated(gallery_model("telegraph"), "mRNA", {0.5, 2, 10}, 20'000, 11);
    auto const found = fit(gallery_model("telegraph"), data, telegraph_options());
    expect_found(found, {0.5, 1, 20, 1});
    EXPECT_EQ(found.bounded, 0);
    EXPECT_THAT(found.parameters, ElementsAre("k_on", "k_off", "k_tx", "gamma"));
    // A maximum: no gradient is left that an estimate could follow by a thousandth of its error.
    auto const likelihood = log_likelihood(found.fitted, data);
    for (std::size_t a = 0; a < 4; ++a)
        EXPECT_LT(std::abs(likelihood.gradient[a]) * found.standard_error[a], 0.01) << a;
    EXPECT_EQ(likelihood.value, found.log_likelihood);
}

TEST(Fit, FindsThemBehindAKnownCaptureProbability) {
    auto const data = simulated(gallery_model("telegraph"), "mRNA", {0.5, 2, 10}, 20'000, 12, 0.3);
    auto options = telegraph_options();
    options.capture = 0.3;
    expect_found(fit(gallery_model("telegraph"), data, options), {0.5, 1, 20, 1});
}

TEST(Fit, FindsTheCaptureProbabilityWhereTheInitialCountIsKnown) {
    auto const data = simulated(gallery_model("birth_death"), "M", {0.1, 1, 5}, 5'000, 13, 0.4);
    FitOptions options;
    options.parameters = {{"k", 1, 200}, {"gamma", 0.1, 10}};
    options.fit_capture = FitParameter{"", 0.05, 1};
    auto const found = fit(gallery_model("birth_death"), data, options);
    expect_found(found, {20, 1, 0.4});
    EXPECT_EQ(found.parameters.back(), "capture");
}

TEST(Fit, FindsStationaryRates) {
    auto data = simulated(gallery_model("telegraph"), "mRNA", {60}, 20'000, 14);
    for (auto& row : data.rows) row.time = stationary_time;
    auto options = telegraph_options();
    options.parameters.pop_back();
    expect_found(fit(gallery_model("telegraph"), data, options), {0.5, 1, 20});
}

// The sum of squares of 60 estimates' normalised errors, of 30 independent pairs. False alarm 1e-4, if
// estimates are normal, which they nearly are.
TEST(Fit, ErrorsOfManySmallDataSetsAreOfTheSizeThatIsTold) {
    double chi_square = 0, sum = 0;
    constexpr int sets = 30;
    for (int set = 0; set < sets; ++set) {
        auto const data =
            simulated(gallery_model("birth_death"), "M", {0.3, 3}, 100, 100 + static_cast<unsigned>(set));
        FitOptions options;
        options.parameters = {{"k", 1, 200}, {"gamma", 0.1, 10}};
        options.starts = 4;
        options.threads = 1;
        auto const found = fit(gallery_model("birth_death"), data, options);
        double const x = std::log(found.estimate[0] / 20) / (found.standard_error[0] / found.estimate[0]);
        double const y = std::log(found.estimate[1]) / (found.standard_error[1] / found.estimate[1]);
        double const r = found.correlation[1];
        chi_square += (x * x - 2 * r * x * y + y * y) / (1 - r * r);
        sum += x;
    }
    // Chi-square with 60 degrees of freedom: its quantiles at 5e-5 and 1 - 5e-5.
    EXPECT_GT(chi_square, 25.7);
    EXPECT_LT(chi_square, 113.5);
    EXPECT_LT(std::abs(sum) / std::sqrt(sets), 4);
}

TEST(Fit, SaysThatDataDoNotDetermineParameters) {
    auto data = simulated(gallery_model("birth_death"), "M", {30}, 500, 15);
    for (auto& row : data.rows) row.time = stationary_time;  // only the ratio of the rates matters
    FitOptions options;
    options.parameters = {{"k", 1, 200}, {"gamma", 0.1, 10}};
    auto const found = fit(gallery_model("birth_death"), data, options);
    EXPECT_TRUE(std::isnan(found.standard_error[0]));
    EXPECT_THAT(found.notes, ::testing::Contains(HasSubstr("do not determine")));
    EXPECT_NEAR(found.estimate[0] / found.estimate[1], 20, 1);
}

TEST(Fit, SaysThatAnEstimateIsAtItsBound) {
    auto const data = simulated(gallery_model("birth_death"), "M", {3}, 500, 16);
    FitOptions options;
    options.parameters = {{"k", 30, 200}};
    auto const found = fit(gallery_model("birth_death"), data, options);
    EXPECT_NEAR(found.estimate[0], 30, 0.01);
    EXPECT_THAT(found.notes, ::testing::Contains(HasSubstr("at a bound")));
}

std::string refusal(FitOptions const& options) {
    try {
        fit(gallery_model("birth_death"), {{"M"}, {{1, {20}, 1}}, {}}, options);
    } catch (InputError const& error) {
        return error.what();
    }
    return "none";
}

TEST(Fit, RefusesBoundsAndNamesThatMeanNothing) {
    auto const with = [](FitParameter const& parameter) {
        FitOptions options;
        options.parameters = {parameter};
        return options;
    };
    EXPECT_THAT(refusal(with({"k", 5, 1})), HasSubstr("--parameter k=5:1"));
    EXPECT_THAT(refusal(with({"k", 0, 1})), HasSubstr("more than 0"));
    EXPECT_THAT(refusal(with({"M", 1, 9})), HasSubstr("is a species"));
    EXPECT_THAT(refusal(with({"gama", 1, 9})),
                HasSubstr("--parameter gama=1:9: there is no parameter \"gama\" (did you mean \"gamma\"?)"));
    EXPECT_THAT(refusal({}), HasSubstr("nothing to fit"));
    auto options = with({"k", 1, 9});
    options.parameters.push_back(options.parameters.front());
    EXPECT_THAT(refusal(options), HasSubstr("already"));
    options = with({"k", 1, 9});
    options.fit_capture = FitParameter{"", 0.5, 1.5};
    EXPECT_THAT(refusal(options), HasSubstr("--capture 0.5:1.5"));
    options.fit_capture.reset();
    options.capture = 0;
    EXPECT_THAT(refusal(options), HasSubstr("--capture 0"));
}

TEST(Fit, StopsWhenAsked) {
    std::atomic<bool> stop{false};
    FitOptions options;
    options.parameters = {{"k", 1, 200}};
    options.stop = &stop;
    options.progress = [&](FitStep const& step) { stop = step.evaluations == 3; };
    EXPECT_THROW(fit(gallery_model("birth_death"), {{"M"}, {{1, {20}, 1}}, {}}, options), Interrupted);
}

}  // namespace
}  // namespace fano::test
