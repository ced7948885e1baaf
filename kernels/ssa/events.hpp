// Events of one cell: triggers, delays, priorities, as SBML Level 3 defines them (section 4.11).
//
// A trigger acts when it turns from false to true. Between reactions only time moves, and every comparison that
// involves it has been solved for it, so the moments at which a trigger can turn are known and not searched for.
#pragma once

#include "kernels/ssa/birth.hpp"

namespace fano::kernels {

inline constexpr u32 max_pending_events = 64;
inline constexpr u32 max_event_cascade = 10000;

// The events of one cell that were triggered and wait.
struct PendingEvents {
    u32 count;
    u32 event[max_pending_events];
    double when[max_pending_events];
    double*
        values;  //!< [pending + 1][assignment] what it will assign, if that was fixed when it was triggered
    u64 ties;    // ties broken so far
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

// Network: the cell in hand, at a time that set_time tells it. event_count(), max_assignments(), event(e) ->
// EventTraits, trigger(e), was_triggered(e), set_triggered(e, bool), delay(e), priority(e), values(e, to),
// scale(e, values), target(e, i), assign(slot, value), crossing(e, i).
template <class Network>
class Events {
public:
    FANO_ROUTINE Events(Network& network, PendingEvents& pending, u64 seed, u64 cell)
        : network_(network), pending_(pending), seed_(seed), cell_(cell) {}

    // At birth: initial trigger values, then whatever is triggered at once.
    FANO_ROUTINE FailureReport begin() {
        pending_.count = 0;
        pending_.ties = 0;
        for (u32 e = 0; e < network_.event_count(); ++e)
            network_.set_triggered(e, network_.event(e).initial_value);
        return act(0.0);
    }

    // Everything that happens at this time, now that counts or the time have changed.
    FANO_LONG FailureReport act(double time) {
        network_.set_time(time);
        FailureReport report = look_at_triggers(time);
        for (u32 executed = 0; report.failure == Failure::none; ++executed) {
            u32 const next = most_urgent(time);
            if (next == pending_.count) return report;
            if (executed == max_event_cascade)
                return {Failure::event_cascade, pending_.event[next], cell_, time, 0.0};
            report = execute(next, time);
            if (report.failure == Failure::none) report = look_at_triggers(time);
        }
        return report;
    }

    // When something can happen next if no reaction fires.
    FANO_LONG double next_due(double time) {
        double due = infinity;
        for (u32 i = 0; i < pending_.count; ++i) due = minimum(due, pending_.when[i]);
        for (u32 e = 0; e < network_.event_count(); ++e) due = minimum(due, next_crossing(e, time));
        return due;
    }

private:
    FANO_ROUTINE double* values(u32 index) { return pending_.values + index * network_.max_assignments(); }

    FANO_LONG FailureReport look_at_triggers(double time) {
        for (u32 e = 0; e < network_.event_count(); ++e) {
            EventTraits const event = network_.event(e);
            bool const now = network_.trigger(e);
            bool const before = network_.was_triggered(e);
            if (now == before) continue;
            network_.set_triggered(e, now);
            if (!now) {
                if (!event.persistent) cancel(e);
                continue;
            }
            double const delay = event.has_delay ? network_.delay(e) : 0.0;
            if (!(delay >= 0.0)) return {Failure::event_delay_invalid, e, cell_, time, delay};
            if (pending_.count == max_pending_events) return {Failure::event_queue_full, e, cell_, time, 0.0};
            if (event.values_from_trigger_time) network_.values(e, values(pending_.count));
            pending_.event[pending_.count] = e;
            pending_.when[pending_.count] = time + delay;
            ++pending_.count;
        }
        return {};
    }

    FANO_ROUTINE void remove(u32 index) {
        for (u32 i = index + 1; i < pending_.count; ++i) {
            pending_.event[i - 1] = pending_.event[i];
            pending_.when[i - 1] = pending_.when[i];
            for (u32 a = 0; a < network_.max_assignments(); ++a) values(i - 1)[a] = values(i)[a];
        }
        --pending_.count;
    }

    FANO_ROUTINE void cancel(u32 event) {
        for (u32 i = pending_.count; i-- > 0;)
            if (pending_.event[i] == event) remove(i);
    }

    // The pending event to execute now: highest priority first, ties at random, events without a priority last
    // and in the order they were triggered. The number of pending events if there is none.
    FANO_ROUTINE u32 most_urgent(double time) {
        u32 best = pending_.count;
        double best_priority = -infinity;
        u32 tied = 0;
        for (u32 i = 0; i < pending_.count; ++i) {
            if (!(pending_.when[i] <= time)) continue;
            u32 const e = pending_.event[i];
            if (!network_.event(e).has_priority) {
                if (best == pending_.count) best = i;
                continue;
            }
            double const priority = network_.priority(e);
            if (tied == 0 || priority > best_priority) {
                best = i;
                best_priority = priority;
                tied = 1;
            } else if (priority == best_priority) {
                ++tied;
                Stream next{seed_, cell_, Purpose::event_order, pending_.ties++};
                if (next() * tied < 1.0) best = i;
            }
        }
        return best;
    }

    FANO_ROUTINE FailureReport execute(u32 index, double time) {
        u32 const e = pending_.event[index];
        EventTraits const event = network_.event(e);
        double* const assigned = values(index);
        if (!event.values_from_trigger_time) network_.values(e, assigned);
        network_.scale(e, assigned);  // all volumes are read before any of them is set
        for (u32 i = 0; i < event.assignments; ++i) {
            EventTarget const target = network_.target(e, i);
            double value = assigned[i];
            if (target.whole != 0) {
                double const whole = whole_number(value);
                if (!(whole == whole)) return {Failure::event_not_whole, e, cell_, time, value};
                if (whole < 0.0) return {Failure::negative_count, target.slot, cell_, time, whole};
                if (whole > largest_count) return {Failure::count_too_large, target.slot, cell_, time, whole};
                value = whole;
            }
            network_.assign(target.slot, value);
        }
        remove(index);
        return {};
    }

    // The next moment after `time` at which the trigger can turn: a crossing, or the next double after it, where
    // a strict comparison such as t > 5 turns.
    FANO_ROUTINE double next_crossing(u32 e, double time) {
        double due = infinity;
        for (u32 i = 0; i < network_.event(e).crossings; ++i) {
            double candidate = network_.crossing(e, i);
            if (candidate == time) candidate = time == 0.0 ? 0x1p-1022 : real(bits(time) + 1);
            if (candidate > time) due = minimum(due, candidate);
        }
        return due;
    }

    Network& network_;
    PendingEvents& pending_;
    u64 seed_, cell_;
};

FANO_KERNELS_END
