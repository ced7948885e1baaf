// Tau-leaping over Lane, as a network for run_direct: a step is a leap in which reactions fire Poisson numbers of
// times, or one exact step.
//
// Both are one thing. Critical reactions fire one at a time, after an exponential waiting time, as all do in an
// exact step; the others leap until then, or until the leap ends. So a lane in which every reaction is critical
// takes the exact step, bit for bit.
//
// A leap has two halves. The first takes place at the propensities a of its beginning; the second at 2 a' - a, or
// 0 if that is negative, where a' are the propensities after the first. Anderson & Koyama, Multiscale Model. Simul.
// 10:1493 (2012), theta = 1/2: means and variances are right to second order. Plain leaps are right to first: they
// lag behind in transients and add noise to stationary states. Critical reactions wait at the propensity of the
// leap's beginning, which is right to first order.
//
// How long a leap may be: step_bounds.hpp, without the "at least one molecule" of Cao, Gillespie & Petzold (2006),
// eq. 33: where less is allowed, the reactions that change the species are critical.
//
// Over fast pairs of reactions that undo each other, leaps may be far longer: stiff_leap.hpp.
//
// A leap that would make a count negative is halved, and of its firings a binomial half is kept, so that the numbers
// drawn stay those of the same Poisson processes; after Anderson, J. Chem. Phys. 128:054103 (2008).
#pragma once

#include "kernels/core/lane_samplers.hpp"
#include "kernels/ssa/direct.hpp"
#include "kernels/tau/step_bounds.hpp"
#include "kernels/tau/stiff_leap.hpp"

FANO_KERNELS_BEGIN

// Rates: TableRates, or the text emitted for a network. Memory: LeapMemory, or arrays of the thread itself.
template <class Lane, class Rates, class Memory>
class LeapNetwork {
public:
    using Real = typename Lane::Real;
    using Word = typename Lane::Word;
    using Mask = typename Lane::Mask;
    using State = LaneState<Lane>;

    FANO_FUNCTION LeapNetwork(Rates const& rates, Memory const& memory) : rates_(rates), m_(memory) {}

    FANO_FUNCTION Rates const& rates() const { return rates_; }
    FANO_FUNCTION Memory& memory() { return m_; }

    // Decides which lanes leap; sums up the propensities of the reactions that fire one at a time.
    FANO_FUNCTION Real bound(State const& state) {
        rates_.evaluate_propensities(m_.registers);
        Real all = 0.0;
        Mask sound = Real(0.0) == Real(0.0);
        FANO_UNROLL_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            sound = both(sound, propensity(r) >= Real(0.0));
            all = all + propensity(r);
        }
        FANO_UNROLL_ON_GPU
        for (u32 i = 0; i < rates_.losses(); ++i)
            sound = both(sound, m_.registers[rates_.loss(i).species] >= Real(0.0));
        sound = both(sound, all < Real(infinity));
        Mask const running = both(sound, state.time < Real(infinity));
        Mask ready = both(running, *m_.exact_left <= Real(0.0));
        // A leap takes as long as many exact steps, for however many lanes: the first lanes that are ready wait.
        bool const enough = 2 * lanes_in(ready) >= lanes_in(running);
        waiting_ = enough ? none() : ready;
        if (!enough) ready = none();
        Mask const leaping = any(ready) ? choose_leaps(state, ready, all) : none();
        *m_.leaping = select(leaping, Real(1.0), Real(0.0));
        *m_.exact_left = select(and_not(ready, leaping), Real(exact_steps_in_a_row), *m_.exact_left);
        *m_.exact_left = select(either(leaping, waiting_), *m_.exact_left, *m_.exact_left - Real(1.0));
        Real total = 0.0;
        FANO_UNROLL_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            Mask const leaps_here = and_not(leaping, m_.critical[r]);
            total = total + select(leaps_here, Real(0.0), propensity(r));
            m_.upper[r] = total;
        }
        return select(sound, total, Real(not_a_number));
    }

    // The proposal of a reaction may lie beyond the end of the leap; the other reactions fire until whichever is first.
    FANO_FUNCTION void leap(u64 seed, State& state) {
        if (any(waiting_)) {
            state.draw = increment_if(and_not(state.time == state.time, waiting_), state.draw - Word(u64{1}));
            state.proposed = select(waiting_, state.time, state.proposed);
            state.pick = select(waiting_, Real(infinity), state.pick);
        }
        Mask const leaping = *m_.leaping > Real(0.0);
        any_leap_ = any(leaping);
        if (!any_leap_) return;
        Real end = state.time + *m_.length;
        Mask stiff = none();
        if (rates_.pairs() > 0) {
            stiff = both(leaping, *m_.stiff > Real(0.0));
            // Nothing is known of what happens within such a leap: it ends at the next sample at the latest.
            end = select(stiff, minimum(end, state.due), end);
        }
        Mask const before = both(leaping, end < state.proposed);
        state.proposed = select(before, end, state.proposed);
        state.pick = select(before, Real(infinity), state.pick);
        Real const length = state.proposed - state.time;
        LaneDraws<Lane> draws{seed, state.cell, Purpose::leap, *m_.draws};
        fire_halves(and_not(leaping, stiff), length * Real(0.5), draws);
        if (any(stiff)) {
            stiff_leap().fire(stiff, length, draws);
            *m_.stiff_leaps = select(stiff, *m_.stiff_leaps + Real(1.0), *m_.stiff_leaps);
        }
        *m_.leaps = select(leaping, *m_.leaps + Real(1.0), *m_.leaps);
        for (Mask over = overdrawn(state, leaping); any(over); over = overdrawn(state, over))
            halve(state, over, draws);
        *m_.draws = draws.draw;
    }

    FANO_FUNCTION void settle(State const&) {}

    FANO_FUNCTION u32 fire(State const& state) {
        choose(state);
        Real fired = *m_.fired, exact_steps = *m_.exact_steps;
        Mask const leaping = *m_.leaping > Real(0.0);
        FANO_UNROLL_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            fired = add_if(m_.chosen[r], fired, 1.0);
            exact_steps = add_if(and_not(m_.chosen[r], leaping), exact_steps, 1.0);
        }
        *m_.exact_steps = exact_steps;
        FANO_UNROLL_ON_GPU
        for (u32 s = 0; s < rates_.species(); ++s) m_.registers[s] = count_after(s);
        if (any_leap_) {
            FANO_UNROLL_ON_GPU
            for (u32 r = 0; r < rates_.reactions(); ++r) fired = fired + m_.firings[r];
        }
        *m_.fired = fired;
        if (m_.counts_firings()) [[unlikely]]
            count_firings();
        return 0;
    }

