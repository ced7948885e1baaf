// A network's drift and diffusion and their slopes in a state, as matrices: what the linear noise approximation is
// made of.
#pragma once

#include <Eigen/Dense>

#include "fano/second_moments.hpp"
#include "meanfield/initial_state.hpp"
#include "meanfield/reduction.hpp"
#include "model/rate_laws.hpp"

namespace fano {

// Throws InputError if the network has events, which methods that follow moments cannot: a cell has its own at its
// own time. `method` opens the sentence: "the linear noise approximation".
void refuse_events(Network const& network, std::string const& method);

// Which species' counts differ between cells or change over time.
std::vector<bool> varying_species(Network const& network, InitialState const& initial);

// Which laws are other than linear in the counts that vary, [reaction].
std::vector<bool> nonlinear_laws(std::vector<bool> const& varying, RateLaws const& laws);

class Linearisation {
public:
    // Quantities beside the counts stay what they are in `initial`.
    Linearisation(Network const& network, InitialState const& initial);

    // Propensities and their derivatives in a state.
    void at(double const* counts, double time);
    Eigen::VectorXd const& propensities() const { return propensities_; }
    Eigen::MatrixXd const& gradient() const { return gradient_; }            //!< [reaction][species]
    Eigen::MatrixXd const& stoichiometry() const { return stoichiometry_; }  //!< [species][reaction]
    Eigen::VectorXd drift() const { return stoichiometry_ * propensities_; }
    Eigen::MatrixXd jacobian() const { return stoichiometry_ * gradient_; }
    Eigen::MatrixXd diffusion() const {
        return stoichiometry_ * propensities_.asDiagonal() * stoichiometry_.transpose();
    }

    Eigen::Index species() const { return stoichiometry_.rows(); }
    RateLaws const& laws() const { return rates_.laws(); }
    // Whether the reaction's propensity is other than linear in the counts, [reaction].
    std::vector<bool> const& nonlinear() const { return nonlinear_; }

private:
    Rates rates_;
    std::vector<double> slots_;
    Eigen::MatrixXd stoichiometry_, gradient_;
    Eigen::VectorXd propensities_;
    std::vector<bool> nonlinear_;
};

// Ready for the linear noise approximation: refuses events and propensities that jump.
Linearisation linearise(Network const& network, InitialState const& initial);

// A note for each species that a nonlinear propensity reads while it has a mean below 10 molecules, or a standard
// deviation above its mean.
std::vector<std::string> doubts(Network const& network, Linearisation const& linear,
                                SecondMoments const& found);

}  // namespace fano
