// Moments are read from the tally and not from its histogram, so that both are tested.
#include "tests/systems/population.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace fano::test {

Counts Population::counts(std::size_t time, std::string const& output) const {
    return counts_of(ensemble.tally.histogram(time, network.output(output)));
}

std::uint64_t Population::cells_with(std::size_t time, std::string const& output, std::size_t value) const {
    auto const all = counts(time, output);
    return value < all.size() ? all[value] : 0;
}

Estimate Population::mean(std::size_t time, std::string const& output) const {
    return ensemble.tally.mean(time, network.output(output));
}
Estimate Population::variance(std::size_t time, std::string const& output) const {
    return ensemble.tally.variance(time, network.output(output));
}
Estimate Population::fano(std::size_t time, std::string const& output) const {
    return ensemble.tally.fano(time, network.output(output));
}
double Population::minimum(std::size_t time, std::string const& output) const {
    return ensemble.tally.minimum(time, network.output(output));
}
double Population::maximum(std::size_t time, std::string const& output) const {
    return ensemble.tally.maximum(time, network.output(output));
}

std::uint64_t Population::firings(std::string const& reaction) const {
    auto const& names = ensemble.reactions;
    auto const found = std::find(names.begin(), names.end(), reaction);
    if (found == names.end()) throw std::invalid_argument("no reaction is called " + reaction);
    return ensemble.reaction_counts.at(static_cast<std::size_t>(found - names.begin()));
}

Population simulate(std::string const& toml, std::uint64_t cells, std::vector<double> const& times,
                    EnsembleOptions options) {
    options.cells = cells;
    options.times = times;
    Network network = compile(read_toml(toml, "test.toml"));
    Ensemble ensemble = run_ensemble(network, options);
    return {std::move(network), std::move(ensemble)};
}

void compare(Checks& checks, Population const& population, std::size_t time, std::string const& output,
             Probabilities const& exact) {
    auto const where = fmt::format("{} at t = {}: ", output, population.ensemble.times[time]);
    auto const seen = population.counts(time, output);
    auto const moments = moments_of(exact);
    auto const n = population.cells();
    auto const moment = [&](char const* what, double value, double truth, double z) {
        checks.add(where + what, normal_p(z), fmt::format("{} instead of {}, z = {:.2f}", value, truth, z));
    };
    checks.add(where + "chi-square", chi_square_p(seen, exact));
    checks.add(where + "Kolmogorov-Smirnov", kolmogorov_smirnov_p(seen, exact));
    double const mean = population.mean(time, output).value;
    moment("mean", mean, moments.mean, mean_z(mean, n, moments));
    // Of two values the mean tells all, and the variance is no normal deviate.
    if (std::count_if(exact.begin(), exact.end(), [](double p) { return p > 0; }) == 2) return;
    double const variance = population.variance(time, output).value;
    moment("variance", variance, moments.variance, variance_z(variance, n, moments));
    if (moments.mean == 0) return;
    double const fano = population.fano(time, output).value;
    moment("Fano factor", fano, moments.fano(), fano_z(fano, n, moments));
}

}  // namespace fano::test
