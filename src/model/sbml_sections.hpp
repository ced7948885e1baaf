// The parts of an SBML model, one function each, in the order in which they are called.
#pragma once

#include <string>

#include "model/sbml_context.hpp"

class Reaction;
class Species;

namespace fano {

// Units: amounts must be molecules.
void check_substance_units(SbmlContext const& context);
std::string time_unit(SbmlContext const& context);
std::string unit_text(SbmlContext const& context, std::string const& unit);

// Compartments, species and parameters with the values that their elements give.
void read_quantities(SbmlContext& context);
// Numbers of molecules in reactions, with the rules and initial assignments that set them.
void read_stoichiometries(SbmlContext& context);
// Initial assignments and rules.
void read_assignments(SbmlContext& context);
void read_reactions(SbmlContext& context);
void read_events(SbmlContext& context);

}  // namespace fano
