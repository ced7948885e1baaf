// Events of one cell at a time: triggers, delays, priorities, as SBML Level 3 defines them (section 4.11).
//
// A trigger acts when it turns from false to true. Between reactions only time moves, and every comparison that
// involves it has been solved for it, so the moments at which a trigger can turn are known and not searched for.
#pragma once

#include "kernels/ssa/birth.hpp"

FANO_KERNELS_BEGIN

inline constexpr u32 max_pending_events = 64;
inline constexpr u32 max_event_cascade = 10000;

// The event state of one lane. `values` holds, for each pending event, what it will assign if that was
// fixed when it was triggered.
struct LaneEvents {
    double* trigger_value;  //!< [event] stride `stride`
    u32 stride;
    u32 pending;
    u32 event[max_pending_events];
    double when[max_pending_events];
    double* values;  //!< [pending][assignment]
    u64 ties;        // ties broken so far
};

class Events {
public:
    // `registers`: the scalar registers of the cell in hand, which the caller loads and stores.
    Events(NetworkTable const& table, u64 seed, double* registers)
        : table_(table), seed_(seed), r_(registers) {}

    // At birth: initial trigger values, then whatever is triggered at once.
    FailureReport begin(LaneEvents& lane, u64 cell) {
        lane.pending = 0;
        lane.ties = 0;
        for (u32 e = 0; e < table_.event_count; ++e)
            lane.trigger_value[e * lane.stride] = table_.events[e].initial_value ? 1.0 : 0.0;
        return act(lane, cell, 0.0);
    }

    // Everything that happens at this time, now that counts or the time have changed.
    FailureReport act(LaneEvents& lane, u64 cell, double time) {
        r_[table_.time_register] = time;
        FailureReport report = look_at_triggers(lane, cell, time);
        for (u32 executed = 0; report.failure == Failure::none; ++executed) {
            u32 const next = most_urgent(lane, cell, time);
            if (next == lane.pending) return report;
            if (executed == max_event_cascade)
                return {Failure::event_cascade, lane.event[next], cell, time, 0.0};
            report = execute(lane, next, cell, time);
            if (report.failure == Failure::none) report = look_at_triggers(lane, cell, time);
        }
        return report;
    }

    // When something can happen next if no reaction fires.
    double next_due(LaneEvents const& lane, double time) {
        double due = infinity;
        for (u32 i = 0; i < lane.pending; ++i) due = minimum(due, lane.when[i]);
        for (u32 e = 0; e < table_.event_count; ++e)
            due = minimum(due, next_crossing(table_.events[e], time));
        return due;
    }

private:
    double value(Program program, u32 reg) {
        evaluate(table_.code, program, r_);
        return r_[reg];
    }

    FailureReport look_at_triggers(LaneEvents& lane, u64 cell, double time) {
        for (u32 e = 0; e < table_.event_count; ++e) {
            EventEntry const& event = table_.events[e];
            double const now = value(event.trigger, event.trigger_register) != 0.0 ? 1.0 : 0.0;
            double& before = lane.trigger_value[e * lane.stride];
            bool const rises = before == 0.0 && now != 0.0;
            bool const falls = before != 0.0 && now == 0.0;
            before = now;
            if (falls && !event.persistent) cancel(lane, e);
            if (!rises) continue;
            double const delay = event.has_delay ? value(event.delay, event.delay_register) : 0.0;
            if (!(delay >= 0.0)) return {Failure::event_delay_invalid, e, cell, time, delay};
            if (lane.pending == max_pending_events) return {Failure::event_queue_full, e, cell, time, 0.0};
            if (event.values_from_trigger_time)
                store_values(event, lane.values + lane.pending * table_.max_assignments);
            lane.event[lane.pending] = e;
            lane.when[lane.pending] = time + delay;
            ++lane.pending;
        }
        return {};
    }

    void store_values(EventEntry const& event, double* values) {
        evaluate(table_.code, event.values, r_);
        for (u32 i = 0; i < event.assignments; ++i)
            values[i] = r_[table_.assignments[event.first_assignment + i].reg];
    }

    void remove(LaneEvents& lane, u32 index) {
        for (u32 i = index + 1; i < lane.pending; ++i) {
            lane.event[i - 1] = lane.event[i];
            lane.when[i - 1] = lane.when[i];
            for (u32 a = 0; a < table_.max_assignments; ++a)
                lane.values[(i - 1) * table_.max_assignments + a] =
                    lane.values[i * table_.max_assignments + a];
        }
        --lane.pending;
    }

    void cancel(LaneEvents& lane, u32 event) {
        for (u32 i = lane.pending; i-- > 0;)
            if (lane.event[i] == event) remove(lane, i);
    }

    // The pending event to execute now: highest priority first, ties at random, events without a priority last
    // and in the order they were triggered. lane.pending if there is none.
    u32 most_urgent(LaneEvents& lane, u64 cell, double time) {
        u32 best = lane.pending;
        double best_priority = -infinity;
        u32 tied = 0;
        for (u32 i = 0; i < lane.pending; ++i) {
            if (!(lane.when[i] <= time)) continue;
            EventEntry const& event = table_.events[lane.event[i]];
            if (!event.has_priority) {
                if (best == lane.pending) best = i;
                continue;
            }
            double const priority = value(event.priority, event.priority_register);
            if (tied == 0 || priority > best_priority) {
                best = i;
                best_priority = priority;
                tied = 1;
            } else if (priority == best_priority) {
                ++tied;
                Stream next{seed_, cell, Purpose::event_order, lane.ties++};
                if (next() * tied < 1.0) best = i;
            }
        }
        return best;
    }

    FailureReport execute(LaneEvents& lane, u32 index, u64 cell, double time) {
        u32 const number = lane.event[index];
        EventEntry const& event = table_.events[number];
        double* const values = lane.values + index * table_.max_assignments;
        if (!event.values_from_trigger_time) store_values(event, values);
        // All volumes are read before any of them is set.
        evaluate(table_.code, event.volumes, r_);
        for (u32 i = 0; i < event.assignments; ++i) {
            EventAssignment const& assignment = table_.assignments[event.first_assignment + i];
            if (assignment.scaled != 0) values[i] *= r_[assignment.volume];
        }
        for (u32 i = 0; i < event.assignments; ++i) {
            EventAssignment const& assignment = table_.assignments[event.first_assignment + i];
            double assigned = values[i];
            if (assignment.whole != 0) {
                double const whole = whole_number(assigned);
                if (!(whole == whole)) return {Failure::event_not_whole, number, cell, time, assigned};
                if (whole < 0.0) return {Failure::negative_count, assignment.slot, cell, time, whole};
                if (whole > largest_count)
                    return {Failure::count_too_large, assignment.slot, cell, time, whole};
                assigned = whole;
            }
            r_[assignment.slot] = assigned;
        }
        remove(lane, index);
        return {};
    }

    // The next moment after `time` at which the trigger can turn: a crossing, or the next double after it, where
    // a strict comparison such as t > 5 turns.
    double next_crossing(EventEntry const& event, double time) {
        double due = infinity;
        for (u32 i = 0; i < event.crossings; ++i) {
            Crossing const& crossing = table_.crossings[event.first_crossing + i];
            evaluate(table_.code, crossing.program, r_);
            double candidate = r_[crossing.reg];
            if (candidate == time) candidate = time == 0.0 ? 0x1p-1022 : real(bits(time) + 1);
            if (candidate > time) due = minimum(due, candidate);
        }
        return due;
    }

    NetworkTable const& table_;
    u64 seed_;
    double* r_;
};

FANO_KERNELS_END
