// From states to the counts that are observed.
#pragma once

#include "cme/problem.hpp"
#include "fano/inference.hpp"

namespace fano {

// Throws InputError for what is no species, or is named twice.
std::vector<std::uint32_t> observed_species(Network const& network, std::vector<std::string> const& names);

// Sums p, and derivatives by log parameters, over all other species; these become derivatives by the
// parameters.
CountDistribution observe(Problem const& problem, StateSet const& states,
                          std::vector<std::uint32_t> const& species, std::vector<double> const& p,
                          std::vector<std::vector<double>> const& s, std::vector<double> const& parameters);

// The stationary distribution and its derivatives.
CountDistribution stationary_counts(Model const& model, DerivativeOptions const& options);

}  // namespace fano
