// One of many lanes that LeapNetwork advances together, as the keeper works on it. A sample within a leap is drawn
// from what must happen in between: given the firings of the whole leap, those of its beginning are binomial.
#pragma once

#include "kernels/core/samplers.hpp"
#include "kernels/ssa/table_cell.hpp"
#include "kernels/tau/leap_table.hpp"

FANO_KERNELS_BEGIN

class LeapCell : public TableCell {
public:
    // Leaps are for propensities that depend on nothing but counts.
    static constexpr bool may_have_events = false, may_be_timed = false;

    LeapCell(NetworkTable const& table, CellMemory<Contiguous> const& memory, LeapLanes const& lanes,
             u32 width, u32 lane, LeapRoom const& room)
        : TableCell(table, memory), lanes_(lanes), width_(width), lane_(lane), room_(room) {}

    void load() {
        for (u32 i = 0; i < table_.slots; ++i) m_.registers[i] = m_.slots[i];
    }
    // A cell that is born, or was changed from outside, takes no part in the leap at hand.
    void store() {
        for (u32 i = 0; i < table_.slots; ++i) m_.slots[i] = m_.registers[i];
        forget_leap();
    }
    void park() {
        for (u32 i = 0; i < table_.slots; ++i) m_.slots[i] = 0.0;
        forget_leap();
    }
    FailureReport birth(u64 seed, u64 cell) {
        here(lanes_.exact_left) = 0.0;
        here(lanes_.fired) = 0.0;
        here(lanes_.leaps) = 0.0;
        here(lanes_.exact_steps) = 0.0;
        here(lanes_.shortened) = 0.0;
        lanes_.draws[lane_] = 0;
        return TableCell::birth(seed, cell);
    }

    // Of the cell that was loaded.
    double count(u32 species) const { return m_.registers[species]; }
    u32 too_large() const {
        for (u32 s = 0; s < table_.species; ++s)
            if (count(s) > largest_count) return s;
        return none;
    }
    double* counts() {
        for (u32 o = 0; o < table_.output_count; ++o) m_.outputs[o] = count(table_.output[o]);
        return m_.outputs;
    }

    bool leaping() const { return here(lanes_.leaping) != 0.0; }
    // Before samples within the leap from `start` to `end`; the cell has been loaded.
    void begin_samples(double start, double end) {
        LeapTable const& leap = table();
        start_ = start;
        length_ = end - start;
        passed_ = 0.0;
        for (u32 i = 0; i < table_.slots; ++i) room_.registers[i] = m_.slots[i];
        for (u32 s = 0; s < leap.species; ++s) room_.start[s] = m_.slots[s];
        for (u32 r = 0; r < leap.reactions; ++r) {
            double const all = at(lanes_.firings, r);
            room_.first[r] = at(lanes_.first, r);
            room_.later[r] = all - room_.first[r];
            room_.fired[r] = room_.part[r] = 0.0;
        }
    }
    // To the sample's time: as many firings as a leap until then would have had. What the halves of the long leap hold is
    // Poisson, so a binomial part of it is what the halves of the short one hold. Counts that cannot be are drawn
    // again.
    void advance(u64 seed, u64 cell, u32 sample, double time) {
        LeapTable const& leap = table();
        double const part = minimum((time - start_) / length_, 1.0);
        if (!(part > passed_)) return;
        Stream next{seed, cell, Purpose::leap_sample, static_cast<u64>(sample) << 32};
        constexpr int attempts = 1000;  // each of which is nearly certain to do
        for (int i = 0; i < attempts && !draw_until(part, next); ++i) {
        }
        for (u32 s = 0; s < leap.species; ++s) m_.registers[s] = maximum(m_.registers[s], 0.0);
        for (u32 r = 0; r < leap.reactions; ++r) {
            room_.fired[r] += room_.added[r] + room_.added_later[r];
            room_.first[r] -= room_.added[r];
            room_.later[r] -= room_.added_later[r];
            room_.part[r] = later_part(r, part);
        }
        passed_ = part;
    }

