// How the states of a network are numbered: counts along axes, the free species. All other counts follow from
// conservation laws. States that differ along the last axis only lie in a row; the others make its prefix, packed
// into 64 bits.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "fano/network.hpp"

namespace fano {

struct Bounds {
    std::int64_t low = 0;
    std::int64_t high = std::numeric_limits<std::int32_t>::max();
};

// Part of a row: states with counts low to high of the last axis.
struct Interval {
    std::uint64_t prefix;
    std::int64_t low, high;

    bool operator<(Interval const& other) const {
        return prefix != other.prefix ? prefix < other.prefix : low < other.low;
    }
};

// States that stand for targets of a process (targets.hpp) have prefixes of their own, which no counts give and which
// come last.
inline constexpr std::uint64_t first_target = ~std::uint64_t{0} - 255;
inline bool is_target(std::uint64_t prefix) { return prefix >= first_target; }
inline Interval target_state(std::uint32_t target) { return {first_target + target, 0, 0}; }

// What a reaction does to a state.
struct Move {
    std::uint64_t prefix;  // is added, modulo 2^64
    std::int64_t along;    // the last axis
};

class Coordinates {
public:
    // `along`: the species of the last axis. `counts`: of any state; conserved totals are taken from it. Species that
    // are `spread` at time 0 are not taken to follow from others. Throws InputError when a state does not fit.
    Coordinates(Network const& network, std::uint32_t along, std::vector<double> const& counts,
                std::vector<bool> const& spread, std::vector<Bounds> bounds);

    std::vector<std::uint32_t> const& axes() const { return axes_; }  // species, last axis last
    std::vector<Move> const& moves() const { return moves_; }         //!< [reaction]
    std::vector<double> const& step() const { return step_; }         //!< [species] change along a row
    std::vector<Bounds> const& bounds() const { return bounds_; }     //!< [species]
    bool depends_on_row(std::uint32_t species) const { return step_[species] != 0; }
    bool depends_on_prefix(std::uint32_t species) const { return on_prefix_[species]; }

    // The prefix that a move leads to; nothing where a count would be negative or too large to be packed.
    std::optional<std::uint64_t> moved(std::uint64_t prefix, std::uint64_t by) const {
        std::uint64_t const sum = (prefix | guards_) + by;
        if ((sum & guards_) != guards_) return std::nullopt;
        return sum & ~guards_;
    }
    // Counts of all species.
    void counts(std::uint64_t prefix, std::int64_t along, double* species) const;
    Interval state(std::vector<double> const& counts) const;
    // The part of an interval in which all counts are within their bounds.
    std::optional<Interval> clip(Interval const& interval) const;

private:
    struct Field {
        int shift, bits;
    };

    void find_axes(Network const& network, std::uint32_t along, std::vector<bool> const& spread);
    void lay_out(Network const& network, std::vector<double> const& counts);

    std::vector<std::uint32_t> axes_;
    std::vector<Field> fields_;                    //!< [axis but the last]
    std::uint64_t guards_ = 0;                     // the top bit of each field, 0 in a prefix
    std::vector<std::vector<std::int64_t>> link_;  //!< [species][axis]
    std::vector<std::int64_t> constant_;           //!< [species]
    std::vector<double> step_;
    std::vector<bool> on_prefix_;
    std::vector<Bounds> bounds_;
    std::vector<Move> moves_;
};

}  // namespace fano
