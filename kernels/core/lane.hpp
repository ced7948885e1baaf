// A Lane says how many cells one instruction advances. This is the scalar one: one cell, plain double.
//
// Every Lane provides the types Real, Word and Mask, the constant width, arithmetic and comparison on Real,
// integer and shift operations on Word, and the functions below. An algorithm written over these gives the
// same bits for every Lane, because each is one correctly rounded IEEE operation a cell.
#pragma once

#include "kernels/core/config.hpp"

FANO_KERNELS_BEGIN

struct ScalarLane {
    using Real = double;
    using Word = u64;
    using Mask = bool;
    static constexpr u32 width = 1;
};

// The Word that has as many elements as a Real.
template <class Real>
struct WordOf;
template <>
struct WordOf<double> {
    using type = u64;
};
template <class Real>
using word_of = typename WordOf<Real>::type;

// Whether a Real is a plain number, not one of several lanes.
template <class Real>
inline constexpr bool is_number = false;
template <>
inline constexpr bool is_number<double> = true;

FANO_FUNCTION u64 bits(double x) { return __builtin_bit_cast(u64, x); }
FANO_FUNCTION double real(u64 x) { return __builtin_bit_cast(double, x); }

// Product of the low 32 bits of `x` with `y`, 64 bits wide.
FANO_FUNCTION u64 mul32(u64 x, u32 y) {
#if defined(__CUDA_ARCH__)
    u64 product;  // one instruction, which the compiler does not see in a product with a constant
    asm("mul.wide.u32 %0, %1, %2;" : "=l"(product) : "r"(static_cast<u32>(x)), "r"(y));
    return product;
#else
    return (x & 0xffffffffu) * y;
#endif
}

FANO_FUNCTION bool any(bool m) { return m; }
// How many bits are set. Every compiler sees a population count in it; NVRTC has no name for one.
FANO_FUNCTION u32 count_bits(u32 x) {
    x -= (x >> 1) & 0x55555555u;
    x = (x & 0x33333333u) + ((x >> 2) & 0x33333333u);
    return (((x + (x >> 4)) & 0x0F0F0F0Fu) * 0x01010101u) >> 24;
}
FANO_FUNCTION u32 mask_bits(bool m) { return m ? 1u : 0u; }
FANO_FUNCTION bool both(bool a, bool b) { return a && b; }
FANO_FUNCTION bool either(bool a, bool b) { return a || b; }
// `a` where `b` does not hold.
FANO_FUNCTION bool and_not(bool a, bool b) { return a && !b; }
FANO_FUNCTION bool differ(double a, double b) { return a != b; }

FANO_FUNCTION double select(bool m, double a, double b) { return m ? a : b; }
FANO_FUNCTION double add_if(bool m, double x, double y) { return m ? x + y : x; }
FANO_FUNCTION u64 increment_if(bool m, u64 x) { return m ? x + 1 : x; }
FANO_FUNCTION double sqrt(double x) {
#if defined(__CUDA_ARCH__)
    return __dsqrt_rn(x);
#else
    return __builtin_sqrt(x);
#endif
}

FANO_FUNCTION double get(double x, u32) { return x; }
FANO_FUNCTION u64 get(u64 x, u32) { return x; }
FANO_FUNCTION void set(double& x, u32, double value) { x = value; }
FANO_FUNCTION void set(u64& x, u32, u64 value) { x = value; }

FANO_KERNELS_END
