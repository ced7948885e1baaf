// How many of a voxel's molecules leave it through each face: exact joint multinomial numbers.
#pragma once

#include "kernels/core/lane_samplers.hpp"
#include "kernels/rdme/lattice_view.hpp"

FANO_KERNELS_BEGIN

// Where in the tables `molecules` <= most_tabled and 32 random bits lead.
struct HopEntry {
    u32 entry, rest;
};

FANO_FUNCTION HopEntry hop_entry(u32 index_bits, u32 molecules, u32 bits) {
    u32 const b = index_bits >> (4 * molecules) & 15;
    // For b = 0 a shift by 32 would be undefined: by 31 - b, and one more.
    return {(1u << b) | bits >> (31 - b) >> 1, bits & 0xFFFFFFFFu >> b};
}

// Whether the random bits lie on the threshold's side that belongs to the entry's second outcome, when the first 32 did not tell.
FANO_COLD bool decide_by_tail(HopTable const& table, DrawName const& name, u32 voxel, u32 round, u32 entry) {
    auto const block = draw_block<u64>(name.key, name.place(voxel), Purpose::hop,
                                       name.alone().block(first_tie_block + round));
    return static_cast<u32>(block.w[0]) >= table.tail[entry];
}

// The number of an outcome in the tables.
FANO_FUNCTION u32 choose_outcome(HopTable const& table, DrawName const& name, u32 voxel, u32 round,
                                 HopEntry const& at) {
    u32 const threshold = table.threshold[at.entry];
    bool above = at.rest >= threshold;
    if (at.rest == threshold) [[unlikely]]
        above = decide_by_tail(table, name, voxel, round, at.entry);
    return 2 * at.entry + (above ? 1 : 0);
}

// More than most_summed molecules: through one face after the other, of those that are left.
template <class Set>
FANO_ROUTINE void draw_many_hops(HopTable const& table, DrawName const& name, u32 voxel, u32 molecules,
                                 Set const& set) {
    double left = molecules, rest = 1.0;
    for (u32 f = 0; f < table.faces; ++f) {
        LaneDraws<ScalarLane> draws{name.key, name.place(voxel), Purpose::hop,
                                    name.alone().block(first_binomial_block + (f << 16))};
        double const k = draw_binomial<ScalarLane>(left, table.probability / rest, true, draws);
        set(f, static_cast<u32>(k));
        left -= k;
        rest -= table.probability;
    }
}

// What is drawn for one face of a voxel alone.
FANO_FUNCTION LaneDraws<ScalarLane> draws_at_face(DrawName const& name, u32 voxel, u32 face) {
    return {name.key, name.place(voxel), Purpose::inflow, name.block(face << 16)};
}

// What is left of a voxel's molecules when some leave it through the lattice's ends and others come.
FANO_COLD u32 exchange_at_ends(u32 molecules, double lost, double entered, DrawName const& name, u32 voxel) {
    auto draws = draws_at_face(name.alone(), voxel, end_of_voxel);
    double const gone = draw_binomial<ScalarLane>(molecules, lost, true, draws);
    return molecules - static_cast<u32>(gone) +
           static_cast<u32>(draw_poisson<ScalarLane>(entered, true, draws));
}

FANO_KERNELS_END
