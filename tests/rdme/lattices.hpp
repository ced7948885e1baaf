// Small models in space for tests, and what they do on a lattice.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "fano/rdme.hpp"

namespace fano::test {

// What can be at once: a region, a slow one, a membrane, every kind of face, reactions limited to places, counts that need 8, 16
// and 32 bits.
inline char const* const everything_in_space = R"toml(
[space]
voxels = [31, 19, 27]
edge = 0.1
boundary = { x = "periodic", "y-" = "absorbing", "y+" = { reservoir = { A = 5000 } }, z = "reflecting" }
[space.regions]
ball = { sphere = { centre = [1.1, 0.9, 0.5], radius = 0.4 } }
rest = { complement = "ball" }
[space.diffusion]
A = { ball = 0.2, rest = 1 }
B = 0.3
C = { rest = 0.7 }
M = 1
[space.permeability]
"ball|rest" = { A = 2, B = 0 }
[space.reactions]
bind = "rest"
shed = { between = ["rest", "ball"], per_area = true }
[space.initial]
B = { region = "rest" }
C = { region = "rest" }
M = { point = [0.05, 0.05, 0.05] }
[species]
A = 9000
B = 4000
C = 100
M = 200000
[reactions.bind]
equation = "A + B -> C"
deterministic_rate = 0.01
[reactions.split]
equation = "C -> A + B"
rate = 2
[reactions.shed]
equation = "B -> A"
rate = 0.1
)toml";

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
