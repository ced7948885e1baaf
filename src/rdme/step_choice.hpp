// The length of the lattice method's steps, and what is known of the error that they make.
#pragma once

#include "rdme/diffusion_plan.hpp"
#include "rdme/step_trials.hpp"

namespace fano {

// As asked for, or h²/(12 D) of the fastest species, or shorter: by pairs, by lives, by pilot lattices, which `run` simulates. Fills step,
// step_reason, pair_errors, trials and notes. Throws InputError for a step that is too long.
void choose_step(Model const& model, Lattice const& lattice, std::vector<DiffusionPlan> const& plans,
                 RdmeOptions const& options, RunTrial const& run, RdmeResult& result);

}  // namespace fano
