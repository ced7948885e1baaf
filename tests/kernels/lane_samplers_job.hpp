// Draws for an array of cells in one build of the kernels, so that builds for different instruction sets can
// be held against each other, by the bits of their numbers and by the clock.
#pragma once

#include "kernels/core/lane_samplers.hpp"

namespace fano::kernels {

struct DrawJob {
    u64 seed, cells, rounds;  // cells: a multiple of 32
    double const* mean;       // [cell] Poisson, or null
    double const *n, *p;      // [cell] binomial, where there is no mean
    u32 const* wanted;        // [cell] bit r: whether the cell draws in rounds r, r + 8, r + 16, ...
    double* sum;              // [cell] sum of the numbers drawn
    u64* used;                // [cell] blocks used
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

template <class Lane>
void draw_cells(DrawJob const& job) {
    using Real = typename Lane::Real;
    for (u64 first = 0; first < job.cells; first += Lane::width) {
        LaneDraws<Lane> draws{job.seed, typename Lane::Word(u64{0}), Purpose::leap,
                              typename Lane::Word(u64{0})};
        Real a = 0.0, b = 0.0, sum = 0.0;
        Real wanted[8];
        for (u32 i = 0; i < Lane::width; ++i) {
            set(draws.cell, i, first + i);
            set(a, i, job.mean != nullptr ? job.mean[first + i] : job.n[first + i]);
            set(b, i, job.mean != nullptr ? 0.0 : job.p[first + i]);
            for (u32 round = 0; round < 8; ++round)
                set(wanted[round], i, (job.wanted[first + i] >> round & 1u) != 0 ? 1.0 : 0.0);
        }
        for (u64 round = 0; round < job.rounds; ++round) {
            auto const mask = wanted[round % 8] > Real(0.5);
            if (job.mean != nullptr)
                sum = sum + draw_poisson(a, mask, draws);
            else
                sum = sum + draw_binomial(a, b, mask, draws);
        }
        for (u32 i = 0; i < Lane::width; ++i) {
            job.sum[first + i] = get(sum, i);
            job.used[first + i] = get(draws.draw, i);
        }
    }
}

FANO_KERNELS_END

extern "C" {
void fano_draw_cells_sse2(fano::kernels::DrawJob const* job);
#if defined(__x86_64__)
void fano_draw_cells_avx2(fano::kernels::DrawJob const* job);
void fano_draw_cells_avx512(fano::kernels::DrawJob const* job);
#endif
}
