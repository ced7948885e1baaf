// A cell of a large network, as the keeper works on it: in place, each propensity by a program of its own.
#pragma once

#include "kernels/ssa/table_cell.hpp"

FANO_KERNELS_BEGIN

// Memory of one cell of a large network, beside what every cell read from tables has.
template <template <class> class Array>
struct SparseMemory {
    CellMemory<Array> cell;          // its slots are the registers
    double* sums;                    //!< a SumTree of propensities or their bounds
    Array<Interval<double>> bounds;  //!< [register], constants in place (timed only)
    Strided<u64> fired;              //!< [reaction] counts of firings, or null
    u32* stale;                      // 1 if the sums do not belong to the counts
};

template <template <class> class Array>
class SparseCell : public BasicTableCell<Array> {
    using Base = BasicTableCell<Array>;

public:
    FANO_ROUTINE SparseCell(NetworkTable const& table, SparseMemory<Array> const& memory)
        : Base(table, memory.cell), bounds_(memory.bounds), stale_(memory.stale) {}

    FANO_ROUTINE void load() {}
    FANO_ROUTINE void store() {}
    FANO_ROUTINE void park() {}

    FANO_ROUTINE FailureReport birth(u64 seed, u64 cell) {
        *stale_ = 1;
        return Base::birth(seed, cell);
    }
    FANO_ROUTINE void assign(u32 slot, double value) {
        *stale_ = 1;
        Base::assign(slot, value);
    }

    FANO_COLD double total(double time) {
        this->set_time(time);
        double sum = 0.0;
        for (u32 r = 0; r < table_.reactions; ++r) sum += propensity(r);
        return sum;
    }

    // Over all times between. The bounds of the window that this opens are not those of the last one.
    FANO_COLD double total_bound(double from, double to) {
        *stale_ = 1;
        set_bounds(from, to);
        double sum = 0.0;
        for (u32 r = 0; r < table_.reactions; ++r)
            sum += table_.reaction[r].timed != 0 ? propensity_bound(r) : propensity(r);
        return sum;
    }
    // The reaction that the last total_bound() found without a bound.
    FANO_COLD u32 unbounded_reaction() {
        for (u32 r = 0; r < table_.reactions; ++r)
            if (table_.reaction[r].timed != 0 && !(propensity_bound(r) < infinity)) return r;
        return 0;
    }

    // Why the total is not a number, if a count or a propensity is at fault.
    FANO_COLD FailureReport fault(double time) {
        this->set_time(time);
        for (u32 s = 0; s < table_.species; ++s)
            if (m_.registers[s] < 0.0) return {Failure::negative_count, s, 0, time, m_.registers[s]};
        for (u32 r = 0; r < table_.reactions; ++r) {
            double const a = propensity(r);
            Failure const failure = propensity_fault(a);
            if (failure != Failure::none) return {failure, r, 0, time, a};
        }
        return {};
    }

protected:
    using Base::m_;
    using Base::table_;

    // At the time that set_time() told.
    FANO_ROUTINE double propensity(u32 reaction) {
        return this->value(table_.reaction[reaction].program, table_.reaction[reaction].propensity);
    }

    // Upper, over the times that set_bounds() told.
    FANO_COLD double propensity_bound(u32 reaction) {
        evaluate(table_.code, table_.reaction[reaction].program, bounds_);
        return bounds_[table_.reaction[reaction].propensity].high;
    }
    FANO_COLD void set_bounds(double from, double to) {
        for (u32 i = 0; i < table_.slots; ++i)
            bounds_[i] = Interval<double>{m_.registers[i], m_.registers[i]};
        bounds_[table_.time_register] = Interval<double>{from, to};
    }

    Array<Interval<double>> bounds_;
    u32* stale_;
};

FANO_KERNELS_END
