// log, exp, pow and the other elementary functions over a Lane, from plain multiplies and adds only (no fma),
// so that every machine computes the same bits. log, exp, pow: within 1 ulp; sin, cos: within 1 ulp for
// |x| <= 2^20 and NaN beyond; tan, tanh, log10: within 3 ulp. Polynomials were fitted at Chebyshev nodes.
#pragma once

#include "kernels/core/lane.hpp"

FANO_KERNELS_BEGIN

inline constexpr double infinity = __builtin_bit_cast(double, u64{0x7FF0000000000000});
inline constexpr double not_a_number = __builtin_bit_cast(double, u64{0x7FF8000000000000});

template <class Real>
FANO_FUNCTION Real absolute(Real x) {
    return real(bits(x) & word_of<Real>(u64{0x7FFFFFFFFFFFFFFF}));
}

template <class Real>
FANO_FUNCTION Real minimum(Real a, Real b) {
    return select(b < a, b, a);
}

template <class Real>
FANO_FUNCTION Real maximum(Real a, Real b) {
    return select(a < b, b, a);
}

// Nearest integer, ties to even; |x| < 2^51.
template <class Real>
FANO_FUNCTION Real round_small(Real x) {
    Real const magic = 0x1.8p52;
    return (x + magic) - magic;
}

template <class Real>
FANO_FUNCTION Real floor(Real x) {
    Real const nearest = round_small(x);
    Real const below = select(x < nearest, nearest - Real(1.0), nearest);
    return select(absolute(x) < Real(0x1p51), below, x);
}

template <class Real>
FANO_FUNCTION Real ceiling(Real x) {
    Real const nearest = round_small(x);
    Real const above = select(nearest < x, nearest + Real(1.0), nearest);
    return select(absolute(x) < Real(0x1p51), above, x);
}

namespace detail {

// c[0] + x (c[1] + x (c[2] + ...))
template <int n, class Real>
FANO_FUNCTION Real polynomial(Real x, double const (&c)[n]) {
    Real sum = c[n - 1];
    FANO_UNROLL
    for (int i = n - 2; i >= 0; --i) sum = sum * x + Real(c[i]);
    return sum;
}

inline constexpr double ln2_high = 0x1.62e42fee00000p-1;  // 32 bits: k * ln2_high is exact
inline constexpr double ln2_low = 0x1.a39ef35793c76p-33;
inline constexpr double log2_e = 0x1.71547652b82fep+0;

// x = 2^exponent * mantissa with mantissa in [sqrt(1/2), sqrt(2)); x normal and positive.
template <class Real>
struct Parts {
    Real exponent, mantissa;
};

template <class Real>
FANO_FUNCTION Parts<Real> split(Real x) {
    using Word = word_of<Real>;
    constexpr u64 sqrt_half = 0x3FE6A09E667F3BCD;
    Word const shifted = bits(x) + Word(u64{0x3FF0000000000000} - sqrt_half);
    Word const mantissa = (shifted & Word(u64{0x000FFFFFFFFFFFFF})) + Word(sqrt_half);
    // An integer below 2^52 or-ed into the mantissa of 2^52 reads as 2^52 + that integer.
    Real const biased = real((shifted >> 52) | Word(u64{0x4330000000000000}));
    return {biased - Real(0x1p52 + 1023.0), real(mantissa)};
}

// 2^k for a whole k in [-1022, 1023].
template <class Real>
FANO_FUNCTION Real power_of_two(Real k) {
    return real(bits(k + Real(0x1p52 + 1023.0)) << 52);
}

// e^(high + low) for |high| <= 746, before overflow is looked at.
template <class Real>
FANO_FUNCTION Real exp_bounded(Real high, Real low) {
    constexpr double c[] = {0x1.0000000000000p-1,  0x1.5555555555557p-3,  0x1.5555555555556p-5,
                            0x1.11111111100bep-7,  0x1.6c16c16c162c3p-10, 0x1.a01a01abf85abp-13,
                            0x1.a01a01a6e1e2ap-16, 0x1.71de01fdbf9cap-19, 0x1.27e4db46cddd1p-22,
                            0x1.af4e554377204p-26, 0x1.1f7340dbc337ep-29};
    Real const k = round_small(high * Real(log2_e));
    Real const coarse = high - k * Real(ln2_high);
    Real const correction = low - k * Real(ln2_low);
    Real const r = coarse + correction;
    Real const lost = (coarse - r) + correction;
    Real const tail = r * r * polynomial(r, c) + lost;
    Real const value = Real(1.0) + (r + tail);
    // Two factors reach the subnormal results that one power of two cannot.
    Real const half = round_small(k * Real(0.5));
    return value * power_of_two(half) * power_of_two(k - half);
}

}  // namespace detail

