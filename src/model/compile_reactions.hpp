// Reactions to propensity registers and integer stoichiometry.
#pragma once

#include "model/symbols.hpp"
#include "model/tables.hpp"

namespace fano {

struct CompiledReaction {
    ProgramBuilder::Register propensity;
    NetworkReaction shown;
    bool mass_action_with_fixed_rate;  // not negative and 0 where reactants are missing, by construction
};

CompiledReaction compile_reaction(Symbols const& symbols, ProgramBuilder& builder, Reaction const& reaction);

}  // namespace fano
