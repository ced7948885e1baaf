// Exact sums over a batch of cells at one time, made elsewhere (on a GPU), and how they become part of a tally.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ensemble/bins.hpp"
#include "ensemble/moments.hpp"
#include "fano/tally.hpp"

namespace fano {

// One output. The bins are those that the range occupies, of the width that it asks for.
struct ColumnSums {
    ValueRange range;
    BinAxis axis;
    std::vector<std::uint64_t> bins;
    PowerSums powers;  // about range.low; of no account if bins are one value wide
};

// One pair of outputs: the bins that are not empty, by their place row by row.
struct JointSums {
    BinAxis first, second;
    std::vector<std::size_t> place;
    std::vector<std::uint64_t> cells;  //!< [place]
};

struct BatchSums {
    std::uint64_t cells = 0;
    std::vector<ColumnSums> columns;  //!< [output]
    std::vector<CrossSums> cross;     //!< [pair of outputs] about the lows of their ranges
    std::vector<JointSums> joint;     //!< [pair of the layout]
};

// Afterwards the tally is the same, bit for bit, as if the cells had been added to it one by one.
void add_sums(Tally& tally, std::size_t time, BatchSums const& sums);

}  // namespace fano
