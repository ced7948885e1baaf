// One of many lanes that LangevinNetwork advances together, as the keeper works on it.
#pragma once

#include "kernels/core/lane_normals.hpp"
#include "kernels/langevin/langevin_table.hpp"
#include "kernels/ssa/table_cell.hpp"

FANO_KERNELS_BEGIN

class LangevinCell : public TableCell {
public:
    // Steps are for propensities that depend on nothing but counts.
    static constexpr bool may_have_events = false, may_be_timed = false;

    LangevinCell(NetworkTable const& table, CellMemory<Contiguous> const& memory, LangevinLanes const& lanes,
                 u32 width, u32 lane)
        : TableCell(table, memory), lanes_(lanes), width_(width), lane_(lane) {}

    void load() {
        for (u32 i = 0; i < table_.slots; ++i) m_.registers[i] = m_.slots[i];
    }
    void store() {
        for (u32 i = 0; i < table_.slots; ++i)
            m_.slots[i] = lanes_.positive[i * width_ + lane_] = m_.registers[i];
    }
    void park() {
        for (u32 i = 0; i < table_.slots; ++i) m_.slots[i] = lanes_.positive[i * width_ + lane_] = 0.0;
    }
    FailureReport birth(u64 seed, u64 cell) {
        lanes_.draws[lane_] = 0;
        return TableCell::birth(seed, cell);
    }

    u32 too_large() const {
        for (u32 s = 0; s < table_.species; ++s)
            if (!(count(s) <= largest_count)) return s;
        return none;
    }
    double* counts() {
        note_few();
        return TableCell::counts();
    }
    double* outputs(double time) {
        note_few();
        return TableCell::outputs(time);
    }

    // Nothing fires: reactions go on continuously.
    u64 firings() const { return 0; }
    u64 steps() const {
        u32 const numbers = (lanes_.table->halves ? 2 : 1) * lanes_.table->rates.reactions;
        return lanes_.draws[lane_] / ((numbers + normals_a_block - 1) / normals_a_block);
    }

    FailureReport fault(double time) {
        LeapTable const& rates = lanes_.table->rates;
        for (u32 r = 0; r < rates.reactions; ++r) {
            double const propensity = lanes_.positive[rates.propensity[r] * width_ + lane_];
            if (!(absolute(propensity) < infinity))
                return {propensity_fault(propensity), r, 0, time, propensity};
        }
        return {};
    }

private:
    // What the equation is worth depends on how many molecules there are.
    void note_few() {
        for (u32 s = 0; s < table_.species; ++s) {
            if (count(s) < fewest_molecules) ++lanes_.few[s];
            if (count(s) < 0.0) ++lanes_.negative[s];
        }
    }

    LangevinLanes const& lanes_;
    u32 width_, lane_;
};

FANO_KERNELS_END
