// The keeper attends to single lanes of the direct method: it takes cells from the feed, records samples,
// carries out events, opens the windows in which bounds of propensities hold, and tells why a cell cannot go on.
//
// Rare work, done one lane at a time on a scalar copy of the lane's registers.
#pragma once

#include "kernels/ssa/events.hpp"

namespace fano::kernels {

// One worker's lanes as the keeper sees them: arrays over lanes, whatever the width.
struct LaneView {
    u32 width;
    double* time;
    double* due;
    double* proposed;
    double* pick;
    double* window;
    u64* draw;
    u64* cell;
    double* registers;  //!< [register][lane]
    double* triggers;   //!< [event][lane]
    double* rejected;   //!< [lane]
    u64* fired;         //!< [lane][reaction], or null
};

struct KeeperOptions {
    u64 seed;
    double const* times;  //!< ascending, >= 0
    u32 time_count;
    u64 max_events;  // steps a cell may take
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

// Scalar memory of a keeper; the host allocates it.
struct KeeperMemory {
    double* registers;         //!< [register], constants in place
    Interval<double>* bounds;  //!< [register], constants in place
    double* outputs;           //!< [output]
    u32* next_sample;          //!< [lane]
    double* event_due;         //!< [lane]
    double* window_length;     //!< [lane]
    u64* discarded;            //!< [lane] steps that were not to fire
    LaneEvents* events;        //!< [lane]
};

// Hooks: take() -> cell or no_cell; sample(cell, first, last, outputs) for the sample times [first, last);
// finish(cell, firings, fired); stopped(); fail(report).
template <class Hooks>
class Keeper {
public:
    Keeper(NetworkTable const& table, KeeperOptions const& options, LaneView const& lanes,
           KeeperMemory const& memory, Hooks& hooks)
        : table_(table),
          options_(options),
          lanes_(lanes),
          m_(memory),
          hooks_(hooks),
          events_(table, options.seed, memory.registers) {}

    void start() {
        for (u32 lane = 0; lane < lanes_.width; ++lane) begin_cell(lane);
        for (u32 lane = 0; lane < lanes_.width; ++lane) lanes_.time[lane] = lanes_.proposed[lane];
    }

    bool active() const { return running_ > 0 && !failed_; }

    // Lanes whose proposal lies beyond what is due, or is not a number.
    void late(u32 lanes) {
        for (; lanes != 0 && !failed_; lanes &= lanes - 1) attend(static_cast<u32>(__builtin_ctz(lanes)));
    }

    // Lanes in which a reaction changed a trigger.
    void triggered(u32 lanes) {
        for (; lanes != 0 && !failed_; lanes &= lanes - 1) {
            u32 const lane = static_cast<u32>(__builtin_ctz(lanes));
            if (lanes_.cell[lane] != no_cell && !parked(lane)) act(lane, lanes_.time[lane]);
        }
    }

    // Now and then: has a cell run away, are we to stop?
    void pulse() {
        if (hooks_.stopped()) fail({Failure::stopped, 0, 0, 0.0, 0.0});
        for (u32 lane = 0; lane < lanes_.width; ++lane)
            if (!parked(lane)) check_steps(lane);
    }

private:
    bool parked(u32 lane) const { return m_.next_sample[lane] == options_.time_count; }

    void fail(FailureReport const& report) {
        if (failed_) return;
        failed_ = true;
        hooks_.fail(report);
    }

    void check_steps(u32 lane) {
        if (lanes_.draw[lane] > options_.max_events)
            fail({Failure::too_many_events, 0, lanes_.cell[lane], lanes_.time[lane], 0.0});
    }

    void load(u32 lane) {
        for (u32 i = 0; i < table_.slots; ++i) m_.registers[i] = lanes_.registers[i * lanes_.width + lane];
    }
    void store(u32 lane) {
        for (u32 i = 0; i < table_.slots; ++i) lanes_.registers[i * lanes_.width + lane] = m_.registers[i];
    }

    // No reaction in this step; the lane goes on from `time`.
    void pass(u32 lane, double time) {
        lanes_.proposed[lane] = time;
        lanes_.pick[lane] = infinity;
        ++m_.discarded[lane];
    }

