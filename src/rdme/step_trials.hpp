// The error of the lattice method's step as a small ensemble shows it: means with it against means with half of it.
#pragma once

#include <functional>

#include "fano/rdme.hpp"

namespace fano {

using RunTrial = std::function<RdmeResult(RdmeOptions const&)>;

struct StepChoice {
    double step;
    std::vector<StepTrial> trials;  // of all steps that were tried, the chosen one's last
    bool good;                      // whether that is within the tolerance, as far as can be told
};

// Of two ensembles of equally many lattices.
StepTrial compare_means(Ensemble const& whole, Ensemble const& half, double step);

// Halves `step` until no mean is off by more than options.tolerance, as far as options.pilot lattices can tell. `run` simulates. The
// method's error falls with the square of the step, so that it is 4/3 of what half the step changes.
StepChoice try_steps(RdmeOptions const& options, double step, RunTrial const& run);

}  // namespace fano
