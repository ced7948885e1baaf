// How a lattice is cut into tiles for blocks of threads, and what of a block's memory they take.
#pragma once

#include <array>
#include <optional>

#include "rdme/counts.hpp"

namespace fano {

struct Tiling {
    std::array<std::uint32_t, 3> tile{}, rim{}, tiles{};
    std::uint32_t together = 1;  // voxels that a thread takes at a time
    bool resident = false;       // all of a lattice is one tile, and stays in a block's memory
    std::uint32_t arrived = 0, flows = 0, bytes = 0;  // in a block's memory
    std::vector<std::uint32_t> counts;                //!< [species] likewise, if resident
    std::uint32_t threads = 0;                        // a block

    std::uint32_t blocks() const { return tiles[0] * tiles[1] * tiles[2]; }
};

// All of the lattice where that fits into `shared_bytes`, unless it is large and there would be fewer than `blocks`, which a device
// needs to be busy; otherwise, of those that make so many, the box with the thinnest rim in comparison, or the one asked for.
// Throws BackendError if that does not fit.
Tiling choose_tiling(Grid const& grid, std::vector<CountFormat> const& formats, std::uint32_t shared_bytes,
                     std::uint64_t blocks, std::optional<std::array<std::uint32_t, 3>> tile = {});

}  // namespace fano
