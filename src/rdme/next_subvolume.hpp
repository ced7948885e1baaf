// The exact method: every hop and every reaction, one by one. Elf & Ehrenberg, Syst. Biol. 1:230 (2004): voxels wait in a
// heap by the time of their next event; which event it is, is drawn when it comes (the direct method). A voxel that a
// molecule enters keeps its waiting time, scaled to its new rate; Gibson & Bruck, J. Phys. Chem. A 104:1876 (2000).
#pragma once

#include <atomic>
#include <functional>

#include "kernels/ssa/table.hpp"
#include "rdme/indexed_heap.hpp"
#include "rdme/initial_counts.hpp"

namespace fano {

class NextSubvolume {
public:
    // One lattice at a time; tables are made once.
    NextSubvolume(Lattice const& lattice, std::uint64_t seed);

    struct Hooks {
        // Before times[time]: counts [species][voxel].
        std::function<void(std::size_t time, std::uint32_t const* counts)> sample;
        // Now and then, with the time that has been reached; false to give up.
        std::function<bool(double time)> proceed;
    };
    // Returns false if it was told to give up. Throws SimulationError.
    bool run(std::uint64_t index, LatticeBirth const& birth, std::vector<double> const& times,
             Hooks const& hooks);

    std::uint64_t reactions() const { return reactions_; }
    std::uint64_t hops() const { return hops_; }

private:
    struct Speeds {  // of one kind of voxels, for one species
        double leave, inflow;
    };

    std::uint32_t* counts(std::uint32_t voxel) { return counts_.data() + std::size_t{voxel} * species_; }
    double reaction_rate(std::uint32_t voxel);
    double rate(std::uint32_t voxel);
    void happen(std::uint32_t voxel, double pick);
    void hop(std::uint32_t voxel, std::size_t species, double pick);
    void react(std::uint32_t voxel, double pick);
    // Its rate has changed by something that came from elsewhere.
    void rescale(std::uint32_t voxel);
    void fail(kernels::Failure failure, std::uint32_t detail, double value) const;
    void transpose();

    Lattice const& lattice_;
    std::uint64_t seed_;
    std::uint32_t species_, faces_;
    kernels::NetworkTable table_;
    std::vector<std::uint32_t> neighbours_;    //!< [voxel][face]
    std::vector<std::vector<Speeds>> speeds_;  //!< [species][kind]
    std::vector<std::uint32_t> counts_;        //!< [voxel][species]
    std::vector<double> rates_;                //!< [voxel]
    std::vector<double> registers_;
    std::vector<std::uint32_t> sampled_;  //!< [species][voxel]
    IndexedHeap heap_{{}};
    std::uint64_t index_ = 0, draws_ = 0, reactions_ = 0, hops_ = 0;
    double time_ = 0;
};

}  // namespace fano
