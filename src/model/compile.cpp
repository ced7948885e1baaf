// Model to Network: registers for every formula, programs in the order in which the kernels need them.
#include "model/compile.hpp"

#include <cmath>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "fano/tally.hpp"
#include "model/analyse.hpp"
#include "model/compile_events.hpp"
#include "model/compile_reactions.hpp"
#include "model/dependencies.hpp"

namespace fano {

using kernels::BirthKind;
using kernels::Op;
using Register = ProgramBuilder::Register;

namespace {

BirthKind birth_kind(Distribution const& distribution, bool species) {
    switch (distribution.kind) {
        case DistributionKind::poisson:
            return BirthKind::poisson;
        case DistributionKind::binomial:
            return BirthKind::binomial;
        case DistributionKind::negative_binomial:
            return BirthKind::negative_binomial;
        case DistributionKind::uniform:
            return species ? BirthKind::uniform_whole : BirthKind::uniform;
        case DistributionKind::lognormal:
            return BirthKind::lognormal;
        case DistributionKind::gamma:
            return BirthKind::gamma;
        case DistributionKind::normal:
            return BirthKind::positive_normal;
    }
    return BirthKind::expression;
}

std::string distribution_text(Distribution const& d) {
    char const* const names[] = {"poisson", "binomial", "negative_binomial", "uniform", "lognormal",
                                 "gamma",   "normal"};
    char const* const first[] = {"mean", "n", "mean", "low", "mean", "mean", "mean"};
    char const* const second[] = {"", "p", "fano", "high", "cv", "cv", "sd"};
    auto const k = static_cast<std::size_t>(d.kind);
    if (d.kind == DistributionKind::poisson) return fmt::format("poisson(mean = {})", d.a.text());
    return fmt::format("{}({} = {}, {} = {})", names[k], first[k], d.a.text(), second[k], d.b.text());
}

// Whether a formula gives whole numbers whenever the counts are whole.
bool is_whole(Symbols const& symbols, Expression const& e) {
    switch (e.function()) {
        case Function::number:
            return e.number() == std::floor(e.number());
        case Function::name: {
            auto const& q = *symbols.model().find(e.name());
            return q.kind == QuantityKind::species && !q.concentration && !q.rule;
        }
        case Function::add:
        case Function::subtract:
        case Function::negate:
        case Function::multiply:
        case Function::minimum:
        case Function::maximum:
        case Function::absolute:
            for (auto const& a : e.arguments())
                if (!is_whole(symbols, a)) return false;
            return true;
        case Function::choose:
            return is_whole(symbols, e.arguments()[1]) && is_whole(symbols, e.arguments()[2]);
        case Function::floor:
        case Function::ceiling:
        case Function::less:
        case Function::less_equal:
        case Function::greater:
        case Function::greater_equal:
        case Function::equal:
        case Function::not_equal:
        case Function::logical_and:
        case Function::logical_or:
        case Function::logical_not:
            return true;
        default:
            return false;
    }
}

void compile_births(Symbols const& symbols, ProgramBuilder& builder, NetworkTables& tables) {
    for (std::uint32_t slot : symbols.births()) {
        Quantity const& q = *symbols.slots()[slot];
        bool const species = q.kind == QuantityKind::species;
        kernels::BirthEntry entry{};
        entry.slot = slot;
        entry.whole = species ? 1 : 0;
        if (q.distribution) {
            entry.kind = birth_kind(*q.distribution, species);
            entry.a = symbols.add(builder, q.distribution->a, q.line);
            entry.b = symbols.add(builder, q.distribution->b, q.line);
        } else {
            entry.kind = BirthKind::expression;
            entry.a = entry.b = symbols.add(builder, q.initial, q.line);
        }
        Register const wanted[] = {entry.a, entry.b};
        entry.arguments = builder.program(wanted);
        tables.births.push_back(entry);
    }
}

void describe_species(Symbols const& symbols, Network& network) {
    for (std::uint32_t slot = 0; slot < symbols.species_count(); ++slot) {
        Quantity const& q = *symbols.slots()[slot];
        network.species.push_back(q.id);
        network.species_units.push_back(q.unit);
        bool const varies =
            std::find(symbols.births().begin(), symbols.births().end(), slot) != symbols.births().end();
        network.initial.push_back(q.distribution ? distribution_text(*q.distribution)
                                  : varies       ? q.initial.text()
                                                 : fmt::format("{}", symbols.initial(slot)));
    }
    for (std::size_t slot = symbols.species_count(); slot < symbols.slots().size(); ++slot) {
        Quantity const& q = *symbols.slots()[slot];
        network.cell_parameters.push_back(fmt::format(
            "{} = {}", q.id, q.distribution ? distribution_text(*q.distribution) : q.initial.text()));
    }
}

// Counts first, then species that rules define, then observables.
void compile_outputs(Symbols const& symbols, ProgramBuilder& builder, Network& network,
                     NetworkTables& tables) {
    constexpr double default_resolution = 0x1p-20;
    for (std::uint32_t slot = 0; slot < symbols.species_count(); ++slot) {
        network.outputs.push_back({network.species[slot], network.species_units[slot], true, 1.0});
        tables.output.push_back(slot);
    }
    std::vector<Register> computed;
    for (auto const& q : symbols.model().quantities) {
        if (!q.rule || (q.kind != QuantityKind::species && q.kind != QuantityKind::observable)) continue;
        bool const whole =
            !q.concentration && is_whole(symbols, symbols.expand(*q.rule)) && q.resolution == 0;
        double const quantum = q.resolution > 0 ? q.resolution : whole ? 1.0 : default_resolution;
        network.outputs.push_back({q.id, q.unit, whole && q.kind == QuantityKind::species, quantum});
        computed.push_back(symbols.count(builder, q.id, q.line));
        tables.output.push_back(computed.back());
    }
    for (auto const& output : network.outputs)
        tables.output_limit.push_back(output.quantum * Tally::value_limit);
    tables.scalars.outputs = builder.program(computed);
    tables.scalars.computed_outputs = !computed.empty();
}

// Changes sorted by species.
void append_changes(Network const& network, NetworkTables& tables) {
    std::vector<std::vector<kernels::Change>> of_species(tables.scalars.species);
    for (std::uint32_t r = 0; r < network.reactions.size(); ++r)
        for (auto const& c : network.reactions[r].changes)
            of_species[c.species].push_back({r, static_cast<double>(c.change)});
    for (auto const& changes : of_species) {
        tables.first_change.push_back(static_cast<std::uint32_t>(tables.changes.size()));
        tables.changes.insert(tables.changes.end(), changes.begin(), changes.end());
    }
    tables.first_change.push_back(static_cast<std::uint32_t>(tables.changes.size()));
}

}  // namespace

std::uint32_t Network::output(std::string const& id) const {
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < outputs.size(); ++i) {
        if (outputs[i].id == id) return i;
        names.push_back(outputs[i].id);
    }
    throw InputError(
        fmt::format("\"{}\" is neither a species nor an observable of {}{}", id, file, suggest(id, names)));
}

