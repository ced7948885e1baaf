// What is kept of lattices at the sample times.
#pragma once

#include <mutex>

#include "fano/rdme.hpp"
#include "rdme/lattice.hpp"

namespace fano {

// Shared by all threads; sums are of whole numbers, so that their order does not matter.
class Collector {
public:
    // `whole`: the network of the whole lattice, whose observables are computed from totals.
    Collector(Lattice const& lattice, Network const& whole, RdmeOptions const& options, RdmeResult& result);

    // Of one thread: totals become samples of its tally.
    class Share {
    public:
        explicit Share(Collector& shared);
        // `counts` [species][voxel] at times[time]; `registers` of the lattice's birth.
        void sample(std::size_t time, std::uint64_t index, std::uint32_t const* counts,
                    std::vector<double> const& registers);
        void deliver();

    private:
        Collector& shared_;
        Tally tally_;
        std::uint64_t fingerprint_ = 0;
        std::vector<double> registers_, outputs_;
    };

private:
    void add_fields(std::size_t time, std::uint32_t const* counts);
    void keep(std::size_t time, std::uint64_t index, std::uint32_t const* counts);

    Lattice const& lattice_;
    Network const& whole_;
    RdmeOptions const& options_;
    RdmeResult& result_;
    std::mutex mutex_;
};

}  // namespace fano
