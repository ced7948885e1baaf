// Arithmetic of flows that are packed in one number.
#pragma once

#include "kernels/rdme/lattice_view.hpp"

FANO_KERNELS_BEGIN

template <class Packed>
struct FlowNumber : PackedFlow<Packed> {
    using Format = PackedFlow<Packed>;
    static constexpr u32 bits = Format::bits;

    FANO_FUNCTION static u32 through(Packed flows, u32 face) {
        return static_cast<u32>(flows >> (bits * face) & Format::mask);
    }
    FANO_FUNCTION static Packed of(u32 face, u32 molecules) { return Packed{molecules} << (bits * face); }
    // From a bit a face to all of its bits.
    FANO_FUNCTION static Packed faces(Packed some) {
        constexpr u32 step = bits - 1;
        Packed const apart = (some & 1) | (some & 2) << step | (some & 4) << (2 * step) |
                             (some & 8) << (3 * step) | (some & 16) << (4 * step) | (some & 32) << (5 * step);
        return (apart << bits) - apart;
    }
    FANO_FUNCTION static Packed opposite(Packed flows) {
        return (flows & Format::minus) << bits | (flows >> bits & Format::minus);
    }
    // Through all faces.
    FANO_FUNCTION static u32 sum(Packed flows) {
        constexpr u32 part = 2 * bits;
        constexpr Packed part_mask = (Packed{1} << part) - 1;
        Packed const pairs = (flows & Format::minus) + (flows >> bits & Format::minus);
        return static_cast<u32>((pairs & part_mask) + (pairs >> part & part_mask) + (pairs >> (2 * part)));
    }
};

FANO_KERNELS_END
