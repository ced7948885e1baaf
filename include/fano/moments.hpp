// Moment equations: differential equations for the moments of the counts, from the master equation. Exact for
// networks whose propensities are linear; others need a closure, a guess at the moments beyond those kept.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "fano/network.hpp"
#include "fano/second_moments.hpp"

namespace fano {

// What stands for the moments above the order kept:
//   normal: those of a distribution without cumulants above that order. Whittle, J. R. Stat. Soc. B 19, 268 (1957).
//   lognormal: those of the lognormal distribution with the same means and covariances. Keeling, J. Theor. Biol. 205,
//     269 (2000).
//   derivative_matching: products of powers of the moments kept, whose derivatives in time match at a certain start.
//     Singh & Hespanha, Proc. 45th IEEE CDC, 2063 (2006).
enum class Closure { normal, lognormal, derivative_matching };

// "normal", "lognormal", "derivative-matching"; throws InputError for others.
Closure parse_closure(std::string const& name);
std::string name_of(Closure closure);

struct MomentOptions {
    unsigned order = 2;  // of the highest moments kept, 1 to 4
    Closure closure = Closure::normal;
    std::atomic<bool> const* stop = nullptr;
};

// `covariance` and `observable_variance` are empty for order 1.
struct CountMoments : SecondMoments {
    unsigned order = 2;
    bool closed = false;  // by the closure; exact otherwise
    // Central moments <(x_1 - <x_1>)^m_1 (x_2 - <x_2>)^m_2 ...> of the orders 2 to `order`.
    std::vector<std::vector<std::uint16_t>> indices;  //!< [moment][species] m
    std::vector<double> central;                      //!< [time][moment]

    double central_of(std::size_t time, std::vector<std::uint16_t> const& index) const;
    // Third central moment over the variance to the power of 3/2; needs order 3.
    double skewness(std::size_t time, std::size_t species) const;
    // Fourth central moment over the variance squared, less the 3 of a normal distribution; needs order 4.
    double excess_kurtosis(std::size_t time, std::size_t species) const;
};

// Observables that are not linear in the counts are left out, with a note. `times` ascend from 0 or later. Throws
// InputError for events, for propensities that are no polynomials of the counts or depend on time, for an order out of
// range or too many moments; SolverError where the equations, or their closure, run away.
CountMoments moment_equations(Network const& network, std::vector<double> const& times,
                              MomentOptions const& options = {});

}  // namespace fano