// Natural logarithm of a positive normal number.
template <class Real>
FANO_FUNCTION Real log_positive(Real x) {
    constexpr double c[] = {0x1.5555555555558p-1, 0x1.99999999952d7p-2, 0x1.2492492df281ap-2,
                            0x1.c71c62e3f11e6p-3, 0x1.7462b51cb66b1p-3, 0x1.39fe51a7c18f9p-3,
                            0x1.2b5900de53b32p-3};
    auto const [k, m] = detail::split(x);
    // log(1+f) = 2 atanh(s), s = f/(2+f), written so that f itself enters without rounding.
    Real const f = m - Real(1.0);
    Real const s = f / (Real(2.0) + f);
    Real const z = s * s;
    Real const half_square = Real(0.5) * f * f;
    Real const rest = s * (half_square + z * detail::polynomial(z, c));
    return k * Real(detail::ln2_high) - ((half_square - (rest + k * Real(detail::ln2_low))) - f);
}

// Natural logarithm; -inf at 0, NaN below.
template <class Real>
FANO_LONG Real log(Real x) {
    auto const tiny = x < Real(0x1p-1022);
    Real const scaled = select(tiny, x * Real(0x1p54), x);
    Real const core = log_positive(scaled) + select(tiny, Real(-54.0 * detail::ln2_high), Real(0.0)) +
                      select(tiny, Real(-54.0 * detail::ln2_low), Real(0.0));
    Real const finite = select(x < Real(infinity), core, x);
    return select(x <= Real(0.0), select(x < Real(0.0), Real(not_a_number), Real(-infinity)), finite);
}

template <class Real>
FANO_LONG Real exp(Real x) {
    Real const bounded = minimum(maximum(x, Real(-746.0)), Real(710.0));
    Real const value = detail::exp_bounded(bounded, Real(0.0));
    return select(x == x, select(x > Real(709.79), Real(infinity), value), x);
}

template <class Real>
FANO_LONG Real log10(Real x) {
    return log(x) * Real(0x1.bcb7b1526e50ep-2);
}

