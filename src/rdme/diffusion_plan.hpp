// What the lattice method needs to know of a species' diffusion, in the form that its kernels take.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "kernels/rdme/diffuse.hpp"
#include "rdme/hop_tables.hpp"
#include "rdme/lattice.hpp"

namespace fano {

// Molecules try each face with the largest rate of all; where the rate is smaller, only some of them get through, which is
// exact.
struct SlowFace {
    std::uint32_t voxel, face;
    double accepted;  // the share of molecules that get through
};

// Through which molecules are lost, or come in.
struct OpenFace {
    std::uint32_t voxel, face;
    double inflow;  //!< [1 / time]
};

struct DiffusionPlan {
    DiffusionPlan(Grid const& grid, SpeciesJumps const& jumps);

    double largest_rate = 0;         //!< [1 / time] through one face; 0: nothing moves
    std::vector<std::uint8_t> open;  //!< [voxel] a bit for each face that leads to a neighbour in memory
    std::vector<SlowFace> slow;      // these and the following in the order of voxels
    std::vector<kernels::WrappedFace> wrapped;
    std::vector<OpenFace> ends;
};

// Those of the voxels [begin, end).
template <class Face>
std::span<Face const> faces_within(std::vector<Face> const& faces, std::uint32_t begin, std::uint32_t end) {
    auto const at = [&](std::uint32_t voxel) {
        return std::lower_bound(faces.begin(), faces.end(), voxel,
                                [](Face const& face, std::uint32_t v) { return face.voxel < v; });
    };
    return {at(begin), at(end)};
}

// Stages of one step of length `tau`.
struct HopStages {
    HopStages(DiffusionPlan const& plan, int faces, double tau);
    HopTables first, second;
    double first_inflow, second_inflow;  // molecules that come in, as a share of OpenFace::inflow [time]
};

}  // namespace fano
