// The time course of the mean field.
#include "fano/meanfield.hpp"
#include "meanfield/rate_equations.hpp"

namespace fano {

MeanField solve_mean_field(Network const& network, std::vector<double> const& times, double tolerance,
                           std::atomic<bool> const* stop) {
    RateEquations equations{network};
    auto const& start = equations.initial();
    return {times,
            integrate(equations.system(), {start.begin(), start.end()}, times, {tolerance, tolerance}, stop),
            equations.notes()};
}

}  // namespace fano