namespace detail {

// An unevaluated sum high + low, |low| <= ulp(high)/2: about 106 bits. Dekker, Numer. Math. 18:224 (1971).
template <class Real>
struct Pair {
    Real high, low;
};

template <class Real>
FANO_FUNCTION Pair<Real> fast_sum(Real a, Real b) {  // |a| >= |b|
    Real const sum = a + b;
    return {sum, b - (sum - a)};
}

template <class Real>
FANO_FUNCTION Pair<Real> exact_product(Real a, Real b) {
    Real const ta = a * Real(0x1p27 + 1.0), tb = b * Real(0x1p27 + 1.0);
    Real const ah = ta - (ta - a), bh = tb - (tb - b);
    Real const al = a - ah, bl = b - bh;
    Real const p = a * b;
    return {p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
}

template <class Real>
FANO_FUNCTION Pair<Real> product(Pair<Real> a, Pair<Real> b) {
    Pair<Real> const p = exact_product(a.high, b.high);
    return fast_sum(p.high, p.low + (a.high * b.low + a.low * b.high));
}

// log(x) to about 66 bits, x positive and normal.
template <class Real>
FANO_FUNCTION Pair<Real> log_pair(Real x) {
    constexpr double c[] = {0x1.999999999999ap-2, 0x1.2492492492521p-2, 0x1.c71c71c6eaa10p-3,
                            0x1.745d177a96056p-3, 0x1.3b1395d2190c1p-3, 0x1.1118c7e4b0917p-3,
                            0x1.df7cc8e5fa539p-4, 0x1.e02e6fff27908p-4};
    auto const [k, m] = split(x);
    Real const f = m - Real(1.0);
    Pair<Real> const denominator = fast_sum(Real(2.0), f);
    Real const s = f / denominator.high;
    Pair<Real> const back = exact_product(s, denominator.high);
    Pair<Real> const quotient{s, (((f - back.high) - back.low) - s * denominator.low) / denominator.high};
    // 2 atanh(s) = 2s + s z (2/3 + z (2/5 + ...)), z = s^2; only the first two terms need the extra bits.
    Pair<Real> const z = product(quotient, quotient);
    Real const tail = z.high * polynomial(z.high, c);
    Pair<Real> const bracket = fast_sum(Real(0x1.5555555555555p-1), Real(0x1.5555555555555p-55) + tail);
    Pair<Real> const cubic = product(product(quotient, z), bracket);
    Pair<Real> const twice{quotient.high + quotient.high, quotient.low + quotient.low};
    Pair<Real> const series = fast_sum(twice.high, cubic.high);
    Real const series_low = series.low + (twice.low + cubic.low);
    constexpr double ln2_a = 0x1.62e42fefa2000p-1;  // 40 bits: k * ln2_a is exact
    constexpr double ln2_b = 0x1.9ef35793c7673p-41;
    // |k ln2| exceeds |series| unless k is 0, when the sum is exact as well.
    Pair<Real> const sum = fast_sum(k * Real(ln2_a), series.high);
    Pair<Real> const alone = fast_sum(series.high, series_low);
    Pair<Real> const joined = fast_sum(sum.high, sum.low + (series_low + k * Real(ln2_b)));
    auto const no_exponent = k == Real(0.0);
    return {select(no_exponent, alone.high, joined.high), select(no_exponent, alone.low, joined.low)};
}

}  // namespace detail

// x^y. A negative x takes whole exponents only (NaN otherwise), as in IEEE 754.
template <class Real>
FANO_LONG Real pow(Real x, Real y) {
    using detail::Pair;
    Real const size = absolute(x);
    auto const tiny = size < Real(0x1p-1022);
    Real const scaled = select(tiny, size * Real(0x1p54), size);
    Pair<Real> logarithm = detail::log_pair(scaled);
    Pair<Real> const shifted =
        detail::fast_sum(logarithm.high, logarithm.low - Real(54.0 * 0x1.62e42fefa39efp-1));
    logarithm.high = select(tiny, shifted.high, logarithm.high);
    logarithm.low = select(tiny, shifted.low, logarithm.low);
    // A huge exponent over- or underflows for certain; bounding it keeps the exact product finite.
    Real const exponent = minimum(maximum(y, Real(-0x1p80)), Real(0x1p80));
    Pair<Real> const p = detail::exact_product(exponent, logarithm.high);
    Real const low = p.low + exponent * logarithm.low;
    Real const bounded = minimum(maximum(p.high, Real(-746.0)), Real(710.0));
    Real value = detail::exp_bounded(bounded, select(bounded == p.high, low, Real(0.0)));
    value = select(p.high > Real(709.79), Real(infinity), value);
    // 0^y and inf^y
    Real const at_zero = select(y > Real(0.0), Real(0.0), Real(infinity));
    Real const at_infinity = select(y > Real(0.0), Real(infinity), Real(0.0));
    value = select(size == Real(0.0), at_zero, select(size == Real(infinity), at_infinity, value));
    Real const whole = floor(y);
    Real const half = y * Real(0.5);
    Real const negated = select(floor(half) == half, value, -value);
    value = select(x < Real(0.0), select(whole == y, negated, Real(not_a_number)), value);
    value = select(x == x, select(y == y, value, y), x);
    return select(either(y == Real(0.0), x == Real(1.0)), Real(1.0), value);
}

// x^n by repeated multiplication, for small whole n.
template <class Real>
FANO_FUNCTION Real power_by_squaring(Real x, u32 n) {
    Real result = 1.0;
    for (; n != 0; n >>= 1, x = x * x)
        if ((n & 1) != 0) result = result * x;
    return result;
}

namespace detail {

// sin(x + quarter_turns * pi/2)
template <class Real>
FANO_FUNCTION Real sine(Real x, double quarter_turns) {
    constexpr double s[] = {-0x1.5555555555555p-3, 0x1.1111111111110p-7,   -0x1.a01a01a019926p-13,
                            0x1.71de3a545e700p-19, -0x1.ae64540f0ba18p-26, 0x1.61217c1864fa1p-33,
                            -0x1.ab161757f0c63p-41};
    constexpr double c[] = {0x1.5555555555555p-5,   -0x1.6c16c16c16c16p-10, 0x1.a01a01a019d02p-16,
                            -0x1.27e4fb7711e1dp-22, 0x1.1eed8de9ef73ep-29,  -0x1.9394b76d1f265p-37,
                            0x1.ab76cf6e9b365p-45};
    Real const turns = round_small(x * Real(0x1.45f306dc9c883p-1));
    // pi/2 in three parts; the first two have 30 bits, so that their products with turns are exact.
    Real const a = x - turns * Real(0x1.921fb54000000p+0);
    Real const b = a - turns * Real(0x1.10b4611800000p-30);
    Real const lost_b = (a - b) - turns * Real(0x1.10b4611800000p-30);
    Real const third = turns * Real(0x1.313198a2e0370p-61);
    Real const r = b - third;
    Real const low = ((b - r) - third) + lost_b;
    Real const z = r * r;
    Real const odd = r + (r * z * polynomial(z, s) + low * (Real(1.0) - Real(0.5) * z));
    Real const half = Real(0.5) * z;
    Real const w = Real(1.0) - half;
    Real const even = w + (((Real(1.0) - w) - half) + (z * z * polynomial(z, c) - r * low));
    Real const quadrant = turns + Real(quarter_turns);
    Real const phase = quadrant - Real(4.0) * floor(quadrant * Real(0.25));  // 0, 1, 2 or 3
    Real const value = select(either(phase == Real(1.0), phase == Real(3.0)), even, odd);
    Real const signed_value = select(phase < Real(1.5), value, -value);
    return select(absolute(x) <= Real(0x1p20), signed_value, Real(not_a_number));
}

}  // namespace detail

template <class Real>
FANO_LONG Real sin(Real x) {
    return detail::sine(x, 0.0);
}

template <class Real>
FANO_LONG Real cos(Real x) {
    return detail::sine(x, 1.0);
}

template <class Real>
FANO_LONG Real tan(Real x) {
    return sin(x) / cos(x);
}

template <class Real>
FANO_LONG Real tanh(Real x) {
    // (1-q)/(1+q) with q = e^(-2|x|); below 1/4 the difference would cancel, and a short series takes over.
    Real const size = absolute(x);
    Real const q = exp(Real(-2.0) * size);
    Real const far = (Real(1.0) - q) / (Real(1.0) + q);
    constexpr double c[] = {-0x1.5555555555555p-2,  0x1.1111111111111p-3,  -0x1.ba1ba1ba1ba1cp-5,
                            0x1.664f4882c10fap-6,   -0x1.226e355e6c23dp-7, 0x1.d6d3d0e157de0p-9,
                            -0x1.7da36452b75e3p-10, 0x1.3558248036744p-11, -0x1.f57d7734d1664p-13,
                            0x1.967e18afcafadp-14};
    Real const z = size * size;
    Real const near = size + size * (z * detail::polynomial(z, c));
    Real const value = select(size < Real(0.25), near, far);
    return select(x < Real(0.0), -value, value);
}

FANO_KERNELS_END
