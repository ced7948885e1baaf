// Truth values as 0 and 1 over a Lane, and interval arithmetic: bounds of an expression when its operands are
// only known to lie between two values. The bounds of a propensity over a stretch of time come from here.
#pragma once

#include "kernels/core/math.hpp"

FANO_KERNELS_BEGIN

template <class Real>
FANO_FUNCTION Real truth_less(Real a, Real b) {
    return select(a < b, Real(1.0), Real(0.0));
}
template <class Real>
FANO_FUNCTION Real truth_less_equal(Real a, Real b) {
    return select(a <= b, Real(1.0), Real(0.0));
}
template <class Real>
FANO_FUNCTION Real truth_equal(Real a, Real b) {
    return select(a == b, Real(1.0), Real(0.0));
}
template <class Real>
FANO_FUNCTION Real truth_and(Real a, Real b) {
    return select(both(a != Real(0.0), b != Real(0.0)), Real(1.0), Real(0.0));
}
template <class Real>
FANO_FUNCTION Real truth_not(Real a) {
    return select(a == Real(0.0), Real(1.0), Real(0.0));
}
template <class Real>
FANO_FUNCTION Real choose(Real condition, Real yes, Real no) {
    return select(condition != Real(0.0), yes, no);
}

// All values from low to high. Rounding is to nearest, not outward: a user of the bounds widens them a little.
template <class Real>
struct Interval {
    Real low, high;
    Interval() = default;
    FANO_FUNCTION Interval(double x) : low(x), high(x) {}
    FANO_FUNCTION Interval(Real lower, Real upper) requires(!is_number<Real>) : low(lower), high(upper) {}
    FANO_FUNCTION Interval(double lower, double upper) requires(is_number<Real>) : low(lower), high(upper) {}
};

template <class Real>
FANO_FUNCTION Interval<Real> operator+(Interval<Real> a, Interval<Real> b) {
    return {a.low + b.low, a.high + b.high};
}
template <class Real>
FANO_FUNCTION Interval<Real> operator-(Interval<Real> a, Interval<Real> b) {
    return {a.low - b.high, a.high - b.low};
}
template <class Real>
FANO_FUNCTION Interval<Real> operator-(Interval<Real> a) {
    return {-a.high, -a.low};
}

namespace detail {
// 0 times infinity is 0: the factor that is exactly 0 wins over an unbounded one.
template <class Real>
FANO_FUNCTION Real bounded_product(Real a, Real b) {
    return select(either(a == Real(0.0), b == Real(0.0)), Real(0.0), a * b);
}
template <class Real>
FANO_FUNCTION Interval<Real> hull(Real a, Real b, Real c, Real d) {
    return {minimum(minimum(a, b), minimum(c, d)), maximum(maximum(a, b), maximum(c, d))};
}
template <class Real>
FANO_FUNCTION Interval<Real> hull(Interval<Real> a, Interval<Real> b) {
    return {minimum(a.low, b.low), maximum(a.high, b.high)};
}
template <class Real>
FANO_FUNCTION Interval<Real> choose_interval(decltype(Real() < Real()) m, Interval<Real> a,
                                             Interval<Real> b) {
    return {select(m, a.low, b.low), select(m, a.high, b.high)};
}
}  // namespace detail

template <class Real>
FANO_FUNCTION Interval<Real> operator*(Interval<Real> a, Interval<Real> b) {
    using detail::bounded_product;
    return detail::hull(bounded_product(a.low, b.low), bounded_product(a.low, b.high),
                        bounded_product(a.high, b.low), bounded_product(a.high, b.high));
}
template <class Real>
FANO_FUNCTION Interval<Real> operator/(Interval<Real> a, Interval<Real> b) {
    // A divisor that can be 0 bounds nothing, unless all others are positive: x/0 has the sign of x.
    auto const positive = both(b.low >= Real(0.0), b.high > Real(0.0));
    auto const negative = b.high < Real(0.0);
    Real const at_low = select(b.low == Real(0.0), Real(infinity), Real(1.0) / b.low);
    Real const at_high = Real(1.0) / b.high;
    // Dividing the end points themselves keeps a point interval equal to the plain quotient.
    Interval<Real> const inverse{at_high, at_low};
    Interval<Real> const by_product = a * inverse;
    auto const away = both(b.low != Real(0.0), b.high != Real(0.0));
    Interval<Real> const direct =
        detail::hull(a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high);
    auto const finite = both(both(direct.low == direct.low, direct.high == direct.high), away);
    Interval<Real> const quotient = detail::choose_interval<Real>(finite, direct, by_product);
    Interval<Real> const everything{Real(-infinity), Real(infinity)};
    return detail::choose_interval<Real>(either(positive, negative), quotient, everything);
}

