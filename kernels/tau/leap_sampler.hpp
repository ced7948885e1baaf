// Samples within a leap, drawn from what must happen in between: given the firings of the whole leap, those of its
// beginning are binomial.
#pragma once

#include "kernels/core/samplers.hpp"
#include "kernels/tau/table_rates.hpp"

FANO_KERNELS_BEGIN

// Leap: the leap of one cell, as LeapLane. Room: as LeapRoom.
template <class Rates, class Leap, class Room>
class LeapSampler {
public:
    FANO_FUNCTION LeapSampler(Rates const& rates, Leap const& leap, Room& room)
        : rates_(rates), leap_(leap), room_(room) {}

    // The leap goes from `start` to `end`.
    FANO_FUNCTION void begin(double start, double end) {
        room_.begun = start;
        room_.length = end - start;
        room_.passed = 0.0;
        for (u32 i = 0; i < rates_.slots(); ++i) room_.registers[i] = leap_.count(i);
        for (u32 s = 0; s < rates_.species(); ++s) room_.start[s] = leap_.count(s);
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            double const all = leap_.firings(r);
            room_.first[r] = leap_.first(r);
            room_.later[r] = all - room_.first[r];
            room_.fired[r] = room_.part[r] = 0.0;
        }
    }

    // To the sample's time, with counts in room.counts: as many firings as a leap until then would have had. What the
    // halves of the long leap hold is Poisson, so a binomial part of it is what the halves of the short one hold. Counts
    // that cannot be are drawn again. False if the sample's time is that of the one before.
    FANO_FUNCTION bool advance(u64 seed, u64 cell, u32 sample, double time) {
        double const part = minimum((time - room_.begun) / room_.length, 1.0);
        if (!(part > room_.passed)) return false;
        Stream next{seed, cell, Purpose::leap_sample, static_cast<u64>(sample) << 32};
        constexpr int attempts = 1000;  // each of which is nearly certain to do
        for (int i = 0; i < attempts && !draw_until(part, next); ++i) {
        }
        for (u32 s = 0; s < rates_.species(); ++s) room_.counts[s] = maximum(room_.counts[s], 0.0);
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            room_.fired[r] += room_.added[r] + room_.added_later[r];
            room_.first[r] -= room_.added[r];
            room_.later[r] -= room_.added_later[r];
            room_.part[r] = later_part(r, part);
        }
        room_.passed = part;
        return true;
    }

private:
    FANO_COLD static double part_of(double firings, double part, Stream& next) {
        return Binomial{firings, part}(next);
    }

    // Counts at this part of the leap; false if one is negative.
    FANO_COLD bool draw_until(double part, Stream& next) {
        double const passing = (part - room_.passed) / (1.0 - room_.passed);
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            room_.added[r] = part_of(room_.first[r], passing, next);
            room_.added_later[r] = 0.0;
        }
        // The propensities half-way to the sample: the first half's firings so far.
        for (u32 s = 0; s < rates_.species(); ++s) room_.registers[s] = maximum(count_with_first(s), 0.0);
        rates_.evaluate_propensities(room_.registers);
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            double const before = room_.part[r], now = later_part(r, part);
            if (now > before)
                room_.added_later[r] = part_of(room_.later[r], (now - before) / (1.0 - before), next);
        }
        bool possible = true;
        for (u32 s = 0; s < rates_.species(); ++s) {
            double count = room_.start[s];
            for (u32 c = rates_.first_change(s); c < rates_.first_change(s + 1); ++c) {
                Change const change = rates_.change(c);
                u32 const r = change.reaction;
                count += change.amount * (room_.fired[r] + room_.added[r] + room_.added_later[r]);
            }
            room_.counts[s] = count;
            possible = possible && count >= 0.0;
        }
        return possible;
    }

    FANO_FUNCTION double count_with_first(u32 s) const {
        double count = room_.start[s];
        for (u32 c = rates_.first_change(s); c < rates_.first_change(s + 1); ++c) {
            Change const change = rates_.change(c);
            u32 const r = change.reaction;
            count += change.amount * (leap_.first(r) - room_.first[r] + room_.added[r]);
        }
        return count;
    }

    // Which part of the second half's firings belongs to a leap of this part's length: in proportion to length and rate.
    FANO_FUNCTION double later_part(u32 r, double part) const {
        u32 const reg = rates_.propensity(r);
        double const rate = leap_.count(reg), middle = leap_.middle(reg);
        double const whole = 2.0 * middle - rate, until = maximum(2.0 * room_.registers[reg] - rate, 0.0);
        double const share = whole > 0.0 ? part * until / whole : part;
        return minimum(maximum(share, room_.part[r]), 1.0);
    }

    Rates const& rates_;
    Leap leap_;
    Room& room_;
};

FANO_KERNELS_END
