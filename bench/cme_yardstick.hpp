// What one would otherwise take for the master equation: its generator as a sparse matrix, and CVODE.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace yardstick {

// A sparse matrix in compressed rows.
struct Matrix {
    std::span<int const> starts;  //!< [row + 1]
    std::span<int const> columns;
    std::span<double const> values;

    std::size_t size() const { return starts.size() - 1; }
};

// y = keep x + scale A x, rows from begin to end.
void update(Matrix const& a, std::size_t begin, std::size_t end, double keep, double scale, double const* x,
            double* y);

// Of the linear systems: GMRES with exact products, without and with the diagonal as preconditioner, or KLU.
enum class Solver { gmres, gmres_diagonal, direct };

// exp(time A) p by CVODE: backward differences and Newton's method. Throws std::runtime_error where CVODE
// gives up.
std::vector<double> backward_differences(Matrix const& a, std::vector<double> const& p, double time,
                                         double relative, double absolute, Solver solver);

}  // namespace yardstick
