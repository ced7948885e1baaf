// The lattice method on a GPU: many lattices at once, the counts of SplitLattice. A chunk of steps is asked for, then
// looked at: if counts did not fit their bits, it is taken again, wider.
#pragma once

#include <functional>

#include "backend/accelerator.hpp"
#include "kernels/rdme/lattice_job.hpp"
#include "rdme/device_species.hpp"
#include "rdme/initial_counts.hpp"

namespace fano {

class DeviceLattices {
public:
    using TileSize = std::array<std::uint32_t, 3>;

    // The program of emit_lattice must have been loaded. `longest`: of a step.
    DeviceLattices(Lattice const& lattice, std::vector<DiffusionPlan> const& plans, Accelerator& device,
                   std::uint64_t seed, double longest, std::optional<TileSize> tile = {});

    struct Hooks {
        // counts [species][voxel]
        std::function<void(std::size_t time, std::size_t lattice, std::uint32_t const* counts)> sample;
        std::function<bool(double time)> proceed;
        std::function<bool()> stopped;  // while the device works
    };
    // Of lattices first, first + 1, ... of the ensemble.
    bool run(std::uint64_t first, std::vector<LatticeBirth> const& births, std::vector<double> const& times,
             Hooks const& hooks);

    std::uint64_t steps() const { return steps_; }
    std::uint64_t reactions() const { return reactions_; }

    // How many lattices at once: by memory of the device and of the host.
    static std::uint64_t most_lattices(Lattice const& lattice, Accelerator& device);

private:
    using Counts = std::vector<std::vector<std::uint32_t>>;  //!< [species][lattice, voxel]

    void begin(std::uint64_t first, std::vector<LatticeBirth> const& births);
    void place(Counts const& counts);
    Counts fetch() const;
    void narrow(Counts const& counts);
    bool advance(double from, double to, Hooks const& hooks);
    // From counts_[0]; returns whether the counts fitted, and are there.
    bool try_steps(kernels::TileSteps const& steps, Hooks const& hooks);
    std::size_t launch(kernels::TileSteps const& steps);
    bool widen(std::vector<std::uint32_t> const& unfit);
    [[noreturn]] void fail(kernels::FailureReport report) const;

    Lattice const& lattice_;
    Accelerator& device_;
    std::uint64_t seed_;
    double longest_;
    std::optional<TileSize> tile_size_;
    bool moves_ = false, reacts_;
    std::vector<CountFormat> formats_;  //!< [species]
    std::vector<std::uint64_t> first_;  //!< [species] of its counts, in bytes
    Tiling tiling_;
    std::uint64_t blocks_at_once_;  // on the device
    std::uint64_t lattices_ = 0, first_lattice_ = 0, number_ = 0;
    double time_ = 0;
    std::uint64_t chunk_ = 16;  // steps
    std::uint64_t steps_ = 0, reactions_ = 0;

    DeviceArray<unsigned char> counts_[3];
    DeviceArray<std::uint64_t> keys_;
    DeviceArray<double> parameters_, factors_;
    DeviceArray<std::uint16_t> place_;
    DeviceSpecies species_;
    DeviceArray<std::uint32_t> unfit_, failed_, spoiled_;
    SharedWord stop_;
    DeviceArray<std::uint64_t> events_;
    DeviceArray<kernels::FailureReport> report_;
};

}  // namespace fano
