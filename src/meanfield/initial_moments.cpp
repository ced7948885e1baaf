// From the cumulants of the distributions that counts may be drawn from.
#include "meanfield/initial_moments.hpp"

#include <fmt/format.h>

#include "fano/error.hpp"
#include "kernels/ssa/table.hpp"
#include "model/tables.hpp"

namespace fano {

namespace {

using kernels::BirthKind;

struct Cumulants {
    double third, fourth;
};

// Johnson, Kemp & Kotz, Univariate Discrete Distributions, chapters 3 to 6.
Cumulants cumulants(Network const& network, std::uint32_t species, BirthKind kind, double a, double b,
                    double variance) {
    switch (kind) {
        case BirthKind::expression:
            return {0, 0};
        case BirthKind::poisson:
            return {variance, variance};
        case BirthKind::binomial:
            return {variance * (1 - 2 * b), variance * (1 - 6 * b * (1 - b))};
        case BirthKind::negative_binomial:
            return {variance * (2 * b - 1), variance * (1 + 6 * b * (b - 1))};
        case BirthKind::uniform_whole: {
            double const n = b - a + 1;
            return {0, -(n * n * n * n - 1) / 120};
        }
        default:
            throw InputError(
                network.file, 0,
                fmt::format("third and fourth moments of the initial count of \"{}\", {}, are not known to "
                            "fano; use --order 2, or a Poisson, binomial, negative binomial or uniform count",
                            network.species[species], network.initial[species]));
    }
}

}  // namespace

std::vector<std::array<double, 5>> initial_moments(Network const& network, InitialState const& initial,
                                                   unsigned order) {
    auto const& tables = *network.tables;
    std::size_t const n = network.species.size();
    std::vector<std::array<double, 5>> moments(n);
    for (std::size_t s = 0; s < n; ++s) {
        double const variance = initial.variance[s];
        moments[s] = {1, 0, variance, 0, 3 * variance * variance};
    }
    if (order < 3) return moments;
    std::vector<double> registers(tables.scalars.registers);
    for (auto const& c : tables.constants) registers[c.reg] = c.value;
    std::copy(initial.mean.begin(), initial.mean.end(), registers.begin());
    for (auto const& entry : tables.births) {
        if (entry.slot >= n) continue;
        kernels::evaluate(tables.code.data(), entry.arguments, registers.data());
        auto const k = cumulants(network, entry.slot, entry.kind, registers[entry.a], registers[entry.b],
                                 initial.variance[entry.slot]);
        moments[entry.slot][3] = k.third;
        moments[entry.slot][4] += k.fourth;
    }
    return moments;
}

}  // namespace fano
