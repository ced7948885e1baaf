// The likelihood as a sum of squares, for Levenberg-Marquardt steps.
#pragma once

#include <Eigen/Core>

#include "fano/inference.hpp"

namespace fano {

// Residuals d with sum d^2 = constant - 2 log_likelihood(), as far as the q sum to 1. One a row of the data,
// d^2 = 2 (n log(n / (N q)) - n + N q) for n of N cells; and one for all counts between two that were seen,
// d^2 = 2 N q with their q added up. The sum of products of their derivatives is close to the Fisher
// information, which makes steps good.
struct Deviance {
    Eigen::VectorXd residual;
    Eigen::MatrixXd slope;  //!< [residual][parameter]
};

Deviance deviance(std::vector<CountDistribution> const& distributions, Snapshots const& data);
Eigen::Index deviance_residuals(Snapshots const& data);

}  // namespace fano
