// The functions of one build for the master equation, by pointer.
#pragma once

#include "kernels/cme/row_kernels.hpp"
#include "kernels/cme/row_step.hpp"

FANO_KERNELS_BEGIN

inline constexpr RowKernels row_kernels{
    [](RowView const& view, u32 first, u32 last, RowUpdate const& update, double const* x, double* y) {
        step_rows(view, first, last, update, x, y);
    },
    [](double const* x, double const* y, double const* z, u64 size, double* sums) {
        two_products(x, y, z, size, sums);
    },
    [](double* x, double a, double const* y, double b, double const* z, u64 size, double* sums) {
        subtract_two(x, a, y, b, z, size, sums);
    },
    [](double const* x, double const* y, u64 size) { return distance(x, y, size); },
    [](double* x, u32 count, double const* coefficients, double const* const* vectors, u64 begin, u64 end) {
        combine(x, count, coefficients, vectors, begin, end);
    },
};

FANO_KERNELS_END
