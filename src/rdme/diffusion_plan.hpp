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

// The way to a face is half the way to a neighbour, so ends have twice the rate. What is beyond the largest rate of all faces between
// voxels is no hop: for half a step before the hops and half a step after them molecules leave, and others come.
struct EndVoxel {
    std::uint32_t voxel;
    std::uint16_t kind;  // of SpeciesJumps::kinds
};

struct EndRates {
    double leave = 0, enter = 0;  //!< [1 / time]
};

// For half a step.
struct EndShares {
    double lost = 0;     // the probability of having left
    double entered = 0;  // mean number of those that have come, and are still there
};

struct DiffusionPlan {
    DiffusionPlan(Grid const& grid, SpeciesJumps const& jumps);

    // What a kind of voxel has through a face by hops.
    double hop_rate(JumpKind const& kind, std::uint32_t face) const {
        return std::min(kind.rate[face], largest_rate);
    }
    double hop_inflow(JumpKind const& kind, std::uint32_t face) const {
        return kind.rate[face] > 0 ? kind.inflow[face] * (hop_rate(kind, face) / kind.rate[face]) : 0;
    }

    double largest_rate = 0;         //!< [1 / time] of hops through one face; 0: nothing moves
    std::vector<std::uint8_t> open;  //!< [voxel] a bit for each face that leads to a neighbour in memory
    std::vector<SlowFace> slow;      // these and the following in the order of voxels
    std::vector<kernels::WrappedFace> wrapped;
    std::vector<OpenFace> ends;
    std::vector<EndVoxel> end_voxels;
    std::vector<EndRates> end_rates;  //!< [kind]
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
    std::vector<EndShares> end_shares;   //!< [kind]
};

}  // namespace fano
