// What a newborn cell draws: its initial counts and its own parameters, from streams named after the quantity.
#pragma once

#include "kernels/core/samplers.hpp"
#include "kernels/ssa/table.hpp"

FANO_KERNELS_BEGIN

// A value that is meant to be a count, rounded if it is whole up to rounding errors; NaN otherwise.
FANO_ROUTINE double whole_number(double x) {
    double const nearest = round_small(x);
    double const tolerance = 1e-6 * maximum(1.0, absolute(x));
    return absolute(x - nearest) <= tolerance ? nearest : not_a_number;
}

FANO_ROUTINE double draw_birth_value(BirthKind kind, double a, double b, Stream& next) {
    switch (kind) {
        case BirthKind::expression:
            return a;
        case BirthKind::poisson:
            return Poisson{a}(next);
        case BirthKind::binomial:
            return Binomial{a, b}(next);
        case BirthKind::negative_binomial:
            return NegativeBinomial{a, b}(next);
        case BirthKind::uniform_whole:
            return UniformWhole{a, b}(next);
        case BirthKind::lognormal:
            return LogNormal{a, b}(next);
        case BirthKind::gamma:
            return b == 0.0 ? a : a * b * b * Gamma{1.0 / (b * b)}(next);
        case BirthKind::positive_normal:
            return PositiveNormal{a, b}(next);
        case BirthKind::uniform:
            return a + next() * (b - a);
    }
    return not_a_number;
}

// Whether a distribution exists for these arguments.
FANO_ROUTINE bool valid_birth_arguments(BirthKind kind, double a, double b) {
    switch (kind) {
        case BirthKind::expression:
            return a == a;
        case BirthKind::poisson:
            return a >= 0.0 && a < infinity;
        case BirthKind::binomial:
            return a >= 0.0 && a <= largest_count && floor(a) == a && b >= 0.0 && b <= 1.0;
        case BirthKind::negative_binomial:
            return a >= 0.0 && a < infinity && b >= 1.0 && b < infinity;
        case BirthKind::uniform_whole:
            return floor(a) == a && floor(b) == b && a <= b && b <= largest_count;
        case BirthKind::lognormal:
            return a > 0.0 && a < infinity && b >= 0.0 && b < infinity;
        case BirthKind::gamma:
            return a > 0.0 && a < infinity && b >= 0.0 && b < infinity;
        case BirthKind::positive_normal:
            return a > -infinity && a < infinity && b >= 0.0 && b < infinity && (b > 0.0 || a >= 0.0);
        case BirthKind::uniform:
            return a <= b && a > -infinity && b < infinity;
    }
    return false;
}

// Draws the quantity in `slot` of a newborn cell from its distribution with arguments a and b.
FANO_LONG FailureReport draw_quantity(BirthEntry const& entry, double a, double b, u64 seed, u64 cell,
                                      double& quantity) {
    if (!valid_birth_arguments(entry.kind, a, b)) return {Failure::birth_invalid, entry.slot, cell, 0.0, a};
    // 2^32 draws belong to each quantity, so that none can move the numbers of another.
    Stream next{seed, cell, Purpose::birth, static_cast<u64>(entry.slot) << 32};
    double const value = draw_birth_value(entry.kind, a, b, next);
    quantity = value;
    if (entry.whole == 0) return {};
    double const whole = whole_number(value);
    if (!(whole == whole)) return {Failure::birth_not_whole, entry.slot, cell, 0.0, value};
    if (whole < 0.0) return {Failure::negative_count, entry.slot, cell, 0.0, whole};
    if (whole > largest_count) return {Failure::count_too_large, entry.slot, cell, 0.0, whole};
    quantity = whole;
    return {};
}

FANO_KERNELS_END
