// What reactions need of each other: the few instructions that compute one propensity, and which propensities
// change when a reaction fires. The sparse method runs large networks by these.
#pragma once

#include "model/tables.hpp"

namespace fano {

// Cuts the instructions that one register needs out of a program that computes many.
class ProgramSlices {
public:
    ProgramSlices(std::vector<kernels::Instruction> const& code, kernels::Program program,
                  std::uint32_t registers);

    // Operands before what uses them.
    std::vector<kernels::Instruction> slice(std::uint32_t result);

private:
    std::vector<kernels::Instruction> const& code_;
    std::vector<std::uint32_t> writer_;  //!< [register] the instruction that computes it
    std::vector<std::uint32_t> seen_;    //!< [register] the slice in which it was seen last
    std::uint32_t slices_ = 0;
};

// What a step of the dense method costs, counted in reactions of mass action.
std::uint32_t dense_size(NetworkTables const& tables);

// Makes the tables those of a large network. The programs of all propensities together go; a cell needs few
// registers, because every propensity is computed in the same ones.
void make_large(NetworkTables& tables, std::vector<NetworkReaction> const& reactions);

}  // namespace fano
