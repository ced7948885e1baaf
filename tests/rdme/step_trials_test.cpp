// Pilot lattices measure what the step does, and choose one.
#include "rdme/step_trials.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rdme/lattices.hpp"
#include "support/gallery.hpp"
#include "support/source_folder.hpp"

namespace {

using namespace fano;

// Against the exact method A at 0.02 s is +2.2, +0.5 and +0.15 % off with steps of 1/1200, 1/2400 and 1/4800 s (docs/rdme.md), so that a trial
// should find 4/3 of their differences.
TEST(StepTrials, FindTheErrorThatTheExactMethodShows) {
    auto model = read_model(test::source_folder() / "models/space/association.toml");
    model.set("kf", 0.3);
    auto options = test::lattice_options(RdmeMethod::lattice, 1, {0.02});
    options.pilot = 60;
    options.tolerance = 0.004;
    auto const choice = try_steps(options, 1.0 / 1200, [&](RdmeOptions const& trial) {
        EXPECT_EQ(trial.pilot, 0u);
        return run_rdme(model, trial);
    });
    ASSERT_EQ(choice.trials.size(), 2u);
    double const expected[] = {4.0 / 3 * 0.017, 4.0 / 3 * 0.0035};
    for (std::size_t i = 0; i < 2; ++i) {
        auto const& trial = choice.trials[i];
        EXPECT_DOUBLE_EQ(trial.step, 1.0 / 1200 / (1 << i));
        EXPECT_LT(trial.error, 0.003);
        // Five standard errors, and 0.2 % of the figures' own.
        EXPECT_NEAR(trial.output == "C" ? -trial.difference * 4 : trial.difference, expected[i],
                    5 * trial.error + 0.002)
            << trial.output;
    }
    EXPECT_DOUBLE_EQ(choice.step, 1.0 / 2400);
}

// Two outputs: what is certainly off counts, however little is known of the other.
TEST(StepTrials, JudgeByWhatIsCertain) {
    auto const ensemble = [](double shift) {
        RdmeOptions options = test::lattice_options(RdmeMethod::lattice, 8, {1});
        auto const text = fmt::format(
            "[space]\nvoxels = [4]\nedge = 1\n[space.diffusion]\nA = 1\nX = 1\n[species]\nA = {}\nX = {{ "
            "distribution = \"negative_binomial\", mean = 300, fano = 300 }}\n",
            1000 + shift);
        return run_rdme(read_toml(text, "test.toml"), options).totals;
    };
    auto const whole = ensemble(70), half = ensemble(0);
    auto const trial = compare_means(whole, half, 0.5);
    EXPECT_EQ(trial.output, "A");
    EXPECT_NEAR(trial.difference, 4.0 / 3 * 0.07, 1e-12);
    EXPECT_GT(trial.noise, 0.05);
    EXPECT_EQ(compare_means(half, half, 0.5).output, "X");
    EXPECT_GT(trial.significant, 4);
    EXPECT_LT(trial.significant, 6);
}

// A mean without any error of the step: hops do not change decay.
TEST(StepTrials, FindNothingWhereThereIsNothing) {
    auto const model = read_toml(
        "[space]\nvoxels = [20]\nedge = 0.1\n[space.diffusion]\nA = 1\n[species]\nA = "
        "1000\n[reactions.decay]\nequation = "
        "\"A -> 0\"\nrate = 1\n",
        "test.toml");
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        std::vector<double> times;
        for (int i = 1; i <= 100; ++i) times.push_back(0.02 * i);
        auto options = test::lattice_options(RdmeMethod::lattice, 1, times, seed);
        options.pilot = 4;
        EXPECT_EQ(run_rdme(model, options).trials.size(), 1u) << seed;
    }
}

TEST(StepTrials, AreThoseOfTheRun) {
    auto model = read_model(test::source_folder() / "models/space/association.toml");
    model.set("kf", 0.3);
    auto options = test::lattice_options(RdmeMethod::lattice, 2, {0.01});
    options.tolerance = 0.05;
    auto const plain = run_rdme(model, options);
    EXPECT_TRUE(plain.trials.empty());
    options.pilot = 4;
    auto const piloted = run_rdme(model, options);
    ASSERT_EQ(piloted.trials.size(), 1u);
    EXPECT_EQ(piloted.trials[0].step, piloted.step);
    // Pilots are no lattices of the ensemble.
    EXPECT_EQ(piloted.step, plain.step);
    EXPECT_EQ(piloted.totals.fingerprint, plain.totals.fingerprint);
    options.step = 0.001;
    EXPECT_THROW(run_rdme(model, options), InputError);
    options.step = 0;
    options.method = RdmeMethod::exact;
    EXPECT_THROW(run_rdme(model, options), InputError);
    options.method = RdmeMethod::lattice;
    options.pilot = 3;
    EXPECT_THROW(run_rdme(model, options), InputError);
}

// 2 U + V -> 3 U is no pair: its error is not known beforehand, and that is said.
TEST(StepTrials, AreRecommendedWhereNothingIsKnown) {
    auto const model = read_model(test::source_folder() / "models/space/schnakenberg.toml");
    auto options = test::lattice_options(RdmeMethod::lattice, 1, {0.001});
    auto const said = [&] {
        auto const result = run_rdme(model, options);
        return std::any_of(result.notes.begin(), result.notes.end(),
                           [](auto const& note) { return note.find("--pilot") != std::string::npos; });
    };
    EXPECT_TRUE(said());
    options.step = 0.001;
    EXPECT_FALSE(said());
}

}  // namespace
