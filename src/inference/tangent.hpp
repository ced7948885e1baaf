// p and its derivatives s by log parameters, taken forward together: ds/dt = A s + B p, on a fixed set of
// states.
#pragma once

#include <atomic>
#include <vector>

#include "cme/generator.hpp"
#include "inference/rate_derivative.hpp"

namespace fano {

class Tangent {
public:
    Tangent(Team& team, std::atomic<bool> const* stop, Generator const& a, std::vector<RateDerivative> b);

    // By uniformization. With P = 1 + A/q and k steps of it, x_{k+1} = P x_k and s_{k+1} = P s_k + B x_k / q,
    // both weighted with the Poisson probabilities w_k of mean q time. As P never enlarges sum |x|, sum |s_k|
    // <= sum |s_0| + k |B|/q, so what is left out, L in all with the weights w_m and more beyond m, comes to
    // at most sum |s_0| L + |B| time (L + w_m), by k w_k = q time w_{k-1}.
    void advance(std::vector<double>& p, std::vector<std::vector<double>>& s, double time, double tolerance);

    // Bounds on sum |p - exact p| and sum |s - exact s| on this set of states, rounding of s apart.
    double error() const { return error_; }
    std::vector<double> const& derivative_error() const { return derivative_error_; }

private:
    void take(std::vector<double>& p, std::vector<std::vector<double>>& s, std::uint64_t from,
              std::uint64_t steps);

    Team& team_;
    std::atomic<bool> const* stop_;
    Generator const& a_;
    std::vector<RateDerivative> b_;                    // their runs by parts of the generator
    std::vector<std::vector<std::size_t>> first_run_;  //!< [parameter][part + 1]
    double error_ = 0;
    std::vector<double> derivative_error_;
    // [0]: of p; [i + 1]: of s[i].
    std::vector<std::vector<double>> next_, sum_;
    struct {
        std::uint64_t first = 0;
        std::vector<double> weights;
        double at(std::uint64_t k) const { return k < first ? 0 : weights[k - first]; }
    } poisson_;
};

}  // namespace fano
