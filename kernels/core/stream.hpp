// Randomness by name: the numbers of one cell for one purpose, wherever and whenever the cell runs.
#pragma once

#include "kernels/core/philox.hpp"

namespace fano::kernels {

// What a draw is for. The purpose is part of the Philox counter, so purposes never share numbers.
enum class Purpose : u32 {
    reaction = 0,     // one block a step: waiting time and choice
    birth = 1,        // initial counts and parameters of a cell; the quantity is part of the draw
    event_order = 2,  // ties between events of equal priority
    leap = 3,         // firings in a leap
    leap_sample = 4,  // firings until a sample within a leap; the sample is part of the draw
    langevin = 5,     // noise of a step of the Langevin equation
    placement = 6,    // where the molecules of a lattice are at time 0; the species is part of the draw
    subvolume = 7,    // the exact method on a lattice: waiting times and choices, in the order of events
    hop = 8,          // how many molecules leave a voxel, see kernels/rdme/hop.hpp
    voxel = 9,        // reactions in a voxel during a step
    inflow = 10,      // molecules that enter a voxel from a reservoir during a step
    lattice = 11,     // the key of a lattice's own draws
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

// Counter = (draw: 56 bits, purpose: 8 bits, cell: 64 bits); key = seed.
template <class Word>
FANO_FUNCTION PhiloxBlock<Word> draw_block(u64 seed, Word cell, Purpose purpose, Word draw) {
    Word const tag = Word(static_cast<u64>(purpose) << 24);
    return philox(PhiloxBlock<Word>{{draw, (draw >> 32) | tag, cell, cell >> 32}}, seed);
}

// Two uniforms a draw, handed out one at a time.
class Stream {
public:
    FANO_FUNCTION Stream(u64 seed, u64 cell, Purpose purpose, u64 draw)
        : seed_(seed), cell_(cell), draw_(draw), purpose_(purpose) {}

    // Uniform on (0,1), ends excluded.
    FANO_FUNCTION double operator()() {
        if (!second_ready_) {
            auto const block = draw_block<u64>(seed_, cell_, purpose_, draw_++);
            second_ = uniform<double>(block.w[2], block.w[3]);
            second_ready_ = true;
            return uniform<double>(block.w[0], block.w[1]);
        }
        second_ready_ = false;
        return second_;
    }

private:
    u64 seed_, cell_, draw_;
    double second_ = 0;
    Purpose purpose_;
    bool second_ready_ = false;
};

FANO_KERNELS_END
