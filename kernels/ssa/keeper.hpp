// The keeper attends to one cell of the direct method when something other than a reaction is due: it takes
// cells from the feed, records samples, carries out events, opens the windows in which bounds of propensities
// hold, and tells why a cell cannot go on.
#pragma once

#include "kernels/ssa/events.hpp"

namespace fano::kernels {

struct KeeperOptions {
    u64 seed;
    double const* times;  //!< ascending, >= 0
    u32 time_count;
    u64 max_events;  // steps a cell may take
};

// What a keeper remembers of a lane.
struct KeeperNotes {
    u32 next_sample;
    double event_due;
    double window_length;
    u64 discarded;  // steps that were not to fire
};

// A lane of the method's state, and the notes on it. Names the values where they are.
struct CellView {
    double& time;
    double& due;
    double& proposed;
    double& pick;
    double& window;
    u64& draw;
    u64& cell;
    KeeperNotes& notes;
    PendingEvents* pending;  // with events only
};

// Of all lanes of a worker.
struct KeeperStatus {
    u32 running = 0;
    bool failed = false;
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

// Network: the cell in hand (DenseCell, SparseCell, or the text emitted for a network); load() and store() bracket
// work on it. Hooks: take() -> cell or no_cell; sample(cell, first, last, outputs) for the sample times [first, last);
// finish(cell, firings, network); fail(report).
template <class Network, class Hooks>
class Keeper {
public:
    FANO_FUNCTION Keeper(Network& network, CellView cell, KeeperOptions const& options, KeeperStatus& status,
                         Hooks& hooks)
        : network_(network), c_(cell), options_(options), status_(status), hooks_(hooks) {}

    FANO_FUNCTION bool parked() const { return c_.notes.next_sample == options_.time_count; }

    FANO_LONG void begin() {
        u64 const cell = hooks_.take();
        if (cell == no_cell) return park();
        ++status_.running;
        FailureReport const born = network_.birth(options_.seed, cell);
        if (born.failure != Failure::none) return fail(born);
        c_.cell = cell;
        c_.draw = 0;
        c_.window = infinity;
        c_.proposed = 0.0;
        c_.pick = infinity;
        c_.notes = {0, infinity, 0.0, 0};
        if constexpr (Network::may_have_events) {
            if (network_.features().events) {
                Events<Network> events{network_, *c_.pending, options_.seed, cell};
                FailureReport const report = events.begin();
                if (report.failure != Failure::none) return fail(report);
                c_.notes.event_due = events.next_due(0.0);
            }
        }
        network_.store();
        open_window_if_timed(0.0);
        set_due();
    }

    // The proposal lies beyond what is due, or is not a number.
    FANO_FUNCTION void attend() {
        if (parked()) {
            c_.proposed = infinity;
            c_.pick = infinity;
            return;
        }
        double const proposed = c_.proposed;
        if (!(proposed == proposed)) return reconsider();
        u32 const first = c_.notes.next_sample;
        u32 last = first;
        double const next = until_break(proposed);
        // Events and reactions of a sample's own time come before the sample.
        while (last < options_.time_count && options_.times[last] < next) ++last;
        if (last > first) record(first, last);
        c_.notes.next_sample = last;
        if (status_.failed) return;
        if (last == options_.time_count) return end();
        if constexpr (has_breaks) {
            if (!(proposed <= next_break())) return interrupt();
        }
        set_due();
    }

    // A reaction, or the time, may have changed a trigger.
    FANO_LONG void act(double time) {
        if constexpr (Network::may_have_events) {
            network_.load();
            Events<Network> events{network_, *c_.pending, options_.seed, c_.cell};
            FailureReport const report = events.act(time);
            if (report.failure != Failure::none) return fail(report);
            network_.store();
            c_.notes.event_due = events.next_due(time);
            set_due();
        }
    }

    // Has the cell run away?
    FANO_FUNCTION void check_steps() {
        if (c_.draw > options_.max_events) fail({Failure::too_many_events, 0, c_.cell, c_.time, 0.0});
    }

    FANO_FUNCTION void fail(FailureReport const& report) {
        if (status_.failed) return;
        status_.failed = true;
        hooks_.fail(report);
    }

private:
    // Whether many reactions may fire in one step, and samples lie within it.
    static constexpr bool leaps = requires(Network & network) { network.leaping(); };
    // Whether anything but samples can interrupt the reactions: an event, the end of a window.
    static constexpr bool has_breaks = Network::may_have_events || Network::may_be_timed;

    FANO_FUNCTION double next_break() const { return minimum(c_.notes.event_due, c_.window); }
    FANO_FUNCTION double until_break(double time) const {
        if constexpr (has_breaks) return minimum(time, next_break());
        return time;
    }

