// Small models in space for tests, and what they do on a lattice.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "fano/rdme.hpp"

namespace fano::test {

inline RdmeOptions lattice_options(RdmeMethod method, std::uint64_t lattices, std::vector<double> times,
                                   std::uint64_t seed = 5) {
    RdmeOptions options;
    options.method = method;
    options.lattices = lattices;
    options.times = std::move(times);
    options.seed = seed;
    return options;
}

// Mean over lattices of the count in a voxel; fields must have been kept.
inline double voxel_mean(RdmeResult const& result, std::size_t time, std::size_t species, std::size_t voxel) {
    std::size_t const voxels = result.space.voxel_count();
    return static_cast<double>(result.fields.sum[(time * result.species.size() + species) * voxels + voxel]) /
           static_cast<double>(result.totals.cells);
}

inline double voxel_variance(RdmeResult const& result, std::size_t time, std::size_t species,
                             std::size_t voxel) {
    std::size_t const voxels = result.space.voxel_count();
    double const n = static_cast<double>(result.totals.cells),
                 mean = voxel_mean(result, time, species, voxel);
    auto const square =
        static_cast<double>(result.fields.square[(time * result.species.size() + species) * voxels + voxel]);
    return (square / n - mean * mean) * n / (n - 1);
}

// The probability of each displacement along one periodic axis of n voxels, when mode k is multiplied by factor(lambda h²/D).
// With more axes modes do not factorise, so this takes one.
template <class Factor>
std::vector<double> displacement(std::size_t n, Factor const& factor) {
    std::vector<double> p(n, 0);
    for (std::size_t k = 0; k < n; ++k) {
        double const angle = 2 * M_PI * static_cast<double>(k) / static_cast<double>(n);
        double const f = factor(2 * (1 - std::cos(angle)));
        for (std::size_t x = 0; x < n; ++x)
            p[x] += f * std::cos(angle * static_cast<double>(x)) / static_cast<double>(n);
    }
    return p;
}

}  // namespace fano::test
