// One stage of diffusion of one species: draw() says how many molecules leave each voxel through each face, pull() what
// each voxel then has. Between the two, neighbours' draws must be complete.
//
// A molecule makes k hops in a step, k Poisson (uniformization of exp(tau L)); here k = 0, 1 or 2, with the Poisson's mean and
// second factorial moment, which is exp(tau L) to second order. Stage 1 draws the first hops, stage 2 the second ones of those
// that arrived. A hop through a closed face ends where it began.
#pragma once

#include "kernels/rdme/flow.hpp"
#include "kernels/rdme/hop.hpp"
#include "kernels/rdme/occupied.hpp"

namespace fano::kernels {

// Counts have 8, 16 or 32 bits; flows are packed in one of two ways, or six planes.
struct DiffusionView {
    u32 voxels, faces;
    i64 stride[6];              // to the neighbour through a face, in voxels
    unsigned char const* open;  //!< [voxel] a bit for each face that leads to a neighbour in memory
    u32* packed;                //!< [voxel] or null
    u64* wide;                  //!< [voxel] or null
    u32* through[6];            //!< [face][voxel] or null
};

struct WrappedFace {
    u32 voxel, face;
    u32 other;  // the voxel that it leads to
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

// Writes flows that are packed in one number.
template <class Packed>
class PackedWriter {
public:
    FANO_FUNCTION PackedWriter(Packed* flows, Packed const* outcome) : flows_(flows), outcome_(outcome) {}
    FANO_FUNCTION void clear(u32 first) const {
        Packed* const block = flows_ + first;
        for (u64 i = 0; i < block_voxels; ++i) block[i] = 0;
    }
    // The first round writes without reading what has just been cleared, for which it would wait.
    FANO_FUNCTION void put(u32 voxel, u32 outcome) const { flows_[voxel] = outcome_[outcome]; }
    FANO_FUNCTION void add(u32 voxel, u32 outcome) const { flows_[voxel] += outcome_[outcome]; }
    // Of a block's voxels, all of them.
    FANO_FUNCTION void put_all(u32 first, u32 const* outcomes) const {
        Packed* const block = flows_ + first;
#pragma GCC ivdep
        for (u64 i = 0; i < block_voxels; ++i) block[i] = outcome_[outcomes[i]];
    }
    FANO_FUNCTION void add_all(u32 first, u32 const* outcomes) const {
        Packed* const block = flows_ + first;
#pragma GCC ivdep
        for (u64 i = 0; i < block_voxels; ++i) block[i] += outcome_[outcomes[i]];
    }
    FANO_FUNCTION void set(u32 voxel, u32 face, u32 molecules) const {
        flows_[voxel] |= Packed{molecules} << (PackedFlow<Packed>::bits * face);
    }

private:
    Packed* flows_;
    Packed const* outcome_;
};

class PlaneWriter {
public:
    FANO_FUNCTION PlaneWriter(DiffusionView const& view, HopTable const& table)
        : view_(view), outcome_(table.outcome) {}
    FANO_FUNCTION void clear(u32 first) const {
        for (u32 f = 0; f < view_.faces; ++f)
            for (u64 i = 0; i < block_voxels; ++i) view_.through[f][first + i] = 0;
    }
    FANO_FUNCTION void put(u32 voxel, u32 outcome) const { add(voxel, outcome); }
    FANO_FUNCTION void add(u32 voxel, u32 outcome) const {
        u32 const packed = outcome_[outcome];
        for (u32 f = 0; f < view_.faces; ++f)
            view_.through[f][voxel] += packed >> (PackedFlow<u32>::bits * f) & PackedFlow<u32>::mask;
    }
    FANO_FUNCTION void put_all(u32 first, u32 const* outcomes) const {
        clear(first);
        add_all(first, outcomes);
    }
    FANO_FUNCTION void add_all(u32 first, u32 const* outcomes) const {
        for (u32 i = 0; i < block_voxels; ++i) add(first + i, outcomes[i]);
    }
    FANO_FUNCTION void set(u32 voxel, u32 face, u32 molecules) const {
        view_.through[face][voxel] = molecules;
    }

private:
    DiffusionView const view_;
    u32 const* outcome_;
};

template <class Lane, class Count, class Writer>
FANO_ROUTINE void draw_voxels(Writer const& writer, HopTable const& given, DrawName const& name,
                              Count const* counts, u32 begin, u32 end) {
    HopTable const table = given;  // a copy, which no write can change
    OccupiedVoxels<Lane> occupied;
    for (u32 first = begin; first < end; first += block_voxels) {
        alignas(64) unsigned char left[block_voxels];
        Count const* const here = counts + first;
        u32 most = 0;
        for (u64 i = 0; i < block_voxels; ++i) {
            u32 const n = here[i];
            most = n > most ? n : most;
            left[i] = static_cast<unsigned char>(n > most_summed ? 0 : n);
        }
        bool const many = sizeof(Count) > 1 && most > most_summed;
        if (many) {
            writer.clear(first);
            for (u32 i = 0; i < block_voxels; ++i)
                if (here[i] > most_summed)
                    draw_many_hops(table, name, first + i, here[i],
                                   [&](u32 face, u32 k) { writer.set(first + i, face, k); });
        }
        u32 const rounds = ((most < most_summed ? most : most_summed) + most_tabled - 1) / most_tabled;
        if (rounds == 0) writer.clear(first);
        for (u32 round = 0; round < rounds; ++round) {
            bool const any = occupied.find(name, left, first, round), all = occupied.size == block_voxels;
            // What is put everywhere needs no cleared memory.
            bool const first_of_all = round == 0 && !many;
            if (first_of_all && !all) writer.clear(first);
            if (!any) break;
            alignas(64) u32 entry[block_voxels + 16], rest[block_voxels + 16];
            for (u64 i = 0; i < occupied.size; ++i) {
                u32 const n = occupied.molecules[i] < most_tabled ? occupied.molecules[i] : most_tabled;
                auto const at = hop_entry(table.index_bits, n, occupied.bits[i]);
                entry[i] = at.entry;
                rest[i] = at.rest;
            }
            u32 undecided = 0;
            for (u64 i = 0; i < occupied.size; ++i) {
                u32 const threshold = table.threshold[entry[i]];
                undecided |= rest[i] == threshold ? 1 : 0;
                entry[i] = 2 * entry[i] + (rest[i] >= threshold ? 1 : 0);
            }
            if (undecided != 0) [[unlikely]]
                for (u64 i = 0; i < occupied.size; ++i)
                    if (rest[i] == table.threshold[entry[i] >> 1])
                        entry[i] = (entry[i] & ~1u) | (decide_by_tail(table, name, first + occupied.voxel[i],
                                                                      round, entry[i] >> 1)
                                                           ? 1
                                                           : 0);
            if (all && first_of_all)
                writer.put_all(first, entry);
            else if (all)
                writer.add_all(first, entry);
            else
                for (u64 i = 0; i < occupied.size; ++i) {
                    u32 const voxel = first + occupied.voxel[i];
                    round == 0 ? writer.put(voxel, entry[i]) : writer.add(voxel, entry[i]);
                }
            for (u64 i = 0; i < block_voxels; ++i)
                left[i] = static_cast<unsigned char>(left[i] > most_tabled ? left[i] - most_tabled : 0);
        }
    }
}

// What flows from, into and back to a voxel.
struct Exchange {
    u32 tried, left, entered;  // `tried` without `left` came to closed faces
};

template <class Packed>
class PackedExchange {
    using Flow = FlowNumber<Packed>;

public:
    // Pointers apart, so that compilers see a loop over plain arrays.
    FANO_FUNCTION PackedExchange(DiffusionView const& view, Packed const* flows)
        : own_(flows), open_(view.open) {
        for (u32 f = 0; f < 6; ++f) from_[f] = flows + view.stride[f];
    }
    FANO_FUNCTION Exchange operator()(u32 voxel) const {
        Packed const own = own_[voxel], open = Flow::faces(open_[voxel]);
        // Molecules that come in through face f left the neighbour there through the opposite one.
        Packed const in = come(0, voxel) | come(1, voxel) | come(2, voxel) | come(3, voxel) | come(4, voxel) |
                          come(5, voxel);
        return {Flow::sum(own), Flow::sum(own & open), Flow::sum(in & Flow::opposite(open))};
    }

private:
    FANO_FUNCTION Packed come(u32 face, u32 voxel) const {
        return from_[face][voxel] & (Packed{Flow::mask} << (Flow::bits * (face ^ 1)));
    }
    Packed const *own_, *from_[6];
    unsigned char const* open_;
};

class PlaneExchange {
public:
    FANO_FUNCTION explicit PlaneExchange(DiffusionView const& view) : view_(view) {}
    FANO_FUNCTION Exchange operator()(u32 voxel) const {
        Exchange sum{};
        u32 const open = view_.open[voxel];
        for (u32 f = 0; f < view_.faces; ++f) {
            u32 const is_open = open >> f & 1, own = view_.through[f][voxel];
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
template <bool second, class Count, class Exchanges>
FANO_ROUTINE u32 pull_voxels(Exchanges const& exchange, StageCounts<Count> const& counts, u32 begin,
                             u32 end) {
    u32 seen = 0;
    Count const* const before = counts.before;
    Count const* const rest = counts.rest;
    Count* const arrived = counts.arrived;
    Count* const after = counts.after;
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

// The flow out of a voxel through one face.
FANO_FUNCTION u32 flow_through(DiffusionView const& view, u32 voxel, u32 face) {
    if (view.packed != nullptr)
        return view.packed[voxel] >> (PackedFlow<u32>::bits * face) & PackedFlow<u32>::mask;
    if (view.wide != nullptr)
        return static_cast<u32>(view.wide[voxel] >> (PackedFlow<u64>::bits * face) & PackedFlow<u64>::mask);
    return view.through[face][voxel];
}

FANO_FUNCTION void set_flow(DiffusionView const& view, u32 voxel, u32 face, u32 molecules) {
    auto const put = [&]<class Packed>(Packed& flows) {
        u32 const shift = PackedFlow<Packed>::bits * face;
        flows = (flows & ~(Packed{PackedFlow<Packed>::mask} << shift)) | Packed{molecules} << shift;
    };
    if (view.packed != nullptr)
        put(view.packed[voxel]);
    else if (view.wide != nullptr)
        put(view.wide[voxel]);
    else
        view.through[face][voxel] = molecules;
}

// What pull did not do: faces at which the lattice goes on at its other end. `through(voxel, face)` is a flow.
template <class Count, class Through>
FANO_FUNCTION u32 wrap_voxels(WrappedFace const* faces, u64 size, Count* counts, Through const& through) {
    u32 seen = 0;
    for (u64 i = 0; i < size; ++i) {
        WrappedFace const face = faces[i];
        u32 const now =
            counts[face.voxel] - through(face.voxel, face.face) + through(face.other, face.face ^ 1);
        seen |= now;
        counts[face.voxel] = static_cast<Count>(now);
    }
    return seen;
}

template <class Count>
FANO_ROUTINE u32 wrap_voxels(DiffusionView const& view, WrappedFace const* faces, u64 size, Count* counts) {
    if (u32 const* const flows = view.packed; flows != nullptr)
        return wrap_voxels(faces, size, counts,
                           [=](u32 voxel, u32 face) { return FlowNumber<u32>::through(flows[voxel], face); });
    if (u64 const* const flows = view.wide; flows != nullptr)
        return wrap_voxels(faces, size, counts,
                           [=](u32 voxel, u32 face) { return FlowNumber<u64>::through(flows[voxel], face); });
    return wrap_voxels(faces, size, counts, [&](u32 voxel, u32 face) { return view.through[face][voxel]; });
}

FANO_KERNELS_END
