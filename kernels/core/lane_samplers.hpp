// Exact Poisson and binomial numbers for all the cells of a Lane at once, as tau-leaping draws them: by
// inversion where the mean is below 40 (binomial: 10), else by Hörmann's transformed rejection. A cell's number, and how
// many blocks of random bits it takes, depend on nothing but that cell.
//
// "Exact" means no normal approximation at any mean; what is left is the 104 random bits of a block and the
// rounding of doubles. Means, and n, up to 2^51; there the 2^52 values of a uniform still fall 4e7 on a
// number.
#pragma once

#include "kernels/core/lane_normals.hpp"

FANO_KERNELS_BEGIN

// Numbers of the cells in the lanes, in an order that each cell decides for itself.
template <class Lane>
struct LaneDraws {
    using Real = typename Lane::Real;
    using Word = typename Lane::Word;
    using Mask = typename Lane::Mask;

    u64 seed;
    Word cell;
    Purpose purpose;
    Word draw;  // blocks that each cell has used so far

    struct Pair {
        Real first, second;
    };
    // Two uniforms on (0,1) for every lane; only the lanes of the mask use theirs up.
    FANO_FUNCTION Pair next(Mask const& wanted) {
        auto const block = draw_block<Word>(seed, cell, purpose, draw);
        draw = increment_if(wanted, draw);
        return {uniform<Real>(block.w[0], block.w[1]), uniform<Real>(block.w[2], block.w[3])};
    }
    // Two standard normal numbers.
    FANO_FUNCTION NormalPair<Real> normals(Mask const& wanted) {
        auto const block = draw_block<Word>(seed, cell, purpose, draw);
        draw = increment_if(wanted, draw);
        return normal_pair<Real>(block.w[0], block.w[1]);
    }
};

inline constexpr double largest_mean = 0x1p51;
// Poisson means below this are inverted. A search of 40 steps for all lanes takes as long as an attempt of the
// rejection, of which the slowest of 32 lanes needs three (bench/samplers.cpp).
inline constexpr double longest_inversion = 40.0;

