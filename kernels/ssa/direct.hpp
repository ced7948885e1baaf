// The exact direct method, over Lane. Gillespie, J. Comput. Phys. 22:403 (1976).
//
// A step proposes for every lane a time and a reaction. One compare tells which lanes run past something that
// is due first (a sample, an event, the end of the cell, the end of a bound): the keeper attends to those few,
// one lane at a time, and the rest react. Sampling keeps the proposal, so sample times never change a path.
//
// Time-dependent propensities are thinned: the proposal uses an upper bound of each propensity that holds
// until `window`, and is accepted with the ratio of the propensity then to its bound. Lewis & Shedler,
// Nav. Res. Logist. Q. 26:403 (1979).
#pragma once

#include "kernels/core/stream.hpp"
#include "kernels/ssa/table.hpp"

FANO_KERNELS_BEGIN

// What the method knows of the cells in its lanes. Lives in memory, because the keeper writes single lanes.
template <class Lane>
struct LaneState {
    using Real = typename Lane::Real;
    using Word = typename Lane::Word;
    Real time;      // of the last step
    Real due;       // nothing but reactions happens before
    Real proposed;  // time of the proposed reaction
    Real pick;      // its choice, uniform in the total propensity; infinite if nothing is to fire
    Real window;    // until when the bounds hold
    Word draw;      // steps taken
    Word cell;
};

// Network: bound(state) -> total, settle(state), fire(state) -> lanes whose triggers changed; leap(seed, state), if it
// has that, may replace the proposal by a leap.
// Keeper: start(), active(), late(lanes), triggered(lanes), pulse(); lanes are bits.
template <class Lane, class Network, class Keeper>
FANO_FUNCTION void run_direct(u64 seed, LaneState<Lane>& state, Network& network, Keeper& keeper) {
    using Real = typename Lane::Real;
    using Word = typename Lane::Word;
    constexpr u32 steps_between_pulses = 4096;
    u32 step = 0;
    keeper.start();
    while (keeper.active()) {
        Real const total = network.bound(state);
        auto const random = draw_block<Word>(seed, state.cell, Purpose::reaction, state.draw);
        state.draw = state.draw + Word(u64{1});
        // A total of 0 waits for ever: -log(u) is never 0, so this is +inf and not NaN.
        Real const proposed = state.time - log_positive(uniform<Real>(random.w[0], random.w[1])) / total;
        state.proposed = proposed;
        state.pick = uniform<Real>(random.w[2], random.w[3]) * total;
        if constexpr (requires { network.leap(seed, state); }) network.leap(seed, state);

        u32 const on_time = mask_bits(state.proposed <= state.due);  // false for NaN as well
        u32 const late = ~on_time & (~u32{0} >> (32 - Lane::width));
        if (late != 0) [[unlikely]]
            keeper.late(late);
        state.time = state.proposed;
        network.settle(state);
        u32 const triggered = network.fire(state);
        if (triggered != 0) [[unlikely]]
            keeper.triggered(triggered);
        if (++step == steps_between_pulses) [[unlikely]] {
            step = 0;
            keeper.pulse();
        }
    }
}

FANO_KERNELS_END
