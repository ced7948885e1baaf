// Networks from text, their solutions, and how far those are from what is known.
#pragma once

#include <atomic>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "fano/cme.hpp"
#include "support/exact.hpp"
#include "support/source_folder.hpp"

namespace fano::test {

inline Model gallery_model(std::string const& name) {
    return read_model((source_folder() / "models" / (name + ".toml")).string());
}
inline Network gallery(std::string const& name) { return compile(gallery_model(name)); }

inline Network network_from(std::string const& text) { return compile(read_toml(text, "x.toml")); }

// A reaction in TOML; `law` is "rate" or "propensity".
inline std::string reaction(std::string const& id, std::string const& equation, std::string const& value,
                            std::string const& law = "rate") {
    return "[reactions." + id + "]\nequation = \"" + equation + "\"\n" + law + " = \"" + value + "\"\n";
}

inline CmeSolution solve(Network const& network, std::vector<double> const& times, double tolerance,
                         Integrator integrator = Integrator::automatic) {
    CmeOptions options;
    options.times = times;
    options.tolerance = tolerance;
    options.integrator = integrator;
    // Ends what makes no headway, so that it fails and does not hang.
    std::atomic<bool> stop{false};
    int steps = 0;
    options.stop = &stop;
    options.progress = [&](double) { stop = ++steps > 20'000; };
    return solve_cme(network, options);
}

inline Marginal const& marginal(CmeSolution const& solution, Network const& network, std::size_t time,
                                std::string const& output) {
    return solution.at.at(time).marginals.at(network.output(output));
}

// Probability of a count, 0 beyond the bins. For marginals with bins of width 1.
inline double probability(Marginal const& m, double count) {
    double const bin = (count - m.low) / m.width;
    return bin >= 0 && bin < static_cast<double>(m.probability.size())
               ? m.probability[static_cast<std::size_t>(bin)]
               : 0;
}

// Sum of |p - p'| over all counts; infinite for bins that are wider than a count.
inline double distance(Marginal const& m, Probabilities const& exact) {
    if (m.width != 1) return INFINITY;
    double sum = 0;
    for (std::size_t n = 0; n < exact.size(); ++n)
        sum += std::abs(exact[n] - probability(m, static_cast<double>(n)));
    for (std::size_t i = 0; i < m.probability.size(); ++i)
        if (auto const n = m.low + static_cast<double>(i); n < 0 || n >= static_cast<double>(exact.size()))
            sum += std::abs(m.probability[i]);
    return sum;
}

inline std::vector<Integrator> integrators() {
    return {Integrator::uniformization, Integrator::krylov, Integrator::rational, Integrator::automatic};
}

}  // namespace fano::test
