// A finite set of states, as sorted rows of neighbours.
#pragma once

#include <span>
#include <vector>

#include "cme/coordinates.hpp"

namespace fano {

struct Row {
    std::uint64_t prefix;
    std::int64_t low;  // of the last axis
    std::uint64_t size;
    std::uint64_t first;  // state

    std::int64_t high() const { return low + static_cast<std::int64_t>(size) - 1; }
};

class StateSet {
public:
    StateSet() = default;
    // The union of intervals, given in any order; gaps of at most `fill` states within a row are filled.
    explicit StateSet(std::vector<Interval> intervals, std::int64_t fill = 0);

    std::uint64_t size() const { return size_; }
    std::vector<Row> const& rows() const { return rows_; }
    std::span<Row const> counted_rows() const;  // without targets
    // The state of the first target; size() where there are none.
    std::uint64_t first_target_state() const;
    std::vector<Interval> intervals() const;
    // Index of a state that is in the set.
    std::uint64_t find(std::uint64_t prefix, std::int64_t along) const;
    Row const& row_of(std::uint64_t state) const;
    // Rows with a prefix of at least this, from an earlier such row on.
    std::size_t seek(std::uint64_t prefix, std::size_t from = 0) const;

private:
    std::vector<Row> rows_;
    std::uint64_t size_ = 0;
};

// Lowest and highest count in a set.
struct Extent {
    std::int64_t low = std::numeric_limits<std::int64_t>::max(),
                 high = std::numeric_limits<std::int64_t>::min();
};
std::vector<Extent> extents(Coordinates const& coordinates, StateSet const& states);  //!< [species]

// The values of the states that are in both sets, 0 for the others.
std::vector<double> transfer(StateSet const& from, std::span<double const> values, StateSet const& to);

}  // namespace fano