Network compile(Model const& model) { return compile(model, kernels::most_dense_reactions); }

Network compile(Model const& model, std::uint32_t most_dense) {
    Symbols const symbols{model};
    auto const slots = static_cast<std::uint32_t>(symbols.slots().size());
    ProgramBuilder builder{slots};
    Network network;
    network.name = model.name;
    network.file = model.file;
    network.time_unit = model.time_unit;
    network.default_times = model.times;
    describe_species(symbols, network);

    auto owned = std::make_shared<NetworkTables>();
    NetworkTables& tables = *owned;
    auto& scalars = tables.scalars;
    scalars.species = symbols.species_count();
    scalars.slots = slots;
    scalars.time_register = builder.time();
    scalars.reactions = static_cast<std::uint32_t>(model.reactions.size());
    for (std::uint32_t slot = 0; slot < slots; ++slot) {
        tables.initial.push_back(symbols.initial(slot));
        tables.slot_names.push_back(symbols.slots()[slot]->id);
    }

    std::vector<bool> trusted;
    std::vector<Register> timed;
    for (auto const& reaction : model.reactions) {
        auto compiled = compile_reaction(symbols, builder, reaction);
        tables.propensity.push_back(compiled.propensity);
        bool const uses_time = builder.depends_on_time(compiled.propensity);
        tables.timed.push_back(uses_time ? 1 : 0);
        if (uses_time) timed.push_back(compiled.propensity);
        trusted.push_back(compiled.mass_action_with_fixed_rate);
        network.reactions.push_back(std::move(compiled.shown));
    }
    append_changes(network, tables);

    std::vector<CompiledEvent> events;
    for (auto const& event : model.events) {
        events.push_back(compile_event(symbols, builder, event));
        network.events.push_back(event.id);
    }
    compile_births(symbols, builder, tables);
    compile_outputs(symbols, builder, network, tables);
    scalars.propensities = builder.program(tables.propensity);
    scalars.timed_propensities = builder.program(timed);
    std::vector<Register> triggers;
    auto& features = scalars.features;
    for (auto const& event : events) {
        append_event(event, builder, tables);
        triggers.push_back(event.trigger);
        features.state_triggers |= event.uses_counts;
        features.mixed_triggers |= event.uses_counts && event.uses_time;
    }
    scalars.triggers = builder.program(triggers);
    features.events = !events.empty();
    features.timed = !timed.empty();

    tables.code = builder.code();
    scalars.registers = builder.registers();
    for (auto const& [reg, value] : builder.constants()) tables.constants.push_back({reg, value});

    std::vector<bool> set_by_events(scalars.species);
    for (auto const& a : tables.assignments)
        if (a.target.slot < scalars.species) set_by_events[a.target.slot] = true;
    Watch const watch = find_watch(tables, network.reactions, trusted);
    tables.guarded_reactions = watch.reactions;
    tables.guarded_species = watch.species;
    features.guarded = !watch.reactions.empty() || !watch.species.empty();
    network.conservation_laws = find_conservation_laws(network.species, network.reactions, set_by_events);
    network.warnings = model.notes;
    network.warnings.insert(network.warnings.end(), watch.warnings.begin(), watch.warnings.end());
    for (auto const& text : find_absorbing_states(tables, network.species, network.conservation_laws))
        network.warnings.push_back(text);
    network.hash = tables.hash();
    if (dense_size(tables) > most_dense) make_large(tables, network.reactions);
    network.tables = std::move(owned);
    return network;
}

}  // namespace fano
