// What a build for one instruction set does for the master equation: see row_step.hpp and vectors.hpp.
#pragma once

#include "kernels/cme/row_view.hpp"

namespace fano::kernels {

struct RowKernels {
    void (*step_rows)(RowView const&, u32 first, u32 last, RowUpdate const&, double const* x, double* y);
    void (*two_products)(double const* x, double const* y, double const* z, u64 size, double* sums);
    void (*subtract_two)(double* x, double a, double const* y, double b, double const* z, u64 size,
                         double* sums);
    double (*distance)(double const* x, double const* y, u64 size);
    void (*combine)(double* x, u32 count, double const* coefficients, double const* const* vectors, u64 begin,
                    u64 end);
};

}  // namespace fano::kernels
