// Distributions of observed counts over time, with their derivatives.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "cme/covering_states.hpp"
#include "cme/propagator.hpp"
#include "fano/error.hpp"
#include "inference/observed.hpp"
#include "inference/tangent.hpp"

namespace fano {

std::vector<CountDistribution> count_distributions(Model const& model, DerivativeOptions const& options) {
    if (!(options.tolerance >= 1e-12 && options.tolerance <= 0.1))
        throw InputError(fmt::format("--tolerance {} is out of reach: 1e-12 to 0.1", options.tolerance));
    if (options.times == std::vector<double>{stationary_time}) return {stationary_counts(model, options)};
    Network const network = compile(model);
    auto const species = observed_species(network, options.species);
    CmeOptions cme;
    cme.times = options.times;
    cme.tolerance = options.tolerance;
    cme.most_states = options.most_states;
    cme.threads = options.threads;
    cme.stop = options.stop;
    Problem problem(network, cme);
    if (problem.laws.timed())
        throw InputError(network.file, 0,
                         "a propensity depends on time, and derivatives are known for constant rates only");
    // Derivatives lie further out than probabilities do.
    auto const states = covering_states(problem, cme, std::max(options.tolerance / 50, 1e-13));
    Generator const a{network, problem.coordinates, problem.laws, states};
    std::vector<RateDerivative> b;
    std::vector<std::vector<double>> s;
    std::vector<double> values;
    for (auto const& name : options.parameters) {
        Nearby const nearby(model, name);
        b.push_back(rate_derivative(nearby, problem.coordinates, states, Edge::absorbing));
        s.push_back(initial_derivative(nearby, problem.initial, problem.coordinates, states));
        values.push_back(nearby.value());
    }
    auto p = initial_probabilities(problem.initial, problem.coordinates, states);
    Tangent tangent(problem.team, options.stop, a, std::move(b));
    std::vector<CountDistribution> found;
    double time = 0;
    for (double next : options.times) {
        tangent.advance(p, s, next - time, options.tolerance / 2 / static_cast<double>(options.times.size()));
        a.check(p);
        time = next;
        auto& at = found.emplace_back(observe(problem, states, species, p, s, values));
        at.time = time;
        at.error = std::max(0.0, 1 - sum(p)) + tangent.error();
        // Derivatives sum to 0 but for what left the set.
        for (std::size_t i = 0; i < s.size(); ++i)
            at.derivative_error.push_back((tangent.derivative_error()[i] + std::abs(sum(s[i]))) /
                                          std::abs(values[i]));
    }
    return found;
}

}  // namespace fano
