// What can be said of a network before it runs: which propensities and counts need watching, conservation
// laws, states in which nothing can happen.
#pragma once

#include "model/symbols.hpp"
#include "model/tables.hpp"

namespace fano {

// Which reactions and species the kernels must check at every step, and the warnings that go with them.
struct Watch {
    std::vector<std::uint32_t> reactions;
    std::vector<std::uint32_t> species;
    std::vector<std::string> warnings;
};

// `trusted[r]`: reaction r is safe by construction. `events_change[s]`: an event sets species s.
Watch find_watch(NetworkTables const& tables, std::vector<NetworkReaction> const& reactions,
                 std::vector<bool> const& trusted);

// Minimal conservation laws with non-negative coefficients (the P-invariants of the reactions).
std::vector<ConservationLaw> find_conservation_laws(std::vector<std::string> const& species,
                                                    std::vector<NetworkReaction> const& reactions,
                                                    std::vector<bool> const& set_by_events);

// States, allowed by the conservation laws, in which every propensity is 0; as warnings.
std::vector<std::string> find_absorbing_states(NetworkTables const& tables,
                                               std::vector<std::string> const& species,
                                               std::vector<ConservationLaw> const& laws);

}  // namespace fano
