// What tau-leaping reads of a network, and what it keeps of the cells in its lanes: plain data.
#pragma once

#include "kernels/ssa/table.hpp"

namespace fano::kernels {

// Cao, Gillespie & Petzold, J. Chem. Phys. 124:044109 (2006): a reaction that fewer firings than this could exhaust
// is critical and fires one at a time; a leap in which fewer firings than this are expected is not worth it, and so
// many exact steps are then taken in a row.
inline constexpr double critical_firings = 10.0;
inline constexpr double firings_worth_a_leap = 10.0;
inline constexpr double exact_steps_in_a_row = 100.0;
// A leap over pairs in equilibrium is taken where it is longer than the explicit one by this; it costs two or three times as
// much.
inline constexpr double stiff_gain = 4.0;
// Bounds a leap where no propensity does: of species that nothing reads.
inline constexpr double most_firings_a_leap = 0x1p28;

// A propensity that reads a species, and so limits how much a leap may change it.
struct LeapLimit {
    u32 reaction, species;
    u32 reg;       // the propensity's derivative by the count
    double share;  // of epsilon: 1 / how many species the propensity reads
};

// A reaction that takes molecules of a species away.
struct LeapLoss {
    u32 reaction, species;
    double amount;
};

// Two reactions that undo each other.
struct LeapPair {
    u32 there, back;
};

// How a firing of one pair, there, changes the difference of propensities of a pair, there - back.
struct LeapCoupling {
    u32 of, by;     // the pair whose difference it is; the pair that fires
    u32 reg;        // a derivative of a propensity
    double factor;  // of it
};

// More of them would cost more than they save.
inline constexpr u32 most_pairs = 16;

struct LeapTable {
    u32 species, slots, registers, reactions;
    Instruction const* code;
    Program propensities, derivatives;
    u32 const* propensity;  //!< [reaction] register
    LeapLimit const* limits;
    u32 limit_count;
    LeapLoss const* losses;
    u32 loss_count;
    u32 const* first_change;  //!< [species + 1] into changes
    Change const* changes;
    LeapPair const* pairs;  //!< for stiff leaps; none where those are not wanted
    u32 pair_count;
    LeapCoupling const* couplings;
    u32 coupling_count;
    double epsilon;   // relative change of a propensity that a leap may make
    double turnover;  // of a species in a leap, relative to its count
};

// Of a worker's lanes, one element a lane where nothing else is said.
struct LeapLanes {
    LeapTable const* table;  // null: the exact method
    double* middle;          //!< [register][lane] half-way through the leap
    double* response;        //!< [reaction][lane] room for how propensities answer to their species
    double* firings;         //!< [reaction][lane] in the leap at hand, 0 in other lanes
    double* first;           //!< [reaction][lane] those of its first half
    double* leaping;         // 1 where the step at hand is a leap
    double* length;          // of the leap, by the species that limit it
    double* exact_left;      // exact steps to be taken before a leap is thought of again
    double* allowed;         //!< [species][lane] room for the change that propensities allow
    double* critical;        //!< [reaction], room for a mask of any build
    u64* draws;              // blocks of random numbers used for leaps
    double* fired;           // reactions fired
    double* leaps;           // begun
    double* exact_steps;     // taken
    double* shortened;       // leaps that would have made a count negative
    double* stiff_leaps;     // of the leaps, those over pairs in equilibrium
    double* stiff;           // 1 where the leap at hand is one
    double* unsettled;       // 1 where its equations have not been solved; this and the next with pairs only
    double* end;             //!< [register][lane] at its end
    double* mean_rate;       //!< [reaction][lane] of slower reactions, over the pairs' mean
    double* relaxation;      //!< [pair][lane]
    double* extent;          //!< [pair][lane]
    double* residual;        //!< [pair][lane]
    double* noise;           //!< [pair][lane]
    double* gain;            //!< [pair][lane]
    double* driven;          //!< [pair][lane]
    double* slope;           //!< [pair][lane]
    double* balanced;        //!< [pair][lane] 1 where it is in equilibrium
    double* paired;          //!< [reaction], room for a mask of any build
};

// Room for the samples within a leap of one cell.
struct LeapRoom {
    double* registers;      //!< [register] of the LeapTable, constants in place
    double* start;          //!< [species] counts at the leap's beginning
    double* counts;         //!< [species] at the sample
    double *first, *later;  //!< [reaction] firings of the halves that are still to come
    double* part;  //!< [reaction] of the later ones, how large a part was to come by the sample before
    double *fired,
        *added;  //!< [reaction] firings so far, and those that a sample adds to `first` and `later`
    double* added_later;
    double begun, length, passed;  // of the leap: its time, and the part until the sample before
};

// What a cell's history was made of.
struct LeapCounts {
    u64 leaps, exact_steps, shortened, stiff;
};

}  // namespace fano::kernels
