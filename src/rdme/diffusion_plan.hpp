// What the lattice method needs to know of a species' diffusion, in the form that its kernels take.
#pragma once

#include <vector>

#include "rdme/hop_tables.hpp"
#include "rdme/lattice.hpp"

namespace fano {

// Molecules try each face with the largest rate of all; where the rate is smaller, only some of them get through, which is
// exact. Faces that lead to no neighbour in memory are special as well: those that a periodic lattice wraps around, and
// those through which molecules are lost or come in.
struct SpecialFace {
    std::uint32_t voxel;
    std::uint32_t face;
    double accepted;      // the share of molecules that get through
    bool inside;          // leads to a neighbour in memory
    std::uint32_t other;  // where the others lead to, or Grid::outside
    double inflow;        // molecules that come in [1 / time]
};

struct DiffusionPlan {
    DiffusionPlan(Grid const& grid, SpeciesJumps const& jumps);

    double largest_rate = 0;  //!< [1 / time] through one face; 0: nothing moves
    std::vector<std::uint32_t> open;  //!< [voxel] packed, see DiffusionView
    std::vector<SpecialFace> special;  // in the order of voxels

    // Of the special faces of voxels from `voxel` on.
    std::size_t first_special(std::uint32_t voxel) const;
};

// Stages of one step of length `tau`.
struct HopStages {
    HopStages(DiffusionPlan const& plan, int faces, double tau);
    HopTables first, second;
    double first_inflow, second_inflow;  // molecules that come in, as a share of SpecialFace::inflow [time]
};

}  // namespace fano
