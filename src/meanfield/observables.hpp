// What a model reports beside its species' counts, its outputs beyond them, as functions of counts that need not be
// whole: values for the mean field, means and variances for methods that follow moments.
#pragma once

#include "fano/second_moments.hpp"
#include "meanfield/initial_state.hpp"
#include "model/rate_laws.hpp"

namespace fano {

class Observables {
public:
    // Quantities beside the counts stay what they are in `initial`.
    Observables(Network const& network, InitialState const& initial);

    std::size_t size() const { return names_.size(); }
    std::string const& name(std::size_t i) const { return names_[i]; }
    bool jumps(std::size_t i) const;
    bool timed(std::size_t i) const;
    // Other than linear in the counts that vary.
    bool nonlinear(std::size_t i) const { return nonlinear_[i]; }

    // Values and slopes by the counts in a state; counts that rounding left below 0 are taken as 0.
    void at(double const* counts, double time);
    double value(std::size_t i) const { return formulas_.propensity(static_cast<std::uint32_t>(i)); }
    // The variance of an observable that follows its slopes, of counts with this covariance, [species][species].
    double variance(std::size_t i, double const* covariance) const;

private:
    Rates formulas_;
    std::vector<std::string> names_;
    std::vector<bool> nonlinear_;
    std::vector<double> slots_;
    std::vector<std::vector<RateLaws::Derivative>> slopes_;  //!< [observable]
};

// Fills the observables of a result whose means and covariances are there. Linear ones are as exact as these.
//   by_slope: of others the value at the mean, and a variance from the slopes there (the delta method).
//   left_out: others are left out, and a note names them.
enum class Nonlinear { by_slope, left_out };
void add_observables(Network const& network, InitialState const& initial, Nonlinear nonlinear,
                     SecondMoments& found);

}  // namespace fano
