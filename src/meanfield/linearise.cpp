// Fills matrices from the rate laws, and tells for which networks they say little.
#include "meanfield/linearise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "model/program_builder.hpp"

namespace fano {

namespace {

// Fewer molecules than these on average are a number whose curvature a linear propensity cannot show.
constexpr double few_molecules = 10;

}  // namespace

std::vector<bool> varying_species(Network const& network, InitialState const& initial) {
    std::vector<bool> varying;
    for (std::size_t s = 0; s < network.species.size(); ++s) varying.push_back(initial.variance[s] > 0);
    for (auto const& reaction : network.reactions)
        for (auto const& change : reaction.changes) varying[change.species] = true;
    return varying;
}

std::vector<bool> nonlinear_laws(std::vector<bool> const& varying, RateLaws const& laws) {
    std::vector<bool> depends(varying), nonlinear(laws.propensity.size());
    depends.resize(laws.registers);
    for (auto const& i : laws.code) {
        std::uint32_t const operands[] = {i.a, i.b, i.c};
        for (int k = 0; k < operand_count(i.op); ++k)
            if (depends[operands[k]]) depends[i.target] = true;
    }
    for (auto const& d : laws.derivative)
        if (d.by < laws.species && depends[d.reg]) nonlinear[d.reaction] = true;
    return nonlinear;
}

void refuse_events(Network const& network, std::string const& method) {
    if (network.events.empty()) return;
    throw InputError(network.file, 0,
                     fmt::format("{} knows no events, and the model has \"{}\"; remove it, or simulate cells "
                                 "with fano run",
                                 method, network.events.front()));
}

Linearisation::Linearisation(Network const& network, InitialState const& initial)
    : rates_(network),
      slots_(initial.mean),
      stoichiometry_(fano::stoichiometry(network)),
      nonlinear_(nonlinear_laws(varying_species(network, initial), laws())) {
    propensities_.setZero(stoichiometry_.cols());
    gradient_.setZero(stoichiometry_.cols(), stoichiometry_.rows());
}

void Linearisation::at(double const* counts, double time) {
    std::copy_n(counts, laws().species, slots_.begin());
    rates_.set(slots_.data(), time);
    rates_.propensities();
    rates_.derivatives();
    for (Eigen::Index r = 0; r < propensities_.size(); ++r)
        propensities_[r] = rates_.propensity(static_cast<std::uint32_t>(r));
    for (auto const& d : laws().derivative)
        if (d.by < laws().species) gradient_(d.reaction, d.by) = rates_.derivative(d);
}

Linearisation linearise(Network const& network, InitialState const& initial) {
    refuse_events(network, "the linear noise approximation");
    Linearisation linear{network, initial};
    if (auto const& jumping = linear.laws().jumping; !jumping.empty()) {
        auto const& reaction = network.reactions[jumping.front()];
        throw InputError(
            network.file, 0,
            fmt::format("the propensity of reaction \"{}\", {}, can jump (a comparison, floor or "
                        "ceiling), and the linear noise approximation needs its slope; replace it "
                        "by a smooth one, or simulate cells with fano run",
                        reaction.id, reaction.propensity));
    }
    return linear;
}

std::vector<std::string> doubts(Network const& network, Linearisation const& linear,
                                SecondMoments const& found) {
    std::vector<std::string> notes;
    std::size_t const n = network.species.size();
    for (std::size_t s = 0; s < n; ++s) {
        auto const& entries = linear.laws().derivative;
        auto const reader = std::find_if(entries.begin(), entries.end(), [&](auto const& d) {
            return d.by == s && linear.nonlinear()[d.reaction];
        });
        if (reader == entries.end()) continue;
        double least = std::numeric_limits<double>::infinity(), widest = 0;
        for (std::size_t t = 0; t < found.mean.size() / n; ++t) {
            least = std::min(least, found.mean_of(t, s));
            if (found.mean_of(t, s) > 0) widest = std::max(widest, found.cv2(t, s));
        }
        if (!(least < few_molecules || widest > 1)) continue;
        auto const& reaction = network.reactions[reader->reaction];
        notes.push_back(fmt::format(
            "doubtful for \"{}\": {}, and the nonlinear propensity of \"{}\", {}, reads it; compare with "
            "fano run",
            network.species[s],
            least < few_molecules
                ? fmt::format("its mean comes down to {:.3g} molecule{}", least, least == 1 ? "" : "s")
                : fmt::format("its standard deviation comes up to {:.3g} times its mean", std::sqrt(widest)),
            reaction.id, reaction.propensity));
    }
    return notes;
}

}  // namespace fano
