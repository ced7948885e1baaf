// Reactions in every voxel for the time of a step: the direct method, voxel by voxel, over Lane. A first look at all voxels says
// in which of them something may happen, with 32 random bits each; those are then run until the step ends.
#pragma once

#include "kernels/core/program.hpp"
#include "kernels/rdme/lattice_view.hpp"
#include "kernels/rdme/voxel.hpp"
#include "kernels/ssa/table.hpp"

namespace fano::kernels {

struct ReactionView {
    NetworkTable const* table;
    u32 voxels;
    double step;
    u64 key;
    u64 step_number;              // times 2^32
    void* const* counts;          //!< [species]
    u32 const* bytes;             //!< [species] of a count: 1, 2 or 4
    unsigned short const* place;  //!< [voxel] or null: all factors are 1
    double const* factors;        //!< [place][reaction]
};

// One thread's memory; every array 64-byte aligned, `width` elements an entry.
struct ReactionMemory {
    double* registers;  //!< [register], parameters and constants set in all lanes
    double* upper;      //!< [reaction]
    double* chosen;     //!< [reaction], room for a mask of any build
    u32* voxels;        //!< [width] candidates
    u32* seen;          //!< [species] all new counts or-ed together
    u64 events;
    FailureReport failure;
    bool (*stopped)(void const*);  // from outside
    void const* stop;              // what it is given
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

template <class Lane>
class VoxelReactions {
    using Real = typename Lane::Real;
    using Word = typename Lane::Word;
    using Mask = typename Lane::Mask;
    static constexpr u32 width = Lane::width;

public:
    VoxelReactions(ReactionView const& view, ReactionMemory& memory)
        : view_(view),
          table_(*view.table),
          m_(memory),
          registers_(reinterpret_cast<Real*>(memory.registers)),
          upper_(reinterpret_cast<Real*>(memory.upper)),
          chosen_(reinterpret_cast<Mask*>(memory.chosen)) {}

    void run(u32 begin, u32 end) {
        waiting_ = 0;
        for (u32 first = begin; first < end; first += 4 * width)
            look(first, first + 4 * width < end ? first + 4 * width : end);
        if (waiting_ > 0) work_off();
    }

private:
    double count(u32 species, u32 voxel) const {
        return load_count(view_.counts[species], view_.bytes[species], voxel);
    }

    // Counts of the voxels first, first + 1, ... in the lanes; false if there are none at all.
    template <class Count>
    static bool load_counts(Count const* counts, u32 lanes, double* to) {
        u32 some = 0;
        for (u32 i = 0; i < lanes; ++i) {
            some |= counts[i];
            to[i] = counts[i];
        }
        return some != 0;
    }

    bool load_row(u32 first, u32 lanes) {
        bool some = false;
        for (u32 s = 0; s < table_.species; ++s) {
            double* const to = m_.registers + u64{s} * width;
            void const* const counts = view_.counts[s];
            if (view_.bytes[s] == 1)
                some |= load_counts(static_cast<unsigned char const*>(counts) + first, lanes, to);
            else if (view_.bytes[s] == 2)
                some |= load_counts(static_cast<unsigned short const*>(counts) + first, lanes, to);
            else
                some |= load_counts(static_cast<u32 const*>(counts) + first, lanes, to);
            for (u32 i = lanes; i < width; ++i) to[i] = 0;
        }
        return some;
    }

    // Sums up the propensities in the voxels of the lanes.
    template <class Voxel>
    Real total(Voxel const& voxel_of, u32 lanes) {
        evaluate(table_.code, table_.propensities, registers_);
        Real sum = 0.0;
        auto sound = Real(0.0) == Real(0.0);
        for (u32 r = 0; r < table_.reactions; ++r) {
            Real a = registers_[table_.propensity[r]];
            if (view_.place != nullptr && any(differ(a, Real(0.0)))) {
                alignas(64) double factor[width] = {};
                for (u32 i = 0; i < lanes; ++i)
                    factor[i] = view_.factors[u64{view_.place[voxel_of(i)]} * table_.reactions + r];
                Real const f = *reinterpret_cast<Real const*>(factor);
                a = select(f == Real(0.0), Real(0.0), a * f);
            }
            sound = both(sound, a >= Real(0.0));
            sum = sum + a;
            upper_[r] = sum;
        }
        return select(both(sound, sum < Real(infinity)), sum, Real(not_a_number));
    }

