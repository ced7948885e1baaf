// Leaps over fast reversible pairs, A <-> B or A + B <-> C, that are in partial equilibrium: there and back they fire very
// often, and their difference only fluctuates. An explicit leap would have to be short beside their relaxation.
//
// Here a pair's firings are Poisson numbers of the propensities at the leap's beginning, and their difference is
// corrected by h [d(x') - d(x)], with d = a_there - a_back and x' the counts at the leap's end: an implicit equation,
// solved by Newton's method; Rathinam et al., J. Chem. Phys. 119:12784 (2003). With relaxation rate l a deviation becomes
// 1 / (1 + l h) of what it was, and the stationary variance 2 / (2 + l h) of what it should be. So the correction is
// g [d(x') - D] + h [D - d(x)] + m instead: D is where d is driven by the slower reactions, by the first rule; with
// g = (e^(l h) - 1) / l a deviation becomes e^(-l h) of what it was; and normal noise m makes the stationary variance of
// a linear pair right at every h. (The trapezoidal rule has the right variance of itself, but hardly forgets where a leap
// began: docs/tau-leaping.md.)
//
// Slower reactions see the pairs' mean over the leap, whose own noise is smaller by 2 / (l h): what the first rule leads
// to without noise, with d at D. Of that they leap in two halves, as all reactions do in an explicit leap: the first at a,
// the second at 2 a' - a, where a' are the propensities after the first.
//
// Which pairs: each way reads nothing but what it consumes, so that a pair holds itself back and nothing else does. The
// difference is within three standard deviations, or 5 %, of nothing, so that transients are explicit. Their species
// fluctuate by less than epsilon, relative to themselves, and by less than a tenth, so that rates are the same within the
// noise and normal noise will do. And of pairs that share species only the fastest: several together may have modes far slower
// than each alone. After the partial equilibrium of Cao, Gillespie & Petzold, J. Chem. Phys. 126:224101 (2007).
#pragma once

#include "kernels/core/lane_samplers.hpp"
#include "kernels/tau/table_rates.hpp"

FANO_KERNELS_BEGIN

// Memory: registers, critical, firings, first and response as a LeapNetwork's, and those of pairs.
template <class Lane, class Rates, class Memory>
class StiffLeap {
public:
    using Real = typename Lane::Real;
    using Mask = typename Lane::Mask;

    FANO_FUNCTION StiffLeap(Rates const& rates, Memory& memory) : rates_(rates), m_(memory) {}

