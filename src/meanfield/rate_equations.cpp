// Sums propensities and their derivatives into slopes and Jacobians.
#include "meanfield/rate_equations.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "fano/error.hpp"

namespace fano {

RateEquations::RateEquations(Network const& network)
    : network_(network),
      rates_(network),
      state_(initial_state(network)),
      observables_(network, state_),
      slots_(state_.mean) {
    if (!network.events.empty())
        throw InputError(network.file, 0,
                         fmt::format("event \"{}\" sets counts at once, and the mean field follows reactions "
                                     "only; take the events out, or use fano run",
                                     network.events.front()));
    if (auto const& jumping = rates_.laws().jumping; !jumping.empty()) {
        auto const& reaction = network.reactions[jumping.front()];
        throw InputError(network.file, 0,
                         fmt::format("the propensity of reaction \"{}\", {}, jumps, and a differential "
                                     "equation needs it continuous; use fano run",
                                     reaction.id, reaction.propensity));
    }
    initial_ = Eigen::Map<Eigen::VectorXd const>(slots_.data(), rates_.laws().species);
}

void RateEquations::evaluate(double const* counts, double time) {
    std::copy_n(counts, size(), slots_.begin());
    rates_.set(slots_.data(), time);
    rates_.propensities();
    auto const species_end = slots_.begin() + size();
    if (std::none_of(slots_.begin(), species_end, [](double x) { return x < 0; })) return;
    for (std::uint32_t r = 0; r < network_.reactions.size(); ++r) {
        if (!std::isnan(rates_.propensity(r))) continue;
        std::transform(slots_.begin(), species_end, slots_.begin(),
                       [](double x) { return std::max(x, 0.0); });
        rates_.set(slots_.data(), time);
        rates_.propensities();
        return;
    }
}

void RateEquations::slope(double const* counts, double time, double* slope) {
    evaluate(counts, time);
    std::fill_n(slope, size(), 0.0);
    for (std::uint32_t r = 0; r < network_.reactions.size(); ++r)
        for (auto const& c : network_.reactions[r].changes)
            slope[c.species] += static_cast<double>(c.change) * rates_.propensity(r);
}

void RateEquations::jacobian(double const* counts, double time, double* jacobian) {
    evaluate(counts, time);
    rates_.derivatives();
    auto const& laws = rates_.laws();
    for (auto const& d : laws.derivative) {
        if (d.by >= laws.species) continue;
        for (auto const& c : network_.reactions[d.reaction].changes)
            jacobian[d.by * laws.species + c.species] += static_cast<double>(c.change) * rates_.derivative(d);
    }
}

Eigen::VectorXd RateEquations::turnover() const {
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(size());
    for (std::uint32_t r = 0; r < network_.reactions.size(); ++r)
        for (auto const& c : network_.reactions[r].changes)
            sum[c.species] += std::abs(static_cast<double>(c.change) * rates_.propensity(r));
    return sum;
}

std::vector<double> RateEquations::observables(double const* counts, double time) {
    observables_.at(counts, time);
    std::vector<double> values;
    for (std::size_t i = 0; i < observables_.size(); ++i) values.push_back(observables_.value(i));
    return values;
}

OdeSystem RateEquations::system() {
    return {.size = static_cast<std::size_t>(size()),
            .slope = [this](double time, double const* y, double* out) { slope(y, time, out); },
            .jacobian = [this](double time, double const* y, double* out) { jacobian(y, time, out); },
            .name = [this](std::size_t s) { return network_.species[s]; },
            .file = network_.file};
}

}  // namespace fano
