// The mean field: reaction rate equations dx/dt = S a(x, t), where x are counts as real numbers, S the
// stoichiometry and a the propensities exactly as cells have them (2 X -> 0 has X(X - 1)/2, not X^2/2). It
// leaves out all noise: its x is the mean of the cells only where every propensity is linear in the counts.
#pragma once

#include <atomic>
#include <complex>
#include <string>
#include <vector>

#include "fano/network.hpp"

namespace fano {

struct MeanField {
    std::vector<double> times;
    std::vector<double> counts;       //!< [time][species] molecules, not whole
    std::vector<double> observables;  //!< [time][observable]: the network's outputs beyond the species
    std::vector<std::string> notes;   // sentences: what was replaced by its mean
};

enum class Stability {
    stable,    // every eigenvalue has a negative real part
    unstable,  // some eigenvalue has a positive real part
    marginal,  // the largest real part is 0 within 1e-12 of the largest eigenvalue: it decides nothing
};

struct SteadyState {
    std::vector<double> counts;  //!< [species] molecules
    // Of the Jacobian on the stoichiometric subspace, as many as it has dimensions, largest real part first.
    std::vector<std::complex<double>> eigenvalues;  //!< [1/time]
    Stability stability;
    // The network's outputs beyond the species; not a number for one that depends on time.
    std::vector<double> observables{};
};

struct SteadyStates {
    std::vector<SteadyState> states;  // in ascending order of the counts, first species first
    std::vector<std::string> notes;
};

// A curve of steady states over one parameter, in the order in which it runs.
struct Branch {
    struct Point {
        double parameter;
        SteadyState state;
    };
    std::vector<Point> points;
    std::vector<Point> folds;  // where it turns back in the parameter, to 1e-6 of it or better
};

struct Continuation {
    std::vector<Branch> branches;
    std::vector<std::string> notes;
};

// All of these throw InputError for networks whose propensities jump and for networks with events,
// SolverError when there is no answer, and Interrupted when *stop becomes true. Parameters that differ
// between cells are replaced by their means.

// From the mean counts at birth, at ascending times >= 0. `tolerance` is relative, and absolute in molecules,
// for each step: errors of the result are some ten times larger. It may be from 1e-14 to 1e-2.
MeanField solve_mean_field(Network const& network, std::vector<double> const& times, double tolerance = 1e-9,
                           std::atomic<bool> const* stop = nullptr);

// Solutions x >= 0 of S a(x) = 0 with the conserved totals of the mean counts at birth, each to 1e-12 of
// every count where rounding errors allow it. Newton's method from the initial state, from where its time
// course leads, and from `starts` random points (always the same): nothing proves that there are no others.
// Propensities must not depend on time.
SteadyStates find_steady_states(Network const& network, int starts = 200,
                                std::atomic<bool> const* stop = nullptr);

// Follows the steady states at both ends of [from, to] through it, around folds: pseudo-arclength
// continuation (Keller, "Numerical solution of bifurcation and nonlinear eigenvalue problems", 1977). Curves
// that touch neither end are not found.
Continuation continue_steady_states(Model const& model, std::string const& parameter, double from, double to,
                                    std::atomic<bool> const* stop = nullptr);

}  // namespace fano
