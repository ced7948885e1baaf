// The chemical Langevin equation over Lane: Gillespie, J. Chem. Phys. 113:297 (2000). Every reaction r goes on by
// a_r dt + sqrt(a_r) dW_r, with noise of its own.
//
// Two schemes. Euler-Maruyama, of weak order 1. And the weak trapezoidal scheme with theta = 1/2, of weak order 2: half
// a step at the propensities a, then half a step at 2 a' - a, or 0 if that is negative, a' being the propensities after
// the first half. Anderson & Mattingly, Commun. Math. Sci. 9:301 (2011).
//
// At zero: propensities are those of max(x, 0), and never negative. A count may thus pass below zero, by about a
// molecule, and comes back by what produces it; conserved sums stay conserved. After Lord, Koekkoek & van Dijk,
// Quant. Finance 10:177 (2010), "full truncation".
//
// Steps end at sample times, so a cell depends on them.
#pragma once

#include "kernels/core/lane_normals.hpp"
#include "kernels/langevin/langevin_table.hpp"
#include "kernels/ssa/direct.hpp"
#include "kernels/tau/step_bounds.hpp"

FANO_KERNELS_BEGIN

// Memory that a LangevinNetwork works in, one Real an entry; as in LangevinLanes.
template <class Lane>
struct LangevinMemory {
    using Real = typename Lane::Real;
    Real* counts;  //!< [slot]
    Real* positive;
    Real *noise, *extent, *before, *allowed, *response;
    typename Lane::Word* draws;
};

template <class Lane>
FANO_FUNCTION LangevinMemory<Lane> langevin_memory(double* counts, LangevinLanes const& lanes) {
    auto real = [](double* p) { return reinterpret_cast<typename Lane::Real*>(p); };
    return {real(counts),         real(lanes.positive),
            real(lanes.noise),    real(lanes.extent),
            real(lanes.before),   real(lanes.allowed),
            real(lanes.response), reinterpret_cast<typename Lane::Word*>(lanes.draws)};
}

// The rate laws, and which scheme with which steps, from tables.
class TableLangevin : public TableRates {
public:
    FANO_FUNCTION explicit TableLangevin(LangevinTable const& table)
        : TableRates(table.rates), table_(table) {}
    FANO_FUNCTION double step() const { return table_.step; }
    FANO_FUNCTION bool halves() const { return table_.halves; }

private:
    LangevinTable const& table_;
};

FANO_FUNCTION constexpr u32 langevin_blocks(bool halves, u32 reactions) {
    return ((halves ? 2 : 1) * reactions + normals_a_block - 1) / normals_a_block;
}

template <class Lane, class Rates, class Memory>
class LangevinNetwork {
public:
    using Real = typename Lane::Real;
    using Word = typename Lane::Word;
    using Mask = typename Lane::Mask;
    using State = LaneState<Lane>;

    FANO_FUNCTION LangevinNetwork(Rates const& rates, Memory const& memory) : rates_(rates), m_(memory) {}

    FANO_FUNCTION Rates const& rates() const { return rates_; }
    FANO_FUNCTION Memory& memory() { return m_; }

