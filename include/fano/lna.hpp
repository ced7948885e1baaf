// The linear noise approximation: mean and covariance of the counts from the propensities and their slopes.
// Exact for networks whose propensities are linear. The system is taken at the size it has, in counts.
#pragma once

#include <atomic>
#include <vector>

#include "fano/network.hpp"
#include "fano/second_moments.hpp"

namespace fano {

// With stoichiometry S and propensities a, Jacobian J = S da/dx and diffusion B = S diag(a) S^T at the mean x:
//   dx/dt = S a(x),  dC/dt = J C + C J^T + B.
// van Kampen, Stochastic Processes in Physics and Chemistry, chapter X; Elf & Ehrenberg, Genome Res. 13, 2475 (2003).
// Observables that are not linear in the counts have their value at the mean and the variance that their gradient
// g there gives, g^T C g (the delta method); those that jump are left out, with a note.
// Starts from the means and variances of the initial counts. `times` ascend from 0 or later. Throws InputError for
// networks with events, with propensities that jump or with more than about 100 species, SolverError where the
// equations have no solution.
SecondMoments linear_noise(Network const& network, std::vector<double> const& times,
                           std::atomic<bool> const* stop = nullptr);

struct StationaryNoise : SecondMoments {
    std::vector<double> lags;
    // <dx_a(t + lag) dx_b(t)>, dx the deviation from the mean: exp(J lag) C.
    std::vector<double> autocovariance;  //!< [lag][a][b], molecules squared
    std::vector<double> frequencies;     // angular: radians per time unit
    // The integral of C(t) exp(-i w t) over all t, so that variance = integral of spectrum over all w / (2 pi).
    std::vector<double> spectrum;  //!< [frequency][species], molecules squared times time
};

// The state that the mean runs into from the initial counts, J C + C J^T + B = 0 there. What conservation laws fix
// stays as it was at time 0. Lags and frequencies may be empty; both must be finite and not negative. Throws
// SolverError when the mean finds no stable steady state, InputError as linear_noise() does and for propensities that
// depend on time. Observables that do are left out, with a note.
StationaryNoise stationary_noise(Network const& network, std::vector<double> const& lags = {},
                                 std::vector<double> const& frequencies = {},
                                 std::atomic<bool> const* stop = nullptr);

}  // namespace fano
