// Philox4x32-10: a random function of (key, counter), so that randomness has a name instead of a place.
// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11.
#pragma once

#include "kernels/core/lane.hpp"

FANO_KERNELS_BEGIN

// Four 32-bit words, each in the low half of a Word; the high halves are undefined.
template <class Word>
struct PhiloxBlock {
    Word w[4];
};

template <class Word>
FANO_FUNCTION PhiloxBlock<Word> philox(PhiloxBlock<Word> c, u64 key) {
    constexpr u32 multiplier0 = 0xD2511F53u, multiplier1 = 0xCD9E8D57u;
    constexpr u32 weyl0 = 0x9E3779B9u, weyl1 = 0xBB67AE85u;
    u32 key0 = static_cast<u32>(key), key1 = static_cast<u32>(key >> 32);
    FANO_UNROLL
    for (int round = 0; round < 10; ++round) {
        Word const product0 = mul32(c.w[0], multiplier0);
        Word const product1 = mul32(c.w[2], multiplier1);
        c.w[0] = (product1 >> 32) ^ c.w[1] ^ Word(u64{key0});
        c.w[1] = product1;
        c.w[2] = (product0 >> 32) ^ c.w[3] ^ Word(u64{key1});
        c.w[3] = product0;
        key0 += weyl0;
        key1 += weyl1;
    }
    return c;
}

// Uniform on (0,1) from 52 random bits i: (i + 1/2) 2^-52, exactly; neither 0 nor 1 can come out.
template <class Real, class Word>
FANO_FUNCTION Real uniform(Word low, Word high) {
    Word const mantissa = ((high << 32) & Word(u64{0x000FFFFF00000000})) | (low & Word(u64{0xFFFFFFFF}));
    return real(mantissa | Word(u64{0x3FF0000000000000})) - Real(1.0 - 0x1p-53);
}

FANO_KERNELS_END
