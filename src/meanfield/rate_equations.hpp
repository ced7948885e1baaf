// The right-hand side of the mean field of one network, its Jacobian, and where it starts.
#pragma once

#include <Eigen/Core>

#include "meanfield/initial_state.hpp"
#include "meanfield/integrate.hpp"
#include "meanfield/observables.hpp"
#include "model/rate_laws.hpp"

namespace fano {

class RateEquations {
public:
    // Throws InputError if a propensity jumps or there are events.
    explicit RateEquations(Network const& network);

    Network const& network() const { return network_; }
    Eigen::Index size() const { return initial_.size(); }
    Eigen::VectorXd const& initial() const { return initial_; }  // mean counts at birth
    std::vector<std::string> const& notes() const { return state_.notes; }

    // dx/dt. Laws that are undefined below 0, where an integrator can end by less than its tolerance, are
    // taken at 0.
    void slope(double const* counts, double time, double* slope);
    void jacobian(double const* counts, double time,
                  double* jacobian);  //!< [column * size + row], zeros on entry
    // What flows in and out of each species together, of the counts given to slope() last: the size beside
    // which a slope is a rounding error.
    Eigen::VectorXd turnover() const;

    // The network's outputs beyond the species.
    std::vector<double> observables(double const* counts, double time);

    OdeSystem system();

private:
    void evaluate(double const* counts, double time);

    Network const& network_;
    Rates rates_;
    InitialState state_;
    Observables observables_;
    std::vector<double> slots_;
    Eigen::VectorXd initial_;
};

}  // namespace fano
