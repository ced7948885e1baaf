// A Lane of four machine vectors: 32 cells with AVX-512, 16 with AVX2, 8 with the x86-64 baseline.
//
// Four vectors together hide the latency of the operations and make a block loop in the algorithms needless.
// The width is a macro, not a template parameter: a dependent vector_size can collapse to scalars silently.
#pragma once

#include "kernels/core/lane.hpp"

#ifndef FANO_VECTOR_BYTES
#define FANO_VECTOR_BYTES 16
#endif

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// A statement for each of the four vectors, i = 0 to 3. Written out, because a loop would keep the compiler from
// holding a block in registers.
#define FANO_EACH(...)       \
    {                        \
        constexpr u32 i = 0; \
        __VA_ARGS__;         \
    }                        \
    {                        \
        constexpr u32 i = 1; \
        __VA_ARGS__;         \
    }                        \
    {                        \
        constexpr u32 i = 2; \
        __VA_ARGS__;         \
    }                        \
    {                        \
        constexpr u32 i = 3; \
        __VA_ARGS__;         \
    }

FANO_KERNELS_BEGIN

typedef double RealVector __attribute__((vector_size(FANO_VECTOR_BYTES)));
typedef u64 WordVector __attribute__((vector_size(FANO_VECTOR_BYTES)));
typedef i64 MaskVector __attribute__((vector_size(FANO_VECTOR_BYTES)));

inline constexpr u32 vector_size = FANO_VECTOR_BYTES / 8;

FANO_FUNCTION RealVector splat_real(double x) { return RealVector{} + x; }
FANO_FUNCTION WordVector splat_word(u64 x) { return WordVector{} + x; }

struct BlockReal {
    RealVector v[4];
    BlockReal() = default;
    // Copied vector by vector: as one object, a block would go through memory.
    FANO_FUNCTION BlockReal(BlockReal const& x){FANO_EACH(v[i] = x.v[i])} FANO_FUNCTION BlockReal& operator=(
        BlockReal const& x) {
        FANO_EACH(v[i] = x.v[i])
        return *this;
    }
    FANO_FUNCTION BlockReal(double x) { FANO_EACH(v[i] = splat_real(x)) }
};

struct BlockWord {
    WordVector v[4];
    BlockWord() = default;
    FANO_FUNCTION BlockWord(u64 x) { FANO_EACH(v[i] = splat_word(x)) }
};

#if FANO_VECTOR_BYTES == 64
using MaskPart = __mmask8;
#else
using MaskPart = MaskVector;
#endif

struct BlockMask {
    MaskPart v[4];
};

struct BlockLane {
    using Real = BlockReal;
    using Word = BlockWord;
    using Mask = BlockMask;
    static constexpr u32 width = 4 * vector_size;
};

template <>
struct WordOf<BlockReal> {
    using type = BlockWord;
};

#define FANO_BINARY(Type, op)                                      \
    FANO_FUNCTION Type operator op(Type const& a, Type const& b) { \
        Type r;                                                    \
        FANO_EACH(r.v[i] = a.v[i] op b.v[i])                       \
        return r;                                                  \
    }
FANO_BINARY(BlockReal, +)
FANO_BINARY(BlockReal, -)
FANO_BINARY(BlockReal, *)
FANO_BINARY(BlockReal, /)
FANO_BINARY(BlockWord, +)
FANO_BINARY(BlockWord, -)
FANO_BINARY(BlockWord, &)
FANO_BINARY(BlockWord, |)
FANO_BINARY(BlockWord, ^)
#undef FANO_BINARY

FANO_FUNCTION BlockReal operator-(BlockReal const& a) {
    BlockReal r;
    FANO_EACH(r.v[i] = -a.v[i])
    return r;
}

#define FANO_SHIFT(op)                                               \
    FANO_FUNCTION BlockWord operator op(BlockWord const& a, int n) { \
        BlockWord r;                                                 \
        FANO_EACH(r.v[i] = a.v[i] op n)                              \
        return r;                                                    \
    }