    // Which pairs are in equilibrium, in these lanes; derivatives have been evaluated. Returns the lanes in which some are.
    FANO_COLD Mask find_equilibria(Mask const& lanes) {
        FANO_ROLLED_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r) m_.paired[r] = none();
        FANO_ROLLED_ON_GPU
        for (u32 p = 0; p < rates_.pairs(); ++p) m_.relaxation[p] = 0.0;
        FANO_ROLLED_ON_GPU
        for (u32 i = 0; i < rates_.couplings(); ++i) {
            LeapCoupling const c = rates_.coupling(i);
            if (c.of == c.by)
                m_.relaxation[c.of] = m_.relaxation[c.of] - m_.registers[c.reg] * Real(c.factor);
        }
        Mask some = none();
        FANO_ROLLED_ON_GPU
        for (u32 p = 0; p < rates_.pairs(); ++p) {
            LeapPair const pair = rates_.pair(p);
            Real const there = propensity(pair.there), back = propensity(pair.back);
            Real const both_ways = there + back, net = there - back, relaxation = m_.relaxation[p];
            Real const spread = both_ways * Real(0.5) / relaxation;  // variance of the extent
            Real const noise = both_ways * relaxation * Real(0.5);   // variance of the difference
            Mask const near =
                either(net * net <= Real(9.0) * noise, absolute(net) <= Real(0.05) * minimum(there, back));
            Mask in_balance = both(both(lanes, near), relaxation > Real(0.0));
            in_balance = and_not(in_balance, either(m_.critical[pair.there], m_.critical[pair.back]));
            FANO_ROLLED_ON_GPU
            for (u32 i = 0; i < rates_.losses(); ++i) {
                LeapLoss const loss = rates_.loss(i);
                if (loss.reaction != pair.there && loss.reaction != pair.back) continue;
                Real const count =
                    m_.registers[loss.species] * Real(minimum(rates_.epsilon(), 0.1) / loss.amount);
                in_balance = both(in_balance, count * count >= spread);
            }
            m_.balanced[p] = select(in_balance, Real(1.0), Real(0.0));
        }
        // Of those that share species, the fastest.
        FANO_ROLLED_ON_GPU
        for (u32 i = 0; i < rates_.couplings(); ++i) {
            LeapCoupling const c = rates_.coupling(i);
            if (c.of == c.by) continue;
            Mask const rivals = both(m_.balanced[c.of] > Real(0.0), m_.balanced[c.by] > Real(0.0));
            Mask const slower = m_.relaxation[c.of] < m_.relaxation[c.by];
            m_.balanced[c.of] = select(both(rivals, slower), Real(0.0), m_.balanced[c.of]);
            m_.balanced[c.by] = select(and_not(rivals, slower), Real(0.0), m_.balanced[c.by]);
        }
        FANO_ROLLED_ON_GPU
        for (u32 p = 0; p < rates_.pairs(); ++p) {
            LeapPair const pair = rates_.pair(p);
            m_.paired[pair.there] = either(m_.paired[pair.there], equal(p));
            m_.paired[pair.back] = either(m_.paired[pair.back], equal(p));
            some = either(some, equal(p));
        }
        return some;
    }

    // Draws the firings of a leap in these lanes.
    FANO_COLD void fire(Mask const& lanes, Real const& length, LaneDraws<Lane>& draws) {
        FANO_ROLLED_ON_GPU
        for (u32 p = 0; p < rates_.pairs(); ++p) {
            m_.gain[p] = select(lanes, length, m_.gain[p]);
            m_.noise[p] = select(lanes, Real(0.0), m_.noise[p]);
            m_.driven[p] = select(lanes, Real(0.0), m_.driven[p]);
        }
        // Where slower reactions, at the rates that they have now, drive the pairs.
        FANO_ROLLED_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            Real const expected = select(m_.critical[r], Real(0.0), propensity(r) * length);
            m_.first[r] = select(lanes, expected, m_.first[r]);
        }
        solve_for_end(length);
        find_driven(lanes, length);
        FANO_ROLLED_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r)
            m_.first[r] = select(slower(lanes, r), Real(0.0), m_.first[r]);
        solve_for_mean(lanes, length, 1.0);
        FANO_ROLLED_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            m_.mean_rate[r] = end_rate(r);
            Mask const slow = slower(lanes, r);
            if (any(slow))
                m_.first[r] = select(slow, draw_half(m_.mean_rate[r], length, slow, draws), m_.first[r]);
        }
        solve_for_mean(lanes, length, 0.5);
        FANO_ROLLED_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            Mask const slow = slower(lanes, r);
            if (!any(slow)) continue;
            Real const rate = maximum(end_rate(r) + end_rate(r) - m_.mean_rate[r], Real(0.0));
            m_.first[r] = select(slow, m_.first[r] + draw_half(rate, length, slow, draws), m_.first[r]);
        }
        solve_for_mean(lanes, length, 0.0);
        find_driven(lanes, length);
        FANO_ROLLED_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            Mask const fast = both(lanes, m_.paired[r]);
            if (!any(fast)) continue;
            Real const mean = minimum(propensity(r) * length, Real(largest_mean));
            m_.first[r] = select(fast, draw_poisson<Lane>(mean, fast, draws), m_.first[r]);
        }
        draw_noise(lanes, length, draws);
        correct(lanes, length);
    }

    // The leap halved, with a binomial part of its firings.
    FANO_COLD void halve(Mask const& lanes, Real const& length, LaneDraws<Lane>& draws) {
        FANO_ROLLED_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r)
            m_.first[r] =
                select(lanes, draw_binomial<Lane>(m_.first[r], Real(0.5), lanes, draws), m_.first[r]);
        draw_noise(lanes, length, draws);
        correct(lanes, length);
    }

    // Lanes in which Newton's method has not come to rest.
    FANO_FUNCTION Mask unsettled() const { return m_.unsettled[0] > Real(0.0); }