    FANO_FUNCTION void set_due() { c_.due = until_break(options_.times[c_.notes.next_sample]); }

    // An event or the end of a window comes before the proposed reaction.
    FANO_FUNCTION void interrupt() {
        double const time = next_break();
        pass(time);
        if (c_.notes.event_due <= c_.window) return act(time);
        network_.load();
        open_window_if_timed(time);
        set_due();
    }

    // No reaction in this step; the cell goes on from `time`.
    FANO_FUNCTION void pass(double time) {
        c_.proposed = time;
        c_.pick = infinity;
        ++c_.notes.discarded;
    }

    // A parked lane waits for the others; it is never due, and nothing reads what its reactions do.
    FANO_FUNCTION void park() {
        c_.notes.next_sample = options_.time_count;
        c_.due = infinity;
        c_.proposed = infinity;
        c_.window = infinity;
        c_.pick = infinity;
        network_.park();
    }

    FANO_FUNCTION void record(u32 first, u32 last) {
        if constexpr (leaps) {
            network_.load();
            if (network_.leaping()) {
                network_.begin_samples(c_.time, c_.proposed);
                for (u32 i = first; i < last && !status_.failed; ++i) {
                    network_.advance(options_.seed, c_.cell, i, options_.times[i]);
                    record_state(i, i + 1);
                }
                return;
            }
        } else if (network_.computes_outputs()) {
            network_.load();
        }
        record_state(first, last);
    }

    FANO_LONG void record_state(u32 first, u32 last) {
        u32 const large = network_.too_large();
        if (large != none)
            return fail(
                {Failure::count_too_large, large, c_.cell, options_.times[first], network_.count(large)});
        if (!network_.computes_outputs()) {
            hooks_.sample(c_.cell, first, last, network_.counts());
            return;
        }
        for (u32 i = first; i < last; ++i) {  // an output may depend on time
            double const time = options_.times[i];
            auto const outputs = network_.outputs(time);
            u32 const unusable = network_.unusable_output();
            if (unusable != none)
                return fail(
                    {Failure::output_unusable, unusable, c_.cell, time, network_.output_value(unusable)});
            hooks_.sample(c_.cell, i, i + 1, outputs);
        }
    }

    FANO_FUNCTION void end() {
        check_steps();
        if (status_.failed) return;
        if constexpr (leaps) network_.end_within_leap();
        hooks_.finish(c_.cell, firings(), network_);
        --status_.running;
        begin();
    }

    FANO_FUNCTION u64 firings() const {
        if constexpr (requires { network_.firings(); })
            return network_.firings();
        else  // the last proposal lies beyond the end
            return c_.draw - c_.notes.discarded - 1 - network_.rejected();
    }

    FANO_FUNCTION void open_window_if_timed(double time) {
        if constexpr (Network::may_be_timed) {
            if (network_.features().timed) open_window(time);
        }
    }

    // Chooses how long the bounds shall hold: long, as long as they waste few proposals.
    FANO_LONG void open_window(double time) {
        double& length = c_.notes.window_length;
        double const now = network_.total(time);
        length = length > 0.0 ? 2.0 * length : (now > 0.0 ? 1.0 / now : 1.0);
        for (int halvings = 0; halvings < 200 && time + length > time; ++halvings, length *= 0.5) {
            double const bound = network_.total_bound(time, time + length);
            double const later = network_.total(time + length);
            // Close to the larger of the rates at its ends, and not far above the smaller: a window must not
            // bound a long quiet stretch by the burst that follows it.
            bool const close = bound <= 1.25 * maximum(now, later) && bound <= 8.0 * minimum(now, later);
            bool const tight = close || bound * length <= 1.0;
            if (bound < infinity && tight) {
                c_.window = time + length;
                return;
            }
        }
        fail({Failure::unbounded_propensity, network_.unbounded_reaction(), c_.cell, time, 0.0});
    }

    // The total was not a number. Either the network is at fault, or a bound became infinite and a shorter
    // window helps.
    FANO_FUNCTION void reconsider() {
        double const time = c_.time;
        network_.load();
        FailureReport report = network_.fault(time);
        if (report.failure == Failure::none && !network_.features().timed)
            report = {Failure::infinite_propensity, 0, 0, time, infinity};
        if (report.failure != Failure::none) {
            report.cell = c_.cell;
            return fail(report);
        }
        pass(time);
        open_window_if_timed(time);
        set_due();
    }

    Network& network_;
    CellView c_;
    KeeperOptions const& options_;
    KeeperStatus& status_;
    Hooks& hooks_;
};

FANO_KERNELS_END
