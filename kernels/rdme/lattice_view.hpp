// A lattice as plain arrays: what its kernels read and write. Views only; the host owns the memory.
//
// Voxels are numbered x + nx (y + ny z); arrays that neighbours are read from have room for a plane before the first
// voxel and after the last. Face f = 0..5 is x-, x+, y-, y+, z-, z+.
#pragma once

#include "kernels/core/stream.hpp"

namespace fano::kernels {

// How many molecules leave a voxel through each face, as one number: 5 bits a face. Where there are more than 31
// molecules, a plane of numbers a face takes its place.
inline constexpr u32 flow_bits = 5;
inline constexpr u32 flow_mask = (1u << flow_bits) - 1;
inline constexpr u32 most_packed = flow_mask;

// The joint distribution of where n molecules go that leave through each face with the same probability: alias tables for
// n = 1..most_tabled (Walker 1977), looked up with 32 random bits. The thresholds have 64; where the first 32 do not decide, 32
// more are drawn, so that no probability is rounded.
inline constexpr u32 most_tabled = 5;
inline constexpr u32 most_summed = 255;  // up to here molecules are drawn five by five, beyond by binomials

struct HopTable {
    u32 first[most_tabled + 1];  // of the entries of n
    u32 shift[most_tabled + 1];  // of the random bits that choose one of them
    u32 const* threshold;        //!< [entry] of the random bits below those
    u32 const* tail;             //!< [entry] 32 more bits of it
    u32 const* outcome;          //!< [entry][below the threshold, from it on] packed
    double probability;          // of leaving through one face
    u32 faces;
};

// Which random bits a draw takes: counter = (block, purpose and tag, place, step), key = the lattice's own. A block serves a
// group of four neighbouring voxels, or, for what is drawn for one voxel alone, that voxel; tags tell the two apart.
struct DrawName {
    u64 key;
    u64 step;  // 2^32 times its number
    u32 tag;

    FANO_FUNCTION u64 place(u32 group_or_voxel) const { return step + group_or_voxel; }
    FANO_FUNCTION u64 block(u32 number) const { return (u64{tag} << 32) + number; }
    FANO_FUNCTION DrawName alone() const { return {key, step, tag | 1}; }
};

// Up to 2^20 species, two stages.
FANO_FUNCTION constexpr u32 draw_tag(u32 species, u32 stage) { return species << 4 | stage << 3; }

inline constexpr u32 first_tie_block = 0;       // alone: of the chunk that was undecided
inline constexpr u32 first_binomial_block = 64;  // alone: 2^16 for each face

}  // namespace fano::kernels
