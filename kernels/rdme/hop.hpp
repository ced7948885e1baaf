// How many of the molecules of every voxel leave it through each face: exact joint multinomial numbers.
#pragma once

#include "kernels/core/lane_samplers.hpp"
#include "kernels/rdme/lattice_view.hpp"

FANO_KERNELS_BEGIN

// A table's answer to 32 random bits; `undecided` where they lie on the threshold.
struct HopChoice {
    u32 entry;
    bool above, undecided;
};

FANO_FUNCTION HopChoice choose_hops(HopTable const& table, u32 molecules, u32 bits) {
    u32 const shift = table.shift[molecules];
    // A shift by 32 is one by 31 and one more.
    u32 const entry = table.first[molecules] + (bits >> (shift - 1) >> 1);
    u32 const rest = bits & (0xFFFFFFFFu >> (32 - shift));
    u32 const threshold = table.threshold[entry];
    return {entry, rest >= threshold, rest == threshold};
}

// Where `molecules` <= most_tabled go, when the block for this voxel's group gave `bits`.
FANO_FUNCTION u32 tabled_hops(HopTable const& table, DrawName const& name, u32 voxel, u32 chunk, u32 molecules,
                              u32 bits) {
    auto choice = choose_hops(table, molecules, bits);
    if (choice.undecided) [[unlikely]] {
        auto const block = draw_block<u64>(name.key, name.place(voxel), Purpose::hop,
                                           name.alone().block(first_tie_block + chunk));
        choice.above = static_cast<u32>(block.w[0]) >= table.tail[choice.entry];
    }
    return table.outcome[2 * choice.entry + (choice.above ? 1 : 0)];
}

// The bits of a voxel for its chunk'th five molecules.
FANO_FUNCTION u32 hop_bits(DrawName const& name, u32 voxel, u32 chunk) {
    auto const block = draw_block<u64>(name.key, name.place(voxel >> 2), Purpose::hop, name.block(chunk));
    return static_cast<u32>(block.w[voxel & 3]);
}

// Sums of packed numbers, taken apart.
struct Flows {
    u32 through[6];
    FANO_FUNCTION void add(u32 packed) {
        for (u32 f = 0; f < 6; ++f) through[f] += packed >> (flow_bits * f) & flow_mask;
    }
};

// Any number of molecules, one voxel at a time; `bits` as in tabled_hops, for the first five.
FANO_ROUTINE Flows draw_hops(HopTable const& table, DrawName const& name, u32 voxel, u32 molecules, u32 bits) {
    Flows flows{};
    if (molecules <= most_summed) {
        u32 left = molecules;
        for (u32 chunk = 0; left > 0; ++chunk) {
            u32 const here = left < most_tabled ? left : most_tabled;
            flows.add(tabled_hops(table, name, voxel, chunk, here, chunk == 0 ? bits : hop_bits(name, voxel, chunk)));
            left -= here;
        }
        return flows;
    }
    // Through one face after the other, of those that are left.
    double left = molecules, rest = 1.0;
    for (u32 f = 0; f < table.faces; ++f) {
        LaneDraws<ScalarLane> draws{name.key, name.place(voxel), Purpose::hop,
                                    name.alone().block(first_binomial_block + (f << 16))};
        double const k = draw_binomial<ScalarLane>(left, table.probability / rest, true, draws);
        flows.through[f] = static_cast<u32>(k);
        left -= k;
        rest -= table.probability;
    }
    return flows;
}

FANO_KERNELS_END
