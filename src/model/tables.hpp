// The tables of a compiled network, owned; the kernels read them through NetworkTable.
#pragma once

#include <vector>

#include "fano/network.hpp"
#include "kernels/ssa/table.hpp"

namespace fano {

struct NetworkTables {
    std::vector<kernels::Instruction> code;
    std::vector<kernels::ConstantEntry> constants;
    std::vector<std::uint32_t> propensity, timed, first_change;
    std::vector<kernels::Change> changes;
    std::vector<std::uint32_t> guarded_reactions, guarded_species;
    // Of large networks only, see make_large().
    std::vector<kernels::ReactionEntry> reaction;
    std::vector<kernels::SpeciesChange> species_changes;
    std::vector<kernels::Dependent> dependents;
    std::vector<double> initial;
    std::vector<std::string> slot_names;
    std::vector<kernels::BirthEntry> births;
    std::vector<kernels::EventEntry> events;
    std::vector<kernels::EventAssignment> assignments;
    std::vector<kernels::Crossing> crossings;
    std::vector<std::uint32_t> output;
    std::vector<double> output_limit;
    kernels::NetworkTable scalars{};  // sizes, programs and features; its pointers are set by view()

    kernels::NetworkTable view() const;
    // FNV-1a of everything that decides a cell's fate.
    std::uint64_t hash() const;
};

}  // namespace fano
