// Tau-leaping on a GPU: the network's rates are the text that src/emit writes, a thread's leap lies in its registers.
#pragma once

#include "kernels/launch/cells.hpp"
#include "kernels/tau/leap_network.hpp"
#include "kernels/tau/leaping_cell.hpp"

FANO_KERNELS_BEGIN

// The memory of a LeapNetwork of one thread.
template <class Rates>
struct LeapStorage {
    static constexpr u32 reactions = Rates::reactions() > 0 ? Rates::reactions() : 1;
    double registers[Rates::registers()];
    double middle[Rates::slots() + reactions];
    double upper[reactions], firings[reactions], first[reactions], response[reactions];
    double allowed[Rates::species()];
    bool chosen[reactions], critical[reactions];
    double leaping[1], length[1], exact_left[1], fired[1], leaps[1], exact_steps[1], shortened[1];
    static constexpr u32 pairs = Rates::pairs() > 0 ? Rates::pairs() : 1;
    double stiff_leaps[1], stiff[1], unsettled[1];
    double end[Rates::registers()];
    double relaxation[pairs], extent[pairs], residual[pairs], noise[pairs], gain[pairs], driven[pairs],
        slope[pairs], balanced[pairs];
    double mean_rate[reactions];
    bool paired[reactions];
    u64 draws[1];
    u64* counts;  //!< [reaction], every `threads`, or null
    u32 threads;

    FANO_FUNCTION bool counts_firings() const { return counts != nullptr; }
    FANO_FUNCTION void count_firings(u32 reaction, u32, double times) const {
        counts[static_cast<u64>(reaction) * threads] += static_cast<u64>(times);
    }
};

template <class Rates>
struct LeapRoomStorage {
    static constexpr u32 reactions = LeapStorage<Rates>::reactions;
    double registers[Rates::registers()];
    double start[Rates::species()], counts[Rates::species()];
    double first[reactions], later[reactions], part[reactions];
    double fired[reactions], added[reactions], added_later[reactions];
    double begun, length, passed;
};

// As LeapLane.
template <class Rates>
struct LeapOfThread {
    LeapStorage<Rates>& all;

    FANO_FUNCTION double& count(u32 i) const { return all.registers[i]; }
    FANO_FUNCTION double& middle(u32 i) const { return all.middle[i]; }
    FANO_FUNCTION double& firings(u32 r) const { return all.firings[r]; }
    FANO_FUNCTION double& first(u32 r) const { return all.first[r]; }
    FANO_FUNCTION double& leaping() const { return *all.leaping; }
    FANO_FUNCTION double& exact_left() const { return *all.exact_left; }
    FANO_FUNCTION double& fired() const { return *all.fired; }
    FANO_FUNCTION double& leaps() const { return *all.leaps; }
    FANO_FUNCTION double& exact_steps() const { return *all.exact_steps; }
    FANO_FUNCTION double& shortened() const { return *all.shortened; }
    FANO_FUNCTION double& stiff_leaps() const { return *all.stiff_leaps; }
    FANO_FUNCTION u64& draws() const { return *all.draws; }
};

// Cell: births and outputs, as emitted.
template <class Cell, class Rates>
class LeapThread : public LeapingCell<LeapThread<Cell, Rates>, Cell> {
public:
    using Base = LeapingCell<LeapThread<Cell, Rates>, Cell>;
    using State = LaneState<ScalarLane>;

    FANO_FUNCTION LeapThread(CellsJob const& job, u32 thread) : Base(job, thread), steps_(Rates{}, {}) {
        auto& memory = steps_.memory();
        memory.counts = job.fired == nullptr ? nullptr : job.fired + thread;
        memory.threads = job.threads;
    }

    FANO_FUNCTION double bound(State const& state) { return steps_.bound(state); }
    FANO_FUNCTION void leap(u64 seed, State& state) { steps_.leap(seed, state); }
    FANO_FUNCTION void settle(State const&) {}
    FANO_FUNCTION u32 fire(State const& state) { return steps_.fire(state); }

    FANO_FUNCTION LeapOfThread<Rates> lane() const { return {steps_.memory()}; }
    FANO_FUNCTION LeapRoomStorage<Rates>& room() { return room_; }
    FANO_FUNCTION Rates const& rates() const { return steps_.rates(); }
    FANO_FUNCTION void count_firings(u32 reaction, u64 firings) {
        auto const& memory = steps_.memory();
        if (memory.counts_firings()) memory.count_firings(reaction, 0, static_cast<double>(firings));
    }

private:
    mutable LeapNetwork<ScalarLane, Rates, LeapStorage<Rates>> steps_;
    LeapRoomStorage<Rates> room_{};
};

FANO_KERNELS_END
