// Telegraph gene: 3 species, 4 reactions.
#include "kernels/launch/cells.hpp"

namespace fano::kernels {

struct Network : CellInRegisters {
    double n_G_off;
    double n_G_on;
    double n_mRNA;
    double upper[4];  // running sums of the propensities
    double output[3];

    using Sample = u32;
    using State = LaneState<ScalarLane>;
    static constexpr u32 output_count = 3;
    static constexpr bool may_have_events = false, may_be_timed = false;

    FANO_FUNCTION Network(CellsJob const&, u32) {}
    FANO_FUNCTION static constexpr Features features() { return {false, false, false, false, false}; }

    FANO_FUNCTION double bound(State const&) {
        upper[0] = 0.5 * n_G_off;  // activation: G_off -> G_on
        upper[1] = upper[0] + n_G_on;  // activation_reverse: G_on -> G_off
        upper[2] = upper[1] + 20.0 * n_G_on;  // transcription: G_on -> G_on + mRNA
        upper[3] = upper[2] + n_mRNA;  // decay: mRNA -> 0
        return upper[3];
    }

    FANO_FUNCTION void settle(State const&) {}

    FANO_FUNCTION u32 fire(State const& state) {
        [[maybe_unused]] double const pick = state.pick;
        n_G_off += pick < upper[0] ? -1.0 : pick < upper[1] ? 1.0 : 0.0;
        n_G_on += pick < upper[0] ? 1.0 : pick < upper[1] ? -1.0 : 0.0;
        n_mRNA += pick < upper[1] ? 0.0 : pick < upper[2] ? 1.0 : pick < upper[3] ? -1.0 : 0.0;
        return 0;
    }

    FANO_FUNCTION FailureReport birth(u64, u64) {
        n_G_off = 1.0;
        n_G_on = 0.0;
        n_mRNA = 0.0;
        return {};
    }

    FANO_FUNCTION u32 too_large() const {
        if (n_G_off > largest_count) return 0;
        if (n_G_on > largest_count) return 1;
        if (n_mRNA > largest_count) return 2;
        return none;
    }
    FANO_FUNCTION double count(u32 species) const {
        if (species == 0) return n_G_off;
        if (species == 1) return n_G_on;
        if (species == 2) return n_mRNA;
        return 0.0;
    }
    FANO_FUNCTION static constexpr bool computes_outputs() { return false; }
    FANO_FUNCTION double const* counts() {
        output[0] = n_G_off;
        output[1] = n_G_on;
        output[2] = n_mRNA;
        return output;
    }
    FANO_FUNCTION double const* outputs(double) { return counts(); }
    FANO_FUNCTION static constexpr u32 unusable_output() { return none; }
    FANO_FUNCTION static constexpr double output_value(u32) { return 0.0; }
    FANO_FUNCTION u64 rejected() const { return 0; }

    FANO_FUNCTION FailureReport fault(double at) {
        if (n_G_off < 0.0) return {Failure::negative_count, 0, 0, at, n_G_off};
        if (n_G_on < 0.0) return {Failure::negative_count, 1, 0, at, n_G_on};
        if (n_mRNA < 0.0) return {Failure::negative_count, 2, 0, at, n_mRNA};
        double propensity;
        Failure failure;
        propensity = 0.5 * n_G_off;
        failure = propensity_fault(propensity);
        if (failure != Failure::none) return {failure, 0, 0, at, propensity};
        propensity = n_G_on;
        failure = propensity_fault(propensity);
        if (failure != Failure::none) return {failure, 1, 0, at, propensity};
        propensity = 20.0 * n_G_on;
        failure = propensity_fault(propensity);
        if (failure != Failure::none) return {failure, 2, 0, at, propensity};
        propensity = n_mRNA;
        failure = propensity_fault(propensity);
        if (failure != Failure::none) return {failure, 3, 0, at, propensity};
        return {};
    }
};

}  // namespace fano::kernels

FANO_CELLS_KERNEL(fano::kernels::Network)
