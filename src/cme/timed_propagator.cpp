#include "cme/timed_propagator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fano {

Advance TimedPropagator::operator()(StateSet const& states, std::vector<double>& p, double time, double step,
                                    double error_rate) {
    double h = step_ > 0 ? std::min(step, 2 * step_) : step;
    while (true) {
        auto whole = p, halves = p;
        magnus(states, whole, time, h, error_rate / 4);
        double error = magnus(states, halves, time, h / 2, error_rate / 4);
        error += magnus(states, halves, time + h / 2, h / 2, error_rate / 4);
        double const difference =
            row_kernels().distance(whole.data(), halves.data(), p.size()) + unseen(states, p, time, h);
        // The difference holds what the exponentials leave as well. A jump of a rate does as much as the step is long; when
        // that is a fiftieth of what all steps may do, it is gone over.
        constexpr double rounding = 1e-15;
        bool const jump = h < 1e-6 * end_ && (difference < error_rate * end_ / 50 || h < 1e-13 * end_);
        if (difference <= error_rate / 2 * h + rounding || jump) {
            p.swap(halves);
            step_ = h;
            return {h, error + difference, 0, 2 * rounding};
        }
        h *= std::clamp(0.9 * std::pow(error_rate / 2 * h / difference, 0.25), 0.1, 0.7);
    }
}

double TimedPropagator::unseen(StateSet const& states, std::vector<double> const& p, double time,
                               double step) {
    auto const counted = states.first_target_state();
    if (counted == 0) return 0;
    auto const likeliest = static_cast<std::uint64_t>(
        std::max_element(p.begin(), p.begin() + static_cast<std::ptrdiff_t>(counted)) - p.begin());
    auto const& row = states.row_of(likeliest);
    auto& laws = problem_.laws;
    auto const rates_at = [&](double part) {
        laws.at_row(row.prefix, row.low + static_cast<std::int64_t>(likeliest - row.first),
                    time + part * step);
        std::vector<double> rates;
        for (std::size_t r = 0; r < laws.size(); ++r) rates.push_back(laws.propensity(r));
        return rates;
    };
    double const root = std::sqrt(3.0) / 12;
    double const at[] = {0.25 - root, 0.25 + root, 0.75 - root, 0.75 + root};
    std::vector<double> seen[4];
    for (int i = 0; i < 4; ++i) seen[i] = rates_at(at[i]);
    double most = 0;
    std::vector<double> const ends[] = {rates_at(0), rates_at(1)};
    for (int end : {0, 1}) {
        auto const& actual = ends[end];
        double sum = 0;
        for (std::size_t r = 0; r < actual.size(); ++r) {
            double cubic = 0;  // through the four
            for (int i = 0; i < 4; ++i) {
                double factor = seen[i][r];
                for (int j = 0; j < 4; ++j)
                    if (j != i) factor *= (end - at[j]) / (at[i] - at[j]);
                cubic += factor;
            }
            sum += std::abs(actual[r] - cubic);
        }
        most = std::max(most, sum);
    }
    // Between the points that are looked at a rate may rise or fall for a while: it does not, if bounds on it for all of the step
    // say so, give or take what smooth rates do.
    constexpr double usual = 0.3;
    double hidden = 0;
    auto const bounds = laws.bounds(row.prefix, row.low + static_cast<std::int64_t>(likeliest - row.first),
                                    time, time + step);
    for (std::size_t r = 0; r < bounds.size(); ++r) {
        auto const [low, high] =
            std::minmax({seen[0][r], seen[1][r], seen[2][r], seen[3][r], ends[0][r], ends[1][r]});
        if (std::isfinite(bounds[r].low) && std::isfinite(bounds[r].high))
            hidden += std::max(0.0, bounds[r].high - (1 + usual) * high) +
                      std::max(0.0, (1 - usual) * low - bounds[r].low);
        else if (step > end_ / 1000)  // bounds are better over shorter times
            hidden = std::numeric_limits<double>::infinity();
    }
    // A jump holds for no more than a ninth of the step at either end; both move probability twice: out and in.
    return 2 * step * (most / 9 + hidden);
}

double TimedPropagator::magnus(StateSet const& states, std::vector<double>& p, double time, double step,
                               double error_rate) {
    double const root = std::sqrt(3.0) / 6;
    double const first = time + (0.5 - root) * step, second = time + (0.5 + root) * step;
    // Rates at the two Gauss points with these weights; the one that is negative can make a rate negative where rates change
    // many times over within a step, which the comparison of steps then rules out.
    double const weight = 0.5 - 2 * root;
    double error = exponential(states, p, {first, second, weight}, step / 2, error_rate);
    error += exponential(states, p, {second, first, weight}, step / 2, error_rate);
    return error;
}

double TimedPropagator::exponential(StateSet const& states, std::vector<double>& p, Instant const& when,
                                    double step, double error_rate) {
    Generator const a{problem_.network, problem_.coordinates, problem_.laws, states, when,
                      Edge::absorbing,  problem_.targets};
    double error = 0;
    for (double done = 0; done < step;) {
        auto const part = choose_(a, p, step - done, step - done, error_rate * (step - done));
        error += part.error;
        done = part.time >= step - done ? step : done + part.time;
    }
    return error;
}

}  // namespace fano