    void begin_cell(u32 lane) {
        u64 const cell = hooks_.take();
        if (cell == no_cell) return park(lane);
        ++running_;
        FailureReport const born = give_birth(table_, options_.seed, cell, m_.registers);
        if (born.failure != Failure::none) return fail(born);
        store(lane);
        lanes_.cell[lane] = cell;
        lanes_.draw[lane] = 0;
        lanes_.window[lane] = infinity;
        lanes_.rejected[lane] = 0.0;
        m_.next_sample[lane] = 0;
        m_.event_due[lane] = infinity;
        m_.discarded[lane] = 0;
        m_.window_length[lane] = 0.0;
        if (lanes_.fired != nullptr)
            for (u32 r = 0; r < table_.reactions; ++r) lanes_.fired[lane * table_.reactions + r] = 0;
        lanes_.proposed[lane] = 0.0;
        lanes_.pick[lane] = infinity;
        if (table_.features.events) {
            FailureReport const report = events_.begin(m_.events[lane], cell);
            if (report.failure != Failure::none) return fail(report);
            store(lane);
            m_.event_due[lane] = events_.next_due(m_.events[lane], 0.0);
        }
        if (table_.features.timed) open_window(lane, 0.0);
        set_due(lane);
    }

    // A parked lane waits for the others; it is never due, and nothing reads what its reactions do.
    void park(u32 lane) {
        m_.next_sample[lane] = options_.time_count;
        lanes_.due[lane] = infinity;
        lanes_.proposed[lane] = infinity;
        lanes_.window[lane] = infinity;
        lanes_.pick[lane] = infinity;
        for (u32 i = 0; i < table_.slots; ++i) lanes_.registers[i * lanes_.width + lane] = 0.0;
    }

    void set_due(u32 lane) {
        double const sample = options_.times[m_.next_sample[lane]];
        lanes_.due[lane] = minimum(minimum(sample, m_.event_due[lane]), lanes_.window[lane]);
    }

    void attend(u32 lane) {
        if (parked(lane)) {
            lanes_.proposed[lane] = infinity;
            lanes_.pick[lane] = infinity;
            return;
        }
        double const proposed = lanes_.proposed[lane];
        if (!(proposed == proposed)) return reconsider(lane);
        u32 const first = m_.next_sample[lane];
        u32 last = first;
        double const next = minimum(minimum(m_.event_due[lane], lanes_.window[lane]), proposed);
        // Events and reactions of a sample's own time come before the sample.
        while (last < options_.time_count && options_.times[last] < next) ++last;
        if (last > first) record(lane, first, last);
        m_.next_sample[lane] = last;
        if (failed_) return;
        if (last == options_.time_count) return end_cell(lane);
        if (proposed <= m_.event_due[lane] && proposed <= lanes_.window[lane]) return set_due(lane);
        if (m_.event_due[lane] <= lanes_.window[lane]) {
            double const time = m_.event_due[lane];
            pass(lane, time);
            act(lane, time);
        } else {
            double const time = lanes_.window[lane];
            pass(lane, time);
            load(lane);
            open_window(lane, time);
            set_due(lane);
        }
    }

    void act(u32 lane, double time) {
        load(lane);
        FailureReport const report = events_.act(m_.events[lane], lanes_.cell[lane], time);
        if (report.failure != Failure::none) return fail(report);
        store(lane);
        m_.event_due[lane] = events_.next_due(m_.events[lane], time);
        set_due(lane);
    }

    void record(u32 lane, u32 first, u32 last) {
        double const* const values = lanes_.registers + lane;
        u64 const cell = lanes_.cell[lane];
        for (u32 s = 0; s < table_.species; ++s)
            if (values[s * lanes_.width] > largest_count)
                return fail(
                    {Failure::count_too_large, s, cell, options_.times[first], values[s * lanes_.width]});
        if (!table_.computed_outputs) {
            for (u32 o = 0; o < table_.output_count; ++o)
                m_.outputs[o] = values[table_.output[o] * lanes_.width];
            hooks_.sample(cell, first, last, m_.outputs);
            return;
        }
        load(lane);
        for (u32 time = first; time < last; ++time) {  // an output may depend on time
            m_.registers[table_.time_register] = options_.times[time];
            evaluate(table_.code, table_.outputs, m_.registers);
            for (u32 o = 0; o < table_.output_count; ++o) {
                double const value = m_.registers[table_.output[o]];
                m_.outputs[o] = value;
                if (!(absolute(value) < table_.output_limit[o]))
                    return fail({Failure::output_unusable, o, cell, options_.times[time], value});
            }
            hooks_.sample(cell, time, time + 1, m_.outputs);
        }
    }

