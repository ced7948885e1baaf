// Cell division: 2 species, 3 reactions.
#include "kernels/launch/cells.hpp"

namespace fano::kernels {

struct Network : CellInRegisters {
    double n_mRNA;
    double n_protein;
    double v_last;
    double upper[3];  // running sums of the propensities
    double time;
    bool was_triggered_0;
    double output[2];

    using Sample = u32;
    using State = LaneState<ScalarLane>;
    static constexpr u32 output_count = 2;
    static constexpr bool may_have_events = true, may_be_timed = false;

    FANO_FUNCTION Network(CellsJob const&, u32) {}
    FANO_FUNCTION static constexpr Features features() { return {false, false, true, false, false}; }

    FANO_FUNCTION double bound(State const&) {
        upper[0] = 2.0;  // transcription: 0 -> mRNA
        upper[1] = upper[0] + 0.25 * n_mRNA;  // translation: mRNA -> mRNA + protein
        upper[2] = upper[1] + 0.2 * n_mRNA;  // mRNA_decay: mRNA -> 0
        return upper[2];
    }

    FANO_FUNCTION void settle(State const&) {}

    FANO_FUNCTION u32 fire(State const& state) {
        [[maybe_unused]] double const pick = state.pick;
        n_mRNA += pick < upper[0] ? 1.0 : pick < upper[1] ? 0.0 : pick < upper[2] ? -1.0 : 0.0;
        n_protein += pick < upper[0] ? 0.0 : pick < upper[1] ? 1.0 : 0.0;
        return 0;
    }

    FANO_FUNCTION FailureReport birth(u64, u64) {
        n_mRNA = 0.0;
        n_protein = 0.0;
        v_last = 0.0;
        time = 0.0;
        return {};
    }

    FANO_FUNCTION u32 too_large() const {
        if (n_mRNA > largest_count) return 0;
        if (n_protein > largest_count) return 1;
        return none;
    }
    FANO_FUNCTION double count(u32 species) const {
        if (species == 0) return n_mRNA;
        if (species == 1) return n_protein;
        return 0.0;
    }
    FANO_FUNCTION static constexpr bool computes_outputs() { return false; }
    FANO_FUNCTION double const* counts() {
        output[0] = n_mRNA;
        output[1] = n_protein;
        return output;
    }
    FANO_FUNCTION double const* outputs(double) { return counts(); }
    FANO_FUNCTION static constexpr u32 unusable_output() { return none; }
    FANO_FUNCTION static constexpr double output_value(u32) { return 0.0; }
    FANO_FUNCTION u64 rejected() const { return 0; }

    FANO_FUNCTION FailureReport fault(double at) {
        time = at;
        if (n_mRNA < 0.0) return {Failure::negative_count, 0, 0, at, n_mRNA};
        if (n_protein < 0.0) return {Failure::negative_count, 1, 0, at, n_protein};
        double propensity;
        Failure failure;
        propensity = 2.0;
        failure = propensity_fault(propensity);
        if (failure != Failure::none) return {failure, 0, 0, at, propensity};
        propensity = 0.25 * n_mRNA;
        failure = propensity_fault(propensity);
        if (failure != Failure::none) return {failure, 1, 0, at, propensity};
        propensity = 0.2 * n_mRNA;
        failure = propensity_fault(propensity);
        if (failure != Failure::none) return {failure, 2, 0, at, propensity};
        return {};
    }

    FANO_FUNCTION void set_time(double at) { time = at; }
    FANO_FUNCTION static constexpr u32 event_count() { return 1; }
    FANO_FUNCTION static constexpr u32 max_assignments() { return 3; }
    FANO_FUNCTION static constexpr EventTraits event([[maybe_unused]] u32 event) {
        if (event == 0) {
            return {true, true, true, false, false, 3, 1};
        }
        return {};
    }
    FANO_FUNCTION bool was_triggered([[maybe_unused]] u32 event) const {
        if (event == 0) {
            return was_triggered_0;
        }
        return false;
    }
    FANO_FUNCTION void set_triggered([[maybe_unused]] u32 event, [[maybe_unused]] bool value) {
        if (event == 0) {
            was_triggered_0 = value;
        }
    }
    FANO_FUNCTION bool trigger([[maybe_unused]] u32 event) {
        if (event == 0) {
            return (truth_less_equal(0.0 - (0.0 - v_last - 30.0), time)) != 0.0;
        }
        return false;
    }
    FANO_FUNCTION double delay([[maybe_unused]] u32 event) {
        return 0.0;
    }
    FANO_FUNCTION double priority([[maybe_unused]] u32 event) {
        return 0.0;
    }
    FANO_FUNCTION double crossing([[maybe_unused]] u32 event, [[maybe_unused]] u32 i) {
        if (event == 0) {
            if (i == 0) {
                return 0.0 - (0.0 - v_last - 30.0);
            }
        }
        return infinity;
    }
    FANO_FUNCTION void values([[maybe_unused]] u32 event, [[maybe_unused]] double* to) {
        if (event == 0) {
            to[0] = floor(0.5 * n_mRNA);
            to[1] = floor(0.5 * n_protein);
            to[2] = time;
        }
    }
    FANO_FUNCTION void scale([[maybe_unused]] u32 event, [[maybe_unused]] double* values) {
    }
    FANO_FUNCTION static constexpr EventTarget target([[maybe_unused]] u32 event, [[maybe_unused]] u32 i) {
        if (event == 0) {
            if (i == 0) return {0, 1};
            if (i == 1) return {1, 1};
            if (i == 2) return {2, 0};
        }
        return {};
    }
    FANO_FUNCTION void assign([[maybe_unused]] u32 slot, [[maybe_unused]] double value) {
        if (slot == 0) n_mRNA = value;
        if (slot == 1) n_protein = value;
        if (slot == 2) v_last = value;
    }
};

}  // namespace fano::kernels

FANO_CELLS_KERNEL(fano::kernels::Network)