template <class Real>
FANO_FUNCTION Interval<Real> exp(Interval<Real> a) {
    return {exp(a.low), exp(a.high)};
}
template <class Real>
FANO_FUNCTION Interval<Real> log(Interval<Real> a) {
    return {select(a.low < Real(0.0), Real(-infinity), log(a.low)), log(a.high)};
}
template <class Real>
FANO_FUNCTION Interval<Real> log10(Interval<Real> a) {
    return {select(a.low < Real(0.0), Real(-infinity), log10(a.low)), log10(a.high)};
}
template <class Real>
FANO_FUNCTION Interval<Real> sqrt(Interval<Real> a) {
    return {select(a.low < Real(0.0), Real(0.0), sqrt(a.low)), sqrt(a.high)};
}
template <class Real>
FANO_FUNCTION Interval<Real> floor(Interval<Real> a) {
    return {floor(a.low), floor(a.high)};
}
template <class Real>
FANO_FUNCTION Interval<Real> ceiling(Interval<Real> a) {
    return {ceiling(a.low), ceiling(a.high)};
}
template <class Real>
FANO_FUNCTION Interval<Real> tanh(Interval<Real> a) {
    return {tanh(a.low), tanh(a.high)};
}
template <class Real>
FANO_FUNCTION Interval<Real> minimum(Interval<Real> a, Interval<Real> b) {
    return {minimum(a.low, b.low), minimum(a.high, b.high)};
}
template <class Real>
FANO_FUNCTION Interval<Real> maximum(Interval<Real> a, Interval<Real> b) {
    return {maximum(a.low, b.low), maximum(a.high, b.high)};
}
template <class Real>
FANO_FUNCTION Interval<Real> absolute(Interval<Real> a) {
    Real const x = absolute(a.low), y = absolute(a.high);
    auto const across = both(a.low<Real(0.0), a.high> Real(0.0));
    return {select(across, Real(0.0), minimum(x, y)), maximum(x, y)};
}

// sin(x): the values at both ends, and +1 or -1 where a crest or a trough lies between them.
template <class Real>
FANO_FUNCTION Interval<Real> sin(Interval<Real> a) {
    Real const inverse_turn = 0x1.45f306dc9c883p-3, margin = 0x1p-20;
    Real const from = a.low * inverse_turn - margin, to = a.high * inverse_turn + margin;  // in whole turns
    auto const crest = floor(from - Real(0.25)) < floor(to - Real(0.25));
    auto const trough = floor(from - Real(0.75)) < floor(to - Real(0.75));
    Real const x = sin(a.low), y = sin(a.high);
    Real const low = select(trough, Real(-1.0), minimum(x, y));
    Real const high = select(crest, Real(1.0), maximum(x, y));
    auto const known = both(absolute(a.low) <= Real(0x1p20), absolute(a.high) <= Real(0x1p20));
    return {select(known, low, Real(-1.0)), select(known, high, Real(1.0))};
}
template <class Real>
FANO_FUNCTION Interval<Real> cos(Interval<Real> a) {
    Real const inverse_turn = 0x1.45f306dc9c883p-3, margin = 0x1p-20;
    Real const from = a.low * inverse_turn - margin, to = a.high * inverse_turn + margin;
    auto const crest = floor(from) < floor(to);
    auto const trough = floor(from - Real(0.5)) < floor(to - Real(0.5));
    Real const x = cos(a.low), y = cos(a.high);
    Real const low = select(trough, Real(-1.0), minimum(x, y));
    Real const high = select(crest, Real(1.0), maximum(x, y));
    auto const known = both(absolute(a.low) <= Real(0x1p20), absolute(a.high) <= Real(0x1p20));
    return {select(known, low, Real(-1.0)), select(known, high, Real(1.0))};
}
template <class Real>
FANO_FUNCTION Interval<Real> tan(Interval<Real> a) {
    return sin(a) / cos(a);
}

