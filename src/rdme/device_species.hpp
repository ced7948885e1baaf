// What lattices' kernels on a GPU need to know of every species: kinds of voxels, tables of hops, where counts are.
#pragma once

#include "backend/accelerator.hpp"
#include "kernels/rdme/lattice_job.hpp"
#include "rdme/diffusion_plan.hpp"
#include "rdme/tiles.hpp"

namespace fano {

class DeviceSpecies {
public:
    DeviceSpecies(Lattice const& lattice, std::vector<DiffusionPlan> const& plans, Accelerator& device);

    // Of length tau, and halves of them if asked for.
    void set_steps(double tau, bool halves);
    // `first`: of a species' counts in a buffer, in bytes.
    void set_formats(std::vector<CountFormat> const& formats, std::vector<std::uint64_t> const& first,
                     Tiling const& tiling);
    kernels::TileSpecies const* data() const { return of_species_.data(); }

private:
    struct Tables {
        DeviceArray<std::uint32_t> threshold, tail, outcome;
        DeviceArray<std::uint64_t> wide;
    };

    Lattice const& lattice_;
    std::vector<DiffusionPlan> const& plans_;
    Accelerator& device_;
    double tau_ = -1;
    bool halves_ = false;
    std::vector<DeviceArray<std::uint16_t>> kind_;
    std::vector<std::vector<kernels::TileKind>> kinds_;
    std::vector<DeviceArray<kernels::TileKind>> device_kinds_;
    std::vector<Tables> tables_;  //!< [species][half, whole step][stage]
    std::vector<kernels::TileSpecies> species_;
    DeviceArray<kernels::TileSpecies> of_species_;
};

}  // namespace fano
