// Exact samplers as small value classes, drawing from a Stream. All are scalar: they serve a cell's birth.
//
// Each states its edge cases. "Exact" means no normal approximation at any mean; what is left is the 52 bits
// of a uniform and the rounding of doubles.
#pragma once

#include "kernels/core/math.hpp"
#include "kernels/core/stream.hpp"

FANO_KERNELS_BEGIN

// log(n!) for whole n >= 0; relative error below 1e-14.
FANO_ROUTINE double log_factorial(double n) {
    if (n < 16.0) {
        double product = 1.0;
        for (double i = 2.0; i <= n; i += 1.0) product *= i;
        return log(product);
    }
    double const inverse = 1.0 / n, square = inverse * inverse;
    constexpr double half_log_two_pi = 0.91893853320467274178;
    double const series =
        inverse * (1.0 / 12.0 + square * (-1.0 / 360.0 + square * (1.0 / 1260.0 + square * (-1.0 / 1680.0))));
    return (n + 0.5) * log(n) - n + half_log_two_pi + series;
}

// Standard normal. Marsaglia & Bray, SIAM Rev. 6:260 (1964), one of the pair.
struct Normal {
    template <class Generator>
    FANO_ROUTINE double operator()(Generator& next) const {
        for (;;) {
            double const x = 2.0 * next() - 1.0, y = 2.0 * next() - 1.0;
            double const s = x * x + y * y;
            if (s < 1.0 && s > 0.0) return x * sqrt(-2.0 * log(s) / s);
        }
    }
};

// Exponential of rate 1.
struct Exponential {
    template <class Generator>
    FANO_ROUTINE double operator()(Generator& next) const {
        return -log(next());
    }
};

// Gamma of the given shape > 0 and scale 1. Marsaglia & Tsang, ACM TOMS 26:363 (2000);
// shapes below 1 through Gamma(shape + 1) U^(1/shape).
struct Gamma {
    double shape;
    template <class Generator>
    FANO_ROUTINE double operator()(Generator& next) const {
        double const boosted = shape < 1.0 ? shape + 1.0 : shape;
        double const d = boosted - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
        for (;;) {
            double const x = Normal{}(next);
            double const root = 1.0 + c * x;
            if (root <= 0.0) continue;
            double const v = root * root * root;
            if (log(next()) < 0.5 * x * x + d - d * v + d * log(v))
                return shape < 1.0 ? d * v * pow(next(), 1.0 / shape) : d * v;
        }
    }
};

// Normal conditioned on being positive, sd > 0 (sd = 0 gives the mean). Rejection from the normal, or from an
// exponential where 0 lies above the mean: Robert, Stat. Comput. 5:121 (1995).
struct PositiveNormal {
    double mean, sd;
    template <class Generator>
    FANO_ROUTINE double operator()(Generator& next) const {
        if (sd == 0.0) return mean;
        double const bound = -mean / sd;
        if (bound <= 0.0) {
            for (;;) {
                double const x = Normal{}(next);
                if (x > bound) return mean + sd * x;
            }
        }
        double const rate = 0.5 * (bound + sqrt(bound * bound + 4.0));
        for (;;) {
            double const excess = Exponential{}(next) / rate;
            double const gap = bound + excess - rate;
            if (next() <= exp(-0.5 * gap * gap)) return sd * excess;
        }
    }
};

