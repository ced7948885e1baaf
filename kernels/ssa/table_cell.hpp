// A cell of a network read from tables, as the keeper works on it: its birth, its outputs, its events. What
// the keeper asks of all propensities depends on the method: DenseCell evaluates them together, SparseCell
// each alone.
#pragma once

#include "kernels/ssa/birth.hpp"

FANO_KERNELS_BEGIN

// Where the cell is. The host allocates it.
template <template <class> class Array>
struct CellMemory {
    Array<double> registers;   //!< [register] what formulas work on, constants in place
    Strided<double> slots;     //!< [slot] of the cell between steps; may be the registers themselves
    Strided<double> triggers;  //!< [event] trigger values after the last step
    Array<double> outputs;     //!< [output]
    double* rejected;          // steps in which the proposal was thinned away
    u64* fired;                //!< [reaction] firings in this cell, or null
};

template <template <class> class Array>
class BasicTableCell {
public:
    static constexpr bool may_have_events = true, may_be_timed = true;

    FANO_ROUTINE BasicTableCell(NetworkTable const& table, CellMemory<Array> const& memory)
        : table_(table), m_(memory) {}

    FANO_ROUTINE Features const& features() const { return table_.features; }

    FANO_COLD FailureReport birth(u64 seed, u64 cell) {
        *m_.rejected = 0.0;
        if (m_.fired != nullptr)
            for (u32 reaction = 0; reaction < table_.reactions; ++reaction) m_.fired[reaction] = 0;
        for (u32 slot = 0; slot < table_.slots; ++slot) m_.registers[slot] = table_.initial[slot];
        set_time(0.0);
        for (u32 i = 0; i < table_.birth_count; ++i) {
            BirthEntry const& entry = table_.births[i];
            evaluate(table_.code, entry.arguments, m_.registers);
            FailureReport const report = draw_quantity(entry, m_.registers[entry.a], m_.registers[entry.b],
                                                       seed, cell, m_.registers[entry.slot]);
            if (report.failure != Failure::none) return report;
        }
        return {};
    }

    // Of the scalar copy: what the cell was born with, or what was loaded.
    template <class Work>
    FANO_FUNCTION void each_slot(Work const& work) {
        for (u32 i = 0; i < table_.slots; ++i) work(i, m_.registers[i]);
    }

    // Of the cell between steps, which need not have been loaded.
    FANO_ROUTINE double count(u32 species) const { return m_.slots[species]; }
    FANO_COLD u32 too_large() const {
        for (u32 s = 0; s < table_.species; ++s)
            if (count(s) > largest_count) return s;
        return none;
    }
    FANO_ROUTINE bool computes_outputs() const { return table_.computed_outputs; }
    FANO_COLD Array<double> counts() {
        for (u32 o = 0; o < table_.output_count; ++o) m_.outputs[o] = count(table_.output[o]);
        return m_.outputs;
    }
    FANO_COLD Array<double> outputs(double time) {
        set_time(time);
        evaluate(table_.code, table_.outputs, m_.registers);
        for (u32 o = 0; o < table_.output_count; ++o) m_.outputs[o] = m_.registers[table_.output[o]];
        return m_.outputs;
    }
    FANO_COLD u32 unusable_output() const {
        for (u32 o = 0; o < table_.output_count; ++o)
            if (!(absolute(m_.outputs[o]) < table_.output_limit[o])) return o;
        return none;
    }
    FANO_ROUTINE double output_value(u32 output) const { return m_.outputs[output]; }
    FANO_ROUTINE u64 rejected() const { return static_cast<u64>(*m_.rejected); }
    FANO_ROUTINE u64 const* fired() const { return m_.fired; }

