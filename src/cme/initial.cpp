#include "cme/initial.hpp"

#include <algorithm>
#include <cmath>

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/negative_binomial.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <fmt/format.h>

#include "fano/error.hpp"
#include "kernels/ssa/birth.hpp"
#include "meanfield/initial_state.hpp"
#include "model/tables.hpp"

namespace fano {

namespace {

using kernels::BirthKind;

struct Marginal0 {
    double first = 0;
    std::vector<double> probability;
};

// A distribution from its mode outwards, until at most `tolerance` is missing.
template <class Distribution>
Marginal0 support(Distribution const& distribution, double mode, double highest, double tolerance) {
    Marginal0 found;
    double low = std::floor(mode), high = low, sum = pdf(distribution, low);
    std::vector<double> up{sum}, down;
    while (1 - sum > tolerance && (low > 0 || high < highest)) {
        if (high < highest) sum += up.emplace_back(pdf(distribution, ++high));
        if (low > 0) sum += down.emplace_back(pdf(distribution, --low));
        if (up.size() + down.size() > 1'000'000) break;
    }
    found.first = low;
    found.probability.assign(down.rbegin(), down.rend());
    found.probability.insert(found.probability.end(), up.begin(), up.end());
    return found;
}

Marginal0 distribution_of(BirthKind kind, double a, double b, double tolerance) {
    double const infinity = kernels::largest_count;
    switch (kind) {
        case BirthKind::poisson:
            if (a == 0) return {0, {1}};
            return support(boost::math::poisson(a), a, infinity, tolerance);
        case BirthKind::binomial:
            return support(boost::math::binomial(a, b), a * b, a, tolerance);
        case BirthKind::negative_binomial:
            if (a == 0) return {0, {1}};
            if (b == 1) return support(boost::math::poisson(a), a, infinity, tolerance);
            return support(boost::math::negative_binomial(a / (b - 1), 1 / b), a, infinity, tolerance);
        case BirthKind::uniform_whole:
            return {a, std::vector<double>(static_cast<std::size_t>(b - a + 1), 1 / (b - a + 1))};
        default:
            return {};
    }
}

}  // namespace

InitialStates initial_states(Network const& network, double tolerance) {
    auto const& tables = *network.tables;
    auto const mean = initial_state(network);
    std::size_t const species = network.species.size();
    InitialStates found;
    found.counts.assign(mean.mean.begin(), mean.mean.begin() + static_cast<std::ptrdiff_t>(species));
    found.spread.assign(species, false);
    found.states.push_back({found.counts, 1});
    // initial_state() says by a note, and by a mean without variance, that a formula reads what was drawn.
    std::vector<double> registers(tables.scalars.registers);
    std::copy(mean.mean.begin(), mean.mean.end(), registers.begin());
    for (auto const& c : tables.constants) registers[c.reg] = c.value;
    for (auto const& entry : tables.births) {
        if (entry.slot >= species) continue;
        kernels::evaluate(tables.code.data(), entry.arguments, registers.data());
        if (mean.variance[entry.slot] == 0) {
            double const count = mean.mean[entry.slot];
            if (count != std::floor(count) ||
                std::any_of(mean.notes.begin(), mean.notes.end(), [&](auto const& note) {
                    return note.find('"' + network.species[entry.slot] + "\" at birth") != std::string::npos;
                }))
                throw InputError(
                    network.file, 0,
                    fmt::format("the initial count of \"{}\", {}, depends on another that is drawn; give it "
                                "a number or a distribution of its own, or use fano run",
                                network.species[entry.slot], network.initial[entry.slot]));
            continue;
        }
        auto const marginal = distribution_of(entry.kind, registers[entry.a], registers[entry.b], tolerance);
        found.spread[entry.slot] = true;
        if (static_cast<double>(found.states.size()) * static_cast<double>(marginal.probability.size()) > 1e7)
            throw InputError(
                network.file, 0,
                "the initial counts have more than 10 million combinations; fix some of them with --set");
        std::vector<InitialStates::State> all;
        for (std::size_t i = 0; i < marginal.probability.size(); ++i)
            for (auto state : found.states) {
                state.counts[entry.slot] = marginal.first + static_cast<double>(i);
                state.probability *= marginal.probability[i];
                all.push_back(std::move(state));
            }
        found.states = std::move(all);
    }
    double sum = 0;
    for (auto const& state : found.states) sum += state.probability;
    found.left_out = std::max(0.0, 1 - sum);
    return found;
}

}  // namespace fano
