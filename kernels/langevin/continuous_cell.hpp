// A cell of the Langevin equation, as the keeper works on it, whatever memory its counts lie in.
#pragma once

#include "kernels/langevin/langevin_network.hpp"

FANO_KERNELS_BEGIN

// Base: births and outputs of a cell with counts of its own, which are those of the equation after load(). Self:
// rates(), count(slot), positive(register), draws() and note(species, few or negative).
template <class Self, class Base>
class ContinuousCell : public Base {
public:
    using Base::Base;
    // Steps are for propensities that depend on nothing but counts.
    static constexpr bool may_have_events = false, may_be_timed = false;

    FANO_FUNCTION void load() {
        this->each_slot([this](u32 i, double& value) { value = self().real_count(i); });
    }
    FANO_FUNCTION void store() {
        this->each_slot([this](u32 i, double& value) { self().real_count(i) = self().positive(i) = value; });
    }
    FANO_FUNCTION void park() {
        this->each_slot([this](u32 i, double&) { self().real_count(i) = self().positive(i) = 0.0; });
    }
    FANO_FUNCTION FailureReport birth(u64 seed, u64 cell) {
        self().draws() = 0;
        return Base::birth(seed, cell);
    }

    FANO_FUNCTION u32 too_large() {
        FANO_UNROLL_ON_GPU
        for (u32 s = 0; s < self().rates().species(); ++s)
            if (!(self().real_count(s) <= largest_count)) return s;
        return none;
    }
    FANO_FUNCTION auto outputs(double time) {
        // What the equation is worth depends on how many molecules there are.
        FANO_UNROLL_ON_GPU
        for (u32 s = 0; s < self().rates().species(); ++s) {
            double const count = self().real_count(s);
            if (count < fewest_molecules) self().note(s, count < 0.0);
        }
        return Base::outputs(time);
    }

    // Nothing fires: reactions go on continuously.
    FANO_FUNCTION u64 firings() const { return 0; }
    FANO_FUNCTION u64 steps() const {
        return self().draws() / langevin_blocks(self().rates().halves(), self().rates().reactions());
    }

    FANO_FUNCTION FailureReport fault(double time) {
        FANO_UNROLL_ON_GPU
        for (u32 r = 0; r < self().rates().reactions(); ++r) {
            double const propensity = self().positive(self().rates().propensity(r));
            if (!(absolute(propensity) < infinity))
                return {propensity_fault(propensity), r, 0, time, propensity};
        }
        return {};
    }

private:
    FANO_FUNCTION Self& self() { return static_cast<Self&>(*this); }
    FANO_FUNCTION Self const& self() const { return static_cast<Self const&>(*this); }
};

FANO_KERNELS_END
