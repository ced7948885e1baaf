// The lattice method: steps of half a step of diffusion, reactions, and the other half; neighbouring halves are one.
// Every count is a function of (seed, lattice, times, step) alone, whatever the lanes, the threads and the width of counts.
#pragma once

#include <map>

#include "backend/cpu.hpp"
#include "cme/team.hpp"
#include "fano/device.hpp"
#include "kernels/rdme/lattice_kernels.hpp"
#include "rdme/counts.hpp"
#include "rdme/diffusion_plan.hpp"
#include "rdme/initial_counts.hpp"

namespace fano {

kernels::LatticeKernels const& lattice_kernels(Device device);

class SplitLattice {
public:
    // `longest`: of a step; `stopped`: asked within long ones, by any thread.
    SplitLattice(Lattice const& lattice, std::vector<DiffusionPlan> const& plans, Device device, Team& team,
                 std::uint64_t seed, double longest, std::function<bool()> stopped);

    struct Hooks {
        std::function<void(std::size_t time, std::uint32_t const* counts)> sample;
        std::function<bool(double time)> proceed;  // after every step
    };
    bool run(std::uint64_t index, LatticeBirth const& birth, std::vector<double> const& times,
             Hooks const& hooks);

    std::uint64_t steps() const { return steps_; }
    std::uint64_t reactions() const { return reactions_; }
    std::uint64_t widened() const { return widened_; }

private:
    struct Species {
        std::uint32_t number;
        DiffusionPlan const* plan;
        CountFormat format;
        CountArray now, next, arrived, rest;
        FlowArray flows[2];
        std::vector<std::uint32_t> returned;  //!< [slow face] that did not get through in stage 1
        std::uint32_t calm = 0;               // steps in which a narrower format would have done
    };

    // A count of before the step, which a second try needs.
    struct Undo {
        std::uint32_t species, voxel, count;
    };

    // One thread's part.
    struct Member {
        std::vector<Undo> undo;
        std::vector<std::uint32_t> arrived, after;  //!< [species] counts or-ed together
        std::unique_ptr<AlignedBuffer> buffer;
        std::vector<std::uint32_t> voxels;
        kernels::ReactionMemory memory{};
    };

    void begin(std::uint64_t index, LatticeBirth const& birth);
    bool advance(double from, double to, Hooks const& hooks);
    void step(double diffusion, double reaction);
    bool try_step(std::vector<HopStages> const& stages, double reaction);
    // All of the lattice by one of `members`, or its share.
    void work(unsigned member, unsigned members, std::vector<HopStages> const& stages, double reaction);
    CountFormat needed(Species const& species, std::uint32_t factor) const;
    bool widen();
    void narrow();
    void reshape(Species& species, CountFormat format, CountArray const& source);
    void allocate(Species& species, CountFormat format, std::uint32_t const* counts);
    kernels::DiffusionView view(Species& species, unsigned stage) const;
    kernels::DrawName name(Species const& species, unsigned stage) const;
    void draw(Species& species, unsigned stage, kernels::HopTable const& table, CountArray const& from,
              std::uint32_t begin, std::uint32_t end);
    // Returns all changed counts or-ed together.
    std::uint32_t correct(Species& species, unsigned stage, double inflow, CountArray& counts,
                          std::uint32_t begin, std::uint32_t end);
    void exchange_at_ends(Member& member, Species& species, unsigned half,
                          std::vector<EndShares> const& shares, CountArray& counts, std::uint32_t begin,
                          std::uint32_t end);
    void react(Member& member, double length, std::uint32_t begin, std::uint32_t end);
    std::vector<HopStages> const& stages_of(double tau);
    void gather(std::vector<std::uint32_t>& counts) const;
    [[noreturn]] void fail(kernels::FailureReport report) const;

    Lattice const& lattice_;
    std::vector<DiffusionPlan> const& plans_;
    kernels::LatticeKernels const& kernels_;
    kernels::NetworkTable const table_;
    Team& team_;
    Pace pace_;
    std::uint64_t seed_;
    double longest_;
    std::function<bool()> stopped_;
    bool moves_ = false;
    std::vector<Species> species_;
    std::vector<Member> members_;
    std::map<double, std::vector<HopStages>> stages_;
    std::vector<double> factors_;  //!< [kind of place][reaction]
    std::uint64_t index_ = 0, key_ = 0, number_ = 0, steps_ = 0, reactions_ = 0, widened_ = 0;
    double time_ = 0;
};

}  // namespace fano
