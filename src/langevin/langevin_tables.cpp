#include "langevin/langevin_tables.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "meanfield/initial_state.hpp"
#include "model/tables.hpp"

namespace fano {

namespace {

// A promoter, a channel, a switch: where a conserved sum holds few molecules, noise is jumps and not normal.
void refuse_few(Network const& network) {
    if (network.conservation_laws.empty()) return;
    auto const initial = initial_state(network);
    for (auto const& law : network.conservation_laws) {
        double total = 0;
        for (auto const& term : law.terms)
            total += static_cast<double>(term.change) * initial.mean[term.species];
        for (auto const& term : law.terms) {
            double const most = total / static_cast<double>(term.change);
            if (law.terms.size() > 1 && most < kernels::fewest_molecules)
                throw InputError(
                    fmt::format("{} cannot be run with --method cle: there are never more than {:.3g} of "
                                "\"{}\", because {} stays "
                                "{:.3g}. The Langevin equation gives every count continuous, normal noise, "
                                "which needs at least "
                                "{} molecules; use --method exact, or tau",
                                network.file, most, network.species[term.species], law.text, total,
                                kernels::fewest_molecules));
        }
    }
}

void check(EnsembleOptions const& options) {
    if (options.step != 0 && !(options.step > 0 && std::isfinite(options.step)))
        throw InputError(fmt::format("--step {} is no length of time; it must be more than 0", options.step));
    if (options.count_reactions)
        throw InputError(
            "--method cle has no single reactions to count: they go on continuously; leave --reactions out, "
            "or use "
            "--method exact or tau");
}

}  // namespace

LangevinTables::LangevinTables(Network const& network, EnsembleOptions const& options)
    : rates_(network, Method::langevin, options.epsilon),
      step_(options.step),
      halves_(options.scheme == LangevinScheme::trapezoidal) {
    check(options);
    refuse_few(network);
}

kernels::LangevinTable LangevinTables::view() const { return {rates_.view(), step_, halves_}; }

Network with_real_outputs(Network network) {
    constexpr double resolution = 0x1p-8;  // counts up to 2^31 keep within what a tally can hold
    auto tables = std::make_shared<NetworkTables>(*network.tables);
    for (std::size_t o = 0; o < network.outputs.size(); ++o) {
        auto& output = network.outputs[o];
        if (output.quantum != 1.0) continue;
        output.quantum = resolution;
        output.count = false;
        tables->output_limit[o] = resolution * Tally::value_limit;
    }
    tables->scalars.computed_outputs = true;
    network.tables = std::move(tables);
    return network;
}

std::vector<std::string> langevin_warnings(Network const& network, Ensemble const& ensemble) {
    std::vector<std::string> warnings;
    double const samples = static_cast<double>(ensemble.cells) * static_cast<double>(ensemble.times.size());
    for (std::size_t s = 0; s < network.species.size(); ++s) {
        double const few = 100 * static_cast<double>(ensemble.langevin.few[s]) / samples;
        double const negative = 100 * static_cast<double>(ensemble.langevin.negative[s]) / samples;
        constexpr double worth_a_word = 1;  // percent
        if (few < worth_a_word) continue;
        warnings.push_back(fmt::format(
            "the Langevin equation is not valid for \"{}\": in {:.3g} % of the samples it has fewer than {} "
            "molecules{}; compare with --method exact or tau",
            network.species[s], few, kernels::fewest_molecules,
            negative > 0 ? fmt::format(", in {:.3g} % fewer than none", negative) : ""));
    }
    return warnings;
}

std::string long_step_warning(Network const& network, double step) {
    Rates rates{network};
    rates.set(initial_state(network).mean.data(), 0);
    rates.propensities();
    rates.derivatives();
    std::vector<double> answer(network.species.size());  // how fast each species answers to itself
    for (auto const& d : rates.laws().derivative)
        for (auto const& change : network.reactions[d.reaction].changes)
            if (change.species == d.by)
                answer[d.by] += std::abs(static_cast<double>(change.change) * rates.derivative(d));
    auto const fastest = std::ranges::max_element(answer);
    if (fastest == answer.end() || !(step * *fastest > 1)) return "";
    return fmt::format(
        "--step {} is longer than \"{}\" takes to relax at the beginning, {:.3g}: what comes out is not the "
        "equation's; "
        "take a shorter step, or --epsilon",
        step, network.species[static_cast<std::size_t>(fastest - answer.begin())], 1 / *fastest);
}

}  // namespace fano
