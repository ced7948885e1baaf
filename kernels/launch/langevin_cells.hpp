// The Langevin equation on a GPU: the network's rates are the text that src/emit writes, a thread's counts lie in its
// registers.
#pragma once

#include "kernels/langevin/continuous_cell.hpp"
#include "kernels/launch/cells.hpp"

FANO_KERNELS_BEGIN

// The memory of a LangevinNetwork of one thread.
template <class Rates>
struct LangevinStorage {
    static constexpr u32 reactions = Rates::reactions() > 0 ? Rates::reactions() : 1;
    double counts[Rates::slots()];
    double positive[Rates::registers()];
    double noise[normals_a_block * langevin_blocks(Rates::halves(), reactions)];
    double extent[reactions], before[reactions], response[reactions];
    double allowed[Rates::species()];
    u64 draws[1];
};

// Cell: births and outputs, as emitted. Rates: with step() and halves().
template <class Cell, class Rates>
class LangevinThread : public ContinuousCell<LangevinThread<Cell, Rates>, Cell> {
public:
    using Base = ContinuousCell<LangevinThread<Cell, Rates>, Cell>;
    using State = LaneState<ScalarLane>;

    FANO_FUNCTION LangevinThread(CellsJob const& job, u32 thread)
        : Base(job, thread), steps_(Rates{}, {}), few_(job.few) {}

    FANO_FUNCTION double step_length(State const& state) { return steps_.step_length(state); }
    FANO_FUNCTION void advance(u64 seed, State const& state, double length) {
        steps_.advance(seed, state, length);
    }

    FANO_FUNCTION Rates const& rates() const { return steps_.rates(); }
    FANO_FUNCTION double& real_count(u32 i) const { return steps_.memory().counts[i]; }
    FANO_FUNCTION double& positive(u32 i) const { return steps_.memory().positive[i]; }
    FANO_FUNCTION u64& draws() const { return *steps_.memory().draws; }
    FANO_FUNCTION void note(u32 species, bool negative) const {
        atomic_add(few_ + species, 1);
        if (negative) atomic_add(few_ + Rates::species() + species, 1);
    }

private:
    mutable LangevinNetwork<ScalarLane, Rates, LangevinStorage<Rates>> steps_;
    u64* few_;
};

FANO_KERNELS_END