FANO_SHIFT(<<)
FANO_SHIFT(>>)
#undef FANO_SHIFT

#if FANO_VECTOR_BYTES == 64
#define FANO_COMPARE(op, code)                                                         \
    FANO_FUNCTION BlockMask operator op(BlockReal const& a, BlockReal const& b) {      \
        BlockMask r;                                                                   \
        FANO_EACH(r.v[i] = _mm512_cmp_pd_mask((__m512d)a.v[i], (__m512d)b.v[i], code)) \
        return r;                                                                      \
    }
#else
#define FANO_COMPARE(op, code)                                                    \
    FANO_FUNCTION BlockMask operator op(BlockReal const& a, BlockReal const& b) { \
        BlockMask r;                                                              \
        FANO_EACH(r.v[i] = a.v[i] op b.v[i])                                      \
        return r;                                                                 \
    }
#endif
FANO_COMPARE(<, _CMP_LT_OQ)
FANO_COMPARE(<=, _CMP_LE_OQ)
FANO_COMPARE(==, _CMP_EQ_OQ)
FANO_COMPARE(!=, _CMP_NEQ_UQ)
#undef FANO_COMPARE
FANO_FUNCTION BlockMask operator>(BlockReal const& a, BlockReal const& b) { return b < a; }
FANO_FUNCTION BlockMask operator>=(BlockReal const& a, BlockReal const& b) { return b <= a; }

#define FANO_MASK(name, expression)                                        \
    FANO_FUNCTION BlockMask name(BlockMask const& a, BlockMask const& b) { \
        BlockMask r;                                                       \
        FANO_EACH(r.v[i] = static_cast<MaskPart>(expression))              \
        return r;                                                          \
    }
FANO_MASK(both, a.v[i] & b.v[i])
FANO_MASK(either, a.v[i] | b.v[i])
FANO_MASK(and_not, a.v[i] & ~b.v[i])
#undef FANO_MASK
FANO_FUNCTION BlockMask differ(BlockReal const& a, BlockReal const& b) { return a != b; }

FANO_FUNCTION u32 mask_bits(BlockMask const& m) {
    u32 bits = 0;
#if FANO_VECTOR_BYTES == 64
    FANO_EACH(bits |= static_cast<u32>(m.v[i]) << (i * 8))
#elif FANO_VECTOR_BYTES == 32
    FANO_EACH(bits |= static_cast<u32>(_mm256_movemask_pd((__m256d)m.v[i])) << (i * 4))
#elif defined(__x86_64__)
    FANO_EACH(bits |= static_cast<u32>(_mm_movemask_pd((__m128d)m.v[i])) << (i * 2))
#else
    FANO_EACH(for (u32 j = 0; j < vector_size; ++j) bits |= (m.v[i][j] != 0 ? 1u : 0u)
                                                            << (i * vector_size + j))
#endif
    return bits;
}
#if FANO_VECTOR_BYTES == 64
FANO_FUNCTION bool any(BlockMask const& m) { return (m.v[0] | m.v[1] | m.v[2] | m.v[3]) != 0; }
#else
FANO_FUNCTION bool any(BlockMask const& m) {
    BlockMask all;
    all.v[0] = (m.v[0] | m.v[1]) | (m.v[2] | m.v[3]);
#if FANO_VECTOR_BYTES == 32
    return _mm256_movemask_pd((__m256d)all.v[0]) != 0;
#elif defined(__x86_64__)
    return _mm_movemask_pd((__m128d)all.v[0]) != 0;
#else
    return (all.v[0][0] | all.v[0][1]) != 0;
#endif
}
#endif

FANO_FUNCTION BlockReal select(BlockMask const& m, BlockReal const& a, BlockReal const& b) {
    BlockReal r;
#if FANO_VECTOR_BYTES == 64
    FANO_EACH(r.v[i] = (RealVector)_mm512_mask_blend_pd(m.v[i], (__m512d)b.v[i], (__m512d)a.v[i]))
#else
    FANO_EACH(r.v[i] = m.v[i] ? a.v[i] : b.v[i])
#endif
    return r;
}

