// Integrates the moment equations, and tells when a closure has run away.
#include "fano/moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "meanfield/initial_moments.hpp"
#include "meanfield/integrate.hpp"
#include "meanfield/linearise.hpp"
#include "meanfield/moment_system.hpp"
#include "meanfield/observables.hpp"

namespace fano {

namespace {

// A dense matrix of their square is factorised over and over.
constexpr double most_moments = 3000;
constexpr OdeTolerance tolerance{1e-12, 1e-13};

void check(Network const& network, MomentOptions const& options) {
    refuse_events(network, "the method of moment equations");
    if (options.order < 1 || options.order > 4)
        throw InputError(
            fmt::format("moments are followed up to an order from 1 to 4, not {}", options.order));
    double const count = MultiIndices::count(network.species.size(), options.order);
    if (count > most_moments)
        throw InputError(network.file, 0,
                         fmt::format("{} species have {:.0f} moments up to order {}, and at most {:.0f} are "
                                     "followed; choose a lower order, or use fano lna or fano run",
                                     network.species.size(), count, options.order, most_moments));
}

// The largest value that each mean takes if noise had no part in it.
std::vector<double> largest_means(Network const& network, std::vector<Polynomial> const& propensities,
                                  std::vector<double> const& start, double end,
                                  std::atomic<bool> const* stop) {
    std::size_t const n = network.species.size();
    std::vector<double> largest(start);
    OdeSystem system{n, [&](double, double const* y, double* out) {
                         std::fill_n(out, n, 0.0);
                         for (std::size_t s = 0; s < n; ++s) largest[s] = std::max(largest[s], y[s]);
                         for (std::size_t r = 0; r < propensities.size(); ++r)
                             for (auto const& [species, amount] : network.reactions[r].changes)
                                 out[species] += static_cast<double>(amount) * propensities[r].at(y);
                     }};
    try {
        integrate(system, start, {end}, {1e-4, 1e-4}, stop);
    } catch (SolverError const&) {
        // Noise may hold what would explode without it; units are a matter of rounding errors only.
        largest = start;
    }
    return largest;
}

std::string moment_name(Network const& network, Exponents const& m) {
    std::string name;
    for (std::size_t s = 0; s < m.size(); ++s)
        for (int k = 0; k < m[s]; ++k) name += (name.empty() ? "" : ", ") + network.species[s];
    return fmt::format("the {} of {}",
                       order_of(m) == 1   ? "mean"
                       : order_of(m) == 2 ? "covariance"
                                          : "central moment",
                       name);
}

class Solution {
public:
    Solution(Network const& network, std::vector<double> const& times, MomentOptions const& options)
        : network_(network), times_(times), options_(options), initial_(initial_state(network)) {}

    CountMoments run() {
        auto const propensities = polynomial_propensities(network_, initial_);
        std::size_t const n = network_.species.size();
        std::vector<double> const start(initial_.mean.begin(),
                                        initial_.mean.begin() + static_cast<std::ptrdiff_t>(n));
        std::vector<double> unit;
        for (double mean :
             largest_means(network_, propensities, start, times_.empty() ? 0 : times_.back(), options_.stop))
            unit.push_back(std::sqrt(std::max(1.0, mean)));
        MomentSystem system{network_, propensities, std::move(unit), options_};
        return result(system, integrate(system));
    }

private:
    std::vector<double> integrate(MomentSystem& system) const {
        std::string negative;
        OdeSystem equations{system.size(), [&](double time, double const* y, double* out) {
                                system.slope(y, out);
                                if (!system.closed()) return;
                                auto const said = negative_variance(system, time, y);
                                if (said.empty()) return;
                                negative = said;
                                out[0] = std::numeric_limits<double>::quiet_NaN();
                            }};
        equations.name = [&](std::size_t i) { return moment_name(network_, system.indices()[i]); };
        equations.file = network_.file;
        try {
            return fano::integrate(equations, start(system), times_, tolerance, options_.stop);
        } catch (SolverError const& error) {
            if (!system.closed()) throw;
            if (negative.empty())
                throw SolverError(fmt::format("{}. Most likely {}", error.what(), advice()));
            throw SolverError(network_.file, fmt::format("{}: {}", negative, advice()));
        }
    }