    void look(u32 first, u32 end) {
        alignas(64) u64 bits[4][width];
        bool drawn = false;
        for (u32 part = 0; part < 4 && first + part * width < end; ++part) {
            u32 const from = first + part * width, lanes = end - from < width ? end - from : width;
            if (!load_row(from, lanes) && idle_when_empty()) continue;
            Real const a = total([&](u32 i) { return from + i; }, lanes);
            if (!any(differ(a, Real(0.0)))) continue;
            if (!drawn) draw(first, bits);
            drawn = true;
            // U < 1 - exp(-a step) only if U < a step; U is at least bits / 2^32.
            Real const limit = a * Real(view_.step * 0x1p32);
            for (u32 i = 0; i < lanes; ++i) {
                u32 const at = part * width + i, word = static_cast<u32>(bits[at % 4][at / 4]);
                if (!(static_cast<double>(word) >= get(limit, i))) add_candidate(from + i, word);
            }
        }
    }

    // Whether nothing can happen in a voxel without molecules; the registers are those of such voxels.
    bool idle_when_empty() {
        if (!empty_known_) {
            evaluate(table_.code, table_.propensities, registers_);
            empty_idle_ = true;
            for (u32 r = 0; r < table_.reactions; ++r)
                if (any(differ(registers_[table_.propensity[r]], Real(0.0)))) empty_idle_ = false;
            empty_known_ = true;
        }
        return empty_idle_;
    }

    void draw(u32 first, u64 (&bits)[4][width]) const {
        alignas(64) u64 groups[width];
        for (u32 i = 0; i < width; ++i) groups[i] = (first >> 2) + i;
        Word const group = *reinterpret_cast<Word const*>(groups);
        auto const block =
            draw_block<Word>(view_.key, group + Word(view_.step_number), Purpose::voxel, Word(u64{0}));
        for (u32 j = 0; j < 4; ++j) *reinterpret_cast<Word*>(bits[j]) = block.w[j];
    }

    void add_candidate(u32 voxel, u32 word) {
        m_.voxels[waiting_] = voxel;
        words_[waiting_] = word;
        if (++waiting_ == width) work_off();
    }

    void work_off() {
        u32 const lanes = waiting_;
        waiting_ = 0;
        alignas(64) u64 voxels[width];
        alignas(64) double words[width] = {};
        for (u32 i = 0; i < width; ++i) voxels[i] = m_.voxels[i < lanes ? i : 0];
        for (u32 i = 0; i < lanes; ++i) words[i] = words_[i];
        for (u32 s = 0; s < table_.species; ++s)
            for (u32 i = 0; i < width; ++i)
                m_.registers[u64{s} * width + i] = i < lanes ? count(s, m_.voxels[i]) : 0.0;
        Word const place = *reinterpret_cast<Word const*>(voxels) + Word(view_.step_number);
        auto const voxel_of = [&](u32 i) { return m_.voxels[i]; };
        constexpr u64 alone = u64{1} << 32;
        Real a = total(voxel_of, lanes);
        u64 number = 0;
        auto block = draw_block<Word>(view_.key, place, Purpose::voxel, Word(alone + number));
        // The waiting time by the same uniform as in the look, with more bits; log(1 - U) for small U keeps its digits, as U is
        // at least 2^-84.
        Real const u =
            (*reinterpret_cast<Real const*>(words) + uniform<Real>(block.w[0], block.w[1])) * Real(0x1p-32);
        Real time = minus_log_of_rest(u) / a;
        Real pick = uniform<Real>(block.w[2], block.w[3]) * a;
        // Lanes without a voxel would be empty ones, in which what is made from nothing goes on.
        alignas(64) double taken[width] = {};
        for (u32 i = 0; i < lanes; ++i) taken[i] = 1.0;
        Mask active = both(time<Real(view_.step), *reinterpret_cast<Real const*>(taken)> Real(0.0));
        check(a, lanes);
        while (any(active)) {
            fire(active, pick);
            a = total(voxel_of, lanes);
            check(a, lanes);
            ++number;
            if (number % events_between_looks == 0 && !may_go_on(lanes)) break;
            block = draw_block<Word>(view_.key, place, Purpose::voxel, Word(alone + number));
            time = time - log(uniform<Real>(block.w[0], block.w[1])) / a;
            pick = uniform<Real>(block.w[2], block.w[3]) * a;
            active = both(active, time < Real(view_.step));
        }
        store(lanes);
    }

