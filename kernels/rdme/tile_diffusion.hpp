// Diffusion of one species in a tile: the two stages of kernels/rdme/diffuse.hpp, a thread a few voxels. draw() writes
// what leaves each cell, pull() adds what enters it; all threads meet between them.
#pragma once

#include "kernels/core/atomic.hpp"
#include "kernels/rdme/flow.hpp"
#include "kernels/rdme/hop.hpp"
#include "kernels/rdme/tile.hpp"

FANO_KERNELS_BEGIN

// How many molecules leave a voxel through each face, and the memory where that is kept for all cells.
template <class Packed>
struct PackedHops {
    using Flow = FlowNumber<Packed>;
    Packed k = 0;

    FANO_FUNCTION void add(HopTable const& table, u32 outcome) {
        if constexpr (sizeof(Packed) == 4)
            k += table.outcome[outcome];
        else
            k += table.wide[outcome];
    }
    FANO_FUNCTION u32 through(u32 face) const { return Flow::through(k, face); }
    FANO_FUNCTION void set(u32 face, u32 molecules) {
        k = (k & ~Flow::of(face, Flow::mask)) | Flow::of(face, molecules);
    }
    FANO_FUNCTION void only(u32 faces) { k &= Flow::faces(faces); }
    FANO_FUNCTION u32 sum() const { return Flow::sum(k); }

    FANO_FUNCTION void save(void* flows, u32 cell, u32) const { static_cast<Packed*>(flows)[cell] = k; }
    FANO_FUNCTION static u32 load(void const* flows, u32 cell, u32, u32 face) {
        return Flow::through(static_cast<Packed const*>(flows)[cell], face);
    }
};

struct PlaneHops {
    u32 k[6] = {};

    FANO_FUNCTION void add(HopTable const& table, u32 outcome) {
        u32 const packed = table.outcome[outcome];
        FANO_UNROLL
        for (u32 f = 0; f < 6; ++f) k[f] += FlowNumber<u32>::through(packed, f);
    }
    FANO_FUNCTION u32 through(u32 face) const {
        u32 molecules = 0;
        FANO_UNROLL
        for (u32 f = 0; f < 6; ++f) molecules = f == face ? k[f] : molecules;
        return molecules;
    }
    FANO_FUNCTION void set(u32 face, u32 molecules) {
        FANO_UNROLL
        for (u32 f = 0; f < 6; ++f) k[f] = f == face ? molecules : k[f];
    }
    FANO_FUNCTION void only(u32 faces) {
        FANO_UNROLL
        for (u32 f = 0; f < 6; ++f) k[f] = (faces >> f & 1) != 0 ? k[f] : 0;
    }
    FANO_FUNCTION u32 sum() const { return k[0] + k[1] + k[2] + k[3] + k[4] + k[5]; }

    FANO_FUNCTION void save(void* flows, u32 cell, u32 cells) const {
        FANO_UNROLL
        for (u32 f = 0; f < 6; ++f) static_cast<u32*>(flows)[f * cells + cell] = k[f];
    }
    FANO_FUNCTION static u32 load(void const* flows, u32 cell, u32 cells, u32 face) {
        return static_cast<u32 const*>(flows)[face * cells + cell];
    }
};

// Of one species, for one step.
struct TileStage {
    TileSpecies const& species;
    HopTable const& table;
    DrawName name;
    u32 whole;  // 0: half a step
    double inflow;
    unsigned char* counts;   //!< [cell] before; after stage 1 those that made no hop
    unsigned char* arrived;  //!< [cell] those that made one
    unsigned char* flows;
    u32 *unfit, *spoiled;

    FANO_FUNCTION TileKind const& kind(u32 voxel) const { return species.kinds[species.kind[voxel]]; }
    FANO_FUNCTION u32 exchanged_at_ends(u32 molecules, u32 voxel) const {
        TileKind const& k = kind(voxel);
        if (!(k.lost[whole] > 0.0)) return molecules;
        u32 const now = exchange_at_ends(molecules, k.lost[whole], k.entered[whole], name, voxel);
        check(now);
        return now;
    }
    FANO_FUNCTION void check(u32 count) const {
        if ((count & ~species.fits) == 0) return;
        atomic_or(unfit, count);
        atomic_set(spoiled);
    }
};

// Only some of those who try a slow face get through.
template <class Hops>
FANO_COLD Hops slowed_down(Hops hops, TileKind const& kind, DrawName const& name, u32 voxel) {
    for (u32 f = 0; f < 6; ++f) {
        if ((kind.slow >> f & 1) == 0) continue;
        u32 const tried = hops.through(f);
        if (tried == 0) continue;
        auto draws = draws_at_face(name, voxel, f);
        hops.set(f, static_cast<u32>(draw_binomial<ScalarLane>(tried, kind.accepted[f], true, draws)));
    }
    return hops;
}

