// Makes exact statistics of a batch of cells where its samples lie, in the memory of a device, and merges them
// into a tally: what travels are histograms and sums.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "backend/accelerator.hpp"
#include "backend/tally_scratch.hpp"
#include "ensemble/tally_batch.hpp"
#include "fano/tally.hpp"
#include "kernels/tally/samples.hpp"

namespace fano {

class BatchTally {
public:
    // Bytes, about, for histograms and sums that are made at once. Less memory means more rounds.
    static constexpr std::size_t default_limit = std::size_t{128} << 20;

    // Samples are counts of type uint32 if `whole`, which needs quanta of 1, else double.
    BatchTally(Accelerator& device, TallyLayout layout, bool whole, std::size_t limit = default_limit);
    // The memory that it takes from the device for as long as it lives.
    static std::size_t scratch_bytes(TallyLayout const& layout, std::size_t limit = default_limit);

    // The samples are [cell][time][output], of fewer than 2^32 cells; the tally has the layout given above.
    // Throws the InputError of Tally::add for a value that cannot be tallied, and DeviceError. The tally is then as
    // it was.
    void add(void const* samples, std::uint64_t cells, Tally& into);
    // The samples' share of Ensemble::fingerprint.
    std::uint64_t fingerprint(void const* samples, std::uint64_t first_cell, std::uint64_t cells);

private:
    using Sums = std::vector<BatchSums>;  //!< [time]

    kernels::Samples view(void const* samples, std::uint64_t cells) const;
    Sums find_ranges(kernels::Samples const& samples);
    [[noreturn]] void refuse(kernels::Samples const& samples, std::size_t cell);
    void count_columns(kernels::Samples const& samples, Sums& sums);
    void sum_powers(kernels::Samples const& samples, Sums& sums);
    void sum_products(kernels::Samples const& samples, Sums& sums, bool plain);
    void count_pairs(kernels::Samples const& samples, Sums& sums);

    Accelerator& device_;
    TallyLayout layout_;
    bool whole_;
    std::size_t outputs_, pairs_;
    TallyScratch scratch_;
    DeviceArray<kernels::Quantum> quanta_;      //!< [output]
    DeviceArray<kernels::ColumnRange> ranges_;  //!< [time][output]
    DeviceArray<std::int64_t> first_unusable_;  // cell
};

}  // namespace fano
