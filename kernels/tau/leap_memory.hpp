// The memory of leaps over Lane: a worker's arrays, each entry a Real.
#pragma once

#include "kernels/ssa/lane_keeper.hpp"

FANO_KERNELS_BEGIN

// Memory that a LeapNetwork works in, one Real an entry.
template <class Lane>
struct LeapMemory {
    using Real = typename Lane::Real;
    using Mask = typename Lane::Mask;
    Real* registers;  //!< [register] of the LeapTable
    Real* middle;     //!< [register] half-way through the leap
    Real* upper;      //!< [reaction] running sum of the propensities of reactions that fire one at a time
    Mask* chosen;     //!< [reaction] lanes in which it fires so
    Mask* critical;   //!< [reaction] lanes in which it does not leap
    Real* firings;    //!< [reaction]
    Real* first;      //!< [reaction]
    Real* allowed;    //!< [species]
    Real* response;   //!< [reaction]
    Real* leaping;
    Real* length;
    Real* exact_left;
    Real* fired;
    Real* leaps;
    Real* exact_steps;
    Real* shortened;
    Real* stiff_leaps;
    Real* stiff;
    Real* unsettled;
    Real* end;         //!< [register]
    Real* mean_rate;   //!< [reaction]
    Real* relaxation;  //!< [pair]
    Real* extent;      //!< [pair]
    Real* residual;    //!< [pair]
    Real* noise;       //!< [pair]
    Real* gain;        //!< [pair]
    Real* driven;      //!< [pair]
    Real* slope;       //!< [pair]
    Real* balanced;    //!< [pair] 1 where it is in equilibrium
    Mask* paired;      //!< [reaction]
    typename Lane::Word* draws;
    u64* counts;  //!< [lane][reaction] firings, or null

    FANO_FUNCTION bool counts_firings() const { return counts != nullptr; }
    FANO_FUNCTION void count_firings(u32 reaction, u32 reactions, Real const& times) const {
        for (u32 lane = 0; lane < Lane::width; ++lane)
            counts[lane * reactions + reaction] += static_cast<u64>(get(times, lane));
    }
};

// A worker's arrays as this Lane's.
template <class Lane>
FANO_FUNCTION LeapMemory<Lane> leap_memory(LaneView const& lanes, double* upper, double* chosen) {
    using Mask = typename Lane::Mask;
    LeapLanes const& leap = lanes.leap;
    auto real = [](double* p) { return reinterpret_cast<typename Lane::Real*>(p); };
    LeapMemory<Lane> memory{};
    memory.registers = real(lanes.registers);
    memory.middle = real(leap.middle);
    memory.response = real(leap.response);
    memory.upper = real(upper);
    memory.chosen = reinterpret_cast<Mask*>(chosen);
    memory.critical = reinterpret_cast<Mask*>(leap.critical);
    memory.firings = real(leap.firings);
    memory.first = real(leap.first);
    memory.allowed = real(leap.allowed);
    memory.leaping = real(leap.leaping);
    memory.length = real(leap.length);
    memory.exact_left = real(leap.exact_left);
    memory.fired = real(leap.fired);
    memory.leaps = real(leap.leaps);
    memory.exact_steps = real(leap.exact_steps);
    memory.shortened = real(leap.shortened);
    memory.stiff_leaps = real(leap.stiff_leaps);
    memory.stiff = real(leap.stiff);
    memory.unsettled = real(leap.unsettled);
    memory.end = real(leap.end);
    memory.mean_rate = real(leap.mean_rate);
    memory.relaxation = real(leap.relaxation);
    memory.extent = real(leap.extent);
    memory.residual = real(leap.residual);
    memory.noise = real(leap.noise);
    memory.gain = real(leap.gain);
    memory.driven = real(leap.driven);
    memory.slope = real(leap.slope);
    memory.balanced = real(leap.balanced);
    memory.paired = reinterpret_cast<Mask*>(leap.paired);
    memory.draws = reinterpret_cast<typename Lane::Word*>(leap.draws);
    memory.counts = lanes.fired;
    return memory;
}

FANO_KERNELS_END
