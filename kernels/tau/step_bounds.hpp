// How far a step may go in which propensities are taken to be constant: so far that mean and standard deviation of the
// change of each species stay within what the propensities that read it allow, epsilon a / (m |da/dx|), m the number
// of species that a reads, and within epsilon x. For mass action these are the bounds of Cao, Gillespie & Petzold, J.
// Chem. Phys. 124:044109 (2006), eq. 33. They say nothing of molecules that come and go while their number stays. So
// the turnover of a species, that is by how much reactions would change it more or less if all counts changed in
// proportion, stays below a part of its count.
#pragma once

#include "kernels/tau/table_rates.hpp"

FANO_KERNELS_BEGIN

template <class Lane, class Rates>
struct StepBounds {
    using Real = typename Lane::Real;
    using Mask = typename Lane::Mask;

    Rates const& rates;
    Real* registers;  //!< propensities have been evaluated
    Real* allowed;    //!< [species]
    Real* response;   //!< [reaction]

    FANO_FUNCTION Real const& propensity(u32 r) const { return registers[rates.propensity(r)]; }

    // `count(s)`: molecules whose answer to relative changes is asked for.
    template <class Count>
    FANO_FUNCTION void find_allowed(Count const& count) {
        rates.evaluate_derivatives(registers);
        FANO_UNROLL_ON_GPU
        for (u32 s = 0; s < rates.species(); ++s) allowed[s] = infinity;
        FANO_UNROLL_ON_GPU
        for (u32 r = 0; r < rates.reactions(); ++r) response[r] = 0.0;
        FANO_UNROLL_ON_GPU
        for (u32 i = 0; i < rates.limits(); ++i) {
            LeapLimit const limit = rates.limit(i);
            Real const slope = absolute(registers[limit.reg]);
            response[limit.reaction] = response[limit.reaction] + slope * count(limit.species);
            Real const change = propensity(limit.reaction) * Real(rates.epsilon() * limit.share) / slope;
            // A slope of 0 may belong to a minimum, or to no molecules yet: it bounds nothing.
            Real const relative = registers[limit.species] * Real(rates.epsilon());
            Real const here = select(slope > Real(0.0), minimum(change, relative), relative);
            allowed[limit.species] = minimum(allowed[limit.species], here);
        }
    }

    // `rate(r)`, `answer(r)`: propensity and response of reaction r as far as it takes part.
    template <class Rate, class Answer, class Count>
    FANO_FUNCTION Real shorten(Real length, Rate const& rate, Answer const& answer,
                               Count const& count) const {
        FANO_UNROLL_ON_GPU
        for (u32 s = 0; s < rates.species(); ++s) {
            Real mean = 0.0, variance = 0.0, turnover = 0.0;
            FANO_UNROLL_ON_GPU
            for (u32 c = rates.first_change(s); c < rates.first_change(s + 1); ++c) {
                Change const change = rates.change(c);
                Real const here = rate(change.reaction);
                mean = mean + here * Real(change.amount);
                variance = variance + here * Real(change.amount * change.amount);
                turnover = turnover + answer(change.reaction) * Real(absolute(change.amount));
            }
            Real const replaced = count(s) * Real(rates.turnover());
            Real const longest =
                minimum(minimum(allowed[s] / absolute(mean), allowed[s] * allowed[s] / variance),
                        select(turnover > Real(0.0), replaced / turnover, Real(infinity)));
            Mask const limited = both(variance > Real(0.0), allowed[s] < Real(infinity));
            length = select(limited, minimum(length, longest), length);
        }
        return length;
    }
};

FANO_KERNELS_END
