// The generator of the chemical master equation on rows of states, without a stored matrix. A propensity is a number
// a segment times a table along the row; segments and tables are small. Views only; the host owns the memory.
#pragma once

#include "kernels/core/config.hpp"

namespace fano::kernels {

// No table: the factor is 1 everywhere.
inline constexpr u64 no_table = ~u64{0};

// Where the inner states of a piece get probability from: state j from state source + j, at rate * values[table + j].
struct RowSegment {
    u64 source;  // may be out of range, but for the inner states
    u64 table;
    double rate;
};

// At which rate inner states are left: rate * values[table + j].
struct RowExit {
    u64 table;
    double rate;
};

// The same for some states of a piece, [target, target + size), inner ones or not: state target + j gets from
// state source + j. A state that gets a negative rate from itself is left at that rate.
struct RowScrap {
    u64 source;
    u64 table;
    double rate;
    u32 target;
    u32 size;
};

// Part of a row. Its segments and exits reach all inner states, so that a state is computed in a register; scraps are
// added afterwards.
struct RowPiece {
    u64 first = 0;  // state
    u32 size = 0;
    u32 inner = 0, inner_end = 0;  // states of the piece
    u32 first_segment = 0;         // up to the next piece's; likewise:
    u32 first_exit = 0;
    u32 first_scrap = 0;
};

inline constexpr u32 most_piece_states = 512;

struct RowView {
    RowPiece const* pieces;  //!< [piece + 1]
    RowSegment const* segments;
    RowExit const* exits;
    RowScrap const* scraps;
    double const* values;  // tables, and propensities of single states
};

// y = keep x + scale A x, and sum += weight x where weight is not 0.
struct RowUpdate {
    double keep, scale;
    double weight = 0;
    double* sum = nullptr;
    bool stream = false;  // y is larger than the caches: written past them, where a processor can
};

}  // namespace fano::kernels
