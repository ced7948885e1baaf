// How large a generator's arrays are, for those who copy or count them.
#pragma once

#include "cme/generator.hpp"

namespace fano {

struct RowSizes {
    std::uint64_t states = 0, pieces = 0, segments = 0, exits = 0, scraps = 0;
    std::uint64_t values = 0;   // of tables and states that any step reads lie before this one
    std::uint64_t entries = 0;  // of the matrix, those counted twice that two reactions make
};

RowSizes row_sizes(Generator const& generator);

}  // namespace fano