    // A network that explodes would never come to the end of its step.
    bool may_go_on(u32 lanes) {
        if (m_.stopped(m_.stop)) {
            m_.failure = {Failure::stopped, 0, 0, 0.0, 0.0};
            return false;
        }
        for (u32 s = 0; s < table_.species; ++s)
            for (u32 i = 0; i < lanes; ++i)
                if (double const n = get(registers_[s], i); n > largest_count) {
                    m_.failure = {Failure::count_too_large, s, 0, 0.0, n};
                    return false;
                }
        return m_.failure.failure == Failure::none;
    }

    void fire(Mask const& active, Real const& pick) {
        Mask before = pick < Real(0.0);
        m_.events += count_bits(mask_bits(active));
        for (u32 r = 0; r < table_.reactions; ++r) {
            Mask const reached = pick < upper_[r];
            chosen_[r] = both(active, and_not(reached, before));
            before = reached;
        }
        for (u32 s = 0; s < table_.species; ++s) {
            Change const* change = table_.changes + table_.first_change[s];
            Change const* const end = table_.changes + table_.first_change[s + 1];
            Real n = registers_[s];
            for (; change != end; ++change) n = add_if(chosen_[change->reaction], n, change->amount);
            registers_[s] = n;
        }
    }

    void check(Real const& a, u32 lanes) {
        Mask good = a >= Real(0.0);
        for (u32 i = 0; i < table_.guarded_species_count; ++i)
            good = both(good, registers_[table_.guarded_species[i]] >= Real(0.0));
        u32 const all = lanes == 32 ? ~0u : (1u << lanes) - 1;
        u32 bad = all & ~mask_bits(good);
        if (bad == 0 || m_.failure.failure != Failure::none) return;
        u32 const i = static_cast<u32>(__builtin_ctz(bad));
        for (u32 j = 0; j < table_.guarded_species_count; ++j) {
            u32 const s = table_.guarded_species[j];
            if (double const n = get(registers_[s], i); n < 0.0) {
                m_.failure = {Failure::negative_count, s, 0, 0.0, n};
                return;
            }
        }
        for (u32 r = 0; r < table_.reactions; ++r) {
            double const x = get(registers_[table_.propensity[r]], i);
            if (auto const fault = propensity_fault(x); fault != Failure::none) {
                m_.failure = {fault, r, 0, 0.0, x};
                return;
            }
        }
        m_.failure = {Failure::infinite_propensity, 0, 0, 0.0, infinity};
    }

    void store(u32 lanes) {
        for (u32 s = 0; s < table_.species; ++s)
            for (u32 i = 0; i < lanes; ++i) {
                double const n = m_.registers[u64{s} * width + i];
                u32 const v = m_.voxels[i];
                if (n < 0.0 || n > largest_count) {
                    if (m_.failure.failure == Failure::none)
                        m_.failure = {n < 0.0 ? Failure::negative_count : Failure::count_too_large, s, 0, 0.0,
                                      n};
                    continue;
                }
                u32 const whole = static_cast<u32>(n);
                m_.seen[s] |= whole;
                store_count(view_.counts[s], view_.bytes[s], v, whole);
            }
    }

    ReactionView const& view_;
    NetworkTable const& table_;
    ReactionMemory& m_;
    Real* registers_;
    Real* upper_;
    Mask* chosen_;
    u32 words_[width] = {};
    u32 waiting_ = 0;
    bool empty_known_ = false, empty_idle_ = false;
};

FANO_KERNELS_END