// x + y in the lanes of the mask, x elsewhere.
FANO_FUNCTION BlockReal add_if(BlockMask const& m, BlockReal const& x, double y) {
    BlockReal r;
#if FANO_VECTOR_BYTES == 64
    __m512d const add = _mm512_set1_pd(y);
    FANO_EACH(r.v[i] = (RealVector)_mm512_mask_add_pd((__m512d)x.v[i], m.v[i], (__m512d)x.v[i], add))
#else
    WordVector const add = (WordVector)splat_real(y);
    FANO_EACH(r.v[i] = x.v[i] + (RealVector)((WordVector)m.v[i] & add))
#endif
    return r;
}

// x + 1 in the lanes of the mask, x elsewhere.
FANO_FUNCTION BlockWord increment_if(BlockMask const& m, BlockWord const& x) {
    BlockWord r;
#if FANO_VECTOR_BYTES == 64
    __m512i const one = _mm512_set1_epi64(1);
    FANO_EACH(r.v[i] = (WordVector)_mm512_mask_add_epi64((__m512i)x.v[i], m.v[i], (__m512i)x.v[i], one))
#else
    FANO_EACH(r.v[i] = x.v[i] - (WordVector)m.v[i])
#endif
    return r;
}

FANO_FUNCTION BlockWord bits(BlockReal const& x) {
    BlockWord r;
    FANO_EACH(r.v[i] = (WordVector)x.v[i])
    return r;
}
FANO_FUNCTION BlockReal real(BlockWord const& x) {
    BlockReal r;
    FANO_EACH(r.v[i] = (RealVector)x.v[i])
    return r;
}

FANO_FUNCTION BlockWord mul32(BlockWord const& x, u32 y) {
    BlockWord r;
#if FANO_VECTOR_BYTES == 64
    FANO_EACH(r.v[i] = (WordVector)_mm512_mul_epu32((__m512i)x.v[i], _mm512_set1_epi64(y)))
#elif FANO_VECTOR_BYTES == 32
    FANO_EACH(r.v[i] = (WordVector)_mm256_mul_epu32((__m256i)x.v[i], _mm256_set1_epi64x(y)))
#elif defined(__x86_64__)
    FANO_EACH(r.v[i] = (WordVector)_mm_mul_epu32((__m128i)x.v[i], _mm_set1_epi64x(y)))
#else
    FANO_EACH(r.v[i] = (x.v[i] & splat_word(0xffffffffu)) * splat_word(y))
#endif
    return r;
}

FANO_FUNCTION BlockReal sqrt(BlockReal const& x) {
    BlockReal r;
#if FANO_VECTOR_BYTES == 64
    FANO_EACH(r.v[i] = (RealVector)_mm512_sqrt_pd((__m512d)x.v[i]))
#elif FANO_VECTOR_BYTES == 32
    FANO_EACH(r.v[i] = (RealVector)_mm256_sqrt_pd((__m256d)x.v[i]))
#elif defined(__x86_64__)
    FANO_EACH(r.v[i] = (RealVector)_mm_sqrt_pd((__m128d)x.v[i]))
#else
    FANO_EACH(for (u32 j = 0; j < vector_size; ++j) r.v[i][j] = __builtin_sqrt(x.v[i][j]))
#endif
    return r;
}

FANO_FUNCTION double get(BlockReal const& x, u32 lane) { return x.v[lane / vector_size][lane % vector_size]; }
FANO_FUNCTION u64 get(BlockWord const& x, u32 lane) { return x.v[lane / vector_size][lane % vector_size]; }
FANO_FUNCTION void set(BlockReal& x, u32 lane, double value) {
    x.v[lane / vector_size][lane % vector_size] = value;
}
FANO_FUNCTION void set(BlockWord& x, u32 lane, u64 value) {
    x.v[lane / vector_size][lane % vector_size] = value;
}

FANO_KERNELS_END
