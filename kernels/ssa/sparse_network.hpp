// A large network read from tables, one cell at a time: a reaction is found in a tree of sums, and only
// propensities that read what it changed are evaluated again, so that a step takes time that grows with the
// logarithm of the number of reactions. Gibson & Bruck, J. Phys. Chem. A 104:1876 (2000), for the
// dependencies.
#pragma once

#include "kernels/ssa/direct.hpp"
#include "kernels/ssa/sparse_cell.hpp"
#include "kernels/ssa/sum_tree.hpp"

FANO_KERNELS_BEGIN

template <template <class> class Array>
class SparseNetwork : public SparseCell<Array> {
    using Cell = SparseCell<Array>;

public:
    using State = LaneState<ScalarLane>;

    FANO_ROUTINE SparseNetwork(NetworkTable const& table, SparseMemory<Array> const& memory)
        : Cell(table, memory), fired_(memory.fired), tree_(memory.sums, table.reactions) {}

    // Sums up the propensities, or what bounds them until state.window; NaN in a cell that cannot go on.
    FANO_FUNCTION double bound(State const& state) {
        if (*stale_ != 0) [[unlikely]]
            sum_up(state);
        double const total = tree_.total();
        return total < infinity ? total : not_a_number;
    }

    FANO_FUNCTION void settle(State const&) {}

    // Fires the reaction in whose stretch the pick lies; returns 1 if the events need a look.
    FANO_FUNCTION u32 fire(State const& state) {
        if (!(state.pick < infinity)) return 0;
        auto const chosen = tree_.choose(state.pick);
        if (table_.features.timed && !accepted(state, chosen.leaf, chosen.rest)) return 0;
        change_counts(chosen.leaf);
        if (!table_.features.state_triggers) return 0;
        if (table_.features.mixed_triggers) return 1;
        this->set_time(state.time);
        for (u32 e = 0; e < table_.event_count; ++e)
            if (this->trigger(e) != this->was_triggered(e)) return 1;
        return 0;
    }

protected:
    using Cell::bounds_;
    using Cell::m_;
    using Cell::stale_;
    using Cell::table_;

private:
    // What is a leaf for the tree. A propensity that cannot be is a NaN, which the keeper will look into.
    FANO_ROUTINE double leaf(u32 reaction) {
        bool const timed = table_.reaction[reaction].timed != 0;
        double const a =
            timed ? this->propensity_bound(reaction) * (1.0 + 0x1p-40) : this->propensity(reaction);
        return a >= 0.0 && a < infinity ? a + 0.0 : not_a_number;  // +0 for -0, which n(n - 1) can be
    }

    FANO_COLD void sum_up(State const& state) {
        if (table_.features.timed) this->set_bounds(state.time, state.window);
        for (u32 r = 0; r < table_.reactions; ++r) tree_.set(r, leaf(r));
        tree_.sum_up();
        *stale_ = 0;
    }

    // Whether a reaction picked by its bound takes place: with the ratio of its propensity now to that.
    FANO_COLD bool accepted(State const& state, u32 reaction, double rest) {
        bounds_[table_.time_register] = Interval<double>{state.time, state.window};
        if (table_.reaction[reaction].timed == 0) return true;
        this->set_time(state.time);
        double const now = this->propensity(reaction);
        if (!(now >= 0.0)) tree_.change(reaction, not_a_number);
        if (rest < now) return true;
        *m_.rejected += 1.0;
        return false;
    }

    FANO_FUNCTION void change_counts(u32 reaction) {
        bool sound = true;
        ReactionEntry const* const entry = table_.reaction + reaction;
        bool const timed = table_.features.timed;
        Array<double> const registers = m_.registers;
        for (u32 i = entry[0].first_change; i < entry[1].first_change; ++i) {
            SpeciesChange const change = table_.species_changes[i];
            double const count = registers[change.species] + change.amount;
            registers[change.species] = count;
            if (timed) bounds_[change.species] = Interval<double>{count, count};
            sound = sound && count >= 0.0;
        }
        if (fired_.first != nullptr) [[unlikely]]
            fired_[reaction] += 1;
        for (u32 i = entry[0].first_dependent; i < entry[1].first_dependent; ++i) {
            Dependent const dependent = table_.dependents[i];
            tree_.change(dependent.reaction, leaf(dependent.reaction), dependent.levels);
        }
        if (!sound) [[unlikely]]
            tree_.change(reaction, not_a_number);
    }

    Strided<u64> fired_;
    SumTree tree_;
};

FANO_KERNELS_END
