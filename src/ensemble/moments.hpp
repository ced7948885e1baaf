// Exact sums of powers and of products, and the estimates that follow from them. Sums are taken about an offset
// near the values to keep them small; as they are exact, no estimate depends on which offset it was.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "ensemble/bins.hpp"
#include "ensemble/wide.hpp"
#include "fano/tally.hpp"

namespace fano {

// Values are worked off in blocks of this many.
inline constexpr std::size_t block_size = 32;

// Whole numbers below this in size can be summed.
inline constexpr double value_limit = Tally::value_limit;

// sum[k - 1]: the sum over cells of (value - offset)^k.
struct PowerSums {
    std::array<Wide, 6> sum{};

    // From bins one value wide; fewer than 2^55 cells.
    static PowerSums of(Bins const& bins, std::int64_t offset);
    // Adds a block of values less the offset, none larger in size than `largest`.
    void add(double const* deviations, std::size_t count, double largest);
    void add(PowerSums const& other);
    // The same sums when the offset is lowered by `distance`.
    PowerSums shifted(std::int64_t distance, std::uint64_t cells) const;
};

// The sums over cells of x^i y^j, i and j 1 or 2, x and y the values less their offsets.
struct CrossSums {
    Wide xy, xxy, xyy, xxyy;

    // Adds a block, padded with zeros, none larger in size than `largest_x` and `largest_y`.
    void add(double const* x, double const* y, double largest_x, double largest_y);
    void add(CrossSums const& other);
    // The same sums when the offsets are lowered by the distances.
    CrossSums shifted(std::int64_t distance_x, std::int64_t distance_y, PowerSums const& x,
                      PowerSums const& y, std::uint64_t cells) const;
};

// What is known of one output at one time, as estimates need it.
struct OutputSums {
    std::uint64_t cells;
    std::int64_t offset;
    double quantum;
    PowerSums powers;
};

Estimate estimate_mean(OutputSums const& sample);
Estimate estimate_variance(OutputSums const& sample);
Estimate estimate_skewness(OutputSums const& sample);
Estimate estimate_fano(OutputSums const& sample);
Estimate estimate_cv2(OutputSums const& sample);
Estimate estimate_covariance(OutputSums const& x, OutputSums const& y, CrossSums const& cross);

}  // namespace fano
