// One step of the chemical master equation on rows of states:
//   y = keep x + scale A x,
// A the generator: A[j][i] is the propensity of the reactions that lead from state i to j, -A[i][i] the sum of all
// propensities in i. A state is computed in registers: x is read, y written, and little more.
#pragma once

#include "kernels/cme/row_view.hpp"
#include "kernels/cme/vectors.hpp"

FANO_KERNELS_BEGIN

// Past the caches, so that what is overwritten is not read first. `to` lies at a multiple of a vector's size.
FANO_FUNCTION void stream_vector(double* to, RealVector const& v) {
#if defined(__x86_64__) && FANO_VECTOR_BYTES == 64
    _mm512_stream_pd(to, (__m512d)v);
#elif defined(__x86_64__) && FANO_VECTOR_BYTES == 32
    _mm256_stream_pd(to, (__m256d)v);
#else
    __builtin_memcpy(to, &v, sizeof v);
#endif
}

// How many states from y on until a vector of them lies where it can be streamed.
FANO_FUNCTION u64 until_aligned(double const* y) {
    return (vector_size - reinterpret_cast<u64>(y) / sizeof(double) % vector_size) % vector_size;
}

// Inner states of a piece, `vectors` vectors of them from state j on.
template <int vectors, bool stream = false>
FANO_FUNCTION void step_inner_states(RowView const& view, RowPiece const& piece, RowPiece const& next,
                                     RowUpdate const& u, double const* x, double* y, u64 j) {
    RealVector exit[vectors], sum[vectors];
    for (int k = 0; k < vectors; ++k) exit[k] = RealVector{} + u.keep;
    for (u32 e = piece.first_exit; e < next.first_exit; ++e) {
        double const rate = u.scale * view.exits[e].rate;
        if (view.exits[e].table == no_table) {
            for (int k = 0; k < vectors; ++k) exit[k] -= rate;
        } else {
            double const* const table = view.values + (view.exits[e].table + j);
            for (int k = 0; k < vectors; ++k) exit[k] -= rate * vector_at(table + vector_size * k);
        }
    }
    double const* const here = x + (piece.first + j);
    for (int k = 0; k < vectors; ++k) sum[k] = exit[k] * vector_at(here + vector_size * k);
    for (u32 s = piece.first_segment; s < next.first_segment; ++s) {
        RowSegment const& segment = view.segments[s];
        double const rate = u.scale * segment.rate;
        double const* const source = x + (segment.source + j);
        if (segment.table == no_table) {
            for (int k = 0; k < vectors; ++k) sum[k] += rate * vector_at(source + vector_size * k);
        } else {
            double const* const table = view.values + (segment.table + j);
            for (int k = 0; k < vectors; ++k)
                sum[k] += (rate * vector_at(table + vector_size * k)) * vector_at(source + vector_size * k);
        }
    }
    double* const to = y + (piece.first + j);
    for (int k = 0; k < vectors; ++k) {
        if constexpr (stream)
            stream_vector(to + vector_size * k, sum[k]);
        else
            __builtin_memcpy(to + vector_size * k, &sum[k], sizeof sum[k]);
    }
}

// The last place in memory that the first state of a piece reads: what is fetched from there is new.
FANO_FUNCTION u64 farthest_source(RowView const& view, RowPiece const& piece, RowPiece const& next) {
    u64 farthest = piece.first;
    for (u32 s = piece.first_segment; s < next.first_segment; ++s) {
        u64 const source = view.segments[s].source;
        bool const beyond_all =
            source >> 63 != 0;  // of a piece that begins before the first state that is read
        if (source > farthest && !beyond_all) farthest = source;
    }
    return farthest;
}

FANO_FUNCTION void step_inner_state(RowView const& view, RowPiece const& piece, RowPiece const& next,
                                    RowUpdate const& u, double const* x, double* y, u64 j) {
    double exit = u.keep;
    for (u32 e = piece.first_exit; e < next.first_exit; ++e) {
        double const rate = u.scale * view.exits[e].rate;
        exit -= view.exits[e].table == no_table ? rate : rate * view.values[view.exits[e].table + j];
    }
    double sum = exit * x[piece.first + j];
    for (u32 s = piece.first_segment; s < next.first_segment; ++s) {
        RowSegment const& segment = view.segments[s];
        double const rate = u.scale * segment.rate;
        sum += (segment.table == no_table ? rate : rate * view.values[segment.table + j]) *
               x[segment.source + j];
    }
    y[piece.first + j] = sum;
}

FANO_FUNCTION void step_scraps(RowView const& view, RowPiece const& piece, RowPiece const& next,
                               RowUpdate const& u, double const* x, double* y) {
    for (u32 s = piece.first_scrap; s < next.first_scrap; ++s) {
        RowScrap const& scrap = view.scraps[s];
        double const rate = u.scale * scrap.rate;
        double* const target = y + (piece.first + scrap.target);
        double const* const source = x + scrap.source;
        for (u32 k = 0; k < scrap.size; ++k)
            target[k] += (scrap.table == no_table ? rate : rate * view.values[scrap.table + k]) * source[k];
    }
}

// Pieces [first, last).
FANO_FUNCTION void step_rows(RowView const& view, u32 first, u32 last, RowUpdate const& u, double const* x,
                             double* y) {
    for (u32 i = first; i < last; ++i) {
        RowPiece const& piece = view.pieces[i];
        RowPiece const& next = view.pieces[i + 1];
        u64 const begin = piece.first, end = begin + piece.size;
        if (u.weight != 0.0)
            for (u64 j = begin; j < end; ++j) u.sum[j] += u.weight * x[j];
        for (u64 j = begin; j < begin + piece.inner; ++j) y[j] = u.keep * x[j];
        for (u64 j = begin + piece.inner_end; j < end; ++j) y[j] = u.keep * x[j];
        u64 j = piece.inner;
        u64 const inner_end = piece.inner_end;
        if (inner_end >= j + vector_size) {
            // States that are computed twice come out the same.
            if (u.stream) {
                step_inner_states<1>(view, piece, next, u, x, y, j);
                j += until_aligned(y + begin + j);
                // Fetched early: processors do not foresee reads that begin anew with every row.
                double const* const ahead = x + farthest_source(view, piece, next) + 512;
                for (; j + 4 * vector_size <= inner_end; j += 4 * vector_size) {
                    for (u32 k = 0; k < 4; ++k) __builtin_prefetch(ahead + j + k * vector_size);
                    step_inner_states<4, true>(view, piece, next, u, x, y, j);
                }
            }
            for (; j + 4 * vector_size <= inner_end; j += 4 * vector_size)
                step_inner_states<4>(view, piece, next, u, x, y, j);
            for (; j + vector_size <= inner_end; j += vector_size)
                step_inner_states<1>(view, piece, next, u, x, y, j);
            if (j < inner_end) step_inner_states<1>(view, piece, next, u, x, y, inner_end - vector_size);
        } else {
            for (; j < inner_end; ++j) step_inner_state(view, piece, next, u, x, y, j);
        }
        step_scraps(view, piece, next, u, x, y);
    }
#if defined(__x86_64__)
    if (u.stream) _mm_sfence();  // others read y next
#endif
}

FANO_KERNELS_END
