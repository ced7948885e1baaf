// A model in space, compiled: for every voxel the rates of leaving it through each face, which reactions may fire in
// it and how fast, and where molecules are placed at time 0.
#pragma once

#include <optional>

#include "fano/network.hpp"
#include "rdme/regions.hpp"

namespace fano {

// What voxels of one kind do to one species.
struct JumpKind {
    std::array<double, 6> rate{};    //!< [face] of leaving through it [1 / time]
    std::array<double, 6> inflow{};  //!< [face] molecules that enter from a reservoir [1 / time]
    std::uint32_t ends = 0;          // a bit for each face behind which the lattice ends
    bool lives = false;              // molecules may be here

    double total_rate() const;
    double total_inflow() const;
    bool operator==(JumpKind const&) const = default;
};

struct SpeciesJumps {
    std::vector<JumpKind> kinds;
    std::vector<std::uint16_t> kind;  //!< [voxel]
    double largest_coefficient = 0;   //!< [length^2 / time]
    bool everywhere = true;           // lives in all voxels

    JumpKind const& at(std::uint32_t voxel) const { return kinds[kind[voxel]]; }
};

struct Lattice {
    // Throws InputError for what cannot be: regions without voxels, a species that reactions make or that is placed
    // where it cannot live, a lattice larger than memory.
    explicit Lattice(Model const& model);

    Grid grid;
    double edge;
    int dimensions;
    Network network;                                 // of a voxel; its births are those of the whole lattice
    std::vector<SpeciesJumps> species;               //!< [species]
    std::vector<std::vector<double>> place_factors;  //!< [kind of place][reaction] of the propensity
    std::vector<std::uint16_t> place;                //!< [voxel]
    bool same_everywhere;                            // all factors are 1
    struct Start {
        std::vector<std::uint32_t> voxels{};  // those that molecules may start in, with equal chances
        std::vector<std::uint32_t> counts{};  //!< [voxel] or, from a file, their numbers
    };
    std::vector<Start> start;  //!< [species]
    std::vector<std::string> notes;
};

// The network of one voxel: its volume is the voxel's, and stochastic constants, which are those of the whole lattice
// well mixed, are scaled to it.
Model voxel_model(Model const& model);

// Throws InputError with the size if `what` needs more `bytes` than there are.
void expect_memory(Space const& space, double bytes, std::string const& what);

}  // namespace fano
