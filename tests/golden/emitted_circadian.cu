// Circadian transcription: 1 species, 2 reactions.
#include "kernels/launch/cells.hpp"

namespace fano::kernels {

struct Network : CellInRegisters {
    double n_mRNA;
    double upper[2];  // running sums of the propensities
    double accepted[2];  // until where a pick is accepted
    double rejections;
    u32 without_bound;
    double time;
    double output[1];

    using Sample = u32;
    using State = LaneState<ScalarLane>;
    static constexpr u32 output_count = 1;
    static constexpr bool may_have_events = false, may_be_timed = true;

    FANO_FUNCTION Network(CellsJob const&, u32) {}
    FANO_FUNCTION static constexpr Features features() { return {true, false, false, false, false}; }

    // transcription: 0 -> mRNA
    template <class Value>
    FANO_LONG static Value rate_0(Value time) {
        return (sin(time * Value(6.283185307179586) / Value(24.0)) * Value(0.8) + Value(1.0)) * Value(15.0);
    }

    FANO_FUNCTION double bound(State const& state) {
        time = state.time;
        Interval<double> const until_window{state.time, state.window};
        upper[0] = 0.0 + (rate_0<Interval<double>>(until_window).high * (1.0 + 0x1p-40));  // transcription: 0 -> mRNA
        upper[1] = upper[0] + 0.3 * n_mRNA;  // decay: mRNA -> 0
        return upper[1] < infinity ? upper[1] : not_a_number;
    }

    FANO_FUNCTION void settle(State const& state) {
        time = state.time;
        accepted[0] = 0.0 + rate_0<double>(time);
    }

    FANO_FUNCTION u32 fire(State const& state) {
        [[maybe_unused]] double pick = state.pick;
        bool const chosen = pick < upper[1];
        double const limit = pick < upper[0] ? accepted[0] : pick < upper[1] ? upper[1] : infinity;
        if (chosen && !(pick < limit)) {
            rejections += 1.0;
            pick = infinity;
        }
        n_mRNA += pick < upper[0] ? 1.0 : pick < upper[1] ? -1.0 : 0.0;
        return 0;
    }

    FANO_FUNCTION FailureReport birth(u64, u64) {
        n_mRNA = 0.0;
        time = 0.0;
        rejections = 0.0;
        return {};
    }

    FANO_FUNCTION u32 too_large() const {
        if (n_mRNA > largest_count) return 0;
        return none;
    }
    FANO_FUNCTION double count(u32 species) const {
        if (species == 0) return n_mRNA;
        return 0.0;
    }
    FANO_FUNCTION static constexpr bool computes_outputs() { return false; }
    FANO_FUNCTION double const* counts() {
        output[0] = n_mRNA;
        return output;
    }
    FANO_FUNCTION double const* outputs(double) { return counts(); }
    FANO_FUNCTION static constexpr u32 unusable_output() { return none; }
    FANO_FUNCTION static constexpr double output_value(u32) { return 0.0; }
    FANO_FUNCTION u64 rejected() const { return static_cast<u64>(rejections); }

    FANO_FUNCTION double total(double at) {
        time = at;
        double sum = 0.0;
        sum += rate_0<double>(time);
        sum += 0.3 * n_mRNA;
        return sum;
    }
    FANO_FUNCTION double total_bound(double from, double to) {
        Interval<double> const between{from, to};
        without_bound = 0;
        bool found = false;
        double sum = 0.0, high;
        high = rate_0<Interval<double>>(between).high;
        if (!found && !(high < infinity)) without_bound = 0, found = true;
        sum += high;
        sum += 0.3 * n_mRNA;
        return sum;
    }
    FANO_FUNCTION u32 unbounded_reaction() const { return without_bound; }

    FANO_FUNCTION FailureReport fault(double at) {
        time = at;
        if (n_mRNA < 0.0) return {Failure::negative_count, 0, 0, at, n_mRNA};
        double propensity;
        Failure failure;
        propensity = rate_0<double>(time);
        failure = propensity_fault(propensity);
        if (failure != Failure::none) return {failure, 0, 0, at, propensity};
        propensity = 0.3 * n_mRNA;
        failure = propensity_fault(propensity);
        if (failure != Failure::none) return {failure, 1, 0, at, propensity};
        return {};
    }
};

}  // namespace fano::kernels

FANO_CELLS_KERNEL(fano::kernels::Network)
