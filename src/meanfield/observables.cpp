// Reads the formulas of observables as rate laws, so that what evaluates and differentiates those serves here too.
#include "meanfield/observables.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "meanfield/linearise.hpp"
#include "model/tables.hpp"

namespace fano {

namespace {

// The network with its observables in the place of the propensities.
Network of_observables(Network const& network) {
    auto tables = std::make_shared<NetworkTables>(*network.tables);
    auto& scalars = tables->scalars;
    tables->propensity.assign(tables->output.begin() + scalars.species, tables->output.end());
    scalars.reactions = static_cast<std::uint32_t>(tables->propensity.size());
    scalars.propensities = scalars.outputs;
    scalars.large = false;
    Network result;
    result.tables = std::move(tables);
    return result;
}

std::string listed(std::vector<std::string> const& names) {
    std::string list;
    for (auto const& name : names) list += (list.empty() ? "" : ", ") + name;
    return list;
}

}  // namespace

Observables::Observables(Network const& network, InitialState const& initial)
    : formulas_(of_observables(network)),
      nonlinear_(nonlinear_laws(varying_species(network, initial), formulas_.laws())),
      slots_(initial.mean),
      slopes_(nonlinear_.size()) {
    for (std::size_t i = network.species.size(); i < network.outputs.size(); ++i)
        names_.push_back(network.outputs[i].id);
    for (auto const& d : formulas_.laws().derivative) slopes_[d.reaction].push_back(d);
}

bool Observables::jumps(std::size_t i) const {
    auto const& jumping = formulas_.laws().jumping;
    return std::find(jumping.begin(), jumping.end(), i) != jumping.end();
}

bool Observables::timed(std::size_t i) const {
    return std::any_of(slopes_[i].begin(), slopes_[i].end(),
                       [&](auto const& d) { return d.by == formulas_.laws().time_register; });
}

void Observables::at(double const* counts, double time) {
    std::transform(counts, counts + formulas_.laws().species, slots_.begin(),
                   [](double x) { return std::max(x, 0.0); });
    formulas_.set(slots_.data(), time);
    formulas_.propensities();
    formulas_.derivatives();
}

double Observables::variance(std::size_t i, double const* covariance) const {
    std::size_t const n = formulas_.laws().species;
    double sum = 0, size = 0;
    for (auto const& a : slopes_[i])
        for (auto const& b : slopes_[i]) {
            if (a.by >= n || b.by >= n) continue;
            double const term =
                formulas_.derivative(a) * formulas_.derivative(b) * covariance[a.by * n + b.by];
            sum += term;
            size += std::abs(term);
        }
    // Covariances are known to some ten digits; what is conserved does not vary.
    return std::abs(sum) <= 1e-10 * size ? 0 : sum;
}

void add_observables(Network const& network, InitialState const& initial, Nonlinear nonlinear,
                     SecondMoments& found) {
    Observables observables{network, initial};
    std::vector<std::size_t> kept;
    std::vector<std::string> by_slope, omitted, timed;
    for (std::size_t i = 0; i < observables.size(); ++i) {
        bool const curved = observables.nonlinear(i);
        if (found.times.empty() && observables.timed(i)) {
            timed.push_back(observables.name(i));
        } else if (observables.jumps(i) || (curved && nonlinear == Nonlinear::left_out)) {
            omitted.push_back(observables.name(i));
        } else {
            kept.push_back(i);
            found.observables.push_back(observables.name(i));
            if (curved) by_slope.push_back(observables.name(i));
        }
    }
    std::size_t const n = network.species.size(), rows = n > 0 ? found.mean.size() / n : 0;
    for (std::size_t row = 0; row < rows; ++row) {
        observables.at(&found.mean[row * n], found.times.empty() ? 0 : found.times[row]);
        for (auto i : kept) {
            found.observable_mean.push_back(observables.value(i));
            if (!found.covariance.empty())
                found.observable_variance.push_back(observables.variance(i, &found.covariance[row * n * n]));
        }
    }
    if (!by_slope.empty())
        found.notes.push_back(
            fmt::format("observables that are not linear in the counts have the mean and variance that their "
                        "slopes at the mean counts give: {}",
                        listed(by_slope)));
    if (!omitted.empty())
        found.notes.push_back(fmt::format(
            "observables that {} are left out: {}; fano run has them",
            nonlinear == Nonlinear::left_out ? "are not linear in the counts" : "jump", listed(omitted)));
    if (!timed.empty())
        found.notes.push_back(
            fmt::format("observables that depend on time are left out, as a stationary state has none: {}",
                        listed(timed)));
}

}  // namespace fano
