// Histograms of whole numbers in one and two dimensions. Bins are a power of two wide: the narrowest for which
// the occupied range fits a limit. The width follows from the values alone, so merged histograms are exact.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace fano {

// The smallest and the largest of some whole numbers; no numbers: low > high.
struct ValueRange {
    std::int64_t low = std::numeric_limits<std::int64_t>::max();
    std::int64_t high = std::numeric_limits<std::int64_t>::min();

    bool empty() const { return low > high; }
    void include(ValueRange const& other) {
        if (other.low < low) low = other.low;
        if (other.high > high) high = other.high;
    }
};

// The logarithm of the narrowest width at which at most `limit` bins, aligned to multiples of the width, hold
// the range.
int bin_shift(ValueRange const& range, std::size_t limit);

// A window of bins: bin i holds the values v with v >> shift == low + i.
struct BinAxis {
    int shift = 0;
    std::int64_t low = 0;
    std::size_t size = 0;

    // With some room around the range, so that growing costs little in the long run.
    static BinAxis around(ValueRange const& range, std::size_t limit);
    // Whether the window holds the range, at the width that the range asks for.
    bool holds(ValueRange const& range, std::size_t limit) const;
    // Only the bins that the range occupies.
    BinAxis trimmed(ValueRange const& range) const {
        return {shift, range.low >> shift,
                static_cast<std::size_t>((range.high >> shift) - (range.low >> shift)) + 1};
    }
    std::int64_t first_value() const { return low * (std::int64_t{1} << shift); }
    std::size_t index(std::int64_t value) const { return static_cast<std::size_t>((value >> shift) - low); }
    std::int64_t value(std::size_t bin) const {
        return (low + static_cast<std::int64_t>(bin)) * (std::int64_t{1} << shift);
    }
};

class Bins {
public:
    explicit Bins(std::size_t limit) : limit_(limit) {}

    // Makes room for all values so far; the range may only grow from one call to the next.
    void fit(ValueRange const& range) {
        if (!axis_.holds(range, limit_)) move_to(BinAxis::around(range, limit_));
    }
    // The values must lie in the range last fitted.
    void add(double const* values, std::size_t count);
    void add(std::int64_t value, std::uint64_t cells) { cells_[axis_.index(value)] += cells; }
    // Adds another's cells, all of them in the range last fitted.
    void add(Bins const& other);

    BinAxis const& axis() const { return axis_; }
    std::vector<std::uint64_t> const& cells() const { return cells_; }

private:
    void move_to(BinAxis const& axis);

    std::size_t limit_;
    BinAxis axis_;
    std::vector<std::uint64_t> cells_;
};

// Bins of pairs of values, row by row of the first value.
class JointBins {
public:
    explicit JointBins(std::size_t limit) : limit_(limit) {}

    void fit(ValueRange const& first, ValueRange const& second) {
        if (!first_.holds(first, limit_) || !second_.holds(second, limit_)) grow(first, second);
    }
    void add(double const* first, double const* second, std::size_t count);
    void add(std::int64_t first, std::int64_t second, std::uint64_t cells) {
        cells_[index(first, second)] += cells;
    }
    void add(JointBins const& other);
    std::uint64_t at(std::int64_t first, std::int64_t second) const { return cells_[index(first, second)]; }

    BinAxis const& first() const { return first_; }
    BinAxis const& second() const { return second_; }

private:
    std::size_t index(std::int64_t first, std::int64_t second) const {
        return first_.index(first) * second_.size + second_.index(second);
    }
    void grow(ValueRange const& first, ValueRange const& second);

    std::size_t limit_;
    BinAxis first_, second_;
    std::vector<std::uint64_t> cells_;
};

}  // namespace fano
