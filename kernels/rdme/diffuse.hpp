// One stage of diffusion of one species: draw() says how many molecules leave each voxel through each face, pull() what
// each voxel then has. Between the two, neighbours' draws must be complete.
//
// A molecule makes k hops in a step, k Poisson (uniformization of exp(tau L)); here k = 0, 1 or 2, with the Poisson's mean and
// second factorial moment, which is exp(tau L) to second order. Stage 1 draws the first hops, stage 2 the second ones of those
// that arrived. A hop through a closed face ends where it began.
#pragma once

#include "kernels/rdme/hop.hpp"

namespace fano::kernels {

// Counts have 8, 16 or 32 bits; flows are packed or six planes.
struct DiffusionView {
    u32 voxels, faces;
    i64 stride[6];       // to the neighbour through a face, in voxels
    u32 const* open;     //!< [voxel] packed: flow_mask for each open face
    u32* packed;         //!< [voxel] or null
    u32* through[6];     //!< [face][voxel] or null
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

// Draws for `4 * Lane::width` voxels from `first` on: a block of random bits a group of four, for the groups that
// are not empty.
template <class Lane, class Count>
FANO_ROUTINE void draw_block_of_voxels(DiffusionView const& view, HopTable const& table, DrawName const& name,
                                       Count const* counts, u32 first, u32 end) {
    using Word = typename Lane::Word;
    constexpr u32 width = Lane::width, voxels = 4 * width;
    bool const packed = view.packed != nullptr;
    u32 const stop = first + voxels < end ? first + voxels : end;
    if (packed)
        for (u32 v = first; v < stop; ++v) view.packed[v] = 0;
    else
        for (u32 f = 0; f < table.faces; ++f)
            for (u32 v = first; v < stop; ++v) view.through[f][v] = 0;
    alignas(64) u64 groups[width];
    u32 filled = 0;
    for (u32 v = first; v < stop; v += 4) {
        bool some = false;
        for (u32 i = v; i < stop && i < v + 4; ++i) some |= counts[i] != 0;
        groups[filled] = v >> 2;
        filled += some ? 1 : 0;
    }
    if (filled == 0) return;
    for (u32 i = filled; i < width; ++i) groups[i] = groups[0];
    Word const group = *reinterpret_cast<Word const*>(groups);
    auto const block =
        draw_block<Word>(name.key, group + Word(name.step), Purpose::hop, Word(name.block(0)));
    alignas(64) u64 bits[4][width];
    for (u32 j = 0; j < 4; ++j) *reinterpret_cast<Word*>(bits[j]) = block.w[j];
    u32 voxel[voxels + 1], word[voxels + 1], occupied = 0;
    for (u32 i = 0; i < filled; ++i)
        for (u32 j = 0; j < 4; ++j) {
            u32 const v = (static_cast<u32>(groups[i]) << 2) + j;
            voxel[occupied] = v;
            word[occupied] = static_cast<u32>(bits[j][i]);
            occupied += v < stop && counts[v] != 0 ? 1 : 0;
        }
    for (u32 i = 0; i < occupied; ++i) {
        u32 const v = voxel[i], n = counts[v];
        if (packed && n <= most_tabled) {
            view.packed[v] = tabled_hops(table, name, v, 0, n, word[i]);
            continue;
        }
        auto const flows = draw_hops(table, name, v, n, word[i]);
        if (packed) {
            u32 sum = 0;
            for (u32 f = 0; f < table.faces; ++f) sum |= flows.through[f] << (flow_bits * f);
            view.packed[v] = sum;
        } else {
            for (u32 f = 0; f < table.faces; ++f) view.through[f][v] = flows.through[f];
        }
    }
}

template <class Lane, class Count>
FANO_ROUTINE void draw_voxels(DiffusionView const& view, HopTable const& table, DrawName const& name,
                              Count const* counts, u32 begin, u32 end) {
    for (u32 first = begin; first < end; first += 4 * Lane::width)
        draw_block_of_voxels<Lane>(view, table, name, counts, first, end);
}

FANO_FUNCTION u32 sum_of_flows(u32 packed) {
    constexpr u32 low = flow_mask | flow_mask << 10 | flow_mask << 20;
    u32 const pairs = (packed & low) + (packed >> flow_bits & low);
    return (pairs & 1023) + (pairs >> 10 & 1023) + (pairs >> 20);
}

// Packed numbers of faces x-, y-, z- in the places of x+, y+, z+, and the other way round.
FANO_FUNCTION u32 swap_faces(u32 packed) {
    constexpr u32 minus = flow_mask | flow_mask << 10 | flow_mask << 20;
    return (packed & minus) << flow_bits | (packed >> flow_bits & minus);
}

// What flows from, into and back to a voxel.
struct Exchange {
    u32 tried, left, entered;  // `tried` without `left` came to closed faces
};

FANO_FUNCTION Exchange exchange_packed(DiffusionView const& view, u32 voxel) {
    u32 const own = view.packed[voxel], open = view.open[voxel];
    // Molecules that come in through face f left the neighbour there through the opposite one.
    u32 in = 0;
    FANO_UNROLL
    for (u32 f = 0; f < 6; ++f)
        in |= view.packed[static_cast<i64>(voxel) + view.stride[f]] & (flow_mask << (flow_bits * (f ^ 1)));
    return {sum_of_flows(own), sum_of_flows(own & open), sum_of_flows(in & swap_faces(open))};
}

FANO_FUNCTION Exchange exchange_planes(DiffusionView const& view, u32 voxel) {
    Exchange sum{};
    u32 const open = view.open[voxel];
    for (u32 f = 0; f < view.faces; ++f) {
        u32 const is_open = open >> (flow_bits * f) & 1, own = view.through[f][voxel];
        sum.tried += own;
        sum.left += is_open * own;
        sum.entered += is_open * view.through[f ^ 1][static_cast<i64>(voxel) + view.stride[f]];
    }
    return sum;
}

template <class Count>
struct StageCounts {
    Count const* before;  // stage 1: all; stage 2: those that arrived in stage 1
    Count const* rest;    // stage 2: those that did not
    Count* arrived;       // stage 1
    Count* after;         // stage 1: the rest; stage 2: all
};

// Returns the bits of all counts or-ed together: whether they fit.
template <class Count, bool second, bool packed>
FANO_ROUTINE u32 pull_voxels(DiffusionView const& view, StageCounts<Count> const& counts, u32 begin, u32 end) {
    u32 seen = 0;
    Count const* const before = counts.before;
    Count const* const rest = counts.rest;
    Count* const arrived = counts.arrived;
    Count* const after = counts.after;
#pragma GCC ivdep
    for (u32 v = begin; v < end; ++v) {
        auto const [tried, left, entered] = packed ? exchange_packed(view, v) : exchange_planes(view, v);
        if (second) {
            u32 const now = rest[v] + (before[v] - left + entered);
            seen |= now;
            after[v] = static_cast<Count>(now);
        } else {
            u32 const moved = entered + (tried - left);
            seen |= moved;
            arrived[v] = static_cast<Count>(moved);
            after[v] = static_cast<Count>(before[v] - tried);
        }
    }
    return seen;
}

FANO_KERNELS_END
