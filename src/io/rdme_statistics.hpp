// What files say of voxels, worked out from the sums and snapshots of a result.
#pragma once

#include <cstdint>
#include <vector>

#include "fano/rdme.hpp"

namespace fano {

inline constexpr char const* axis_names[] = {"x", "y", "z"};

// The sum over each slab of voxels perpendicular to an axis. `voxel`: [voxel]
template <class Number>
std::vector<std::uint64_t> slab_sums(Space const& space, Number const* voxel, std::size_t axis) {
    auto const& n = space.voxels;
    std::size_t const stride = axis == 0 ? 1 : axis == 1 ? n[0] : std::size_t{n[0]} * n[1];
    std::vector<std::uint64_t> sums(n[axis], 0);
    for (std::size_t v = 0; v < space.voxel_count(); ++v) sums[v / stride % n[axis]] += voxel[v];
    return sums;
}

// The unbiased variance of `n` whole numbers with this sum and this sum of squares, exact until its last division;
// NaN for one number.
double variance_of(std::uint64_t sum, std::uint64_t square, std::uint64_t n);

// [time][species][slab]: the mean number of molecules in each slab.
std::vector<double> profile(RdmeResult const& result, std::size_t axis);

// Of a wave along an axis, in 1/length: 2 pi m / L for m = 0, 1 ... n/2.
std::vector<double> wave_numbers(Space const& space, std::size_t axis);
// [time][species][m]: <|sum n(x) exp(-ikx)|^2> / <sum n(x)> of the numbers n(x) of molecules in slabs, <> over the
// snapshots. 1 where molecules are placed independently and anywhere (k > 0); NaN without molecules.
std::vector<double> structure_factor(RdmeResult const& result, std::size_t axis);

}  // namespace fano
