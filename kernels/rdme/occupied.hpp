// The voxels of a block that hold molecules, or all of its voxels where most do, each with 32 random bits: what a round of draws
// works on.
#pragma once

#include "kernels/core/lane_samplers.hpp"
#include "kernels/rdme/lattice_view.hpp"

FANO_KERNELS_BEGIN

// Lanes take groups of four voxels, and threads whole blocks, so that a block belongs to one thread whatever its
// lanes. Arrays of counts and flows go on to the end of their last block.
inline constexpr u32 block_voxels = 128;

template <class Lane>
class OccupiedVoxels {
    using Word = typename Lane::Word;
    static constexpr u32 groups_a_block = block_voxels / 4;

public:
    u32 size = 0;
    u32 voxel[block_voxels + 16];  // in the block
    u32 bits[block_voxels + 16];
    u32 molecules[block_voxels + 16];

    // `left` [voxel in the block]; `number`: of the draw's block of random bits. Returns whether there are any.
    FANO_FUNCTION bool find(DrawName const& name, unsigned char const* left, u32 first, u32 number) {
        u64 filled = 0;
        for (u64 i = 0; i < groups_a_block; ++i) {
            u32 four;
            __builtin_memcpy(&four, left + 4 * i, 4);
            group_[filled] = static_cast<u32>(i);
            counts_[filled] = four;
            filled += four != 0 ? 1 : 0;
        }
        size = 0;
        if (filled == 0) return false;
        if (filled >= most_packed) {
            take_all(name, left, first, number);
            return true;
        }
        for (u64 i = 0; i < filled; i += Lane::width) draw(name, first >> 2, number, i);
        compact(filled);
        return true;
    }

private:
    // From this many groups on it is faster to take the empty voxels along.
    static constexpr u64 most_packed = groups_a_block * 3 / 4;

    FANO_FUNCTION void take_all(DrawName const& name, unsigned char const* left, u32 first, u32 number) {
        for (u64 i = 0; i < groups_a_block; ++i) group_[i] = static_cast<u32>(i);
        for (u64 i = 0; i < groups_a_block; i += Lane::width) draw(name, first >> 2, number, i);
        for (u64 i = 0; i < block_voxels / 2; ++i) {
            bits[2 * i] = static_cast<u32>(random_[i]);
            bits[2 * i + 1] = static_cast<u32>(random_[i] >> 32);
        }
        for (u64 i = 0; i < block_voxels; ++i) {
            voxel[i] = static_cast<u32>(i);
            molecules[i] = left[i];
        }
        size = block_voxels;
    }

    FANO_FUNCTION void draw(DrawName const& name, u32 first_group, u32 number, u64 i) {
        alignas(64) u64 place[Lane::width], two[2][Lane::width];
        for (u64 j = 0; j < Lane::width; ++j) place[j] = name.place(first_group + group_[i + j]);
        auto const block = draw_block<Word>(name.key, *reinterpret_cast<Word const*>(place), Purpose::hop,
                                            Word(name.block(number)));
        Word const low = Word(u64{0xFFFFFFFF});
        *reinterpret_cast<Word*>(two[0]) = (block.w[0] & low) | (block.w[1] << 32);
        *reinterpret_cast<Word*>(two[1]) = (block.w[2] & low) | (block.w[3] << 32);
        for (u64 j = 0; j < Lane::width; ++j) {
            random_[2 * (i + j)] = two[0][j];
            random_[2 * (i + j) + 1] = two[1][j];
        }
    }

    // From groups to the voxels in them that are not empty.
    FANO_FUNCTION void compact(u64 filled) {
#if FANO_VECTOR_BYTES == 64
        __m512i const spread = _mm512_set_epi32(3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0);
        __m512i const within = _mm512_set_epi32(3, 2, 1, 0, 3, 2, 1, 0, 3, 2, 1, 0, 3, 2, 1, 0);
        for (u64 i = 0; i < filled; i += 4) {
            __m512i const n =
                _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<__m128i const*>(counts_ + i)));
            u64 const rest = filled - i;
            __mmask16 some = _mm512_test_epi32_mask(n, n);
            if (rest < 4) some &= static_cast<__mmask16>((1u << (4 * rest)) - 1);
            __m512i const group = _mm512_permutexvar_epi32(
                spread,
                _mm512_castsi128_si512(_mm_loadu_si128(reinterpret_cast<__m128i const*>(group_ + i))));
            __m512i const v = _mm512_add_epi32(_mm512_slli_epi32(group, 2), within);
            _mm512_storeu_si512(voxel + size, _mm512_maskz_compress_epi32(some, v));
            _mm512_storeu_si512(molecules + size, _mm512_maskz_compress_epi32(some, n));
            _mm512_storeu_si512(bits + size,
                                _mm512_maskz_compress_epi32(some, _mm512_loadu_si512(random_ + 2 * i)));
            size += count_bits(some);
        }
#else
        for (u64 i = 0; i < filled; ++i)
            for (u32 j = 0; j < 4; ++j) {
                u32 const n = counts_[i] >> (8 * j) & 255;
                voxel[size] = 4 * group_[i] + j;
                bits[size] = static_cast<u32>(random_[2 * i + j / 2] >> (32 * (j % 2)));
                molecules[size] = n;
                size += n != 0 ? 1 : 0;
            }
#endif
    }

    static constexpr u32 room = groups_a_block + Lane::width;
    u32 group_[room] = {}, counts_[room] = {};  // of the groups that are not empty: their number, four counts
    u64 random_[2 * room];
};

FANO_KERNELS_END
