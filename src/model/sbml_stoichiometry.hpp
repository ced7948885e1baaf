// How many molecules take part in a reaction: stoichiometry in all the forms that SBML has, as numbers.
#pragma once

#include <string>

#include "model/sbml_context.hpp"

class SpeciesReference;

namespace fano {

// The stoichiometry of one participant, before conversion factors. `owner` is "reaction \"R\"".
double stoichiometry(SbmlContext& context, ::SpeciesReference const& reference, std::string const& owner);

// Molecules for a unit of the law's extent: the conversion factor of the species, or of the model, or 1.
double conversion_factor(SbmlContext& context, ::SpeciesReference const& reference, std::string const& owner);

}  // namespace fano