    // Events, numbered as in the table.
    FANO_ROUTINE void set_time(double time) { m_.registers[table_.time_register] = time; }
    FANO_ROUTINE u32 event_count() const { return table_.event_count; }
    FANO_ROUTINE u32 max_assignments() const { return table_.max_assignments; }
    FANO_ROUTINE EventTraits const& event(u32 e) const { return table_.events[e].traits; }
    FANO_ROUTINE bool was_triggered(u32 e) const { return m_.triggers[e] != 0.0; }
    FANO_ROUTINE void set_triggered(u32 e, bool value) { m_.triggers[e] = value ? 1.0 : 0.0; }
    FANO_COLD bool trigger(u32 e) {
        return value(table_.events[e].trigger, table_.events[e].trigger_register) != 0.0;
    }
    FANO_COLD double delay(u32 e) { return value(table_.events[e].delay, table_.events[e].delay_register); }
    FANO_COLD double priority(u32 e) {
        return value(table_.events[e].priority, table_.events[e].priority_register);
    }
    FANO_COLD double crossing(u32 e, u32 i) {
        Crossing const& crossing = table_.crossings[table_.events[e].first_crossing + i];
        return value(crossing.program, crossing.reg);
    }
    FANO_COLD void values(u32 e, double* to) {
        evaluate(table_.code, table_.events[e].values, m_.registers);
        for (u32 i = 0; i < event(e).assignments; ++i) to[i] = m_.registers[assignment(e, i).reg];
    }
    FANO_COLD void scale(u32 e, double* values) {
        evaluate(table_.code, table_.events[e].volumes, m_.registers);
        for (u32 i = 0; i < event(e).assignments; ++i)
            if (assignment(e, i).scaled != 0) values[i] *= m_.registers[assignment(e, i).volume];
    }
    FANO_ROUTINE EventTarget target(u32 e, u32 i) const { return assignment(e, i).target; }
    FANO_ROUTINE void assign(u32 slot, double value) { m_.registers[slot] = value; }

protected:
    FANO_ROUTINE double value(Program program, u32 reg) {
        evaluate(table_.code, program, m_.registers);
        return m_.registers[reg];
    }

    NetworkTable const& table_;
    CellMemory<Array> m_;

private:
    FANO_ROUTINE EventAssignment const& assignment(u32 e, u32 i) const {
        return table_.assignments[table_.events[e].first_assignment + i];
    }
};

using TableCell = BasicTableCell<Contiguous>;

// One of many lanes that TableNetwork advances together: the keeper works on a scalar copy of its registers.
class DenseCell : public TableCell {
public:
    // `bounds`: [register], constants in place (timed only).
    DenseCell(NetworkTable const& table, CellMemory<Contiguous> const& memory, Interval<double>* bounds)
        : TableCell(table, memory), bounds_(bounds) {}

    void load() {
        for (u32 i = 0; i < table_.slots; ++i) m_.registers[i] = m_.slots[i];
    }
    void store() {
        for (u32 i = 0; i < table_.slots; ++i) m_.slots[i] = m_.registers[i];
    }
    void park() {
        for (u32 i = 0; i < table_.slots; ++i) m_.slots[i] = 0.0;
    }

    double total(double time) {
        set_time(time);
        evaluate(table_.code, table_.propensities, m_.registers);
        double sum = 0.0;
        for (u32 r = 0; r < table_.reactions; ++r) sum += m_.registers[table_.propensity[r]];
        return sum;
    }

    // Over all times between; total() was called for these counts.
    double total_bound(double from, double to) {
        for (u32 i = 0; i < table_.slots; ++i)
            bounds_[i] = Interval<double>{m_.registers[i], m_.registers[i]};
        bounds_[table_.time_register] = Interval<double>{from, to};
        evaluate(table_.code, table_.timed_propensities, bounds_);
        double sum = 0.0;
        for (u32 r = 0; r < table_.reactions; ++r)
            sum += table_.timed[r] != 0 ? bounds_[table_.propensity[r]].high
                                        : m_.registers[table_.propensity[r]];
        return sum;
    }
    // The reaction that the last total_bound() found without a bound.
    u32 unbounded_reaction() const {
        for (u32 r = 0; r < table_.reactions; ++r)
            if (table_.timed[r] != 0 && !(bounds_[table_.propensity[r]].high < infinity)) return r;
        return 0;
    }

    // Why the total is not a number, if a count or a propensity is at fault.
    FailureReport fault(double time) {
        set_time(time);
        for (u32 s = 0; s < table_.species; ++s)
            if (m_.registers[s] < 0.0) return {Failure::negative_count, s, 0, time, m_.registers[s]};
        evaluate(table_.code, table_.propensities, m_.registers);
        for (u32 r = 0; r < table_.reactions; ++r) {
            Failure const failure = propensity_fault(m_.registers[table_.propensity[r]]);
            if (failure != Failure::none) return {failure, r, 0, time, m_.registers[table_.propensity[r]]};
        }
        return {};
    }

private:
    Interval<double>* bounds_;
};

FANO_KERNELS_END