// x^y for x >= 0: monotone in each operand apart, so the extremes lie at the corners. A negative base is
// bounded only when the exponent is one whole number.
template <class Real>
FANO_FUNCTION Interval<Real> pow(Interval<Real> x, Interval<Real> y) {
    Interval<Real> corners =
        detail::hull(pow(x.low, y.low), pow(x.low, y.high), pow(x.high, y.low), pow(x.high, y.high));
    auto const whole = both(y.low == y.high, floor(y.low) == y.low);
    auto const across = both(x.low<Real(0.0), x.high> Real(0.0));
    auto const even = floor(y.low * Real(0.5)) == y.low * Real(0.5);
    auto const falling = y.low < Real(0.0);
    corners.low = select(both(both(across, even), whole), minimum(corners.low, Real(0.0)), corners.low);
    Interval<Real> const everything{Real(-infinity), Real(infinity)};
    auto const pole = both(both(x.low < Real(0.0), x.high >= Real(0.0)), falling);
    auto const unknown = either(and_not(x.low < Real(0.0), whole), pole);
    return detail::choose_interval<Real>(unknown, everything, corners);
}

template <class Real>
FANO_FUNCTION Interval<Real> power_by_squaring(Interval<Real> x, u32 n) {
    Real const a = power_by_squaring(x.low, n), b = power_by_squaring(x.high, n);
    if (n % 2 != 0) return {a, b};
    auto const across = both(x.low<Real(0.0), x.high> Real(0.0));
    return {select(across, Real(0.0), minimum(a, b)), maximum(a, b)};
}

template <class Real>
FANO_FUNCTION Interval<Real> truth_less(Interval<Real> a, Interval<Real> b) {
    return {truth_less(a.high, b.low), truth_less(a.low, b.high)};
}
template <class Real>
FANO_FUNCTION Interval<Real> truth_less_equal(Interval<Real> a, Interval<Real> b) {
    return {truth_less_equal(a.high, b.low), truth_less_equal(a.low, b.high)};
}
template <class Real>
FANO_FUNCTION Interval<Real> truth_equal(Interval<Real> a, Interval<Real> b) {
    auto const certain = both(both(a.low == a.high, b.low == b.high), a.low == b.low);
    auto const possible = both(a.low <= b.high, b.low <= a.high);
    return {select(certain, Real(1.0), Real(0.0)), select(possible, Real(1.0), Real(0.0))};
}
namespace detail {
// Whether "the value is not 0" holds for all (low) or for any (high) of an interval.
template <class Real>
FANO_FUNCTION Interval<Real> truth(Interval<Real> a) {
    auto const all = either(a.low > Real(0.0), a.high < Real(0.0));
    auto const none = both(a.low == Real(0.0), a.high == Real(0.0));
    return {select(all, Real(1.0), Real(0.0)), select(none, Real(0.0), Real(1.0))};
}
}  // namespace detail
template <class Real>
FANO_FUNCTION Interval<Real> truth_and(Interval<Real> a, Interval<Real> b) {
    Interval<Real> const x = detail::truth(a), y = detail::truth(b);
    return {minimum(x.low, y.low), minimum(x.high, y.high)};
}
template <class Real>
FANO_FUNCTION Interval<Real> truth_not(Interval<Real> a) {
    Interval<Real> const x = detail::truth(a);
    return {Real(1.0) - x.high, Real(1.0) - x.low};
}
template <class Real>
FANO_FUNCTION Interval<Real> choose(Interval<Real> condition, Interval<Real> yes, Interval<Real> no) {
    Interval<Real> const x = detail::truth(condition);
    Interval<Real> const open = detail::hull(yes, no);
    return detail::choose_interval<Real>(x.low == Real(1.0), yes,
                                         detail::choose_interval<Real>(x.high == Real(0.0), no, open));
}

FANO_KERNELS_END