    // How long the next step may be; NaN in lanes that cannot go on.
    FANO_FUNCTION Real step_length(State const&) {
        FANO_UNROLL_ON_GPU
        for (u32 s = 0; s < rates_.species(); ++s) m_.positive[s] = maximum(m_.counts[s], Real(0.0));
        rates_.evaluate_propensities(m_.positive);
        Real all = 0.0;
        FANO_UNROLL_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            m_.before[r] = maximum(propensity(r), Real(0.0));
            all = all + propensity(r);
        }
        Mask const sound = absolute(all) < Real(infinity);
        Real const length = rates_.step() > 0.0 ? Real(rates_.step()) : adapted_length();
        return select(sound, length, Real(not_a_number));
    }

    FANO_FUNCTION void advance(u64 seed, State const& state, Real const& length) {
        FANO_UNROLL_ON_GPU
        for (u32 i = 0; i < langevin_blocks(rates_.halves(), rates_.reactions()); ++i) {
            draw_normals<Lane>(seed, state.cell, Purpose::langevin, *m_.draws,
                               m_.noise + i * normals_a_block);
            *m_.draws = *m_.draws + Word(u64{1});
        }
        Real const part = rates_.halves() ? length * Real(0.5) : length;
        FANO_UNROLL_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r) m_.extent[r] = going(m_.before[r] * part, m_.noise[r]);
        if (rates_.halves()) {
            FANO_UNROLL_ON_GPU
            for (u32 s = 0; s < rates_.species(); ++s) m_.positive[s] = maximum(count_after(s), Real(0.0));
            rates_.evaluate_propensities(m_.positive);
            FANO_UNROLL_ON_GPU
            for (u32 r = 0; r < rates_.reactions(); ++r) {
                Real const then = maximum(propensity(r), Real(0.0));
                Real const rate = maximum(then + then - m_.before[r], Real(0.0));
                m_.extent[r] = m_.extent[r] + going(rate * part, m_.noise[rates_.reactions() + r]);
            }
        }
        FANO_UNROLL_ON_GPU
        for (u32 s = 0; s < rates_.species(); ++s) m_.counts[s] = count_after(s);
    }

private:
    FANO_FUNCTION Real const& propensity(u32 r) const { return m_.positive[rates_.propensity(r)]; }
    FANO_FUNCTION static Real going(Real const& mean, Real const& noise) { return mean + sqrt(mean) * noise; }

    FANO_FUNCTION Real count_after(u32 s) const {
        Real count = m_.counts[s];
        FANO_UNROLL_ON_GPU
        for (u32 c = rates_.first_change(s); c < rates_.first_change(s + 1); ++c) {
            Change const change = rates_.change(c);
            count = count + m_.extent[change.reaction] * Real(change.amount);
        }
        return count;
    }

    FANO_FUNCTION Real adapted_length() {
        StepBounds<Lane, Rates> bounds{rates_, m_.positive, m_.allowed, m_.response};
        // Where counts go on from nothing, what a step of least_change would answer to.
        auto const count = [&](u32 s) { return maximum(m_.positive[s], Real(least_change)); };
        bounds.find_allowed(count);
        FANO_UNROLL_ON_GPU
        for (u32 s = 0; s < rates_.species(); ++s) m_.allowed[s] = maximum(m_.allowed[s], Real(least_change));
        return bounds.shorten(
            Real(infinity), [&](u32 r) { return m_.before[r]; }, [&](u32 r) { return m_.response[r]; },
            count);
    }

    Rates rates_;
    Memory m_;
};

// Keeper: as of run_direct.
template <class Lane, class Network, class Keeper>
FANO_FUNCTION void run_langevin(u64 seed, LaneState<Lane>& state, Network& network, Keeper& keeper) {
    using Real = typename Lane::Real;
    using Word = typename Lane::Word;
    constexpr u32 steps_between_pulses = 1024;
    u32 step = 0;
    keeper.start();
    while (keeper.active()) {
        auto const running = state.time < Real(infinity);
        auto const at_due = both(running, state.time >= state.due);
        if (u32 const due = mask_bits(at_due); due != 0) [[unlikely]] {
            // Samples are those before the proposed time, which is the very next one.
            Real const next = real(bits(state.time) + Word(u64{1}));
            Real const now = state.time;
            state.proposed = select(at_due, next, now);
            keeper.late(due);
            state.time = select(state.proposed == next, now, state.proposed);
            continue;  // a new cell may be due at once
        }
        Real const length = network.step_length(state);
        u32 const faulty = mask_bits(both(running, differ(length, length)));
        if (faulty != 0) [[unlikely]] {
            state.proposed = select(length == length, state.time, Real(not_a_number));
            keeper.late(faulty);
            state.time = state.proposed;
            continue;
        }
        state.proposed = minimum(state.time + length, state.due);
        network.advance(seed, state, select(running, state.proposed - state.time, Real(0.0)));
        state.time = state.proposed;
        state.draw = state.draw + Word(u64{1});
        if (++step == steps_between_pulses) [[unlikely]] {
            step = 0;
            keeper.pulse();
        }
    }
}

FANO_KERNELS_END
