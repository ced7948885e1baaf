#include "inference/observed.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "fano/error.hpp"

namespace fano {

std::vector<std::uint32_t> observed_species(Network const& network, std::vector<std::string> const& names) {
    if (names.empty()) throw InputError("no species is observed; name at least one");
    std::vector<std::uint32_t> species;
    for (auto const& name : names) {
        auto const at = std::find(network.species.begin(), network.species.end(), name);
        if (at == network.species.end())
            throw InputError(network.file, 0,
                             fmt::format("\"{}\" is observed, and there is no such species{}", name,
                                         suggest(name, network.species)));
        auto const s = static_cast<std::uint32_t>(at - network.species.begin());
        if (std::find(species.begin(), species.end(), s) != species.end())
            throw InputError(fmt::format("species {} is observed twice; name it once", name));
        species.push_back(s);
    }
    return species;
}

CountDistribution observe(Problem const& problem, StateSet const& states,
                          std::vector<std::uint32_t> const& species, std::vector<double> const& p,
                          std::vector<std::vector<double>> const& s, std::vector<double> const& parameters) {
    CountDistribution found;
    found.states = states.size();
    auto const extent = extents(problem.coordinates, states);
    double bins = 1;
    for (auto o : species) {
        found.low.push_back(extent[o].low);
        found.size.push_back(static_cast<std::size_t>(extent[o].high - extent[o].low + 1));
        bins *= static_cast<double>(found.size.back());
    }
    if (bins * static_cast<double>(s.size() + 1) > 2e8)
        throw SolverError(problem.network.file,
                          fmt::format("the observed counts have {:.3g} combinations, which do not "
                                      "fit in memory; observe fewer species",
                                      bins));
    auto const gather = [&](std::vector<double> const& values, double scale) {
        std::vector<double> sums(static_cast<std::size_t>(bins));
        problem.visit(states, values, [&](StateRow const& row) {
            std::int64_t at = 0, step = 0;
            for (std::size_t k = 0; k < species.size(); ++k) {
                auto const o = species[k];
                at = at * static_cast<std::int64_t>(found.size[k]) +
                     static_cast<std::int64_t>(row.counts[o]) - found.low[k];
                step =
                    step * static_cast<std::int64_t>(found.size[k]) + static_cast<std::int64_t>(row.step[o]);
            }
            for (double value : row.probability) {
                sums[static_cast<std::size_t>(at)] += scale * value;
                at += step;
            }
        });
        return sums;
    };
    found.probability = gather(p, 1);
    for (std::size_t i = 0; i < s.size(); ++i) found.derivative.push_back(gather(s[i], 1 / parameters[i]));
    return found;
}

std::optional<std::size_t> CountDistribution::bin(std::vector<std::int64_t> const& counts) const {
    std::size_t at = 0;
    for (std::size_t k = 0; k < size.size(); ++k) {
        auto const i = counts[k] - low[k];
        if (i < 0 || i >= static_cast<std::int64_t>(size[k])) return std::nullopt;
        at = at * size[k] + static_cast<std::size_t>(i);
    }
    return at;
}

std::vector<std::int64_t> CountDistribution::counts(std::size_t bin) const {
    std::vector<std::int64_t> found(size.size());
    for (std::size_t k = size.size(); k-- > 0; bin /= size[k])
        found[k] = low[k] + static_cast<std::int64_t>(bin % size[k]);
    return found;
}

}  // namespace fano
