// A cell that leaps, as the keeper works on it, whatever memory the leap lies in.
#pragma once

#include "kernels/tau/leap_sampler.hpp"

FANO_KERNELS_BEGIN

// Base: births and outputs of a cell with counts of its own, which are those of the leap after load(), or those of a
// sample. Self: lane(), room(), rates(), and count_firings(reaction, firings).
template <class Self, class Base>
class LeapingCell : public Base {
public:
    using Base::Base;
    // Leaps are for propensities that depend on nothing but counts.
    static constexpr bool may_have_events = false, may_be_timed = false;

    FANO_FUNCTION void load() {
        this->each_slot([leap = self().lane()](u32 i, double& value) { value = leap.count(i); });
    }
    // A cell that is born, or was changed from outside, takes no part in the leap at hand.
    FANO_FUNCTION void store() {
        this->each_slot([leap = self().lane()](u32 i, double& value) { leap.count(i) = value; });
        forget_leap();
    }
    FANO_FUNCTION void park() {
        this->each_slot([leap = self().lane()](u32 i, double&) { leap.count(i) = 0.0; });
        forget_leap();
    }
    FANO_FUNCTION FailureReport birth(u64 seed, u64 cell) {
        auto const leap = self().lane();
        leap.exact_left() = leap.fired() = leap.leaps() = leap.exact_steps() = leap.shortened() = 0.0;
        leap.stiff_leaps() = 0.0;
        leap.draws() = 0;
        return Base::birth(seed, cell);
    }

    FANO_FUNCTION bool leaping() const { return self().lane().leaping() != 0.0; }
    // Before samples within the leap from `start` to `end`; the cell has been loaded.
    FANO_FUNCTION void begin_samples(double start, double end) { sampler().begin(start, end); }
    FANO_FUNCTION void advance(u64 seed, u64 cell, u32 sample, double time) {
        if (!sampler().advance(seed, cell, sample, time)) return;
        this->each_slot([this](u32 i, double& value) {
            if (i < self().rates().species()) value = self().room().counts[i];
        });
    }

    // At the end of the cell, within a leap: what fired until then counts.
    FANO_FUNCTION void end_within_leap() {
        if (!leaping()) return;
        FANO_UNROLL_ON_GPU
        for (u32 r = 0; r < self().rates().reactions(); ++r) {
            double const fired = self().room().fired[r];
            self().lane().fired() += fired;
            self().count_firings(r, static_cast<u64>(fired));
        }
    }
    FANO_FUNCTION u64 firings() const { return static_cast<u64>(self().lane().fired()); }
    // Leaps that were begun: the last one may go on beyond the cell's end.
    FANO_FUNCTION LeapCounts history() const {
        auto const leap = self().lane();
        return {static_cast<u64>(leap.leaps()), static_cast<u64>(leap.exact_steps()),
                static_cast<u64>(leap.shortened()), static_cast<u64>(leap.stiff_leaps())};
    }

    FANO_FUNCTION FailureReport fault(double time) {
        auto const leap = self().lane();
        FANO_UNROLL_ON_GPU
        for (u32 s = 0; s < self().rates().species(); ++s)
            if (leap.count(s) < 0.0) return {Failure::negative_count, s, 0, time, leap.count(s)};
        FANO_UNROLL_ON_GPU
        for (u32 r = 0; r < self().rates().reactions(); ++r) {
            double const propensity =
                leap.count(self().rates().propensity(r));  // of the step that went wrong
            Failure const failure = propensity_fault(propensity);
            if (failure != Failure::none) return {failure, r, 0, time, propensity};
        }
        return {};
    }

private:
    FANO_FUNCTION Self& self() { return static_cast<Self&>(*this); }
    FANO_FUNCTION Self const& self() const { return static_cast<Self const&>(*this); }
    FANO_FUNCTION auto sampler() { return LeapSampler{self().rates(), self().lane(), self().room()}; }

    FANO_FUNCTION void forget_leap() {
        auto const leap = self().lane();
        leap.leaping() = 0.0;
        FANO_UNROLL_ON_GPU
        for (u32 r = 0; r < self().rates().reactions(); ++r) leap.firings(r) = 0.0;
    }
};

FANO_KERNELS_END
