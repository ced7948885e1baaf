// The generator as a stored matrix, in the two layouts that cuSPARSE multiplies fastest.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "cme/generator.hpp"

namespace fano {

// Rows one after the other, columns ascending.
struct SparseRows {
    std::vector<std::int32_t> first;  //!< [row + 1]
    std::vector<std::int32_t> columns;
    std::vector<double> values;

    std::size_t rows() const { return first.size() - 1; }
};

// Rows in slices. In a slice come the first entries of its rows, then the second ones, as many as its longest
// row has.
struct SlicedRows {
    static constexpr std::size_t slice = 32;
    std::vector<std::int32_t> first;  //!< [slice + 1]
    std::vector<std::int32_t>
        columns;  // -1 where a row has no more entries, which is beyond the last row as well
    std::vector<double> values;
};

inline constexpr std::uint64_t most_sparse_entries = std::numeric_limits<std::int32_t>::max();

// Throws SolverError where the matrix has more entries than 32 bits count.
SparseRows sparse_rows(Generator const& generator);
SlicedRows sliced_rows(SparseRows const& rows);

}  // namespace fano
