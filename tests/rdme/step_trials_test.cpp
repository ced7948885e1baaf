// Pilot lattices measure what the step does, and choose one.
#include "rdme/step_trials.hpp"

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
