// Sums over vectors of probabilities, with several sums at once so that they keep vector units busy.
#pragma once

#include "kernels/core/lane_vector.hpp"

FANO_KERNELS_BEGIN

inline constexpr u64 block_states = 4 * vector_size;

FANO_FUNCTION RealVector vector_at(double const* x) {
    RealVector v;
    __builtin_memcpy(&v, x, sizeof v);
    return v;
}

FANO_FUNCTION double sum_of(RealVector const* parts) {
    double sum = 0;
    for (u32 k = 0; k < 4; ++k)
        for (u32 j = 0; j < vector_size; ++j) sum += parts[k][j];
    return sum;
}

// Sums of x y and x z.
FANO_FUNCTION void two_products(double const* x, double const* y, double const* z, u64 size, double* sums) {
    RealVector with_y[4]{}, with_z[4]{};
    u64 i = 0;
    for (; i + block_states <= size; i += block_states)
        for (u32 k = 0; k < 4; ++k) {
            RealVector const v = vector_at(x + i + k * vector_size);
            with_y[k] += v * vector_at(y + i + k * vector_size);
            with_z[k] += v * vector_at(z + i + k * vector_size);
        }
    sums[0] = sum_of(with_y);
    sums[1] = sum_of(with_z);
    for (; i < size; ++i) {
        sums[0] += x[i] * y[i];
        sums[1] += x[i] * z[i];
    }
}

// x -= a y + b z. Sums of x^2 and |x|.
FANO_FUNCTION void subtract_two(double* x, double a, double const* y, double b, double const* z, u64 size,
                                double* sums) {
    RealVector squares[4]{}, sizes[4]{};
    u64 i = 0;
    for (; i + block_states <= size; i += block_states)
        for (u32 k = 0; k < 4; ++k) {
            u64 const at = i + k * vector_size;
            RealVector const v = vector_at(x + at) - a * vector_at(y + at) - b * vector_at(z + at);
            __builtin_memcpy(x + at, &v, sizeof v);
            squares[k] += v * v;
            sizes[k] += v < 0.0 ? -v : v;
        }
    sums[0] = sum_of(squares);
    sums[1] = sum_of(sizes);
    for (; i < size; ++i) {
        double const v = x[i] - a * y[i] - b * z[i];
        x[i] = v;
        sums[0] += v * v;
        sums[1] += v < 0.0 ? -v : v;
    }
}

// Sum of |x - y|.
FANO_FUNCTION double distance(double const* x, double const* y, u64 size) {
    RealVector sizes[4]{};
    u64 i = 0;
    for (; i + block_states <= size; i += block_states)
        for (u32 k = 0; k < 4; ++k) {
            RealVector const v = vector_at(x + i + k * vector_size) - vector_at(y + i + k * vector_size);
            sizes[k] += v < 0.0 ? -v : v;
        }
    double sum = sum_of(sizes);
    for (; i < size; ++i) sum += x[i] < y[i] ? y[i] - x[i] : x[i] - y[i];
    return sum;
}

// x = sum of coefficients[k] times vectors[k], from `begin` to `end`. A part of x stays in cache while all vectors
// are added to it, each from a run of memory.
FANO_FUNCTION void combine(double* x, u32 count, double const* coefficients, double const* const* vectors,
                           u64 begin, u64 end) {
    constexpr u64 part = 512;
    for (u64 from = begin; from < end; from += part) {
        u64 const to = from + part < end ? from + part : end;
        for (u64 i = from; i < to; ++i) x[i] = 0.0;
        for (u32 v = 0; v < count; ++v) {
            double const factor = coefficients[v];
            double const* const y = vectors[v];
            u64 i = from;
            for (; i + vector_size <= to; i += vector_size) {
                RealVector const sum = vector_at(x + i) + factor * vector_at(y + i);
                __builtin_memcpy(x + i, &sum, sizeof sum);
            }
            for (; i < to; ++i) x[i] += factor * y[i];
        }
    }
}

FANO_KERNELS_END