    // At the end of the cell, within a leap: what fired until then counts.
    void end_within_leap() {
        if (!leaping()) return;
        for (u32 r = 0; r < table().reactions; ++r) {
            here(lanes_.fired) += room_.fired[r];
            if (m_.fired != nullptr) m_.fired[r] += static_cast<u64>(room_.fired[r]);
        }
    }
    u64 firings() const { return static_cast<u64>(here(lanes_.fired)); }
    // Leaps that were begun: the last one may go on beyond the cell's end.
    LeapCounts history() const {
        auto const whole = [&](double* list) { return static_cast<u64>(here(list)); };
        return {whole(lanes_.leaps), whole(lanes_.exact_steps), whole(lanes_.shortened)};
    }

    FailureReport fault(double time) {
        LeapTable const& leap = *lanes_.table;
        for (u32 s = 0; s < table_.species; ++s)
            if (m_.slots[s] < 0.0) return {Failure::negative_count, s, 0, time, m_.slots[s]};
        for (u32 r = 0; r < leap.reactions; ++r) {
            double const propensity = m_.slots[leap.propensity[r]];  // of the step that went wrong
            Failure const failure = propensity_fault(propensity);
            if (failure != Failure::none) return {failure, r, 0, time, propensity};
        }
        return {};
    }

private:
    LeapTable const& table() const { return *lanes_.table; }
    double& here(double* list) const { return list[lane_]; }
    double& at(double* list, u32 i) const { return list[i * width_ + lane_]; }

    void forget_leap() {
        here(lanes_.leaping) = 0.0;
        for (u32 r = 0; r < table().reactions; ++r) at(lanes_.firings, r) = 0.0;
    }

    // Counts at this part of the leap, in m_.registers; false if one is negative.
    bool draw_until(double part, Stream& next) {
        LeapTable const& leap = table();
        double const passing = (part - passed_) / (1.0 - passed_);
        for (u32 r = 0; r < leap.reactions; ++r) {
            room_.added[r] = Binomial{room_.first[r], passing}(next);
            room_.added_later[r] = 0.0;
        }
        // The propensities half-way to the sample: the first half's firings so far.
        for (u32 s = 0; s < leap.species; ++s) room_.registers[s] = maximum(count_with_first(s), 0.0);
        evaluate(leap.code, leap.propensities, room_.registers);
        for (u32 r = 0; r < leap.reactions; ++r) {
            double const before = room_.part[r], now = later_part(r, part);
            if (now > before)
                room_.added_later[r] = Binomial{room_.later[r], (now - before) / (1.0 - before)}(next);
        }
        bool possible = true;
        for (u32 s = 0; s < leap.species; ++s) {
            double count = room_.start[s];
            for (u32 c = leap.first_change[s]; c < leap.first_change[s + 1]; ++c) {
                u32 const r = leap.changes[c].reaction;
                count += leap.changes[c].amount * (room_.fired[r] + room_.added[r] + room_.added_later[r]);
            }
            m_.registers[s] = count;
            possible = possible && count >= 0.0;
        }
        return possible;
    }

    double count_with_first(u32 s) const {
        LeapTable const& leap = table();
        double count = room_.start[s];
        for (u32 c = leap.first_change[s]; c < leap.first_change[s + 1]; ++c) {
            u32 const r = leap.changes[c].reaction;
            count += leap.changes[c].amount * (at(lanes_.first, r) - room_.first[r] + room_.added[r]);
        }
        return count;
    }

    // Which part of the second half's firings belongs to a leap of this part's length: in proportion to length and rate.
    double later_part(u32 r, double part) const {
        u32 const reg = table().propensity[r];
        double const rate = m_.slots[reg], middle = at(lanes_.middle, reg);
        double const whole = 2.0 * middle - rate, until = maximum(2.0 * room_.registers[reg] - rate, 0.0);
        double const share = whole > 0.0 ? part * until / whole : part;
        return minimum(maximum(share, room_.part[r]), 1.0);
    }

    LeapLanes const& lanes_;
    u32 width_, lane_;
    LeapRoom room_;
    double start_ = 0.0, length_ = 0.0, passed_ = 0.0;
};

FANO_KERNELS_END
