// `fano info MODEL`: what fano read, as it will simulate it.
#include <algorithm>
#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "fano/network.hpp"

namespace fano::cli {

namespace {

std::size_t widest(std::vector<std::string> const& texts) {
    std::size_t width = 0;
    for (auto const& text : texts) width = std::max(width, text.size());
    return width;
}

void print_reactions(Network const& network) {
    std::vector<std::string> ids, equations;
    for (auto const& r : network.reactions) {
        ids.push_back(r.id);
        equations.push_back(r.equation);
    }
    fmt::print("\nReactions ({}), with their propensities in counts\n", network.reactions.size());
    for (auto const& r : network.reactions)
        fmt::print("  {:<{}}  {:<{}}  {}\n", r.id, widest(ids), r.equation, widest(equations), r.propensity);
}

void print_network(Model const& model, Network const& network) {
    fmt::print("{}{}\n", network.name.empty() ? network.file : network.name,
               network.name.empty() ? "" : "  (" + network.file + ")");
    if (!model.description.empty()) fmt::print("{}\n", model.description);
    if (!model.source.empty()) fmt::print("Source: {}\n", model.source);
    if (!network.time_unit.empty()) fmt::print("Time in {}\n", network.time_unit);
    if (!network.default_times.empty()) fmt::print("Default sample times {}\n", network.default_times);
    fmt::print("Model hash {:016x}\n", network.hash);

    fmt::print("\nSpecies ({}), with their counts at time 0\n", network.species.size());
    for (std::size_t s = 0; s < network.species.size(); ++s)
        fmt::print("  {:<{}}  {}{}\n", network.species[s], widest(network.species), network.initial[s],
                   network.species_units[s].empty() ? "" : "  [" + network.species_units[s] + "]");
    bool heading = false;
    for (auto const& q : model.quantities) {
        bool const listed = q.kind == QuantityKind::parameter || q.kind == QuantityKind::volume;
        if (!listed || std::any_of(network.cell_parameters.begin(), network.cell_parameters.end(),
                                   [&](auto const& text) { return text.rfind(q.id + " = ", 0) == 0; }))
            continue;
        if (!heading) fmt::print("\nParameters\n");
        heading = true;
        fmt::print("  {} = {}{}{}\n", q.id, q.rule ? q.rule->text() : q.initial.text(),
                   q.rule ? "  (at all times)" : "", q.unit.empty() ? "" : "  [" + q.unit + "]");
    }
    if (!network.cell_parameters.empty()) {
        fmt::print("\nParameters of their own in every cell, or set by events\n");
        for (auto const& text : network.cell_parameters) fmt::print("  {}\n", text);
    }
    print_reactions(network);
    if (network.outputs.size() > network.species.size()) {
        fmt::print("\nObservables\n");
        for (auto const& q : model.quantities)
            if (q.rule && (q.kind == QuantityKind::observable || q.kind == QuantityKind::species))
                fmt::print("  {} = {}\n", q.id, q.rule->text());
    }
    if (!model.events.empty()) {
        fmt::print("\nEvents\n");
        for (auto const& e : model.events) {
            fmt::print("  {}: when {}", e.id, e.trigger.text());
            if (e.delay) fmt::print(", after {}", e.delay->text());
            for (auto const& a : e.assignments) {
                auto const* const target = model.find(a.target);
                bool const concentration = target != nullptr && target->concentration;
                fmt::print(", {}{} = {}", a.target, concentration ? "/" + target->volume : "",
                           a.value.text());
            }
            fmt::print("\n");
        }
    }
    if (!network.conservation_laws.empty()) {
        fmt::print("\nConserved\n");
        for (auto const& law : network.conservation_laws) fmt::print("  {}\n", law.text);
    }
    if (!network.warnings.empty()) {
        fmt::print("\nWorth knowing\n");
        for (auto const& warning : network.warnings) fmt::print("  {}\n", warning);
    }
}

}  // namespace

void add_info(CLI::App& app) {
    auto* const command = app.add_subcommand("info", "Print a model as fano reads it");
    auto file = std::make_shared<std::string>();
    command->add_option("MODEL", *file, "Model file, TOML or SBML")->required();
    command->callback([file] {
        Model const model = read_model(*file);
        print_network(model, compile(model));
    });
}

}  // namespace fano::cli
