// What the chemical Langevin equation reads of a network, and what it keeps of the cells in its lanes: plain data.
#pragma once

#include "kernels/tau/leap_table.hpp"

namespace fano::kernels {

// Below so many molecules the equation is not trusted: their noise is not that of a normal distribution.
inline constexpr double fewest_molecules = 10.0;
// A step may change a count by this much even where epsilon allows less: below, what is solved is no count.
inline constexpr double least_change = 1.0;

struct LangevinTable {
    LeapTable rates;
    double step;  // fixed length of all steps; 0: each as long as rates.epsilon allows
    bool halves;  // second order: the weak trapezoidal scheme; else Euler-Maruyama
};

// Of a worker's lanes, one element a lane where nothing else is said.
struct LangevinLanes {
    LangevinTable const* table;  // null: another method
    double* positive;            //!< [register][lane] those of the rates, from counts that are not negative
    double* noise;               //!< [number][lane] normal numbers of a step, a whole number of blocks
    double* extent;              //!< [reaction][lane] how far each reaction goes in a step
    double* before;              //!< [reaction][lane] propensities at the beginning of the step
    double* allowed;             //!< [species][lane] room for the change that propensities allow
    double* response;            //!< [reaction][lane] room for how propensities answer to their species
    u64* draws;                  // blocks of random numbers used
    u64* few;       //!< [species] samples with fewer than fewest_molecules, all cells of the worker
    u64* negative;  //!< [species] samples below 0
};

}  // namespace fano::kernels