namespace detail {

// Probabilities of nothing, e^y, and of anything at all, 1 - e^y; both to the last digits, for y = high + low
// in [-14, 0].
template <class Real>
struct NoneAndSome {
    Real none, some;
};

template <class Real>
FANO_FUNCTION NoneAndSome<Real> none_and_some(Real high, Real low) {
    // As in exp_bounded, but the 1 is added, or is not, after all else.
    constexpr double c[] = {0x1.0000000000000p-1,  0x1.5555555555557p-3,  0x1.5555555555556p-5,
                            0x1.11111111100bep-7,  0x1.6c16c16c162c3p-10, 0x1.a01a01abf85abp-13,
                            0x1.a01a01a6e1e2ap-16, 0x1.71de01fdbf9cap-19, 0x1.27e4db46cddd1p-22,
                            0x1.af4e554377204p-26, 0x1.1f7340dbc337ep-29};
    Real const k = round_small(high * Real(log2_e));
    Real const coarse = high - k * Real(ln2_high);
    Real const correction = low - k * Real(ln2_low);
    Real const r = coarse + correction;
    Real const lost = (coarse - r) + correction;
    Real const growth = r + (r * r * polynomial(r, c) + lost);
    Real const scale = power_of_two(k);
    return {scale + scale * growth, (Real(1.0) - scale) - scale * growth};
}

// P(k) / P(k-1)
template <class Real>
struct PoissonRatio {
    Real mean;
    FANO_FUNCTION Real operator()(double k) const { return mean * Real(1.0 / k); }
};

template <class Real>
struct BinomialRatio {
    Real n;
    Pair<Real> odds;  // two parts, because an error here would grow with k
    FANO_FUNCTION Real operator()(double k) const {
        Real const left = (n - Real(k - 1.0)) * Real(1.0 / k);
        return left * odds.high + left * odds.low;
    }
};

// The number of k >= 0 with u < P(X > k), for u on (0,1). With rare events at the small end of u, where
// doubles are dense, a chance of 1e-25 is met as precisely as one of 1/2.
template <class Lane, class Ratio>
FANO_FUNCTION typename Lane::Real invert(NoneAndSome<typename Lane::Real> start, Ratio const& ratio,
                                         typename Lane::Mask pending,
                                         typename LaneDraws<Lane>::Pair uniforms) {
    using Real = typename Lane::Real;
    // (i + 1/2) 2^-52 and a second uniform in place of the 1/2.
    Real const u = (uniforms.first - Real(0x1p-53)) + uniforms.second * Real(0x1p-52);
    Real term = start.none, above = start.some, result = 0.0;
    pending = both(pending, u < above);
    for (double k = 1.0; any(pending); k += 1.0) {
        result = add_if(pending, result, 1.0);
        term = term * ratio(k);
        Real const rest = above - term;
        // Where a term no longer counts, `above` is nothing but rounding.
        pending = both(pending, both(u < rest, rest < above));
        above = rest;
    }
    return result;
}

// x log(x/m) + m - x for x, m >= 4, with difference = x - m. Loader, "Fast and accurate computation of
// binomial probabilities" (2000), with a wider series: no digits are lost for large x. Right in the lanes of
// the mask.
template <class Real, class Mask>
FANO_FUNCTION Real deviance(Real x, Real m, Real difference, Mask const& wanted) {
    // (atanh(v)/v - 1) / v^2 for |v| <= 1/3
    constexpr double c[] = {0x1.5555555555555p-2, 0x1.999999999a3ddp-3, 0x1.24924923d44c6p-3,
                            0x1.c71c727143318p-4, 0x1.745cf0b0e03bdp-4, 0x1.3b18b294bebf9p-4,
                            0x1.10ac75dc602b1p-4, 0x1.eb905e8575054p-5, 0x1.687a6e7c95176p-5,
                            0x1.4b0a26c5f2aefp-4};
    Real const v = difference / (x + m), z = v * v;
    Real const near = v * (difference + (x + x) * (z * polynomial(z, c)));
    auto const far = and_not(wanted, absolute(v) <= Real(1.0 / 3.0));
    if (!any(far)) return near;
    return select(far, x * log_positive(x / m) - difference, near);
}

// log Γ(x) - [(x - 1/2) log x - x + log(2π)/2] for x >= 4, within 2^-53.
template <class Real>
FANO_FUNCTION Real stirling_error(Real x) {
    constexpr double c[] = {0x1.555555555553fp-4,   -0x1.6c16c16ab4adap-9, 0x1.a019fa4230bf4p-11,
                            -0x1.380fb7479edb0p-11, 0x1.b857ffda87921p-11, -0x1.e497250cc63a2p-10,
                            0x1.40f4bdcb08087p-8,   -0x1.2fc6e8ae53b65p-7};
    Real const inverse = Real(1.0) / x;
    return inverse * polynomial(inverse * inverse, c);
}

// (k+1) (k+2) (k+3) / m^3: what turns Γ(k+4), for which Stirling's series is good, into k!
template <class Real>
FANO_FUNCTION Real rising(Real k, Real inverse_m) {
    return ((k + Real(1.0)) * inverse_m) * ((k + Real(2.0)) * inverse_m) * ((k + Real(3.0)) * inverse_m);
}

// A candidate of the transformed rejection: x = (2a/(1/2 - |u|) + b) u + shift with u on (-1/2, 1/2).
template <class Real>
struct Candidate {
    Real edge;    // 1/2 - |u|
    Real number;  // floor(x)
    Real slope;   // dx/du
};

template <class Real>
FANO_FUNCTION Candidate<Real> candidate(Real a, Real b, Real shift, Real uniform) {
    Real const u = uniform - Real(0.5);
    Real const edge = Real(0.5) - absolute(u), inverse = Real(1.0) / edge;
    Real const part = a * inverse;
    return {edge, floor((part + part + b) * u + shift), part * inverse + b};
}

// Mean from 10 to 2^51. Hörmann, Insurance: Mathematics and Economics 12:39 (1993), algorithm PTRS. The printed
// constants 1.1239, 1.1328 and 0.9277 let the hat dip below the distribution by up to 0.5 % and the squeeze
// rise above it; those here hold for every mean.
template <class Lane>
FANO_FUNCTION typename Lane::Real reject_poisson(typename Lane::Real mean, typename Lane::Mask pending,
                                                 typename LaneDraws<Lane>::Pair uniforms,
                                                 LaneDraws<Lane>& draws) {
    using Real = typename Lane::Real;
    Real const b = Real(0.931) + Real(2.53) * sqrt(mean), a = Real(-0.059) + Real(0.02483) * b;
    Real const attempts = Real(1.1242) + Real(1.2) / (b - Real(3.4));
    Real const squeeze = Real(0.917) - Real(3.6224) / (b - Real(2.0));
    Real const inverse_mean = Real(1.0) / mean;
    Real const height = attempts * mean * Real(2.50662827463100050242);  // sqrt(2π)
    // Candidates are counted from the whole part of the mean, so that large means cost no digits.
    Real const whole = floor(mean), fraction = mean - whole;
    Real result = 0.0;
    for (;;) {
        auto const [edge, number, slope] = candidate(a, b, fraction + Real(0.43), uniforms.first);
        Real const k = whole + number;
        auto const possible = both(pending, k >= Real(0.0));
        auto accepted = both(possible, both(edge >= Real(0.07), uniforms.second <= squeeze));
        auto const open = and_not(possible, accepted);
        if (any(open)) {
            Real const x = k + Real(4.0), difference = (number - fraction) + Real(4.0);
            Real const exponent = deviance(x, mean, difference, open) + stirling_error(x);
            Real const left = uniforms.second * height, right = slope * rising(k, inverse_mean);
            accepted =
                either(accepted, both(open, left * left <= right * right * x * exp(-(exponent + exponent))));
        }
        result = select(accepted, k, result);
        pending = and_not(pending, accepted);
        if (!any(pending)) return result;
        uniforms = draws.next(pending);
    }
}

// p in (0, 1/2], n p >= 10. Hörmann, J. Stat. Comput. Simul. 46:101 (1993), algorithm BTRS, with the normal
// density at its peak for the probability of the mode, which is one logarithm less and holds as well.
template <class Lane>
FANO_FUNCTION typename Lane::Real reject_binomial(typename Lane::Real n, typename Lane::Real p,
                                                  typename Lane::Mask pending,
                                                  typename LaneDraws<Lane>::Pair uniforms,
                                                  LaneDraws<Lane>& draws) {
    using Real = typename Lane::Real;
    Pair<Real> const product = exact_product(n, p);
    Real const mean = product.high, q = Real(1.0) - p;
    Real const b = Real(1.15) + Real(2.53) * sqrt(mean * q), inverse_b = Real(1.0) / b;
    Real const a = Real(-0.0873) + Real(0.0248) * b + Real(0.01) * p;
    Real const squeeze = Real(0.92) - Real(4.2) * inverse_b;
    // k and n - k by way of Γ(k + 4) and Γ(n - k + 4), whose arguments add to n + 8.
    Real const total = n + Real(8.0), total_p = mean + Real(8.0) * p, total_q = total - total_p;
    Real const inverse_p = Real(1.0) / total_p, inverse_q = Real(1.0) / total_q;
    // What does not depend on k: (n+1) ... (n+7) / total^5.5 and the Stirling error of n!.
    Real const middle = n + Real(4.0), square = middle * middle, total_square = total * total;
    Real const rise = middle * (square - Real(1.0)) * (square - Real(4.0)) * (square - Real(9.0));
    Real const constant = rise / (total_square * total_square * total * sqrt(total));
    Real const total_error = stirling_error(total);
    Real const height = (Real(2.83) + Real(5.1) * inverse_b) * p * q * constant;
    Real const whole = floor(mean), fraction = (mean - whole) + product.low;
    Real result = 0.0;
    for (;;) {
        auto const [edge, number, slope] = candidate(a, b, fraction + Real(0.5), uniforms.first);
        Real const k = whole + number, others = n - k;
        auto const possible = both(pending, both(k >= Real(0.0), others >= Real(0.0)));
        auto accepted = both(possible, both(edge >= Real(0.07), uniforms.second <= squeeze));
        auto const open = and_not(possible, accepted);
        if (any(open)) {
            Real const x = k + Real(4.0), y = others + Real(4.0);
            Real const difference = (number - fraction) + (Real(4.0) - Real(8.0) * p);
            Real const exponent = (deviance(x, total_p, difference, open) + stirling_error(x)) +
                                  (deviance(y, total_q, -difference, open) + stirling_error(y)) - total_error;
            Real const left = uniforms.second * height,
                       right = slope * rising(k, inverse_p) * rising(others, inverse_q);
            accepted = either(
                accepted, both(open, left * left <= right * right * (x * y) * exp(-(exponent + exponent))));
        }
        result = select(accepted, k, result);
        pending = and_not(pending, accepted);
        if (!any(pending)) return result;
        uniforms = draws.next(pending);
    }
}

// By inversion: p in (0, 1/2], n p < 10.
template <class Lane>
FANO_FUNCTION typename Lane::Real invert_binomial(typename Lane::Real n, typename Lane::Real p,
                                                  typename Lane::Mask pending,
                                                  typename LaneDraws<Lane>::Pair uniforms) {
    using Real = typename Lane::Real;
    // 1 - p = q + lost, exactly; n log(1 - p) and p / (1 - p) as high + low.
    Real const q = Real(1.0) - p, lost = (Real(1.0) - q) - p, inverse_q = Real(1.0) / q;
    Pair<Real> const logarithm = log_pair(q);
    Pair<Real> const times = exact_product(n, logarithm.high);
    Pair<Real> const none = fast_sum(times.high, times.low + n * (logarithm.low + lost * inverse_q));
    Real const odds = p * inverse_q;
    Pair<Real> const back = exact_product(odds, q);
    Real const rest = (((p - back.high) - back.low) - odds * lost) * inverse_q;
    BinomialRatio<Real> const ratio{n, {odds, rest}};
    return invert<Lane>(none_and_some(none.high, none.low), ratio, pending, uniforms);
}

}  // namespace detail

