// Runs an ensemble of independent cells of one network and keeps what was asked for.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fano/device.hpp"
#include "fano/network.hpp"
#include "fano/tally.hpp"

namespace fano {

// How a cell's history is made.
enum class Method {
    exact,      // the direct method: every reaction one by one; Gillespie (1976)
    tau,        // tau-leaping: many firings a step where propensities change little, else exact steps
    langevin,   // the chemical Langevin equation: counts are real numbers with normal noise; Gillespie (2000)
    automatic,  // exact or tau, whichever suits, by a pilot of cells
    lattice,    // in space, where a lattice is a cell: steps of diffusion and reactions (fano/rdme.hpp)
    subvolume,  // in space: every hop and reaction one by one
};

std::string method_name(Method method);  // "exact", "tau", "cle", "auto", "lattice", "next_subvolume"
// Throws InputError.
Method parse_method(std::string const& text);

// How a step of the Langevin equation is made.
enum class LangevinScheme {
    trapezoidal,  // weak order 2; Anderson & Mattingly (2011)
    euler,        // weak order 1: Euler-Maruyama
};

std::string scheme_name(LangevinScheme scheme);  // "trapezoidal", "euler"
// Throws InputError.
LangevinScheme parse_scheme(std::string const& text);

struct EnsembleOptions {
    Method method = Method::exact;
    double epsilon = 0.03;  // of tau and Langevin: the relative change of a propensity in a step, in (0, 1)
    bool stiff = false;     // of tau: long leaps over fast reversible reactions in equilibrium
    double step = 0;        // of Langevin: fixed length of all steps; 0: as epsilon allows
    LangevinScheme scheme = LangevinScheme::trapezoidal;
    std::uint64_t cells = 10000;
    std::uint64_t first_cell = 0;  // cells [first_cell, first_cell + cells) of the ensemble
    std::uint64_t seed = 1;
    std::vector<double> times;  // ascending, >= 0
    unsigned threads = 0;       // 0: all cores
    Device device = Device::best;
    std::vector<int> gpus;           // which GPUs; all of them if empty
    unsigned gpu_block_threads = 0;  // threads of a block there: 32, 64, 96 or 128; 0: what suits the kernel
    std::uint64_t max_events = 1'000'000'000;                // a cell
    std::vector<std::pair<std::string, std::string>> joint;  // joint histograms of these outputs
    bool tally = true;
    bool covariance = true;
    bool snapshots = false;                   // keep every cell's outputs at every time
    bool count_reactions = false;             // how often each reaction fired
    std::vector<std::uint64_t> trajectories;  // cells whose every step is kept
    std::atomic<bool> const* stop =
        nullptr;  // set from outside to stop; run_ensemble then throws Interrupted
    std::function<void(std::uint64_t cells_done)> progress;  // called from one thread, a few times a second
};

// Every change of one cell: state i holds from time[i] until time[i + 1].
struct Trajectory {
    std::uint64_t cell;
    std::vector<double> time;
    std::vector<double> values;  //!< [step][output]
};

// What the histories of tau-leaping were made of, all cells.
struct LeapHistory {
    std::uint64_t leaps = 0;        // begun
    std::uint64_t exact_steps = 0;  // where leaps would have been short
    std::uint64_t shortened = 0;    // leaps halved because a count would have been negative
    std::uint64_t stiff = 0;        // of the leaps, those over fast reversible reactions in equilibrium

    void add(LeapHistory const& other);
};

// What the histories of the Langevin equation were made of, all cells.
struct LangevinHistory {
    std::uint64_t steps = 0;
    std::vector<std::uint64_t> few;       //!< [species] samples with fewer than 10 molecules
    std::vector<std::uint64_t> negative;  //!< [species] samples below 0

    void add(LangevinHistory const& other);
};

struct Ensemble {
    std::vector<double> times;
    std::vector<Output> outputs;
    Tally tally{TallyLayout{}};
    std::vector<std::pair<std::uint32_t, std::uint32_t>> joint;
    std::vector<double> snapshots;  //!< [time][cell][output]
    std::vector<std::string> reactions;
    std::vector<std::uint64_t> reaction_counts;  //!< [reaction]
    std::vector<Trajectory> trajectories;
    std::uint64_t cells = 0;
    std::uint64_t first_cell = 0;
    std::uint64_t seed = 0;
    std::uint64_t events = 0;  // reactions fired, all cells
    Method method = Method::exact;
    std::string why_method{};  // if it was chosen by a pilot
    double epsilon = 0;        // of tau-leaping, and of Langevin steps that adapt
    LeapHistory leaps{};
    double step = 0;  // of Langevin steps that do not
    LangevinScheme scheme = LangevinScheme::trapezoidal;
    LangevinHistory langevin{};
    double seconds = 0;  // wall clock of the simulation
    std::string device;  // "cpu (avx512, 2 threads)", "gpu (NVIDIA H200, sm_90)"
    unsigned threads = 0;
    std::vector<std::string>
        warnings{};  // what went differently from what was asked, such as a GPU that failed
    // A number for all samples of all cells, whatever the order in which they ran.
    std::uint64_t fingerprint = 0;
};

// What a run will need, before it runs.
struct MemoryPlan {
    std::uint64_t least_tally_bytes;  // all threads, for the narrowest distributions
    std::uint64_t tally_bytes;        // at most, all threads
    std::uint64_t snapshot_bytes;
    std::uint64_t disk_bytes;  // of an HDF5 file with all of it, at most
};

// Throws InputError for options that run_ensemble would refuse.
MemoryPlan plan_memory(Network const& network, EnsembleOptions const& options);

// Throws InputError for bad options, SimulationError when a cell cannot go on, BackendError, Interrupted.
Ensemble run_ensemble(Network const& network, EnsembleOptions const& options);

// "0:100:101" (from, to, number of points), or "0,1,5.5". Throws InputError.
std::vector<double> parse_times(std::string const& text);

}  // namespace fano