// Poisson; mean 0 gives 0. By inversion below 10, above by transformed rejection: Hörmann, Insurance:
// Mathematics and Economics 12:39 (1993), algorithm PTRS, with the constants of lane_samplers.hpp.
struct Poisson {
    double mean;
    template <class Generator>
    FANO_ROUTINE double operator()(Generator& next) const {
        if (!(mean > 0.0)) return 0.0;
        if (mean < 10.0) {
            double u = next(), term = exp(-mean), n = 0.0;
            while (u > term && term > 0.0) {
                u -= term;
                n += 1.0;
                term *= mean / n;
            }
            return n;
        }
        double const b = 0.931 + 2.53 * sqrt(mean), a = -0.059 + 0.02483 * b;
        double const inverse_alpha = 1.1242 + 1.2 / (b - 3.4), v_r = 0.917 - 3.6224 / (b - 2.0);
        for (;;) {
            double const u = next() - 0.5, v = next();
            double const us = 0.5 - absolute(u);
            double const k = floor((2.0 * a / us + b) * u + mean + 0.43);
            if (us >= 0.07 && v <= v_r) return k;
            if (k < 0.0 || (us < 0.013 && v > us)) continue;
            if (log(v * inverse_alpha / (a / (us * us) + b)) <= k * log(mean) - mean - log_factorial(k))
                return k;
        }
    }
};

// Binomial(n, p), whole n >= 0. p <= 0 gives 0, p >= 1 gives n. By inversion where n min(p, 1-p) < 10, else by
// transformed rejection: Hörmann, J. Stat. Comput. Simul. 46:101 (1993), algorithm BTRS.
struct Binomial {
    double n, p;
    template <class Generator>
    FANO_ROUTINE double operator()(Generator& next) const {
        if (!(p > 0.0) || n <= 0.0) return 0.0;
        if (p >= 1.0) return n;
        return p > 0.5 ? n - up_to_half(n, 1.0 - p, next) : up_to_half(n, p, next);
    }

private:
    // No call of itself, for which a GPU would have no stack.
    template <class Generator>
    FANO_ROUTINE static double up_to_half(double n, double p, Generator& next) {
        double const odds = p / (1.0 - p);
        if (n * p < 10.0) {
            double u = next(), term = exp(n * log(1.0 - p)), k = 0.0;
            while (u > term && k < n) {
                u -= term;
                k += 1.0;
                term *= odds * (n - k + 1.0) / k;
            }
            return k;
        }
        double const spread = sqrt(n * p * (1.0 - p));
        double const b = 1.15 + 2.53 * spread, a = -0.0873 + 0.0248 * b + 0.01 * p;
        double const c = n * p + 0.5, alpha = (2.83 + 5.1 / b) * spread, v_r = 0.92 - 4.2 / b;
        double const mode = floor((n + 1.0) * p);
        for (;;) {
            double const u = next() - 0.5;
            double v = next();
            double const us = 0.5 - absolute(u);
            double const k = floor((2.0 * a / us + b) * u + c);
            if (k < 0.0 || k > n) continue;
            if (us >= 0.07 && v <= v_r) return k;
            v = log(v * alpha / (a / (us * us) + b));
            double const log_ratio = log_factorial(mode) + log_factorial(n - mode) - log_factorial(k) -
                                     log_factorial(n - k) + (k - mode) * log(odds);
            if (v <= log_ratio) return k;
        }
    }
};

// Negative binomial with mean > 0 and Fano factor > 1 as a Poisson whose mean is gamma; Fano 1 is Poisson.
struct NegativeBinomial {
    double mean, fano;
    template <class Generator>
    FANO_ROUTINE double operator()(Generator& next) const {
        if (!(mean > 0.0)) return 0.0;
        if (fano <= 1.0) return Poisson{mean}(next);
        double const burst = fano - 1.0;
        return Poisson{burst * Gamma{mean / burst}(next)}(next);
    }
};

// Log-normal with the given mean > 0 and coefficient of variation >= 0 of the variable itself.
struct LogNormal {
    double mean, cv;
    template <class Generator>
    FANO_ROUTINE double operator()(Generator& next) const {
        double const variance = log(1.0 + cv * cv);
        return mean * exp(sqrt(variance) * Normal{}(next)-0.5 * variance);
    }
};

// Whole numbers from low to high, both included; the bias is below (high - low) 2^-52.
struct UniformWhole {
    double low, high;
    template <class Generator>
    FANO_ROUTINE double operator()(Generator& next) const {
        double const n = low + floor(next() * (high - low + 1.0));
        return n < high ? n : high;
    }
};

FANO_KERNELS_END
