#include "inference/rate_derivative.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "cme/covering_states.hpp"
#include "fano/error.hpp"

namespace fano {

Nearby::Nearby(Model const& model, std::string const& parameter) : name_(parameter) {
    auto probe = model;
    auto const* const quantity = model.find(parameter);
    auto const refuse = [&](std::string const& why) {
        throw InputError(fmt::format("parameter {} has no derivative: {}", parameter, why));
    };
    if (quantity == nullptr) probe.set(parameter, 1);  // which says what there is instead
    if (quantity->kind == QuantityKind::species)
        refuse(
            "it is a species, and its initial count is a whole number; draw the count from a distribution, "
            "whose "
            "mean can be a parameter");
    if (quantity->distribution || quantity->rule || !quantity->initial.is_number())
        refuse(
            "its value is no number but is drawn or follows from others; take those, or give it a number "
            "with --set");
    value_ = quantity->initial.number();
    if (value_ == 0 || !std::isfinite(value_)) refuse("its value is 0, and steps are taken in parts of it");
    constexpr std::array<double, 4> places{-2, -1, 1, 2};
    for (std::size_t k = 0; k < places.size(); ++k) {
        probe.set(parameter, value_ * (1 + places[k] * step));
        try {
            networks_[k] = compile(probe);
        } catch (InputError const& error) {
            refuse(fmt::format("the model does not take {:.6g} for it ({})", value_ * (1 + places[k] * step),
                               error.what()));
        }
    }
}

RateDerivative rate_derivative(Nearby const& nearby, Coordinates const& coordinates, StateSet const& states,
                               Edge edge) {
    std::vector<Laws> laws;
    laws.reserve(4);
    for (std::size_t k = 0; k < 4; ++k) laws.emplace_back(nearby.network(k), coordinates);
    std::size_t const reactions = laws.front().size();
    RateDerivative found;
    found.diagonal.resize(states.size());
    std::vector<double> column(states.size());
    std::vector<std::vector<double>> slopes(reactions);
    for (auto const& row : states.rows()) {
        for (auto& list : slopes) list.assign(row.size, 0);
        for (std::uint64_t i = 0; i < row.size; ++i) {
            for (auto& law : laws) law.at_row(row.prefix, row.low + static_cast<std::int64_t>(i), 0);
            for (std::size_t r = 0; r < reactions; ++r) {
                double const slope = Nearby::slope({laws[0].propensity(r), laws[1].propensity(r),
                                                    laws[2].propensity(r), laws[3].propensity(r)});
                if (std::isfinite(slope)) slopes[r][i] = slope;
            }
        }
        for (std::size_t r = 0; r < reactions; ++r) {
            auto const& move = coordinates.moves()[r];
            auto const& slope = slopes[r];
            if ((move.prefix == 0 && move.along == 0) ||
                std::all_of(slope.begin(), slope.end(), [](double s) { return s == 0; }))
                continue;
            auto const leave = [&](std::uint64_t i, double times) {
                column[row.first + i] += times * std::abs(slope[i]);
            };
            for (std::uint64_t i = 0; i < row.size && edge == Edge::absorbing; ++i) {
                found.diagonal[row.first + i] -= slope[i];
                leave(i, 1);
            }
            auto const prefix = coordinates.moved(row.prefix, move.prefix);
            for (auto at = prefix ? states.seek(*prefix) : states.rows().size();
                 at < states.rows().size() && states.rows()[at].prefix == *prefix; ++at) {
                auto const& to = states.rows()[at];
                auto const low = std::max(row.low, to.low - move.along);
                auto const high = std::min(row.high(), to.high() - move.along);
                if (low > high) continue;
                auto const first = static_cast<std::uint64_t>(low - row.low);
                auto const size = static_cast<std::uint64_t>(high - low + 1);
                found.runs.push_back({to.first + static_cast<std::uint64_t>(low + move.along - to.low),
                                      row.first + first, size, found.values.size()});
                for (auto i = first; i < first + size; ++i) {
                    found.values.push_back(slope[i]);
                    if (edge == Edge::reflecting) found.diagonal[row.first + i] -= slope[i];
                    leave(i, edge == Edge::reflecting ? 2 : 1);
                }
            }
        }
    }
    for (double size : column) found.norm = std::max(found.norm, size);
    return found;
}

void RateDerivative::add(double scale, double const* x, double* y) const {
    for (std::size_t i = 0; i < diagonal.size(); ++i) y[i] += scale * diagonal[i] * x[i];
    for (auto const& run : runs)
        for (std::uint64_t i = 0; i < run.size; ++i)
            y[run.target + i] += scale * values[run.value + i] * x[run.source + i];
}

std::vector<double> initial_derivative(Nearby const& nearby, InitialStates const& initial,
                                       Coordinates const& coordinates, StateSet const& states) {
    std::array<std::vector<double>, 4> p;
    bool same = true;
    for (std::size_t k = 0; k < 4; ++k) {
        auto const moved = initial_states(nearby.network(k), 1e-13);
        for (std::size_t s = 0; s < moved.counts.size(); ++s)
            if (moved.spread[s] != initial.spread[s] ||
                (!moved.spread[s] && moved.counts[s] != initial.counts[s]))
                throw InputError(
                    fmt::format("parameter {} has no derivative: the initial count of {} depends on it, "
                                "which is a whole number",
                                nearby.name(), nearby.network(k).species[s]));
        same = same && std::none_of(moved.spread.begin(), moved.spread.end(), [](bool s) { return s; });
        if (!same) p[k] = initial_probabilities(moved, coordinates, states);
    }
    std::vector<double> slopes(states.size());
    if (same) return slopes;
    for (std::size_t i = 0; i < slopes.size(); ++i)
        slopes[i] = Nearby::slope({p[0][i], p[1][i], p[2][i], p[3][i]});
    return slopes;
}

}  // namespace fano
