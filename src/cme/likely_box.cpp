#include "cme/likely_box.hpp"

#include <algorithm>
#include <cmath>

#include "fano/error.hpp"
#include "fano/lna.hpp"
#include "fano/meanfield.hpp"

namespace fano {

std::vector<Bounds> likely_box(Network const& network, InitialStates const& initial) {
    std::size_t const species = network.species.size();
    std::vector<Bounds> box(species, {Bounds{}.high, 0});
    bool any = false;
    auto const include = [&](std::size_t s, double mean, double sd) {
        any = true;
        double const reach = 4 * std::max(sd, std::sqrt(mean)) + 4;
        box[s].low = std::min(box[s].low, static_cast<std::int64_t>(std::max(0.0, std::floor(mean - reach))));
        box[s].high = std::max(box[s].high, static_cast<std::int64_t>(std::ceil(mean + reach)));
    };
    try {
        auto const noise = stationary_noise(network);
        for (std::size_t s = 0; s < species; ++s)
            include(s, std::max(noise.mean[s], 0.0), std::sqrt(std::max(noise.variance(0, s), 0.0)));
    } catch (Error const&) {  // another way in will be found
    }
    try {
        for (auto const& state : find_steady_states(network, 300).states)
            for (std::size_t s = 0; s < species; ++s) include(s, state.counts[s], 0);
    } catch (Error const&) {
    }
    if (!any)
        for (auto const& state : initial.states)
            for (std::size_t s = 0; s < species; ++s) include(s, state.counts[s], 0);
    auto const limits = conserved_bounds(network, initial);
    for (std::size_t s = 0; s < species; ++s)
        if (limits[s].high < Bounds{}.high) box[s] = limits[s];
    return box;
}

std::vector<Bounds> conserved_bounds(Network const& network, InitialStates const& initial) {
    std::vector<Bounds> bounds(network.species.size());
    for (auto const& law : network.conservation_laws) {
        double total = 0;
        for (auto const& term : law.terms)
            total += static_cast<double>(term.change) * initial.counts[term.species];
        bool const sharp = std::none_of(law.terms.begin(), law.terms.end(),
                                        [&](auto const& term) { return initial.spread[term.species]; });
        for (auto const& term : law.terms)
            if (sharp && term.change > 0)
                bounds[term.species].high =
                    std::min(bounds[term.species].high,
                             static_cast<std::int64_t>(total / static_cast<double>(term.change)));
    }
    return bounds;
}

}  // namespace fano
