// The reaction-diffusion master equation: a network in every voxel of a lattice, and molecules that hop between them.
#pragma once

#include <atomic>
#include <functional>

#include "fano/ensemble.hpp"
#include "fano/model.hpp"

namespace fano {

enum class RdmeMethod {
    lattice,  // steps of 1/2 diffusion, reactions, 1/2 diffusion; exact within each part
    exact,  // the next-subvolume method: every hop and reaction one by one; Elf & Ehrenberg, Syst. Biol. 1:230 (2004)
};

std::string rdme_method_name(RdmeMethod method);  // "lattice", "exact"
// Throws InputError.
RdmeMethod parse_rdme_method(std::string const& text);

struct RdmeOptions {
    RdmeMethod method = RdmeMethod::lattice;
    double step = 0;  //!< [time] of the lattice method, at most; 0: chosen, see RdmeResult::step_reason
    // Without a step: how much slower or faster pairs may react on account of it, relatively.
    double tolerance = 0.004;
    // Without a step: so many lattices are simulated with the chosen step and with half of it, and the step is halved until
    // no mean total differs by more than the tolerance. 0: none, else at least 4.
    std::uint64_t pilot = 0;
    bool mesh_correction = false;  // rates that make pairs react on the lattice as fast as in space
    std::uint64_t lattices = 1;
    std::uint64_t first_lattice = 0;  // lattices [first, first + lattices) of the ensemble
    std::uint64_t seed = 1;
    std::vector<double> times;                //!< [time] ascending, >= 0
    unsigned threads = 0;                     // 0: all cores
    Device device = Device::best;             // a GPU only if asked for
    std::vector<int> gpus;                    // which; all of them if empty
    bool fields = false;                      // means and variances of every voxel
    std::vector<std::uint64_t> snapshots;     // lattices whose counts are kept at every time
    std::atomic<bool> const* stop = nullptr;  // set from outside to stop; run_rdme then throws Interrupted
    std::function<void(double done)>
        progress{};  // the share of the work, from one thread, a few times a second
};

// Of all lattices, in every voxel. Empty unless asked for.
struct RdmeFields {
    std::vector<std::uint64_t> sum;     //!< [time][species][voxel] of counts
    std::vector<std::uint64_t> square;  //!< [time][species][voxel] of their squares
};

struct RdmeSnapshot {
    std::uint64_t lattice;
    std::vector<std::uint32_t> counts;  //!< [time][species][voxel]
};

// By how much a mean total is off on account of a step, as pilot lattices show it: relatively, or in molecules where there is
// less than one. Of all times and outputs the one that is off the most with certainty or, if none is, the least known one.
struct StepTrial {
    double step;  //!< [time]
    std::string output;
    double time;
    double difference, error;  // with its standard error
    double
        significant;  // standard errors that count: by chance one trial of 1000 has a difference beyond them
    double noise;     // the largest standard error of all
};

struct RdmeResult {
    Space space;
    std::vector<std::string> species;
    Ensemble totals;  // a lattice is a cell; its outputs are the totals of all voxels
    RdmeFields fields;
    std::vector<RdmeSnapshot> snapshots;
    std::uint64_t reactions = 0, hops = 0;  // of the exact method: events
    std::uint64_t steps = 0;                // of the lattice method, all lattices
    double step = 0;                        //!< [time] the longest
    std::string step_reason;
    // Of each reaction of two molecules: how much longer, relatively, a pair takes to react on account of the step.
    std::vector<std::pair<std::string, double>> pair_errors;
    std::vector<StepTrial> trials;  // the last one is of the step that was taken
    std::vector<std::string> notes;
};

// Throws InputError, SimulationError, BackendError, Interrupted. The model needs a [space].
RdmeResult run_rdme(Model const& model, RdmeOptions const& options);

}  // namespace fano
