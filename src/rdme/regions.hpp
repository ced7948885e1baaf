// Which voxels are in which region.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fano/model.hpp"

namespace fano {

// A voxel's neighbours in x-fastest order: index = x + nx (y + ny z). Faces: x-, x+, y-, y+, z-, z+.
struct Grid {
    explicit Grid(Space const& space);

    std::array<std::uint32_t, 3> size;
    std::array<bool, 6> periodic;
    std::uint32_t voxels;
    int faces;  // 2 d

    static constexpr std::uint32_t outside = ~std::uint32_t{0};

    std::array<std::uint32_t, 3> place(std::uint32_t voxel) const {
        return {voxel % size[0], voxel / size[0] % size[1], voxel / size[0] / size[1]};
    }
    std::uint32_t index(std::uint32_t x, std::uint32_t y, std::uint32_t z) const {
        return x + size[0] * (y + size[1] * z);
    }
    // Through a face; `outside` where that is one of the lattice and not periodic.
    std::uint32_t neighbour(std::uint32_t voxel, int face) const;
    bool at_edge(std::array<std::uint32_t, 3> const& place, int face) const {
        auto const axis = static_cast<std::size_t>(face / 2);
        return face % 2 == 0 ? place[axis] == 0 : place[axis] + 1 == size[axis];
    }
};

using VoxelSet = std::vector<std::uint8_t>;  //!< [voxel] 1 if it is in

class Regions {
public:
    // Throws InputError for a region without voxels.
    Regions(Model const& model, Grid const& grid);
    // All voxels if `id` is empty.
    VoxelSet const& operator[](std::string const& id) const;

private:
    VoxelSet rasterise(Shape const& shape) const;
    VoxelSet surface(VoxelSet const& set) const;

    Model const& model_;
    Grid const& grid_;
    VoxelSet everywhere_;
    std::vector<VoxelSet> sets_;  // of the regions so far
};

// An array of the lattice's shape, with x as its first index, in the grid's order. Throws InputError.
std::vector<double> read_lattice_file(Model const& model, Grid const& grid, std::string const& file,
                                      int line);

}  // namespace fano