// Poisson numbers of the lanes of the mask, 0 elsewhere. A mean <= 0 gives 0 and takes no random bits; one
// above 2^51, or NaN, gives NaN, also without. Below 40 a number takes one block, above 1.12 to 1.2 on
// average.
template <class Lane>
FANO_LONG typename Lane::Real draw_poisson(typename Lane::Real mean, typename Lane::Mask wanted,
                                           LaneDraws<Lane>& draws) {
    using Real = typename Lane::Real;
    auto const supported = both(wanted, mean <= Real(largest_mean));
    auto const drawn = both(supported, mean > Real(0.0));
    Real result = select(and_not(wanted, supported), Real(not_a_number), Real(0.0));
    if (!any(drawn)) return result;
    auto const uniforms = draws.next(drawn);
    auto const few = both(drawn, mean < Real(longest_inversion)), many = and_not(drawn, few);
    if (any(few)) {
        auto const start = detail::none_and_some(-mean, Real(0.0));
        detail::PoissonRatio<Real> const ratio{mean};
        result = select(few, detail::invert<Lane>(start, ratio, few, uniforms), result);
    }
    if (any(many)) result = select(many, detail::reject_poisson<Lane>(mean, many, uniforms, draws), result);
    return result;
}

// Binomial numbers of the lanes of the mask, 0 elsewhere; n whole and >= 0. p <= 0 gives 0 and p >= 1 gives
// n, without random bits; n above 2^51, or a NaN, gives NaN. Where n min(p, 1-p) < 10 a number takes one
// block, else 1.13 to 1.43 on average.
template <class Lane>
FANO_LONG typename Lane::Real draw_binomial(typename Lane::Real n, typename Lane::Real p,
                                            typename Lane::Mask wanted, LaneDraws<Lane>& draws) {
    using Real = typename Lane::Real;
    auto const supported = both(wanted, both(n <= Real(largest_mean), p == p));
    auto const certain = both(supported, p >= Real(1.0));
    auto const drawn = and_not(both(supported, both(p > Real(0.0), n > Real(0.0))), certain);
    Real result = select(and_not(wanted, supported), Real(not_a_number), select(certain, n, Real(0.0)));
    if (!any(drawn)) return result;
    auto const uniforms = draws.next(drawn);
    auto const swapped = p > Real(0.5);
    Real const rarer = select(swapped, Real(1.0) - p, p);
    auto const few = both(drawn, n * rarer < Real(10.0)), many = and_not(drawn, few);
    Real k = 0.0;
    if (any(few)) k = select(few, detail::invert_binomial<Lane>(n, rarer, few, uniforms), k);
    if (any(many)) k = select(many, detail::reject_binomial<Lane>(n, rarer, many, uniforms, draws), k);
    return select(drawn, select(swapped, n - k, k), result);
}

FANO_KERNELS_END
