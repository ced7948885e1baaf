// A lattice as plain arrays: what its kernels read and write. Views only; the host owns the memory.
//
// Voxels are numbered x + nx (y + ny z); arrays that neighbours are read from have room for a plane before the first
// voxel and after the last. Face f = 0..5 is x-, x+, y-, y+, z-, z+.
#pragma once

#include "kernels/core/stream.hpp"

namespace fano::kernels {

// How many molecules leave a voxel through each face, as one number: 5 bits a face in 32, where no voxel has more than 31
// molecules, or 10 bits a face in 64. Where some have more than 1023, a plane of numbers a face takes its place.
template <class Packed>
struct PackedFlow;
template <>
struct PackedFlow<u32> {
    static constexpr u32 bits = 5, mask = 31;
    static constexpr u32 minus = mask | mask << 10 | mask << 20;  // of the faces x-, y-, z-
};
template <>
struct PackedFlow<u64> {
    static constexpr u32 bits = 10;
    static constexpr u64 mask = 1023;
    static constexpr u64 minus = mask | mask << 20 | mask << 40;
};

// The joint distribution of where n molecules go that leave through each face with the same probability: alias tables for
// n = 1..most_tabled (Walker 1977), looked up with 32 random bits. The thresholds have 64; where the first 32 do not decide, 32
// more are drawn, so that no probability is rounded. The table of n has 2^b entries, from entry 2^b on, b growing with n, so that
// a 1 before the first b random bits is the entry's number.
inline constexpr u32 most_tabled = 6;
inline constexpr u32 most_summed = 255;  // up to here molecules are drawn five by five, beyond by binomials

struct HopTable {
    u32 index_bits;        // 4 bits for each n: b, 0 for n = 0
    u32 const* threshold;  //!< [entry] of the random bits below those b
    u32 const* tail;       //!< [entry] 32 more bits of it
    u32 const* outcome;    //!< [entry][below the threshold, from it on] packed
    u64 const* wide;       //!< the same, packed in 64 bits
    double probability;    // of leaving through one face
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

inline constexpr u32 inflow_of_face = 8;   // alone: the number of a face's inflow, after those of the faces
inline constexpr u32 end_of_voxel = 16;    // alone: of all ends together
inline constexpr u32 first_tie_block = 0;  // alone: of the chunk that was undecided
inline constexpr u32 first_binomial_block = 64;  // alone: 2^16 for each face

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

// Counts in as many bytes as they take.
FANO_FUNCTION u32 load_count(void const* counts, u32 bytes, u64 i) {
    if (bytes == 1) return static_cast<unsigned char const*>(counts)[i];
    if (bytes == 2) return static_cast<unsigned short const*>(counts)[i];
    return static_cast<u32 const*>(counts)[i];
}
FANO_FUNCTION void store_count(void* counts, u32 bytes, u64 i, u32 n) {
    if (bytes == 1)
        static_cast<unsigned char*>(counts)[i] = static_cast<unsigned char>(n);
    else if (bytes == 2)
        static_cast<unsigned short*>(counts)[i] = static_cast<unsigned short>(n);
    else
        static_cast<u32*>(counts)[i] = n;
}

FANO_KERNELS_END
