// Equal bins along an axis, and how the bins of several histograms are brought to one axis. Widths are powers
// of two times a quantum and edges are multiples of the width, so no bin is ever split.
#pragma once

#include <cstddef>
#include <vector>

namespace fano {

struct BinAxis {
    double low = 0;
    double width = 1;
    std::size_t bins = 0;

    std::vector<double> left_edges() const;
    // The bin of this axis that holds bin `bin` of `finer`.
    std::size_t bin_of(BinAxis const& finer, std::size_t bin) const;
};

// The widest of the widths over the whole range; wider by powers of two if more than `max_bins` would be needed.
// Axes without bins do not count; if there are no others, one bin at 0.
BinAxis common_axis(std::vector<BinAxis> const& axes, std::size_t max_bins);

}  // namespace fano
