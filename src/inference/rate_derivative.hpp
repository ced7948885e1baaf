// How the generator changes with the logarithm of a parameter: B = theta dA/dtheta, and theta dp(0)/dtheta.
#pragma once

#include <array>
#include <string>

#include "cme/generator.hpp"
#include "cme/initial.hpp"
#include "fano/model.hpp"

namespace fano {

// A parameter and networks compiled around its value, at value * (1 + k h) for k = -2, -1, 1, 2. The
// differences are of fourth order in h = 1/1024: what is linear in the parameter, as mass action is, is exact
// but for rounding, about 1e-13 of the propensity; a curved law has an error of h^4/30 times its fifth
// derivative by log theta, which is 1e-11 of the propensity where that derivative is 300 times as large.
class Nearby {
public:
    // Throws InputError for what has no derivative.
    Nearby(Model const& model, std::string const& parameter);

    std::string const& name() const { return name_; }
    double value() const { return value_; }
    Network const& network(std::size_t k) const { return networks_[k]; }
    // Of what takes these values in the four networks, by log theta.
    static double slope(std::array<double, 4> const& values) {
        return (8 * (values[2] - values[1]) - (values[3] - values[0])) / (12 * step);
    }

private:
    static constexpr double step = 1.0 / 1024;
    std::string name_;
    double value_;
    std::array<Network, 4> networks_;
};

// B, as runs of states that a reaction moves to runs of states, and what leaves each state.
struct RateDerivative {
    struct Run {
        std::uint64_t target, source, size, value;  // B[target + i][source + i] += values[value + i]
    };
    std::vector<Run> runs;  // each within one row of states
    std::vector<double> values;
    std::vector<double> diagonal;  //!< [state]
    double norm = 0;               // the largest sum of |entries| of a column, flows out of the set included

    // y += scale B x.
    void add(double scale, double const* x, double* y) const;
};

RateDerivative rate_derivative(Nearby const& nearby, Coordinates const& coordinates, StateSet const& states,
                               Edge edge);

// Throws InputError if the parameter sets a count that is the same in all cells.
std::vector<double> initial_derivative(Nearby const& nearby, InitialStates const& initial,
                                       Coordinates const& coordinates, StateSet const& states);

}  // namespace fano
