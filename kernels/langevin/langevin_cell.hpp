// A cell of the Langevin equation, as the keeper works on it.
#pragma once

#include "kernels/langevin/langevin_network.hpp"
#include "kernels/ssa/table_cell.hpp"

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

// A lane of a worker's.
class LangevinCell : public ContinuousCell<LangevinCell, TableCell> {
public:
    // `memory`: its slots are the registers; `counts`: those of all lanes.
    LangevinCell(NetworkTable const& table, CellMemory<Contiguous> const& memory, LangevinLanes const& lanes,
                 double* counts, u32 width, u32 lane)
        : ContinuousCell(table, memory),
          rates_(*lanes.table),
          lanes_(lanes),
          counts_(counts),
          width_(width),
          lane_(lane) {}

    TableLangevin const& rates() const { return rates_; }
    double& real_count(u32 i) const { return counts_[i * width_ + lane_]; }
    double& positive(u32 i) const { return lanes_.positive[i * width_ + lane_]; }
    u64& draws() const { return lanes_.draws[lane_]; }
    void note(u32 species, bool negative) const {
        ++lanes_.few[species];
        if (negative) ++lanes_.negative[species];
    }

private:
    TableLangevin rates_;
    LangevinLanes const& lanes_;
    double* counts_;
    u32 width_, lane_;
};

FANO_KERNELS_END