private:
    FANO_FUNCTION Real const& propensity(u32 r) const { return m_.registers[rates_.propensity(r)]; }
    FANO_FUNCTION static Mask none() { return Real(0.0) != Real(0.0); }
    FANO_FUNCTION static u32 lanes_in(Mask const& mask) { return count_bits(mask_bits(mask)); }

    // Of the lanes that are ready, those in which a leap is worth it, and how long it is.
    FANO_FUNCTION Mask choose_leaps(State const& state, Mask const& ready, Real const& all) {
        FANO_UNROLL_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r) m_.critical[r] = none();
        FANO_UNROLL_ON_GPU
        for (u32 i = 0; i < rates_.losses(); ++i) {
            LeapLoss const loss = rates_.loss(i);
            Mask const few = m_.registers[loss.species] < Real(critical_firings * loss.amount);
            m_.critical[loss.reaction] = either(m_.critical[loss.reaction], few);
        }
        StepBounds<Lane, Rates> bounds{rates_, m_.registers, m_.allowed, m_.response};
        auto const count = [&](u32 s) { return m_.registers[s]; };
        bounds.find_allowed(count);
        FANO_UNROLL_ON_GPU
        for (u32 s = 0; s < rates_.species(); ++s) {
            Mask const fine = m_.allowed[s] < Real(1.0);
            FANO_UNROLL_ON_GPU
            for (u32 c = rates_.first_change(s); c < rates_.first_change(s + 1); ++c)
                m_.critical[rates_.change(c).reaction] = either(m_.critical[rates_.change(c).reaction], fine);
        }
        Real length = Real(most_firings_a_leap) / all, alone = 0.0, together = 0.0;
        FANO_UNROLL_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            alone = alone + select(m_.critical[r], propensity(r), Real(0.0));
            together = together + select(m_.critical[r], Real(0.0), propensity(r));
        }
        length = bounds.shorten(
            length, [&](u32 r) { return select(m_.critical[r], Real(0.0), propensity(r)); },
            [&](u32 r) { return select(m_.critical[r], Real(0.0), m_.response[r]); }, count);
        if (rates_.pairs() > 0) length = over_equilibria(state, ready, length, all, bounds, count);
        *m_.length = length;
        // A critical reaction may end the leap early.
        Mask const long_enough = both(length * together >= Real(firings_worth_a_leap),
                                      together >= alone * Real(firings_worth_a_leap));
        return both(ready, long_enough);
    }

    // Leaps over pairs in equilibrium where those are far longer, and not of a cell whose sample is due now.
    template <class Bounds, class Of>
    FANO_FUNCTION Real over_equilibria(State const& state, Mask const& ready, Real const& length,
                                       Real const& all, Bounds const& bounds, Of const& count) {
        Mask const possible = stiff_leap().find_equilibria(ready);
        Real longest = minimum(state.due - state.time, Real(most_firings_a_leap) / all);
        auto const apart = [&](u32 r) { return either(m_.critical[r], m_.paired[r]); };
        longest = bounds.shorten(
            longest, [&](u32 r) { return select(apart(r), Real(0.0), propensity(r)); },
            [&](u32 r) { return select(apart(r), Real(0.0), m_.response[r]); }, count);
        Mask const longer = both(possible, longest > length * Real(stiff_gain));
        *m_.stiff = select(longer, Real(1.0), Real(0.0));
        return select(longer, longest, length);
    }

    FANO_FUNCTION auto stiff_leap() { return StiffLeap<Lane, Rates, Memory>{rates_, m_}; }

    FANO_FUNCTION void fire_halves(Mask const& leaping, Real const& half, LaneDraws<Lane>& draws) {
        FANO_UNROLL_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            Mask const wanted = and_not(leaping, m_.critical[r]);
            m_.firings[r] = any(wanted) ? draw_poisson<Lane>(propensity(r) * half, wanted, draws) : Real(0.0);
        }
        FANO_UNROLL_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r) m_.first[r] = m_.firings[r];
        FANO_UNROLL_ON_GPU
        for (u32 s = 0; s < rates_.slots(); ++s) m_.middle[s] = m_.registers[s];
        FANO_UNROLL_ON_GPU
        for (u32 s = 0; s < rates_.species(); ++s) {
            Real count = m_.registers[s];
            FANO_UNROLL_ON_GPU
            for (u32 c = rates_.first_change(s); c < rates_.first_change(s + 1); ++c)
                count = count + m_.firings[rates_.change(c).reaction] * Real(rates_.change(c).amount);
            m_.middle[s] = maximum(count, Real(0.0));
        }
        rates_.evaluate_propensities(m_.middle);
        FANO_UNROLL_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            Mask const wanted = and_not(leaping, m_.critical[r]);
            if (!any(wanted)) continue;
            Real const then = m_.middle[rates_.propensity(r)];
            // Where there is no propensity half-way, the step after the leap tells.
            Real const rate =
                select(then >= Real(0.0), maximum(then + then - propensity(r), Real(0.0)), propensity(r));
            Real const mean = minimum(rate * half, Real(largest_mean));
            m_.firings[r] = m_.firings[r] + draw_poisson<Lane>(mean, wanted, draws);
        }
    }

    // In which lanes each reaction is the one that fires alone.
    FANO_FUNCTION void choose(State const& state) {
        Mask before = state.pick < Real(0.0);
        FANO_UNROLL_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            Mask const reached = state.pick < m_.upper[r];
            m_.chosen[r] = and_not(reached, before);
            before = reached;
        }
    }

    FANO_FUNCTION Real count_after(u32 s) const {
        Real count = m_.registers[s];
        FANO_UNROLL_ON_GPU
        for (u32 c = rates_.first_change(s); c < rates_.first_change(s + 1); ++c) {
            Change const change = rates_.change(c);
            count = add_if(m_.chosen[change.reaction], count, change.amount);
            if (any_leap_) count = count + m_.firings[change.reaction] * Real(change.amount);
        }
        return count;
    }

    // The lanes among these in which firings together would make a count negative. Where one that fires alone
    // does so, the model is at fault, and the next step tells.
    FANO_FUNCTION Mask overdrawn(State const& state, Mask const& lanes) {
        choose(state);
        Mask over = none();
        if (rates_.pairs() > 0) over = both(*m_.stiff > Real(0.0), stiff_leap().unsettled());
        FANO_UNROLL_ON_GPU
        for (u32 i = 0; i < rates_.losses(); ++i) {
            LeapLoss const loss = rates_.loss(i);
            Real count = m_.registers[loss.species];
            FANO_UNROLL_ON_GPU
            for (u32 c = rates_.first_change(loss.species); c < rates_.first_change(loss.species + 1); ++c)
                count = add_if(m_.chosen[rates_.change(c).reaction], count, rates_.change(c).amount);
            over = either(over, and_not(count_after(loss.species) < Real(0.0), count < Real(0.0)));
        }
        return both(over, lanes);
    }

    FANO_COLD void halve(State& state, Mask const& lanes, LaneDraws<Lane>& draws) {
        *m_.shortened = select(lanes, *m_.shortened + Real(1.0), *m_.shortened);
        Real const half = state.time + (state.proposed - state.time) * Real(0.5);
        state.proposed = select(lanes, half, state.proposed);
        state.pick = select(lanes, Real(infinity), state.pick);
        Mask stiff = none();
        if (rates_.pairs() > 0) stiff = both(lanes, *m_.stiff > Real(0.0));
        Mask const plain = and_not(lanes, stiff);
        FANO_UNROLL_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            Real const kept = draw_binomial<Lane>(m_.firings[r], Real(0.5), plain, draws);
            m_.firings[r] = select(plain, kept, m_.firings[r]);
            m_.first[r] = select(plain, kept, m_.first[r]);
        }
        if (any(stiff)) stiff_leap().halve(stiff, state.proposed - state.time, draws);
    }

    FANO_COLD void count_firings() {
        FANO_UNROLL_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r)
            m_.count_firings(r, rates_.reactions(),
                             add_if(m_.chosen[r], any_leap_ ? m_.firings[r] : Real(0.0), 1.0));
    }

    Rates rates_;
    Memory m_;
    bool any_leap_ = false;
    Mask waiting_ = Real(0.0) != Real(0.0);  // lanes whose step is put off
};

FANO_KERNELS_END
