#include "rdme/step_trials.hpp"

#include <algorithm>
#include <cmath>

#include <boost/math/distributions/students_t.hpp>
#include <fmt/format.h>

#include "fano/error.hpp"

namespace fano {

namespace {

// By how many standard errors the largest of so many differences, all of them 0, is off in one trial of a thousand. The errors are
// those of two ensembles of `lattices`.
double significant_errors(std::uint64_t lattices, std::size_t differences) {
    constexpr double false_alarms = 1e-3;
    boost::math::students_t const t(2.0 * static_cast<double>(lattices - 1));
    return quantile(complement(t, false_alarms / (2 * static_cast<double>(differences))));
}

// What of the difference is no noise.
double certain_part(StepTrial const& trial) {
    return std::max(0.0, std::abs(trial.difference) - trial.significant * trial.error);
}

}  // namespace

StepTrial compare_means(Ensemble const& whole, Ensemble const& half, double step) {
    constexpr double of_half_the_step = 4.0 / 3.0;
    StepTrial worst{step, "", 0, 0, 0, 0, 0};
    worst.significant = significant_errors(half.cells, half.times.size() * half.outputs.size());
    std::pair most{-1.0, -1.0};
    double noise = 0;
    for (std::size_t i = 0; i < half.times.size(); ++i)
        for (std::size_t o = 0; o < half.outputs.size(); ++o) {
            auto const a = whole.tally.mean(i, o), b = half.tally.mean(i, o);
            double const scale = std::max(std::abs(b.value), 1.0);
            auto trial = worst;
            trial.output = half.outputs[o].id;
            trial.time = half.times[i];
            trial.difference = of_half_the_step * (a.value - b.value) / scale;
            trial.error = of_half_the_step * std::hypot(a.error, b.error) / scale;
            noise = std::max(noise, trial.error);
            std::pair const rank{certain_part(trial), trial.error};
            if (rank <= most) continue;
            most = rank;
            worst = trial;
        }
    worst.noise = noise;
    return worst;
}

StepChoice try_steps(RdmeOptions const& options, double step, RunTrial const& run) {
    constexpr int most_halvings = 8;
    // Other random numbers than the ensemble's, and new lattices for every trial.
    constexpr std::uint64_t other_seed = 0x9E3779B97F4A7C15;
    std::uint64_t next = 0;
    auto const simulate = [&](double length) {
        RdmeOptions trial = options;
        trial.step = length;
        trial.lattices = options.pilot;
        trial.first_lattice = next;
        trial.seed = options.seed ^ other_seed;
        trial.pilot = 0;
        trial.mesh_correction = false;  // the rates are corrected already
        trial.fields = false;
        trial.snapshots.clear();
        trial.device = options.device == Device::gpu ? Device::best : options.device;
        // Of the ensemble nothing is done yet.
        if (options.progress) trial.progress = [&options](double) { options.progress(0); };
        next += options.pilot;
        try {
            return run(trial);
        } catch (SimulationError const& error) {
            throw SimulationError(error.cell(), error.time(), fmt::format("of the pilot: {}", error.what()));
        }
    };
    StepChoice choice{step, {}, false};
    auto whole = simulate(choice.step);
    for (int i = 0;; ++i) {
        auto half = simulate(choice.step / 2);
        auto const& trial = choice.trials.emplace_back(compare_means(whole.totals, half.totals, choice.step));
        choice.good = certain_part(trial) <= options.tolerance;
        if (choice.good || i == most_halvings) return choice;
        whole = std::move(half);
        choice.step /= 2;
    }
}

}  // namespace fano
