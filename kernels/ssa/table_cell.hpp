// One lane of a network read from tables, as the keeper works on it: a scalar copy of the lane's registers.
#pragma once

#include "kernels/ssa/birth.hpp"

FANO_KERNELS_BEGIN

// Scalar memory to work in; the host allocates it.
struct TableCellMemory {
    double* registers;         //!< [register], constants in place
    Interval<double>* bounds;  //!< [register], constants in place (timed only)
    double* outputs;           //!< [output]
};

// Where the lane itself is.
struct LaneRegisters {
    double* value;     //!< [register] every `stride`
    double* triggers;  //!< [event] every `stride`
    double* rejected;
    u64* fired;  //!< [reaction], or null
    u32 stride;
};

class TableCell {
public:
    static constexpr bool may_have_events = true, may_be_timed = true;

    TableCell(NetworkTable const& table, TableCellMemory const& memory, LaneRegisters const& lane)
        : table_(table), r_(memory.registers), m_(memory), lane_(lane) {}

    Features const& features() const { return table_.features; }

    void load() {
        for (u32 i = 0; i < table_.slots; ++i) r_[i] = lane_.value[i * lane_.stride];
    }
    void store() {
        for (u32 i = 0; i < table_.slots; ++i) lane_.value[i * lane_.stride] = r_[i];
    }
    void park() {
        for (u32 i = 0; i < table_.slots; ++i) lane_.value[i * lane_.stride] = 0.0;
    }

    FailureReport birth(u64 seed, u64 cell) {
        *lane_.rejected = 0.0;
        if (lane_.fired != nullptr)
            for (u32 reaction = 0; reaction < table_.reactions; ++reaction) lane_.fired[reaction] = 0;
        for (u32 slot = 0; slot < table_.slots; ++slot) r_[slot] = table_.initial[slot];
        set_time(0.0);
        for (u32 i = 0; i < table_.birth_count; ++i) {
            BirthEntry const& entry = table_.births[i];
            evaluate(table_.code, entry.arguments, r_);
            FailureReport const report =
                draw_quantity(entry, r_[entry.a], r_[entry.b], seed, cell, r_[entry.slot]);
            if (report.failure != Failure::none) return report;
        }
        return {};
    }

    // Of the lane, which need not have been loaded.
    double count(u32 species) const { return lane_.value[species * lane_.stride]; }
    u32 too_large() const {
        for (u32 s = 0; s < table_.species; ++s)
            if (count(s) > largest_count) return s;
        return none;
    }
    bool computes_outputs() const { return table_.computed_outputs; }
    double const* counts() {
        for (u32 o = 0; o < table_.output_count; ++o) m_.outputs[o] = count(table_.output[o]);
        return m_.outputs;
    }
    double const* outputs(double time) {
        set_time(time);
        evaluate(table_.code, table_.outputs, r_);
        for (u32 o = 0; o < table_.output_count; ++o) m_.outputs[o] = r_[table_.output[o]];
        return m_.outputs;
    }
    u32 unusable_output() const {
        for (u32 o = 0; o < table_.output_count; ++o)
            if (!(absolute(m_.outputs[o]) < table_.output_limit[o])) return o;
        return none;
    }
    double output_value(u32 output) const { return m_.outputs[output]; }
    u64 rejected() const { return static_cast<u64>(*lane_.rejected); }
    u64 const* fired() const { return lane_.fired; }

    double total(double time) {
        set_time(time);
        evaluate(table_.code, table_.propensities, r_);
        double sum = 0.0;
        for (u32 r = 0; r < table_.reactions; ++r) sum += r_[table_.propensity[r]];
        return sum;
    }

    // Over all times between; total() was called for these counts.
    double total_bound(double from, double to) {
        for (u32 i = 0; i < table_.slots; ++i) m_.bounds[i] = Interval<double>{r_[i], r_[i]};
        m_.bounds[table_.time_register] = Interval<double>{from, to};
        evaluate(table_.code, table_.timed_propensities, m_.bounds);
        double sum = 0.0;
        for (u32 r = 0; r < table_.reactions; ++r)
            sum += table_.timed[r] != 0 ? m_.bounds[table_.propensity[r]].high : r_[table_.propensity[r]];
        return sum;
    }
    // The reaction that the last total_bound() found without a bound.
    u32 unbounded_reaction() const {
        for (u32 r = 0; r < table_.reactions; ++r)
            if (table_.timed[r] != 0 && !(m_.bounds[table_.propensity[r]].high < infinity)) return r;
        return 0;
    }

    // Why the total is not a number, if a count or a propensity is at fault.
    FailureReport fault(double time) {
        set_time(time);
        for (u32 s = 0; s < table_.species; ++s)
            if (r_[s] < 0.0) return {Failure::negative_count, s, 0, time, r_[s]};
        evaluate(table_.code, table_.propensities, r_);
        for (u32 r = 0; r < table_.reactions; ++r) {
            Failure const failure = propensity_fault(r_[table_.propensity[r]]);
            if (failure != Failure::none) return {failure, r, 0, time, r_[table_.propensity[r]]};
        }
        return {};
    }

    // Events, numbered as in the table.
    void set_time(double time) { r_[table_.time_register] = time; }
    u32 event_count() const { return table_.event_count; }
    u32 max_assignments() const { return table_.max_assignments; }
    EventTraits const& event(u32 e) const { return table_.events[e].traits; }
    bool was_triggered(u32 e) const { return lane_.triggers[e * lane_.stride] != 0.0; }
    void set_triggered(u32 e, bool value) { lane_.triggers[e * lane_.stride] = value ? 1.0 : 0.0; }
    bool trigger(u32 e) { return value(table_.events[e].trigger, table_.events[e].trigger_register) != 0.0; }
    double delay(u32 e) { return value(table_.events[e].delay, table_.events[e].delay_register); }
    double priority(u32 e) { return value(table_.events[e].priority, table_.events[e].priority_register); }
    double crossing(u32 e, u32 i) {
        Crossing const& crossing = table_.crossings[table_.events[e].first_crossing + i];
        return value(crossing.program, crossing.reg);
    }
    void values(u32 e, double* to) {
        evaluate(table_.code, table_.events[e].values, r_);
        for (u32 i = 0; i < event(e).assignments; ++i) to[i] = r_[assignment(e, i).reg];
    }
    void scale(u32 e, double* values) {
        evaluate(table_.code, table_.events[e].volumes, r_);
        for (u32 i = 0; i < event(e).assignments; ++i)
            if (assignment(e, i).scaled != 0) values[i] *= r_[assignment(e, i).volume];
    }
    EventTarget target(u32 e, u32 i) const { return assignment(e, i).target; }
    void assign(u32 slot, double value) { r_[slot] = value; }

private:
    EventAssignment const& assignment(u32 e, u32 i) const {
        return table_.assignments[table_.events[e].first_assignment + i];
    }
    double value(Program program, u32 reg) {
        evaluate(table_.code, program, r_);
        return r_[reg];
    }

    NetworkTable const& table_;
    double* r_;
    TableCellMemory m_;
    LaneRegisters lane_;
};

FANO_KERNELS_END
