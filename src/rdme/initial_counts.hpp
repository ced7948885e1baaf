// A lattice at time 0: how many molecules there are, and where.
#pragma once

#include <functional>

#include "rdme/lattice.hpp"

namespace fano {

struct LatticeBirth {
    std::vector<double> registers;      // of the voxel's network: its parameters and constants are set
    std::vector<std::uint32_t> counts;  //!< [species][voxel]
};

// Of the lattice's own draws.
std::uint64_t lattice_key(std::uint64_t seed, std::uint64_t index);

// Throws InputError or SimulationError for what cannot be born.
LatticeBirth draw_birth(Lattice const& lattice, std::uint64_t seed, std::uint64_t index);

// Of lattices first, first + 1, ..., by so many threads. Throws Interrupted as well.
std::vector<LatticeBirth> draw_births(Lattice const& lattice, std::uint64_t seed, std::uint64_t first,
                                      std::uint64_t count, unsigned threads,
                                      std::function<bool()> const& stopped);

}  // namespace fano
