// The chemical master equation: the probability p(n, t) of every state of a network, on a finite set of states that
// follows the probability, each answer with a bound on its error.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fano/device.hpp"
#include "fano/network.hpp"

namespace fano {

// How exp(tA)p is made.
enum class Integrator {
    automatic,       // whichever is estimated to be fastest
    uniformization,  // a Poisson-weighted sum of non-negative terms; Grassmann (1977), Fox & Glynn (1988)
    krylov,          // polynomials of A: Arnoldi with incomplete orthogonalisation
    rational,        // polynomials of (1 - gamma A)^-1, by factorisation: for stiff networks
};

std::string integrator_name(Integrator integrator);  // "uniformization", "krylov", ...
// Throws InputError.
Integrator parse_integrator(std::string const& text);

// Bounds on parts of sum |p - p'|, p the exact distribution of the infinite network and p' the one given.
struct Certificate {
    double sink = 0;         // probability that left the set of states
    double pruned = 0;       // probability of states that were given up
    double integration = 0;  // of exp(tA)p on the set of states; rounding apart
    double total() const { return sink + pruned + integration; }
};

// Probabilities of an output: bin i holds the values in [low + i * width, low + (i + 1) * width). Bins of counts
// have width 1. Sums to 1 less what the certificate says is missing.
struct Marginal {
    double low = 0;
    double width = 1;
    std::vector<double> probability;
};

// [i][j] of the first and the second output, row by row.
struct JointMarginal {
    double low[2] = {0, 0};
    double width[2] = {1, 1};
    std::size_t bins[2] = {0, 0};
    std::vector<double> probability;
};

// p at one time, in terms of the network's outputs (counts of species, then observables). Moments are those of p
// divided by its sum.
struct CmeDistribution {
    double time = 0;                   // infinite: stationary
    std::vector<Marginal> marginals;   //!< [output]
    std::vector<JointMarginal> joint;  //!< [pair asked for]
    std::vector<double> mean;          //!< [output]
    std::vector<double> variance;      //!< [output]
    std::vector<double> skewness;      //!< [output]; not a number where the variance is 0
    std::vector<double> covariance;    //!< [output][output]
    std::vector<double> arrived{};     //!< [target] probability to have ended there
    Certificate certificate;
    std::uint64_t states = 0;  // in the set

    double fano(std::size_t output) const { return variance[output] / mean[output]; }
    double cv2(std::size_t output) const { return fano(output) / mean[output]; }
    // The left edge of the first bin up to which there is at least this part of the probability.
    double quantile(std::size_t output, double part) const;
};

// Conditions on counts, such as "X >= 50 && Y == 0", compiled as the model's own formulas are; a state belongs to the
// first that holds in it.
struct Conditions {
    std::vector<std::string> texts;
    Network network;  // its last outputs are 1 where they hold
};
// Throws InputError for what is no comparison, or depends on time.
std::shared_ptr<Conditions const> compile_conditions(Model const& model,
                                                     std::vector<std::string> const& texts);

// From low to high count of a species, both included.
struct CountBounds {
    std::string species;
    std::int64_t low, high;
};

struct CmeOptions {
    std::vector<double> times;  // ascending, >= 0
    double tolerance = 1e-6;    // what the certificate may come to at the last time, 1e-13 to 0.5
    Integrator integrator = Integrator::automatic;
    // Bounds of counts, which states stay within whatever the tolerance. Where they and conservation laws bound all
    // species, all states within are taken; else those that the probability needs.
    std::vector<CountBounds> box{};
    std::vector<std::pair<std::string, std::string>> joint{};  // joint distributions of these outputs
    // Where cells end: compile_conditions(). What has ended is no part of the distribution.
    std::shared_ptr<Conditions const> until{};
    std::uint64_t most_states = 0;  // 0: as memory allows
    unsigned threads = 0;           // 0: all cores
    // `gpu`: uniformization runs on the first or the one named, with all its vectors. `best` and the others: the processor.
    DeviceChoice device{Device::cpu, {}};
    std::atomic<bool> const* stop = nullptr;  // set from outside to stop; solve_cme then throws Interrupted
    std::function<void(double part)>
        progress{};  // called now and then with the part of the time that is done
};

// What flows in a stationary state. A reaction's reverse has its products as reactants and its
// reactants as products; of several, the one written with it.
struct Currents {
    struct Cycle {
        std::string reactions;  // "activation + firing + rest": which together change nothing
        double current;         //!< [1/time] how often it is gone around, more than the other way
    };
    std::vector<double> rates;  //!< [reaction] [1/time] how often it fires; 0 for those that change nothing
    std::vector<Cycle> cycles;  // whose sum all net currents are; none where that does not determine them
    // Sum over pairs of states of what flows one way more than the other, over the sum of all flows: 0 in detailed balance, 1
    // where nothing has a reverse.
    double imbalance = 0;
    // [1/time] in units of Boltzmann's constant: sum over pairs of states, reaction by reaction, of (f - g) ln(f/g), f and g
    // the flows there and back (Schnakenberg 1976). Infinite where something happens that has no reverse.
    double entropy_production = 0;
    std::string irreversible{};  // a reaction that makes it infinite
};

// How good a stationary distribution is. Estimates, not bounds: nothing is known of what lies beyond the box.
struct StationaryReport {
    std::vector<CountBounds> box;  // that was solved
    double outflow = 0;            //!< [1/time] probability that would leave the box
    double doubling = 0;  // sum |p - p'|, p' from a box twice as wide; not a number if that did not fit
    double residual = 0;  // of the balance equations, over the sum of all flows
    std::optional<Currents> currents{};  // of a stationary distribution
    // Quasi-stationary: of the states that end in others from which nothing comes back.
    bool quasi = false;
    double escape = 0;  //!< [1/time] rate at which it ends
};

struct CmeSolution {
    std::vector<Output> outputs;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> joint;  // pairs of outputs
    std::vector<std::string> targets;                            // conditions in which cells end
    std::vector<std::string> reactions;
    std::vector<CmeDistribution> at;  //!< [time]
    std::string method;               // "uniformization", "krylov and rational", "direct": what was used
    std::string device;               // "cpu (2 threads)"
    double tolerance = 0;             // that was asked for
    double seconds = 0;               // wall clock
    std::uint64_t products = 0;       // of the generator, or of its inverse, with a vector
    std::uint64_t most_states = 0;    // in the set at any time
    std::optional<StationaryReport> stationary{};
    std::vector<std::string> notes{};
};

// p at the times, from the initial counts or their distributions. The set of states grows where probability would
// leave it and shrinks where little is left, as the tolerance allows (after Munsky & Khammash, J. Chem. Phys. 124,
// 044104 (2006)). Throws InputError for networks that are no Markov processes in their counts (events, parameters that
// differ between cells), SolverError when the states would not fit or a propensity is negative, BackendError when there is
// no such GPU, Interrupted.
CmeSolution solve_cme(Network const& network, CmeOptions const& options);

// The stationary distribution that the initial state leads to, in a box that reactions do not leave (reflecting
// truncation): the box of the options, or one that is widened until neither what would flow out of it nor a box twice as
// wide makes a difference beyond the tolerance. Where a network ends in several sets of states, each has the probability
// to end there. `quasi`: the distribution that lasts longest over the states that are left for good.
// Times are not used. Throws as solve_cme().
CmeSolution stationary_cme(Network const& network, CmeOptions const& options, bool quasi = false);

}  // namespace fano
