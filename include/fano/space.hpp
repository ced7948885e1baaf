// Where the molecules of a model are: the [space] of a model file, as the user wrote it. Lengths in one unit, points
// from the lattice's corner, edges of voxels all the same.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "fano/expression.hpp"

namespace fano {

// In a lattice of d dimensions the coordinates beyond the d-th are 0.
using Point = std::array<double, 3>;

enum class ShapeKind {
    box,         // numbers: from, to
    ellipsoid,   // centre, radii
    capsule,     // from, to, radius: all points within the radius of a line
    cylinder,    // from, to, radius
    region,      // of the name `text`
    any_of,      // parts
    all_of,      // parts
    difference,  // parts: in the first, in none of the others
    complement,  // parts: one
    surface,  // parts: one; its voxels that touch a voxel outside it, or a face of the lattice that is not periodic
    file,  // an array in the .npy file `text`, a number a voxel: where it is `value`, or not 0
};

struct Shape {
    ShapeKind kind = ShapeKind::box;
    Point a{}, b{};
    double radius = 0;
    std::string text{};
    bool any_value = true;
    double value = 0;
    std::vector<Shape> parts{};
    int line = 0;
};

// A voxel is in a region if its centre is.
struct Region {
    std::string id;
    Shape shape;
};

enum class BoundaryKind { reflecting, periodic, absorbing, reservoir };

// One face of the lattice.
struct Boundary {
    struct Concentration {
        std::string species;
        Expression value;  //!< [molecules / length^d] beyond the face
    };
    BoundaryKind kind = BoundaryKind::reflecting;
    std::vector<Concentration> reservoir;
    int line = 0;
};

struct Diffusion {
    std::string species;
    std::string region;      // empty: everywhere
    Expression coefficient;  //!< [length^2 / time]
    int line = 0;
};

// Of the faces between two regions.
struct Permeability {
    std::string first, second;
    std::string species;  // empty: all that have no line of their own
    Expression value;     //!< [length / time]
    int line = 0;
};

// Where a reaction may fire. Elsewhere its propensity is 0.
struct ReactionPlace {
    std::string reaction;
    std::string region;         // in its voxels, or
    std::string first, second;  // in the voxels of `first` that touch `second`
    bool per_area = false;      // the rate is one a unit of area of the faces between them, not of volume
    int line = 0;
};

// How near two molecules must come to react.
struct ReactionRadius {
    std::string reaction;
    Expression value;  //!< [length]
    int line = 0;
};

enum class PlacementKind { uniform, region, point, file };

// Where the molecules of a species are at time 0; how many says [species].
struct Placement {
    std::string species;
    PlacementKind kind = PlacementKind::uniform;
    std::string text;  // the region; the .npy file with their number in each voxel
    Point point{};
    int line = 0;
};

struct Space {
    int dimensions = 3;
    std::array<std::uint32_t, 3> voxels{1, 1, 1};  // along x, y, z
    double edge = 1;                               //!< [length] h
    std::string unit;                              // of length: text
    std::array<Boundary, 6> faces;                 // x-, x+, y-, y+, z-, z+
    std::vector<Region> regions;
    std::vector<Diffusion> diffusion;
    std::vector<Permeability> permeability;
    std::vector<ReactionPlace> reactions;
    std::vector<ReactionRadius> radii;
    std::vector<Placement> placement;
    std::string folder;  // that files are looked for in
    int line = 0;

    std::uint64_t voxel_count() const { return std::uint64_t{voxels[0]} * voxels[1] * voxels[2]; }
    double voxel_volume() const {  //!< [length^d]
        double volume = 1;
        for (int i = 0; i < dimensions; ++i) volume *= edge;
        return volume;
    }
    double volume() const { return voxel_volume() * static_cast<double>(voxel_count()); }
};

}  // namespace fano
