// Exact products of whole numbers and sums of these, in plain 64-bit arithmetic where that suffices. Otherwise
// products are kept as 32-bit limbs, and each limb is summed for itself in 64 bits, exact for up to 2^32 products.
#pragma once

#include "kernels/core/config.hpp"

namespace fano::kernels {

// Factors are deviations from a column's smallest number, which lie below 2^41.
inline constexpr u32 deviation_bits = 41;

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

// A whole number below 2^(32 count), the least significant limb first. A single limb is the number, below 2^64.
template <u32 count>
struct Limbs {
    u32 limb[count];
};
template <>
struct Limbs<1> {
    u64 limb[1];
};

// How many limbs a product of so many deviations has. It is plain where its sum is known to stay below 2^64.
FANO_FUNCTION constexpr u32 limb_count(bool plain, u32 factors) {
    return plain ? 1 : (deviation_bits * factors + 31) / 32;
}

template <u32 count>
FANO_FUNCTION Limbs<count> limbs_of(u64 x) {
    if constexpr (count == 1) {
        return {{x}};
    } else {
        return {{static_cast<u32>(x), static_cast<u32>(x >> 32)}};
    }
}

template <u32 count, u32 from>
FANO_FUNCTION Limbs<count> multiply(Limbs<from> const& a, u64 factor) {
    if constexpr (count == 1) {
        return {{a.limb[0] * factor}};
    } else {
        u32 const low = static_cast<u32>(factor), high = static_cast<u32>(factor >> 32);
        Limbs<count> product;
        u64 carry = 0;  // stays below 2^33, and no sum below overflows
        FANO_UNROLL
        for (u32 i = 0; i < count; ++i) {
            u64 const first = (i < from ? u64{a.limb[i < from ? i : 0]} * low : 0) + carry;
            u64 const second =
                (i > 0 && i <= from ? u64{a.limb[i > 0 ? i - 1 : 0]} * high : 0) + static_cast<u32>(first);
            product.limb[i] = static_cast<u32>(second);
            carry = (first >> 32) + (second >> 32);
        }
        return product;
    }
}

template <u32 count>
FANO_FUNCTION void add_limbs(u64* sums, Limbs<count> const& x) {
    FANO_UNROLL
    for (u32 i = 0; i < count; ++i) sums[i] += x.limb[i];
}

FANO_KERNELS_END
