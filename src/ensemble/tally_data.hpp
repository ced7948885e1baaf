// What a Tally holds: a buffer of cells, and for each output at each time a histogram and exact sums.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "ensemble/bins.hpp"
#include "ensemble/moments.hpp"
#include "fano/tally.hpp"

namespace fano {

// How values become whole numbers: multiples of a quantum.
struct QuantumScale {
    double quantum;
    double inverse;
    bool exact_inverse;  // multiplying by the inverse is dividing by the quantum

    explicit QuantumScale(double size) : quantum(size), inverse(1 / size) {
        int exponent;
        exact_inverse = std::frexp(size, &exponent) == 0.5 && std::isnormal(inverse);
    }
};

// One output's values in a block.
struct BlockSummary {
    double low, high;
    double sum;
    bool valid() const {
        // The sum tells of a value that is not a number; comparisons may not.
        return low > -value_limit && high < value_limit && sum == sum;
    }
};

// One output at one time.
struct TallyColumn {
    std::int64_t offset = 0;  // one of the values
    ValueRange range;
    Bins bins{Tally::max_bins};
    // Sums about the offset. Absent as long as bins are one value wide: then the bins tell all.
    std::unique_ptr<PowerSums> powers;

    PowerSums power_sums() const { return powers ? *powers : PowerSums::of(bins, offset); }

    // Makes room for values, after which they may be added.
    void fit(ValueRange const& values) {
        if (range.empty()) offset = values.low;
        range.include(values);
        if (!powers && bin_shift(range, Tally::max_bins) > 0)
            powers = std::make_unique<PowerSums>(power_sums());
        bins.fit(range);
    }

    void count(double const* values, std::size_t cells, BlockSummary const& block) {
        auto const low = static_cast<std::int64_t>(block.low), high = static_cast<std::int64_t>(block.high);
        fit({low, high});
        if (low == high) {
            bins.add(low, cells);
        } else if (high == low + 1 && cells == block_size) {
            // Two neighbouring values, as of a promoter: their sum says how many are the higher.
            auto const higher = static_cast<std::uint64_t>(block.sum - block.low * block_size);
            bins.add(low, block_size - higher);
            bins.add(high, higher);
        } else {
            bins.add(values, cells);
        }
    }

    // Both hold cells; the other's sums end up about this offset.
    void merge(TallyColumn const& other, std::uint64_t other_cells) {
        PowerSums const theirs = other.power_sums().shifted(other.offset - offset, other_cells);
        fit(other.range);
        if (powers) powers->add(theirs);
        bins.add(other.bins);
    }
};

struct Tally::Data {
    explicit Data(TallyLayout wanted);

    void work_off(std::size_t time);
    void merge(std::size_t time, Data& other);
    OutputSums sample(std::size_t time, std::size_t output) const;
    TallyColumn const& read(std::size_t time, std::size_t output) const;
    std::size_t pair_index(std::size_t a, std::size_t b) const {
        return a * (2 * outputs - a - 1) / 2 + (b - a - 1);
    }

    TallyLayout layout;
    std::size_t outputs;
    std::size_t pairs;
    std::vector<QuantumScale> resolutions;  // [output]
    std::vector<std::uint32_t> filled;      // [time]
    std::vector<double> rows;               // [time][cell of the block][output]
    std::vector<std::uint64_t> cells;       // [time], of those worked off
    std::vector<TallyColumn> columns;       // [time][output]
    std::vector<CrossSums> cross;           // [time][pair of outputs]
    std::vector<JointBins> joint;           // [time][pair of the layout]

    // Of the block at work.
    std::vector<double> values;           // [output][cell]; once counted, less the output's offset
    std::vector<BlockSummary> summaries;  // [output]
    std::vector<double> largest;          // [output], size of a value less the offset

private:
    void take_block(std::size_t time, std::size_t count);
    void count_block(std::size_t time, std::size_t count);
    void sum_block(std::size_t time, std::size_t count);
    void merge_cross(TallyColumn const* mine, TallyColumn const* theirs, CrossSums* sums,
                     CrossSums const* their_sums, std::uint64_t their_cells);
    [[noreturn]] void refuse(std::size_t time, std::size_t count, std::size_t output) const;
};

}  // namespace fano
