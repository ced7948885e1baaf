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

struct WrappedFace {
    u32 voxel, face;
    u32 other;  // the voxel that it leads to
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

// Lanes take groups of four voxels, and threads whole blocks, so that a block belongs to one thread whatever its
// lanes. Arrays of counts and flows go on to the end of their last block.
inline constexpr u32 block_voxels = 128;

// The voxels of a block that hold molecules, with 32 random bits each.
template <class Lane>
class OccupiedVoxels {
    using Word = typename Lane::Word;
    static constexpr u32 groups_a_block = block_voxels / 4;

public:
    u64 size = 0;
    u32 voxel[block_voxels + 1], bits[block_voxels + 1];

    template <class Count>
    FANO_FUNCTION void find(DrawName const& name, Count const* counts, u32 first) {
        alignas(64) u64 groups[groups_a_block + Lane::width];
        u64 filled = 0, group = first >> 2;
        Count const* const here = counts + first;
        for (u64 i = 0; i < block_voxels; i += 4) {
            groups[filled] = group++;
            filled += (here[i] | here[i + 1] | here[i + 2] | here[i + 3]) != 0 ? 1 : 0;
        }
        size = 0;
        for (u64 i = 0; i < Lane::width; ++i) groups[filled + i] = groups[0];
        for (u64 i = 0; i < filled; i += Lane::width) draw(name, counts, groups + i, filled - i);
    }

private:
    template <class Count>
    FANO_FUNCTION void draw(DrawName const& name, Count const* counts, u64 const* groups, u64 most) {
        alignas(64) u64 places[Lane::width], words[4][Lane::width];
        for (u64 i = 0; i < Lane::width; ++i) places[i] = name.step + groups[i];
        auto const block = draw_block<Word>(name.key, *reinterpret_cast<Word const*>(places), Purpose::hop,
                                            Word(name.block(0)));
        for (u32 j = 0; j < 4; ++j) *reinterpret_cast<Word*>(words[j]) = block.w[j];
        u64 const lanes = most < Lane::width ? most : Lane::width;
        u64 n = size;
        for (u64 i = 0; i < lanes; ++i) {
            u64 const v = groups[i] << 2;
            Count const* const here = counts + v;
            FANO_UNROLL
            for (u64 j = 0; j < 4; ++j) {
                voxel[n] = static_cast<u32>(v + j);
                bits[n] = static_cast<u32>(words[j][i]);
                n += here[j] != 0 ? 1 : 0;
            }
        }
        size = n;
    }
};

FANO_FUNCTION void clear(u32* block) {
    for (u64 i = 0; i < block_voxels; ++i) block[i] = 0;
}

template <class Lane, class Count>
FANO_ROUTINE void draw_packed(DiffusionView const& view, HopTable const& given, DrawName const& name,
                              Count const* counts, u32 begin, u32 end) {
    HopTable const table = given;  // a copy, which no write can change
    u32* const packed = view.packed;
    OccupiedVoxels<Lane> occupied;
    for (u32 first = begin; first < end; first += block_voxels) {
        clear(packed + first);
        occupied.find(name, counts, first);
        for (u64 i = 0; i < occupied.size; ++i) {
            u32 const v = occupied.voxel[i], n = counts[v];
            if (n <= most_tabled) {
                packed[v] = tabled_hops(table, name, v, 0, n, occupied.bits[i]);
                continue;
            }
            auto const flows = draw_hops(table, name, v, n, occupied.bits[i]);
            for (u32 f = 0; f < table.faces; ++f) packed[v] |= flows.through[f] << (flow_bits * f);
        }
    }
}

template <class Lane, class Count>
FANO_ROUTINE void draw_planes(DiffusionView const& view, HopTable const& table, DrawName const& name,
                              Count const* counts, u32 begin, u32 end) {
    OccupiedVoxels<Lane> occupied;
    for (u32 first = begin; first < end; first += block_voxels) {
        for (u32 f = 0; f < table.faces; ++f)
            clear(view.through[f] + first);
        occupied.find(name, counts, first);
        for (u64 i = 0; i < occupied.size; ++i) {
            u32 const v = occupied.voxel[i];
            auto const flows = draw_hops(table, name, v, counts[v], occupied.bits[i]);
            for (u32 f = 0; f < table.faces; ++f) view.through[f][v] = flows.through[f];
        }
    }
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

// Pointers apart, so that compilers see a loop over plain arrays.
class PackedExchange {
public:
    FANO_FUNCTION explicit PackedExchange(DiffusionView const& view) : own_(view.packed), open_(view.open) {
        for (u32 f = 0; f < 6; ++f) from_[f] = view.packed + view.stride[f];
    }
    FANO_FUNCTION Exchange operator()(u32 voxel) const {
        u32 const own = own_[voxel], open = open_[voxel];
        // Molecules that come in through face f left the neighbour there through the opposite one.
        u32 const in = come(0, voxel) | come(1, voxel) | come(2, voxel) | come(3, voxel) | come(4, voxel) | come(5, voxel);
        return {sum_of_flows(own), sum_of_flows(own & open), sum_of_flows(in & swap_faces(open))};
    }

private:
    FANO_FUNCTION u32 come(u32 face, u32 voxel) const {
        return from_[face][voxel] & (flow_mask << (flow_bits * (face ^ 1)));
    }
    u32 const *own_, *open_, *from_[6];
};

class PlaneExchange {
public:
    FANO_FUNCTION explicit PlaneExchange(DiffusionView const& view) : view_(view) {}
    FANO_FUNCTION Exchange operator()(u32 voxel) const {
        Exchange sum{};
        u32 const open = view_.open[voxel];
        for (u32 f = 0; f < view_.faces; ++f) {
            u32 const is_open = open >> (flow_bits * f) & 1, own = view_.through[f][voxel];
            sum.tried += own;
            sum.left += is_open * own;
            sum.entered += is_open * view_.through[f ^ 1][static_cast<i64>(voxel) + view_.stride[f]];
        }
        return sum;
    }

private:
    DiffusionView const view_;
};

template <class Count>
struct StageCounts {
    Count const* before;  // stage 1: all; stage 2: those that arrived in stage 1
    Count const* rest;    // stage 2: those that did not
    Count* arrived;       // stage 1
    Count* after;         // stage 1: the rest; stage 2: all
};

// Returns the bits of all counts or-ed together: whether they fit.
template <class Count, bool second, class Exchanges>
FANO_ROUTINE u32 pull_voxels(DiffusionView const& view, StageCounts<Count> const& counts, u32 begin, u32 end) {
    u32 seen = 0;
    Count const* const before = counts.before;
    Count const* const rest = counts.rest;
    Count* const arrived = counts.arrived;
    Count* const after = counts.after;
    Exchanges const exchange{view};
#pragma GCC ivdep
    for (u32 v = begin; v < end; ++v) {
        auto const flow = exchange(v);
        if constexpr (second) {
            u32 const now = rest[v] + (before[v] - flow.left + flow.entered);
            seen |= now;
            after[v] = static_cast<Count>(now);
        } else {
            u32 const moved = flow.entered + (flow.tried - flow.left);
            seen |= moved;
            arrived[v] = static_cast<Count>(moved);
            after[v] = static_cast<Count>(before[v] - flow.tried);
        }
    }
    return seen;
}

// What pull did not do: faces at which the lattice goes on at its other end.
template <class Count>
FANO_ROUTINE u32 wrap_voxels(DiffusionView const& view, WrappedFace const* faces, u64 size, Count* counts) {
    u32 seen = 0;
    for (u64 i = 0; i < size; ++i) {
        WrappedFace const& face = faces[i];
        u32 now = counts[face.voxel];
        if (view.packed != nullptr) {
            now -= view.packed[face.voxel] >> (flow_bits * face.face) & flow_mask;
            now += view.packed[face.other] >> (flow_bits * (face.face ^ 1)) & flow_mask;
        } else {
            now += view.through[face.face ^ 1][face.other] - view.through[face.face][face.voxel];
        }
        seen |= now;
        counts[face.voxel] = static_cast<Count>(now);
    }
    return seen;
}

FANO_KERNELS_END
