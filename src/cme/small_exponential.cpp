#include "cme/small_exponential.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <unsupported/Eigen/MatrixFunctions>

namespace fano {

SmallExponential::Found SmallExponential::longest(double time, Eigen::RowVectorXd const& reader, double factor,
                                                  double tolerance, bool any) const {
    // A grid of 16 points in each doubling of the time, because the residual may rise and fall early: powers of one
    // short step by squaring. Eight squarings or more, then as many as make the first step short.
    double const size = matrix_.cwiseAbs().colwise().sum().maxCoeff() * time;
    int const doublings = std::max(8, static_cast<int>(std::ceil(std::log2(std::max(size, 1.0)))) + 1);
    std::vector<Eigen::MatrixXd> power(static_cast<std::size_t>(doublings) + 1);
    power[0] = (matrix_ * std::ldexp(time, -doublings - 4)).exp();
    Found best;
    Eigen::VectorXd u = start_;
    double error = 0, before = std::abs(reader.dot(u)), reached = 0;
    int squared = 0;
    for (int d = 0; d <= doublings; ++d) {
        // From time 2^(d - doublings - 1), or 0, to time 2^(d - doublings).
        double const end = std::ldexp(time, d - doublings);
        constexpr int points = 16;
        double const step = (end - reached) / points;
        // The step is time 2^(-doublings - 4) in the first, then time 2^(d - 1 - doublings - 4).
        int const wanted = std::max(d - 1, 0);
        for (; squared < wanted; ++squared)
            power[static_cast<std::size_t>(squared) + 1] = power[static_cast<std::size_t>(squared)] * power[static_cast<std::size_t>(squared)];
        auto const& forward = power[static_cast<std::size_t>(wanted)];
        for (int k = 0; k < points; ++k) {
            u = forward * u;
            double const now = std::abs(reader.dot(u));
            error += factor * std::max(now, before) * step;
            before = now;
            reached = k + 1 == points ? end : reached + step;
            if (error <= tolerance * (reached / time)) best = {reached, error, u};
        }
        if (!(error <= tolerance)) break;
    }
    if (!any && best.time < time) return {};
    return best;
}

}  // namespace fano
