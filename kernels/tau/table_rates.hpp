// The rate laws that steps of many firings read, from tables. The text that src/emit writes for a network has the same
// functions, as constants.
#pragma once

#include "kernels/core/program.hpp"
#include "kernels/tau/leap_table.hpp"

FANO_KERNELS_BEGIN

class TableRates {
public:
    FANO_FUNCTION explicit TableRates(LeapTable const& table) : table_(table) {}

    FANO_FUNCTION u32 species() const { return table_.species; }
    FANO_FUNCTION u32 slots() const { return table_.slots; }
    FANO_FUNCTION u32 registers() const { return table_.registers; }
    FANO_FUNCTION u32 reactions() const { return table_.reactions; }
    FANO_FUNCTION u32 limits() const { return table_.limit_count; }
    FANO_FUNCTION u32 losses() const { return table_.loss_count; }
    FANO_FUNCTION u32 pairs() const { return table_.pair_count; }
    FANO_FUNCTION u32 couplings() const { return table_.coupling_count; }
    FANO_FUNCTION double epsilon() const { return table_.epsilon; }
    FANO_FUNCTION double turnover() const { return table_.turnover; }
    FANO_FUNCTION u32 propensity(u32 r) const { return table_.propensity[r]; }
    FANO_FUNCTION LeapLimit const& limit(u32 i) const { return table_.limits[i]; }
    FANO_FUNCTION LeapLoss const& loss(u32 i) const { return table_.losses[i]; }
    FANO_FUNCTION LeapPair const& pair(u32 p) const { return table_.pairs[p]; }
    FANO_FUNCTION LeapCoupling const& coupling(u32 i) const { return table_.couplings[i]; }
    FANO_FUNCTION u32 first_change(u32 s) const { return table_.first_change[s]; }
    FANO_FUNCTION Change const& change(u32 c) const { return table_.changes[c]; }

    // Of the counts in the first registers.
    template <class Registers>
    FANO_FUNCTION void evaluate_propensities(Registers& registers) const {
        evaluate(table_.code, table_.propensities, registers);
    }
    // After evaluate_propensities() of the same counts.
    template <class Registers>
    FANO_FUNCTION void evaluate_derivatives(Registers& registers) const {
        evaluate(table_.code, table_.derivatives, registers);
    }

private:
    LeapTable const& table_;
};

FANO_KERNELS_END
