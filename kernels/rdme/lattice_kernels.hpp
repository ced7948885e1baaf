// The functions of one build for lattices, by pointer.
#pragma once

#include "kernels/rdme/diffuse.hpp"
#include "kernels/rdme/react.hpp"

namespace fano::kernels {

// Of voxels [begin, end), both multiples of block_voxels or the lattice's end.
struct LatticeKernels {
    u32 width;
    void (*draw)(DiffusionView const&, HopTable const&, DrawName const&, u32 bytes, void const* counts,
                 u32 begin, u32 end);
    // Returns all new counts or-ed together.
    u32 (*pull_first)(DiffusionView const&, u32 bytes, void const* before, void* arrived, void* rest,
                      u32 begin, u32 end);
    u32 (*pull_second)(DiffusionView const&, u32 bytes, void const* arrived, void const* rest, void* after,
                       u32 begin, u32 end);
    // Returns the counts that it changed, or-ed together.
    u32 (*wrap)(DiffusionView const&, u32 bytes, WrappedFace const* faces, u64 size, void* counts);
    void (*react)(ReactionView const&, ReactionMemory&, u32 begin, u32 end);
};

}  // namespace fano::kernels