    // A sentence about a variance that is below 0 by more than rounding, if there is one. Closures go on from there as
    // if nothing were wrong.
    std::string negative_variance(MomentSystem const& system, double time, double const* y) const {
        std::size_t const n = network_.species.size();
        if (options_.order < 2) return {};
        for (std::size_t s = 0, i = n; s < n; i += n - s, ++s) {
            double const variance = system.in_counts(i, y[i]);
            if (variance < -1e-6 * (1 + std::abs(system.in_counts(s, y[s]))))
                return fmt::format("the variance of {} falls below 0 at time {:.6g}", network_.species[s],
                                   time);
        }
        return {};
    }

    std::string advice() const {
        bool const zero =
            std::any_of(initial_.mean.begin(), initial_.mean.end(), [](double x) { return x == 0; });
        return fmt::format(
            "the {} closure at order {} has run away; {}try another closure or order, or simulate "
            "cells with fano run",
            name_of(options_.closure), options_.order,
            zero && options_.closure != Closure::normal ? "it divides by means, and some are 0 at the start; "
                                                        : "");
    }

    // Initial counts are independent of one another.
    std::vector<double> start(MomentSystem const& system) const {
        auto const moments = initial_moments(network_, initial_, options_.order);
        std::vector<double> y;
        for (std::size_t i = 0; i < system.size(); ++i) {
            auto const& m = system.indices()[i];
            double product = i < moments.size() ? initial_.mean[i] : 1.0;
            if (i >= moments.size())
                for (std::size_t s = 0; s < m.size(); ++s) product *= moments[s][m[s]];
            y.push_back(system.in_units(i, product));
        }
        return y;
    }

    CountMoments result(MomentSystem const& system, std::vector<double> const& y) const {
        std::size_t const n = network_.species.size(), size = system.size();
        auto const& indices = system.indices();
        CountMoments result;
        result.species = network_.species;
        result.times = times_;
        result.notes = initial_.notes;
        result.order = options_.order;
        result.closed = system.closed();
        result.notes.push_back(note(result.closed));
        result.indices.assign(indices.all().begin() + static_cast<std::ptrdiff_t>(n), indices.all().end());
        for (std::size_t t = 0; t < times_.size(); ++t) {
            std::vector<double> moments;
            for (std::size_t i = 0; i < size; ++i) moments.push_back(system.in_counts(i, y[t * size + i]));
            result.mean.insert(result.mean.end(), moments.begin(),
                               moments.begin() + static_cast<std::ptrdiff_t>(n));
            result.central.insert(result.central.end(), moments.begin() + static_cast<std::ptrdiff_t>(n),
                                  moments.end());
            if (options_.order < 2) continue;
            for (std::size_t a = 0; a < n; ++a)
                for (std::size_t b = 0; b < n; ++b)
                    result.covariance.push_back(
                        moments[indices.find(unit_exponents(n, a) + unit_exponents(n, b))]);
        }
        add_observables(network_, initial_, Nonlinear::left_out, result);
        return result;
    }

    std::string note(bool closed) const {
        if (!closed && !network_.cell_parameters.empty())
            return "all propensities are linear: the moments are exact, without a closure, for cells that "
                   "all "
                   "have the mean parameters";
        if (!closed) return "all propensities are linear: the moments are exact, without a closure";
        return fmt::format(
            "moments above order {} are replaced by the {} closure; how wrong that is cannot be told "
            "from the result",
            options_.order, name_of(options_.closure));
    }

    Network const& network_;
    std::vector<double> const& times_;
    MomentOptions const& options_;
    InitialState initial_;
};

}  // namespace

CountMoments moment_equations(Network const& network, std::vector<double> const& times,
                              MomentOptions const& options) {
    check(network, options);
    return Solution{network, times, options}.run();
}

double CountMoments::central_of(std::size_t time, Exponents const& index) const {
    auto const found = std::find(indices.begin(), indices.end(), index);
    if (found == indices.end()) throw InputError("this moment was not followed; ask for a higher order");
    return central[time * indices.size() + static_cast<std::size_t>(found - indices.begin())];
}

double CountMoments::skewness(std::size_t time, std::size_t s) const {
    Exponents index(species.size());
    index[s] = 3;
    return central_of(time, index) / std::pow(variance(time, s), 1.5);
}

double CountMoments::excess_kurtosis(std::size_t time, std::size_t s) const {
    Exponents index(species.size());
    index[s] = 4;
    return central_of(time, index) / std::pow(variance(time, s), 2) - 3;
}

}  // namespace fano
