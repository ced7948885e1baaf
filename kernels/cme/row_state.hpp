// One step of the chemical master equation for a few states of a piece, as a thread of a GPU takes it: the
// same operations in the same order as in row_step.hpp, so that the same bits come out.
#pragma once

#include "kernels/cme/row_view.hpp"

namespace fano::kernels {

// Which weight each of many steps has, where a GPU can read it. Steps are counted from those done.
struct RowSchedule {
    double const* weights;  // of the steps [first, first + size); others have none
    u64 first, size;
    u64 done;
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

FANO_FUNCTION double weight_of(RowSchedule const& schedule, u64 step) {
    u64 const k = schedule.done + step - schedule.first;  // too large before the first
    return k < schedule.size ? schedule.weights[k] : 0.0;
}

// States k, k + stride, ... of a piece, `count` of them but for those beyond its end.
template <u32 count>
FANO_FUNCTION void update_states(RowView const& view, RowPiece const& piece, RowPiece const& next,
                                 RowUpdate const& u, double const* x, double* y, u32 k, u32 stride) {
    // So that threads go the same way, a state that is not an inner one computes what the inner state next to it
    // does.
    u64 at[count];
    double exit[count], sum[count];
    double const* const here = x + piece.first;
    FANO_UNROLL_ON_GPU
    for (u32 i = 0; i < count; ++i) {
        u32 const state = k + i * stride;
        at[i] = state < piece.inner ? piece.inner : state < piece.inner_end ? state : piece.inner_end - 1;
        exit[i] = u.keep;
    }
    for (u32 e = piece.first_exit; e < next.first_exit; ++e) {
        double const rate = u.scale * view.exits[e].rate;
        u64 const table = view.exits[e].table;
        FANO_UNROLL_ON_GPU
        for (u32 i = 0; i < count; ++i)
            exit[i] -= table == no_table ? rate : rate * view.values[table + at[i]];
    }
    FANO_UNROLL_ON_GPU
    for (u32 i = 0; i < count; ++i) sum[i] = exit[i] * here[at[i]];
    for (u32 s = piece.first_segment; s < next.first_segment; ++s) {
        RowSegment const segment = view.segments[s];
        double const rate = u.scale * segment.rate;
        FANO_UNROLL_ON_GPU
        for (u32 i = 0; i < count; ++i)
            sum[i] += (segment.table == no_table ? rate : rate * view.values[segment.table + at[i]]) *
                      x[segment.source + at[i]];
    }
    FANO_UNROLL_ON_GPU
    for (u32 i = 0; i < count; ++i) {
        u32 const state = k + i * stride;
        if (state >= piece.size) continue;
        double value = state == at[i] ? sum[i] : u.keep * here[state];
        for (u32 s = piece.first_scrap; s < next.first_scrap; ++s) {
            RowScrap const& scrap = view.scraps[s];
            u32 const j = state - scrap.target;  // too large before it
            if (j >= scrap.size) continue;
            double const rate = u.scale * scrap.rate;
            value +=
                (scrap.table == no_table ? rate : rate * view.values[scrap.table + j]) * x[scrap.source + j];
        }
        if (u.weight != 0.0) u.sum[piece.first + state] += u.weight * here[state];
        y[piece.first + state] = value;
    }
}

// What one of `lanes` threads does of a piece.
template <u32 count>
FANO_FUNCTION void update_piece(RowView const& view, u32 piece, u32 lane, u32 lanes, RowUpdate const& u,
                                double const* x, double* y) {
    RowPiece const here = view.pieces[piece];
    for (u32 k = lane; k < here.size; k += count * lanes)
        update_states<count>(view, here, view.pieces[piece + 1], u, x, y, k, lanes);
}

FANO_KERNELS_END
