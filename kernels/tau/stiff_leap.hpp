// Leaps over fast reversible pairs, A <-> B or A + B <-> C, that are in partial equilibrium: there and back they fire very
// often, and their difference only fluctuates. An explicit leap would have to be short beside their relaxation.
//
// Here the pairs' firings are Poisson numbers of the propensities at the leap's beginning, and the difference of a pair
// is corrected by h [d(x') - d(x)], with d = a_there - a_back and x' the counts at the leap's end: an implicit equation,
// solved by Newton's method; Rathinam et al., J. Chem. Phys. 119:12784 (2003). With relaxation rate l a deviation becomes
// 1 / (1 + l h) of what it was, and the stationary variance 2 / (2 + l h) of what it should be. So the correction is
// g [d(x') - D] + h [D - d(x)] + m instead: D is where d is driven by the slower reactions, by the first rule; with
// g = (e^(l h) - 1) / l a deviation becomes e^(-l h) of what it was; and normal noise m makes the stationary variance of
// a linear pair right at every h, and of several pairs their covariance. The mean of d is D at the end of a long leap, as it
// should be, whatever the rate laws. (The trapezoidal rule has the right variance of itself, but hardly forgets where a leap
// began: docs/tau-leaping.md.)
//
// Slower reactions see the pairs' mean over the leap, whose own noise is smaller by 2 / (l h): what the rule with
// g = h leads to. Of that they leap in two halves, as all reactions do in an explicit leap: the first at a, the second
// at 2 a' - a, where a' are the propensities after the first.
//
// Which pairs: those whose difference is within three standard deviations, or 5 %, of nothing, so that transients are
// explicit; and whose species fluctuate by less than 2 epsilon, relative to themselves, and by less than a fifth, so that
// normal noise will do. After the partial equilibrium of Cao, Gillespie & Petzold, J. Chem. Phys. 126:224101 (2007).
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
                    m_.registers[loss.species] * Real(minimum(2.0 * rates_.epsilon(), 0.2) / loss.amount);
                in_balance = both(in_balance, count * count >= spread);
            }
            m_.paired[pair.there] = m_.paired[pair.back] = in_balance;
            some = either(some, in_balance);
        }
        return some;
    }

    // Draws the firings of a leap in these lanes.
    FANO_COLD void fire(Mask const& lanes, Real const& length, LaneDraws<Lane>& draws) {
        FANO_ROLLED_ON_GPU
        for (u32 p = 0; p < rates_.pairs(); ++p) {
            m_.noise[p] = select(lanes, Real(0.0), m_.noise[p]);
            m_.gain[p] = select(lanes, length, m_.gain[p]);
            m_.driven[p] = select(lanes, Real(0.0), m_.driven[p]);
        }
        FANO_ROLLED_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            Real const expected = select(m_.paired[r], propensity(r) * length, Real(0.0));
            m_.first[r] = select(lanes, expected, m_.first[r]);
        }
        solve_for_end(length);
        FANO_ROLLED_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            m_.mean_rate[r] = end_rate(r);
            Mask const slow = slower(lanes, r);
            if (any(slow))
                m_.first[r] = select(slow, draw_half(m_.mean_rate[r], length, slow, draws), m_.first[r]);
        }
        solve_for_end(length);
        FANO_ROLLED_ON_GPU
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            Mask const slow = slower(lanes, r);
            if (!any(slow)) continue;
            Real const rate = maximum(end_rate(r) + end_rate(r) - m_.mean_rate[r], Real(0.0));
            m_.first[r] = select(slow, m_.first[r] + draw_half(rate, length, slow, draws), m_.first[r]);
        }
        solve_for_end(length);
        FANO_ROLLED_ON_GPU
        for (u32 p = 0; p < rates_.pairs(); ++p) {
            // The first rule has not quite forgotten the beginning.
            LeapPair const pair = rates_.pair(p);
            Real const later = difference(m_.end, pair), now = difference(m_.registers, pair);
            m_.driven[p] = select(lanes, later + (later - now) / (m_.relaxation[p] * length), m_.driven[p]);
        }
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
    FANO_FUNCTION Mask const& equal(u32 p) const { return m_.paired[rates_.pair(p).there]; }
    FANO_FUNCTION Real& matrix(u32 row, u32 column) const { return m_.matrix[row * rates_.pairs() + column]; }

    // The gains G, and normal numbers with the covariance (G - h) B + G L B G / 2, L the relaxation matrix and B the diagonal of
    // a_there + a_back: what (I + G L) S (I + G L)' lacks of S + h B, where S = L^-1 B / 2 is the stationary covariance of
    // the extents. By its Cholesky factor. L B is symmetric where pairs are in detailed balance; else its symmetric part is
    // taken.
    FANO_COLD void draw_noise(Mask const& lanes, Real const& length, LaneDraws<Lane>& draws) {
        u32 const n = rates_.pairs();
        FANO_ROLLED_ON_GPU
        for (u32 p = 0; p < n; ++p) {
            FANO_ROLLED_ON_GPU
            for (u32 q = 0; q < n; ++q) matrix(p, q) = 0.0;
            // Nothing is left of a deviation after forgotten relaxation times.
            constexpr double forgotten = 12.0;
            LeapPair const pair = rates_.pair(p);
            Real const relaxation = m_.relaxation[p];
            Real const gain = (exp(minimum(relaxation * length, Real(forgotten))) - Real(1.0)) / relaxation;
            m_.gain[p] = select(lanes, maximum(gain, length), m_.gain[p]);
            Real const own = (m_.gain[p] - length) * (propensity(pair.there) + propensity(pair.back));
            matrix(p, p) = select(equal(p), own, Real(0.0));
        }
        FANO_ROLLED_ON_GPU
        for (u32 i = 0; i < rates_.couplings(); ++i) {
            LeapCoupling const c = rates_.coupling(i);
            LeapPair const by = rates_.pair(c.by);
            Real const part =
                m_.registers[c.reg] * Real(-0.25 * c.factor) * (propensity(by.there) + propensity(by.back));
            Real const here =
                select(both(equal(c.of), equal(c.by)), part * m_.gain[c.of] * m_.gain[c.by], Real(0.0));
            matrix(c.of, c.by) = matrix(c.of, c.by) + here;
            matrix(c.by, c.of) = matrix(c.by, c.of) + here;
        }
        FANO_ROLLED_ON_GPU
        for (u32 p = 0; p < n; p += 2) {
            auto const pair = draws.normals(lanes);
            m_.residual[p] = pair.first;
            if (p + 1 < n) m_.residual[p + 1] = pair.second;
        }
        FANO_ROLLED_ON_GPU
        for (u32 k = 0; k < n; ++k) {
            Real sum = 0.0;
            FANO_ROLLED_ON_GPU
            for (u32 j = 0; j <= k; ++j) {
                Real entry = matrix(k, j);
                FANO_ROLLED_ON_GPU
                for (u32 i = 0; i < j; ++i) entry = entry - matrix(k, i) * matrix(j, i);
                Real const divisor = j == k ? sqrt(maximum(entry, Real(0.0))) : matrix(j, j);
                entry = select(divisor > Real(0.0), j == k ? divisor : entry / divisor, Real(0.0));
                matrix(k, j) = entry;
                sum = sum + entry * m_.residual[j];
            }
            m_.noise[k] = select(lanes, sum, m_.noise[k]);
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
            solve();
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

    // Newton's equations for the extents c = g [d(x') - D] + h [D - d(x)] + m.
    FANO_COLD void set_up(Real const& length) {
        FANO_ROLLED_ON_GPU
        for (u32 p = 0; p < rates_.pairs(); ++p) {
            FANO_ROLLED_ON_GPU
            for (u32 q = 0; q < rates_.pairs(); ++q) matrix(p, q) = p == q ? 1.0 : 0.0;
        }
        FANO_ROLLED_ON_GPU
        for (u32 i = 0; i < rates_.couplings(); ++i) {
            LeapCoupling const c = rates_.coupling(i);
            Real const slope = m_.end[c.reg] * Real(c.factor) * m_.gain[c.of];
            matrix(c.of, c.by) =
                matrix(c.of, c.by) - select(both(equal(c.of), equal(c.by)), slope, Real(0.0));
        }
        FANO_ROLLED_ON_GPU
        for (u32 p = 0; p < rates_.pairs(); ++p) {
            LeapPair const pair = rates_.pair(p);
            Real const driven = m_.driven[p];
            Real const wanted = m_.gain[p] * (difference(m_.end, pair) - driven) +
                                length * (driven - difference(m_.registers, pair)) + m_.noise[p];
            m_.residual[p] = select(equal(p), wanted - m_.extent[p], Real(0.0));
        }
    }

    // By elimination, without pivots: pairs in equilibrium hold themselves back more than they drive others.
    FANO_COLD void solve() {
        u32 const n = rates_.pairs();
        FANO_ROLLED_ON_GPU
        for (u32 k = 0; k < n; ++k) FANO_ROLLED_ON_GPU
        for (u32 i = k + 1; i < n; ++i) {
            Real const factor = matrix(i, k) / matrix(k, k);
            FANO_ROLLED_ON_GPU
            for (u32 j = k + 1; j < n; ++j) matrix(i, j) = matrix(i, j) - factor * matrix(k, j);
            m_.residual[i] = m_.residual[i] - factor * m_.residual[k];
        }
        FANO_ROLLED_ON_GPU
        for (u32 k = n; k-- > 0;) {
            FANO_ROLLED_ON_GPU
            for (u32 j = k + 1; j < n; ++j) m_.residual[k] = m_.residual[k] - matrix(k, j) * m_.residual[j];
            m_.residual[k] = m_.residual[k] / matrix(k, k);
        }
    }

    Rates const& rates_;
    Memory& m_;
};

FANO_KERNELS_END