template <class Hops>
FANO_COLD Hops many_hops(HopTable const& table, DrawName const& name, u32 voxel, u32 molecules) {
    Hops hops;
    draw_many_hops(table, name, voxel, molecules, [&](u32 face, u32 k) { hops.set(face, k); });
    return hops;
}

FANO_COLD u32 draw_entering(TileKind const& kind, DrawName const& name, u32 voxel, double share) {
    u32 molecules = 0;
    for (u32 f = 0; f < 6; ++f) {
        if ((kind.enters >> f & 1) == 0) continue;
        auto draws = draws_at_face(name.alone(), voxel, inflow_of_face + f);
        molecules += static_cast<u32>(draw_poisson<ScalarLane>(kind.inflow[f] * share, true, draws));
    }
    return molecules;
}

FANO_FUNCTION u32 word_of_block(PhiloxBlock<u64> const& block, u32 i) {
    return static_cast<u32>(i == 0 ? block.w[0] : i == 1 ? block.w[1] : i == 2 ? block.w[2] : block.w[3]);
}

template <class Hops, u32 stage>
FANO_FUNCTION void draw_cells(Tile const& tile, TileStage const& s, u32 together, u32 first) {
    constexpr u32 margin = 2 - stage;
    u32 n[most_together], voxel[most_together], left[most_together], most = 0, some = 0;
    Hops hops[most_together];
    auto place = tile.place(first);
    FANO_UNROLL
    for (u32 j = 0; j < most_together; ++j) {
        bool const is = j < together && first + j < tile.cells;
        voxel[j] = is ? tile.voxel(place, margin) : Tile::outside;
        n[j] = voxel[j] == Tile::outside
                   ? 0
                   : load_count(stage == 0 ? s.counts : s.arrived, s.species.bytes, first + j);
        if (stage == 0 && s.species.has_ends != 0 && voxel[j] != Tile::outside)
            n[j] = s.exchanged_at_ends(n[j], voxel[j]);
        left[j] = n[j] > most_summed ? 0 : n[j];
        most = left[j] > most ? left[j] : most;
        some = n[j] > 0 ? voxel[j] : some;
        tile.advance(place);
    }
    for (u32 round = 0; round * most_tabled < most; ++round) {
        auto const block =
            draw_block<u64>(s.name.key, s.name.place(some >> 2), Purpose::hop, s.name.block(round));
        FANO_UNROLL
        for (u32 j = 0; j < most_together; ++j) {
            if (left[j] == 0) continue;
            u32 const molecules = left[j] < most_tabled ? left[j] : most_tabled;
            auto const at = hop_entry(s.table.index_bits, molecules, word_of_block(block, voxel[j] & 3));
            hops[j].add(s.table, choose_outcome(s.table, s.name, voxel[j], round, at));
            left[j] -= molecules;
        }
    }
    FANO_UNROLL
    for (u32 j = 0; j < most_together; ++j) {
        u32 const cell = first + j;
        if (j >= together || cell >= tile.cells) break;
        u32 tried = 0, out = 0;
        if (n[j] > 0) {
            if (n[j] > most_summed) hops[j] = many_hops<Hops>(s.table, s.name, voxel[j], n[j]);
            tried = hops[j].sum();
            TileKind const& kind = s.kind(voxel[j]);
            hops[j].only(kind.leads);
            if (kind.slow != 0) hops[j] = slowed_down(hops[j], kind, s.name, voxel[j]);
            out = hops[j].sum();
        }
        hops[j].save(s.flows, cell, tile.cells);
        if (stage == 0 && (n[j] > 0 || s.species.has_ends != 0))
            store_count(s.counts, s.species.bytes, cell, n[j] - tried);
        if (stage == 0 || n[j] > 0)
            store_count(s.arrived, s.species.bytes, cell, (stage == 0 ? tried : n[j]) - out);
    }
}

// Returns what the cell holds after the stage: in stage 1 of those that hopped.
template <class Hops, u32 stage>
FANO_FUNCTION u32 pull_cell(Tile const& tile, Tile::Place const& place, TileStage const& s, u32 faces,
                            u32 cell, u32 voxel) {
    u32 now = load_count(s.arrived, s.species.bytes, cell);
    if (stage == 1) now += load_count(s.counts, s.species.bytes, cell);
    FANO_UNROLL
    for (u32 f = 0; f < 6; ++f) {
        u32 const from = f < faces ? tile.neighbour(cell, place, f) : Tile::outside;
        if (from != Tile::outside) now += Hops::load(s.flows, from, tile.cells, f ^ 1);
    }
    TileKind const& kind = s.kind(voxel);
    if (kind.enters != 0) now += draw_entering(kind, s.name, voxel, s.inflow);
    s.check(now);
    if (stage == 1 && s.species.has_ends != 0) now = s.exchanged_at_ends(now, voxel);
    return now;
}

FANO_KERNELS_END
