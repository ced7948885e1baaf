// Standard normal numbers for all the cells of a Lane at once, four from each block of random bits.
#pragma once

#include "kernels/core/math.hpp"
#include "kernels/core/stream.hpp"

FANO_KERNELS_BEGIN

inline constexpr u32 normals_a_block = 4;

// Two numbers from 64 random bits. Box & Muller, Ann. Math. Stat. 29:610 (1958), with a uniform of 32 bits for the
// radius, so that no number is beyond 6.77 standard deviations, which one in 8e10 would be; the angle has 30 bits
// within its quadrant.
template <class Real>
struct NormalPair {
    Real first, second;
};

template <class Real, class Word>
FANO_FUNCTION NormalPair<Real> normal_pair(Word radius_bits, Word angle_bits) {
    Word const one = Word(u64{0x3FF0000000000000}), sign = Word(u64{0x8000000000000000});
    // (i + 1/2) 2^-32
    Real const uniform = real(((radius_bits & Word(u64{0xFFFFFFFF})) << 20) | one) - Real(1.0 - 0x1p-33);
    Real const radius = sqrt(-log_positive(uniform));
    // The angle from the quadrant's diagonal, (i + 1/2) 2^-30 - 1/2 of a quarter turn. Series by Taylor, to 1.2e-10.
    constexpr double s[] = {-1.0 / 6.0, 1.0 / 120.0, -1.0 / 5040.0, 1.0 / 362880.0, -1.0 / 39916800.0};
    constexpr double c[] = {-1.0 / 2.0, 1.0 / 24.0, -1.0 / 720.0, 1.0 / 40320.0, -1.0 / 3628800.0};
    Real const part = real(((angle_bits & Word(u64{0x3FFFFFFF})) << 22) | one) - Real(1.5 - 0x1p-31);
    Real const angle = part * Real(1.57079632679489661923), square = angle * angle;
    Real const sine = angle + angle * (square * detail::polynomial(square, s));
    Real const cosine = Real(1.0) + square * detail::polynomial(square, c);
    // sqrt(2) cos and sin of the angle from the axis, in one of four quadrants.
    Real const first = radius * (cosine - sine), second = radius * (cosine + sine);
    return {real(bits(first) ^ ((angle_bits << 32) & sign)),
            real(bits(second) ^ ((angle_bits << 33) & sign))};
}

template <class Lane>
FANO_FUNCTION void draw_normals(u64 seed, typename Lane::Word cell, Purpose purpose, typename Lane::Word draw,
                                typename Lane::Real* to) {
    using Real = typename Lane::Real;
    auto const block = draw_block<typename Lane::Word>(seed, cell, purpose, draw);
    auto const a = normal_pair<Real>(block.w[0], block.w[1]), b = normal_pair<Real>(block.w[2], block.w[3]);
    to[0] = a.first;
    to[1] = a.second;
    to[2] = b.first;
    to[3] = b.second;
}

FANO_KERNELS_END