private:
    // D, from the end that the first rule leads to: it has not quite forgotten the beginning.
    FANO_COLD void find_driven(Mask const& lanes, Real const& length) {
        FANO_ROLLED_ON_GPU
        for (u32 p = 0; p < rates_.pairs(); ++p) {
            LeapPair const pair = rates_.pair(p);
            Real const later = difference(m_.end, pair), now = difference(m_.registers, pair);
            Real const driven = later + (later - now) / (m_.relaxation[p] * length);
            m_.driven[p] = select(both(lanes, equal(p)), driven, m_.driven[p]);
        }
    }

    // The mean of the pairs when of the slower reactions' firings this part is still to come.
    FANO_COLD void solve_for_mean(Mask const& lanes, Real const& length, double to_come) {
        FANO_ROLLED_ON_GPU
        for (u32 p = 0; p < rates_.pairs(); ++p)
            m_.noise[p] = select(lanes, m_.driven[p] * length * Real(-to_come), m_.noise[p]);
        solve_for_end(length);
    }

    static constexpr int newton_steps = 4;

    FANO_FUNCTION static Mask none() { return Real(0.0) != Real(0.0); }
    FANO_FUNCTION Real const& propensity(u32 r) const { return m_.registers[rates_.propensity(r)]; }
    FANO_FUNCTION Real difference(Real const* registers, LeapPair const& pair) const {
        return registers[rates_.propensity(pair.there)] - registers[rates_.propensity(pair.back)];
    }
    FANO_FUNCTION Real end_rate(u32 r) const { return maximum(m_.end[rates_.propensity(r)], Real(0.0)); }
    FANO_FUNCTION Mask slower(Mask const& lanes, u32 r) const {
        return and_not(and_not(lanes, m_.critical[r]), m_.paired[r]);
    }
    FANO_FUNCTION static Real draw_half(Real const& rate, Real const& length, Mask const& lanes,
                                        LaneDraws<Lane>& draws) {
        return draw_poisson<Lane>(minimum(rate * length * Real(0.5), Real(largest_mean)), lanes, draws);
    }
    FANO_FUNCTION Mask equal(u32 p) const { return m_.balanced[p] > Real(0.0); }

    // The gains g, and normal numbers with the variance (g - h) b + g^2 l b / 2, b = a_there + a_back: what (1 + g l)^2 s lacks
    // of s + h b, where s = b / (2 l) is the stationary variance of the extent.
    FANO_COLD void draw_noise(Mask const& lanes, Real const& length, LaneDraws<Lane>& draws) {
        // Nothing is left of a deviation after so many relaxation times.
        constexpr double forgotten = 12.0;
        FANO_ROLLED_ON_GPU
        for (u32 p = 0; p < rates_.pairs(); ++p) {
            Mask const here = both(lanes, equal(p));
            if (!any(here)) continue;
            LeapPair const pair = rates_.pair(p);
            Real const both_ways = propensity(pair.there) + propensity(pair.back),
                       relaxation = m_.relaxation[p];
            Real const growth = exp(minimum(relaxation * length, Real(forgotten)));
            Real const gain = maximum((growth - Real(1.0)) / relaxation, length);
            Real const variance = both_ways * ((gain - length) + gain * gain * relaxation * Real(0.5));
            m_.gain[p] = select(here, gain, m_.gain[p]);
            m_.noise[p] = select(here, draws.normals(here).first * sqrt(variance), m_.noise[p]);
        }
    }

    // Corrects the firings of pairs, by whole numbers.
    FANO_COLD void correct(Mask const& lanes, Real const& length) {
        Real const moved = solve_for_end(length);
        m_.unsettled[0] = select(lanes, select(moved < Real(0.01), Real(0.0), Real(1.0)), m_.unsettled[0]);
        FANO_ROLLED_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r)
            m_.firings[r] = select(lanes, m_.first[r], m_.firings[r]);
        FANO_ROLLED_ON_GPU
        for (u32 p = 0; p < rates_.pairs(); ++p) {
            LeapPair const pair = rates_.pair(p);
            Real const whole = floor(m_.extent[p] + Real(0.5));
            Mask const here = both(lanes, equal(p));
            m_.firings[pair.there] =
                select(here, m_.firings[pair.there] + maximum(whole, Real(0.0)), m_.firings[pair.there]);
            m_.firings[pair.back] =
                select(here, m_.firings[pair.back] + maximum(-whole, Real(0.0)), m_.firings[pair.back]);
        }
    }

    // The extents by which pairs are corrected, and the propensities at the end, in m_.end. Returns by how much the last step
    // of Newton's method moved.
    FANO_COLD Real solve_for_end(Real const& length) {
        FANO_ROLLED_ON_GPU
        for (u32 i = 0; i < rates_.slots(); ++i) m_.end[i] = m_.registers[i];
        // From where the pairs have moved nothing: the numbers drawn alone may lead far below zero.
        FANO_ROLLED_ON_GPU
        for (u32 p = 0; p < rates_.pairs(); ++p) {
            LeapPair const pair = rates_.pair(p);
            m_.extent[p] = select(equal(p), m_.first[pair.back] - m_.first[pair.there], Real(0.0));
        }
        Real moved = 0.0;
        FANO_ROLLED_ON_GPU
        for (int step = 0; step < newton_steps; ++step) {
            evaluate_end();
            rates_.evaluate_derivatives(m_.end);
            set_up(length);
            moved = 0.0;
            FANO_ROLLED_ON_GPU
            for (u32 p = 0; p < rates_.pairs(); ++p) {
                m_.extent[p] = m_.extent[p] + m_.residual[p];
                moved = moved + absolute(m_.residual[p]);
            }
        }
        evaluate_end();
        return moved;
    }

    // Propensities at the counts that the extents lead to.
    FANO_COLD void evaluate_end() {
        auto& going = m_.response;  // [reaction]
        FANO_ROLLED_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r) going[r] = m_.first[r];
        FANO_ROLLED_ON_GPU
        for (u32 p = 0; p < rates_.pairs(); ++p)
            going[rates_.pair(p).there] = going[rates_.pair(p).there] + m_.extent[p];
        FANO_ROLLED_ON_GPU
        for (u32 s = 0; s < rates_.species(); ++s) {
            Real count = m_.registers[s];
            FANO_ROLLED_ON_GPU
            for (u32 c = rates_.first_change(s); c < rates_.first_change(s + 1); ++c)
                count = count + going[rates_.change(c).reaction] * Real(rates_.change(c).amount);
            m_.end[s] = maximum(count, Real(0.0));
        }
        rates_.evaluate_propensities(m_.end);
    }

    // A step of Newton's method for the extents c = g [d(x') - D] + h [D - d(x)] + m. Pairs in equilibrium share no species.
    FANO_COLD void set_up(Real const& length) {
        FANO_ROLLED_ON_GPU
        for (u32 p = 0; p < rates_.pairs(); ++p) m_.slope[p] = 1.0;
        FANO_ROLLED_ON_GPU
        for (u32 i = 0; i < rates_.couplings(); ++i) {
            LeapCoupling const c = rates_.coupling(i);
            if (c.of == c.by)
                m_.slope[c.of] = m_.slope[c.of] - m_.end[c.reg] * Real(c.factor) * m_.gain[c.of];
        }
        FANO_ROLLED_ON_GPU
        for (u32 p = 0; p < rates_.pairs(); ++p) {
            LeapPair const pair = rates_.pair(p);
            Real const driven = m_.driven[p];
            Real const wanted = m_.gain[p] * (difference(m_.end, pair) - driven) +
                                length * (driven - difference(m_.registers, pair)) + m_.noise[p];
            m_.residual[p] = select(equal(p), (wanted - m_.extent[p]) / m_.slope[p], Real(0.0));
        }
    }

    Rates const& rates_;
    Memory& m_;
};

FANO_KERNELS_END