    void end_cell(u32 lane) {
        check_steps(lane);
        if (failed_) return;
        u64 const steps =
            lanes_.draw[lane] - m_.discarded[lane] - 1;  // the last proposal lies beyond the end
        u64 const firings = steps - static_cast<u64>(lanes_.rejected[lane]);
        hooks_.finish(lanes_.cell[lane], firings,
                      lanes_.fired != nullptr ? lanes_.fired + lane * table_.reactions : nullptr);
        --running_;
        begin_cell(lane);
    }

    // Chooses how long the bounds shall hold: long, as long as they waste few proposals.
    void open_window(u32 lane, double time) {
        double& length = m_.window_length[lane];
        double const now = total_propensity(time);
        length = length > 0.0 ? 2.0 * length : (now > 0.0 ? 1.0 / now : 1.0);
        for (int halvings = 0; halvings < 200 && time + length > time; ++halvings, length *= 0.5) {
            double const bound = total_bound(time, time + length);
            double const later = total_propensity(time + length);
            // Close to the larger of the rates at its ends, and not far above the smaller: a window must not
            // bound a long quiet stretch by the burst that follows it.
            bool const close = bound <= 1.25 * maximum(now, later) && bound <= 8.0 * minimum(now, later);
            bool const tight = close || bound * length <= 1.0;
            if (bound < infinity && tight) {
                lanes_.window[lane] = time + length;
                return;
            }
        }
        m_.registers[table_.time_register] = time;
        for (u32 r = 0; r < table_.reactions; ++r)
            if (table_.timed[r] != 0 && !(m_.bounds[table_.propensity[r]].high < infinity))
                return fail({Failure::unbounded_propensity, r, lanes_.cell[lane], time, 0.0});
        fail({Failure::unbounded_propensity, 0, lanes_.cell[lane], time, 0.0});
    }

    double total_propensity(double time) {
        m_.registers[table_.time_register] = time;
        evaluate(table_.code, table_.propensities, m_.registers);
        double total = 0.0;
        for (u32 r = 0; r < table_.reactions; ++r) total += m_.registers[table_.propensity[r]];
        return total;
    }

    double total_bound(double from, double to) {
        for (u32 i = 0; i < table_.slots; ++i)
            m_.bounds[i] = Interval<double>{m_.registers[i], m_.registers[i]};
        m_.bounds[table_.time_register] = Interval<double>{from, to};
        evaluate(table_.code, table_.timed_propensities, m_.bounds);
        double total = 0.0;
        for (u32 r = 0; r < table_.reactions; ++r)
            total += table_.timed[r] != 0 ? m_.bounds[table_.propensity[r]].high
                                          : m_.registers[table_.propensity[r]];
        return total;
    }

    // The total was not a number. Either the network is at fault, or a bound became infinite and a shorter
    // window helps.
    void reconsider(u32 lane) {
        double const time = lanes_.time[lane];
        u64 const cell = lanes_.cell[lane];
        load(lane);
        m_.registers[table_.time_register] = time;
        for (u32 s = 0; s < table_.species; ++s)
            if (m_.registers[s] < 0.0) return fail({Failure::negative_count, s, cell, time, m_.registers[s]});
        evaluate(table_.code, table_.propensities, m_.registers);
        for (u32 r = 0; r < table_.reactions; ++r) {
            double const value = m_.registers[table_.propensity[r]];
            if (!(value == value)) return fail({Failure::not_a_number, r, cell, time, value});
            if (value < 0.0) return fail({Failure::negative_propensity, r, cell, time, value});
            if (!(value < infinity)) return fail({Failure::infinite_propensity, r, cell, time, value});
        }
        if (!table_.features.timed) return fail({Failure::infinite_propensity, 0, cell, time, infinity});
        pass(lane, time);
        open_window(lane, time);
        set_due(lane);
    }

    NetworkTable const& table_;
    KeeperOptions options_;
    LaneView lanes_;
    KeeperMemory m_;
    Hooks& hooks_;
    Events events_;
    u64 running_ = 0;
    bool failed_ = false;
};

FANO_KERNELS_END
