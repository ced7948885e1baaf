// A network read from tables, over Lane: propensities by program, reactions fired by masks.
#pragma once

#include "kernels/ssa/direct.hpp"

FANO_KERNELS_BEGIN

// Memory that a TableNetwork works in, one Real an entry.
template <class Lane>
struct NetworkMemory {
    using Real = typename Lane::Real;
    Real* registers;  //!< [register]
    Real* upper;      //!< [reaction] running sum of bounds; reaction r is picked in [upper[r-1], upper[r])
    Real* accepted;   //!< [reaction] end of the part of that stretch that is accepted (timed only)
    typename Lane::Mask* chosen;  //!< [reaction] lanes in which it fires
    Real* triggers;               //!< [event] trigger values after the last step (events only)
    Interval<Real>* bounds;       //!< [register] (timed only)
    Real* rejected;               //!< steps in which the proposal was thinned away (timed only)
    u64* fired;                   //!< [lane][reaction] counts of firings, or null
};

template <class Lane, bool timed, bool checked>
class TableNetwork {
public:
    using Real = typename Lane::Real;
    using State = LaneState<Lane>;

    TableNetwork(NetworkTable const& table, NetworkMemory<Lane> const& memory) : table_(table), m_(memory) {}

    // Sums up the propensities, or what bounds them until state.window; NaN in lanes that cannot go on.
    FANO_FUNCTION Real bound(State const& state) {
        if constexpr (timed) m_.registers[table_.time_register] = state.time;
        evaluate(table_.code, table_.propensities, m_.registers);
        if constexpr (timed) evaluate_bounds(state);
        Real total = 0.0;
        for (u32 r = 0; r < table_.reactions; ++r) {
            if constexpr (timed)
                total = total + (table_.timed[r] != 0 ? widened(m_.bounds[table_.propensity[r]].high)
                                                      : m_.registers[table_.propensity[r]]);
            else
                total = total + m_.registers[table_.propensity[r]];
            m_.upper[r] = total;
        }
        if constexpr (checked)
            total = select(both(sound(), total < Real(infinity)), total, Real(not_a_number));
        return total;
    }

    // At the time of the step: which part of each reaction's stretch is accepted.
    FANO_FUNCTION void settle(State const& state) {
        if constexpr (timed) {
            m_.registers[table_.time_register] = state.time;
            evaluate(table_.code, table_.propensities, m_.registers);
            Real before = 0.0;
            for (u32 r = 0; r < table_.reactions; ++r) {
                m_.accepted[r] =
                    table_.timed[r] != 0 ? before + m_.registers[table_.propensity[r]] : m_.upper[r];
                before = m_.upper[r];
            }
        }
    }

    // Fires in each lane the reaction whose stretch holds the pick; returns the lanes whose events need a look.
    FANO_FUNCTION u32 fire(State const& state) {
        Real const pick = state.pick;
        auto before = pick < Real(0.0);
        for (u32 r = 0; r < table_.reactions; ++r) {
            auto const reached = pick < m_.upper[r];
            auto chosen = and_not(reached, before);
            before = reached;
            if constexpr (timed) {
                auto const kept = pick < m_.accepted[r];
                *m_.rejected = add_if(and_not(chosen, kept), *m_.rejected, 1.0);
                chosen = both(chosen, kept);
            }
            m_.chosen[r] = chosen;
        }
        // Species by species, so that a count is loaded and stored once however many reactions change it.
        for (u32 s = 0; s < table_.species; ++s) {
            Change const* change = table_.changes + table_.first_change[s];
            Change const* const end = table_.changes + table_.first_change[s + 1];
            Real count = m_.registers[s];
            for (; change != end; ++change)
                count = add_if(m_.chosen[change->reaction], count, change->amount);
            m_.registers[s] = count;
        }
        if (m_.fired != nullptr) [[unlikely]]
            count_firings();
        if constexpr (checked) {
            if (table_.features.state_triggers) return changed_triggers(state);
        }
        return 0;
    }

private:
    FANO_FUNCTION static Real widened(Real bound) { return bound * Real(1.0 + 0x1p-40); }

    FANO_FUNCTION void count_firings() {
        for (u32 r = 0; r < table_.reactions; ++r)
            for (u32 lanes = mask_bits(m_.chosen[r]); lanes != 0; lanes &= lanes - 1)
                m_.fired[static_cast<u32>(__builtin_ctz(lanes)) * table_.reactions + r] += 1;
    }

    FANO_FUNCTION void evaluate_bounds(State const& state) {
        for (u32 i = 0; i < table_.slots; ++i) m_.bounds[i] = {m_.registers[i], m_.registers[i]};
        m_.bounds[table_.time_register] = {state.time, state.window};
        evaluate(table_.code, table_.timed_propensities, m_.bounds);
    }

    // Whether no propensity is negative that could be, and no count.
    FANO_FUNCTION auto sound() const {
        auto good = Real(0.0) == Real(0.0);
        for (u32 i = 0; i < table_.guarded_reaction_count; ++i) {
            u32 const r = table_.guarded_reactions[i];
            Real const propensity = m_.registers[table_.propensity[r]];
            good = both(good, propensity >= Real(0.0));
        }
        for (u32 i = 0; i < table_.guarded_species_count; ++i)
            good = both(good, m_.registers[table_.guarded_species[i]] >= Real(0.0));
        return good;
    }

    FANO_FUNCTION u32 changed_triggers(State const& state) {
        if (table_.features.mixed_triggers) return ~u32{0} >> (32 - Lane::width);
        m_.registers[table_.time_register] = state.time;
        evaluate(table_.code, table_.triggers, m_.registers);
        u32 changed = 0;
        for (u32 e = 0; e < table_.event_count; ++e)
            changed |= mask_bits(differ(m_.registers[table_.events[e].trigger_register], m_.triggers[e]));
        return changed;
    }

    NetworkTable const& table_;
    NetworkMemory<Lane> m_;
};

FANO_KERNELS_END
