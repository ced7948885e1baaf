// What a launch of the lattice method on a GPU is told. A block of threads works on a tile: a box of voxels and a rim of
// their neighbours around it, whose draws it repeats; or all of a lattice, which then stays in the block's memory for
// many steps.
#pragma once

#include "kernels/rdme/lattice_view.hpp"
#include "kernels/ssa/table.hpp"

namespace fano::kernels {

enum class FlowForm : u32 { packed, wide, planes };  // see PackedFlow

// What the faces of voxels of one kind do to one species: bits and numbers a face.
struct TileKind {
    u32 leads;   // molecules can leave through it
    u32 slow;    // of those that try, only some get through
    u32 enters;  // molecules come in from a reservoir
    double accepted[6];
    double inflow[6];  //!< [1 / time]
    // [half, whole step] of what hops do not carry to the lattice's ends, for half of the step: the probability of having left,
    // and the mean number of those that came.
    double lost[2], entered[2];
};

struct TileSpecies {
    u32 moves;
    u32 has_ends;  // some kind has molecules that leave otherwise than by hops
    u32 bytes;     // of a count
    FlowForm flow;
    u32 fits;                    // all bits that a count may have
    u64 first;                   // of its counts, in bytes: [lattice][voxel]
    u32 resident;                // where they lie in a block's memory, if all of them do
    unsigned short const* kind;  //!< [voxel]
    TileKind const* kinds;
    HopTable tables[2][2];  //!< [half, whole step][stage]
    double inflow[2][2];    //!< [half, whole step][stage] as a share of TileKind::inflow [time]
};

// Half a step of diffusion, then whole ones, each after a whole step of reactions, and half a one: in all
// `interval` + 1; or `interval` whole ones where nothing moves or nothing reacts.
struct TileSteps {
    u64 number;  // of the first one of the launch, in the lattice's life
    u64 first;   // the same, in the interval
    u32 count;   // in this launch
    u64 interval;
    bool halves, reacts;
    double length, start;  //!< [time] of a step; of the interval
};

// Voxels that share random bits, and that one thread takes at a time.
inline constexpr u32 most_together = 4;

struct LatticeJob {
    static constexpr u32 most_threads = 256;  // a block
    u32 size[3], voxels, faces;
    u32 periodic;                   // a bit an axis
    u32 tile[3], rim[3], tiles[3];  // rim: 0 where a tile reaches from end to end
    u32 together;                   // voxels that a thread takes at a time, 1 or most_together
    bool resident;
    u32 arrived, flows;  // where these lie in a block's memory
    u32 species;
    TileSpecies const* of_species;
    TileSteps steps;
    unsigned short const* place;  //!< [voxel] or null: all factors are 1
    double const* factors;        //!< [place][reaction]
    u64 const* keys;              //!< [lattice]
    double const* parameters;     //!< [lattice][slot - species]
    unsigned char const* from;
    unsigned char* to;
    u32* unfit;   //!< [species] counts that did not fit or-ed together
    u64* events;  // reactions fired
    u32* failed;  // set once by the voxel whose report is kept
    FailureReport* report;
    u32* spoiled;     // set when something failed or did not fit, and the rest of the launch is of no use
    u32 const* stop;  // set by the host
};

}  // namespace fano::kernels
