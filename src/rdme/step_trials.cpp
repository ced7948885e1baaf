#include "rdme/step_trials.hpp"

#include <algorithm>
#include <cmath>

namespace fano {

namespace {

// Where the two ensembles differ most, in standard errors or, where none is significant, in relation to the mean.
StepTrial compare(RdmeResult const& whole, RdmeResult const& half, double step) {
    constexpr double of_half_the_step = 4.0 / 3.0;
    StepTrial worst{step, "", 0, 0, 0};
    double most = -1;
    auto const& totals = half.totals;
    for (std::size_t i = 0; i < totals.times.size(); ++i)
        for (std::size_t o = 0; o < totals.outputs.size(); ++o) {
            auto const a = whole.totals.tally.mean(i, o), b = totals.tally.mean(i, o);
            double const scale = std::max(std::abs(b.value), 1.0);
            double const difference = of_half_the_step * (a.value - b.value) / scale;
            double const error = of_half_the_step * std::hypot(a.error, b.error) / scale;
            // What is certain of it; ties, where nothing is, go to the less certain.
            double const certain = std::max(0.0, std::abs(difference) - StepTrial::significant * error);
            double const rank = certain > 0 ? 1 + certain : error;
            if (rank <= most) continue;
            most = rank;
            worst = {step, totals.outputs[o].id, totals.times[i], difference, error};
        }
    return worst;
}

}  // namespace

StepChoice try_steps(RdmeOptions const& options, double step, RunTrial const& run) {
    constexpr int most_halvings = 8;
    // Beyond the lattices of any ensemble, and new ones for every trial.
    std::uint64_t next = std::uint64_t{1} << 62;
    auto const simulate = [&](double length) {
        RdmeOptions trial = options;
        trial.step = length;
        trial.lattices = options.pilot;
        trial.first_lattice = next;
        trial.pilot = 0;
        trial.mesh_correction = false;  // the rates are corrected already
        trial.fields = false;
        trial.snapshots.clear();
        trial.device = options.device == Device::gpu ? Device::best : options.device;
        trial.progress = {};
        next += options.pilot;
        return run(trial);
    };
    StepChoice choice{step, {}};
    auto whole = simulate(choice.step);
    for (int i = 0;; ++i) {
        auto half = simulate(choice.step / 2);
        choice.trials.push_back(compare(whole, half, choice.step));
        auto const& trial = choice.trials.back();
        bool const good =
            std::abs(trial.difference) - StepTrial::significant * trial.error <= options.tolerance;
        if (good || i == most_halvings) return choice;
        whole = std::move(half);
        choice.step /= 2;
    }
}

}  // namespace fano
