// Common axes for histograms that were made with different bins.
#include "io/bin_axis.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fano {

namespace {

// Inside the bin, so that rounding cannot reach its neighbour.
double middle(BinAxis const& axis, std::size_t bin) {
    return axis.low + (static_cast<double>(bin) + 0.5) * axis.width;
}

}  // namespace

std::vector<double> BinAxis::left_edges() const {
    std::vector<double> edges(bins);
    for (std::size_t bin = 0; bin < bins; ++bin) edges[bin] = low + static_cast<double>(bin) * width;
    return edges;
}

std::size_t BinAxis::bin_of(BinAxis const& finer, std::size_t bin) const {
    return static_cast<std::size_t>((middle(finer, bin) - low) / width);
}

BinAxis common_axis(std::vector<BinAxis> const& axes, std::size_t max_bins) {
    double width = 0;
    double smallest = std::numeric_limits<double>::infinity();
    double largest = -smallest;
    for (auto const& axis : axes) {
        if (axis.bins == 0) continue;
        width = std::max(width, axis.width);
        smallest = std::min(smallest, middle(axis, 0));
        largest = std::max(largest, middle(axis, axis.bins - 1));
    }
    if (width == 0) return {0, 1, 1};
    for (;; width *= 2) {
        double first = std::floor(smallest / width);
        double bins = std::floor(largest / width) - first + 1;
        if (bins <= static_cast<double>(max_bins))
            return {first * width, width, static_cast<std::size_t>(bins)};
    }
}

}  // namespace fano
