// Variances in integers, sums over slabs, Fourier transforms.
#include "io/rdme_statistics.hpp"

#include <complex>
#include <limits>
#include <numbers>

#include <unsupported/Eigen/FFT>

#include "ensemble/wide.hpp"
#include "io/output_file.hpp"

namespace fano {

double variance_of(std::uint64_t sum, std::uint64_t square, std::uint64_t n) {
    if (n < 2) return std::numeric_limits<double>::quiet_NaN();
    auto const deviations =
        UnsignedInt128{n} * square - UnsignedInt128{sum} * sum;  // >= 0, by Cauchy and Schwarz
    return static_cast<double>(deviations) / (static_cast<double>(n) * static_cast<double>(n - 1));
}

std::vector<double> profile(RdmeResult const& result, std::size_t axis) {
    auto const voxels = result.space.voxel_count();
    std::vector<double> means;
    for (std::size_t row = 0; row < result.totals.times.size() * result.species.size(); ++row)
        for (auto const sum : slab_sums(result.space, result.fields.sum.data() + row * voxels, axis))
            means.push_back(static_cast<double>(sum) / static_cast<double>(result.totals.cells));
    return means;
}

std::vector<double> wave_numbers(Space const& space, std::size_t axis) {
    double const length = space.voxels[axis] * space.edge;
    std::vector<double> k;
    for (std::uint32_t m = 0; m <= space.voxels[axis] / 2; ++m)
        k.push_back(2 * std::numbers::pi * m / length);
    return k;
}

std::vector<double> structure_factor(RdmeResult const& result, std::size_t axis) {
    auto const voxels = result.space.voxel_count();
    std::size_t const modes = result.space.voxels[axis] / 2 + 1;
    std::vector<double> factor(result.totals.times.size() * result.species.size() * modes, 0);
    Eigen::FFT<double> transform;
    std::vector<std::complex<double>> amplitudes;
    for (std::size_t row = 0; row * modes < factor.size(); ++row) {
        check_stop_writing();
        double* const squares = factor.data() + row * modes;
        double total = 0;
        for (auto const& snapshot : result.snapshots) {
            auto const counts = slab_sums(result.space, snapshot.counts.data() + row * voxels, axis);
            std::vector<double> const slabs(counts.begin(), counts.end());
            for (double const slab : slabs) total += slab;
            transform.fwd(amplitudes, slabs);
            for (std::size_t m = 0; m < modes; ++m) squares[m] += std::norm(amplitudes[m]);
        }
        for (std::size_t m = 0; m < modes; ++m) squares[m] /= total;
    }
    return factor;
}

}  // namespace fano
