// Leaps over fast reversible pairs, A <-> B or A + B <-> C, that are in partial equilibrium: there and back they fire very
// often, and their difference only fluctuates. An explicit leap would have to be short beside their relaxation.
//
// Here the pairs' firings are Poisson numbers of the propensities at the leap's beginning, and the difference of a pair
// is corrected by h [d(x') - d(x)] + m, with d = a_there - a_back and x' the counts at the leap's end: the implicit rule of
// Rathinam et al., J. Chem. Phys. 119:12784 (2003), solved by Newton's method, but for the noise m. With relaxation rate l
// a deviation from equilibrium becomes 1 / (1 + l h) of what it was, as it should; but the implicit rule alone leaves too
// little noise, 2 / (2 + l h) of the stationary variance. What is missing is normal noise m whose variance is h^2 times that
// of d in equilibrium, l (a_there + a_back) / 2: with it the stationary variance of a linear pair is right at every h, and of
// several pairs their covariance. The mean of d is 0 at the end of a long leap, as it is in equilibrium, whatever the rate
// laws. (The trapezoidal rule has the right variance of itself, but hardly forgets where a leap began:
// docs/tau-leaping.md.)
//
// Slower reactions see the pairs' mean over the leap, whose own noise is smaller by 2 / (l h): what the same equations lead
// to without noise. Of that they leap in two halves, as all reactions do in an explicit leap: the first at a, the second
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
    FANO_FUNCTION Mask find_equilibria(Mask const& lanes) {
        for (u32 r = 0; r < rates_.reactions(); ++r) m_.paired[r] = none();
        for (u32 p = 0; p < rates_.pairs(); ++p) m_.relaxation[p] = 0.0;
        for (u32 i = 0; i < rates_.couplings(); ++i) {
            LeapCoupling const c = rates_.coupling(i);
            if (c.of == c.by)
                m_.relaxation[c.of] = m_.relaxation[c.of] - m_.registers[c.reg] * Real(c.factor);
        }
        Mask some = none();
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
    FANO_FUNCTION void fire(Mask const& lanes, Real const& length, LaneDraws<Lane>& draws) {
        for (u32 p = 0; p < rates_.pairs(); ++p) m_.noise[p] = select(lanes, Real(0.0), m_.noise[p]);
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            Real const expected = select(m_.paired[r], propensity(r) * length, Real(0.0));
            m_.first[r] = select(lanes, expected, m_.first[r]);
        }
        solve_for_end(length);
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            m_.mean_rate[r] = end_rate(r);
            Mask const slow = slower(lanes, r);
            if (any(slow))
                m_.first[r] = select(slow, draw_half(m_.mean_rate[r], length, slow, draws), m_.first[r]);
        }
        solve_for_end(length);
        for (u32 r = 0; r < rates_.reactions(); ++r) {
            Mask const slow = slower(lanes, r), fast = both(lanes, m_.paired[r]);
            if (any(slow)) {
                Real const rate = maximum(end_rate(r) + end_rate(r) - m_.mean_rate[r], Real(0.0));
                m_.first[r] = select(slow, m_.first[r] + draw_half(rate, length, slow, draws), m_.first[r]);
            }
            if (any(fast)) {
                Real const mean = minimum(propensity(r) * length, Real(largest_mean));
                m_.first[r] = select(fast, draw_poisson<Lane>(mean, fast, draws), m_.first[r]);
            }
        }
        draw_noise(lanes, length, draws);
        correct(lanes, length);
    }

    // The leap halved, with a binomial part of its firings.
    FANO_FUNCTION void halve(Mask const& lanes, Real const& length, LaneDraws<Lane>& draws) {
        for (u32 r = 0; r < rates_.reactions(); ++r)
            m_.first[r] =
                select(lanes, draw_binomial<Lane>(m_.first[r], Real(0.5), lanes, draws), m_.first[r]);
        for (u32 p = 0; p < rates_.pairs(); ++p)
            m_.noise[p] = select(lanes, m_.noise[p] * Real(0.5), m_.noise[p]);
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

    // Normal numbers with the covariance h^2 L B / 2, L the relaxation matrix and B the diagonal of a_there + a_back: by its
    // Cholesky factor. L B is symmetric where pairs are in detailed balance; else its symmetric part is taken.
    FANO_FUNCTION void draw_noise(Mask const& lanes, Real const& length, LaneDraws<Lane>& draws) {
        u32 const n = rates_.pairs();
        for (u32 p = 0; p < n; ++p)
            for (u32 q = 0; q < n; ++q) matrix(p, q) = 0.0;
        for (u32 i = 0; i < rates_.couplings(); ++i) {
            LeapCoupling const c = rates_.coupling(i);
            LeapPair const by = rates_.pair(c.by);
            Real const part =
                m_.registers[c.reg] * Real(-0.25 * c.factor) * (propensity(by.there) + propensity(by.back));
            Real const here = select(both(equal(c.of), equal(c.by)), part, Real(0.0));
            matrix(c.of, c.by) = matrix(c.of, c.by) + here;
            matrix(c.by, c.of) = matrix(c.by, c.of) + here;
        }
        for (u32 p = 0; p < n; p += 2) {
            auto const pair = draws.normals(lanes);
            m_.residual[p] = pair.first;
            if (p + 1 < n) m_.residual[p + 1] = pair.second;
        }
        for (u32 k = 0; k < n; ++k) {
            Real sum = 0.0;
            for (u32 j = 0; j <= k; ++j) {
                Real entry = matrix(k, j);
                for (u32 i = 0; i < j; ++i) entry = entry - matrix(k, i) * matrix(j, i);
                Real const divisor = j == k ? sqrt(maximum(entry, Real(0.0))) : matrix(j, j);
                entry = select(divisor > Real(0.0), j == k ? divisor : entry / divisor, Real(0.0));
                matrix(k, j) = entry;
                sum = sum + entry * m_.residual[j];
            }
            m_.noise[k] = select(lanes, sum * length, m_.noise[k]);
        }
    }

    // Corrects the firings of pairs, by whole numbers.
    FANO_FUNCTION void correct(Mask const& lanes, Real const& length) {
        Real const moved = solve_for_end(length);
        m_.unsettled[0] = select(lanes, select(moved < Real(0.01), Real(0.0), Real(1.0)), m_.unsettled[0]);
        for (u32 r = 0; r < rates_.reactions(); ++r)
            m_.firings[r] = select(lanes, m_.first[r], m_.firings[r]);
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
    FANO_FUNCTION Real solve_for_end(Real const& length) {
        for (u32 i = 0; i < rates_.slots(); ++i) m_.end[i] = m_.registers[i];
        // From where the pairs have moved nothing: the numbers drawn alone may lead far below zero.
        for (u32 p = 0; p < rates_.pairs(); ++p) {
            LeapPair const pair = rates_.pair(p);
            m_.extent[p] = select(equal(p), m_.first[pair.back] - m_.first[pair.there], Real(0.0));
        }
        Real moved = 0.0;
        for (int step = 0; step < newton_steps; ++step) {
            evaluate_end();
            rates_.evaluate_derivatives(m_.end);
            set_up(length);
            solve();
            moved = 0.0;
            for (u32 p = 0; p < rates_.pairs(); ++p) {
                m_.extent[p] = m_.extent[p] + m_.residual[p];
                moved = moved + absolute(m_.residual[p]);
            }
        }
        evaluate_end();
        return moved;
    }

    // Propensities at the counts that the extents lead to.
    FANO_FUNCTION void evaluate_end() {
        auto& going = m_.response;  // [reaction]
        for (u32 r = 0; r < rates_.reactions(); ++r) going[r] = m_.first[r];
        for (u32 p = 0; p < rates_.pairs(); ++p)
            going[rates_.pair(p).there] = going[rates_.pair(p).there] + m_.extent[p];
        for (u32 s = 0; s < rates_.species(); ++s) {
            Real count = m_.registers[s];
            for (u32 c = rates_.first_change(s); c < rates_.first_change(s + 1); ++c)
                count = count + going[rates_.change(c).reaction] * Real(rates_.change(c).amount);
            m_.end[s] = maximum(count, Real(0.0));
        }
        rates_.evaluate_propensities(m_.end);
    }

    // Newton's equations for the extents c = h [d(x') - d(x)] + m.
    FANO_FUNCTION void set_up(Real const& length) {
        for (u32 p = 0; p < rates_.pairs(); ++p)
            for (u32 q = 0; q < rates_.pairs(); ++q) matrix(p, q) = p == q ? 1.0 : 0.0;
        for (u32 i = 0; i < rates_.couplings(); ++i) {
            LeapCoupling const c = rates_.coupling(i);
            Real const slope = m_.end[c.reg] * Real(c.factor) * length;
            matrix(c.of, c.by) =
                matrix(c.of, c.by) - select(both(equal(c.of), equal(c.by)), slope, Real(0.0));
        }
        for (u32 p = 0; p < rates_.pairs(); ++p) {
            LeapPair const pair = rates_.pair(p);
            Real const wanted =
                length * (difference(m_.end, pair) - difference(m_.registers, pair)) + m_.noise[p];
            m_.residual[p] = select(equal(p), wanted - m_.extent[p], Real(0.0));
        }
    }

    // By elimination, without pivots: pairs in equilibrium hold themselves back more than they drive others.
    FANO_FUNCTION void solve() {
        u32 const n = rates_.pairs();
        for (u32 k = 0; k < n; ++k)
            for (u32 i = k + 1; i < n; ++i) {
                Real const factor = matrix(i, k) / matrix(k, k);
                for (u32 j = k + 1; j < n; ++j) matrix(i, j) = matrix(i, j) - factor * matrix(k, j);
                m_.residual[i] = m_.residual[i] - factor * m_.residual[k];
            }
        for (u32 k = n; k-- > 0;) {
            for (u32 j = k + 1; j < n; ++j) m_.residual[k] = m_.residual[k] - matrix(k, j) * m_.residual[j];
            m_.residual[k] = m_.residual[k] / matrix(k, k);
        }
    }

    Rates const& rates_;
    Memory& m_;
};

FANO_KERNELS_END
