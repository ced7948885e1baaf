// [reactions.NAME] and their rates.
#include <array>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "model/count.hpp"
#include "model/equation.hpp"
#include "model/toml_sections.hpp"

namespace fano {

namespace {

struct Law {
    char const* key;
    LawKind kind;
};

constexpr std::array<Law, 3> laws = {{
    {"rate", LawKind::mass_action},
    {"deterministic_rate", LawKind::deterministic},
    {"propensity", LawKind::propensity},
}};

struct GivenLaw {
    Law const* law = nullptr;
    TomlValue const* value = nullptr;
};

// The law whose key begins with `prefix`: "" or "reverse_". Fails if there is more than one.
GivenLaw find_law(TomlValue const& table, TomlContext const& context, std::string const& prefix,
                  std::string const& owner) {
    GivenLaw given;
    for (auto const& law : laws) {
        auto const* value = table.find(prefix + law.key);
        if (value == nullptr) continue;
        if (given.value != nullptr) {
            context.fail(value->line, fmt::format("{} has both \"{}\" and \"{}\". Keep one of them", owner,
                                                  given.value->key, value->key));
        }
        given = {&law, value};
    }
    return given;
}

void check_participants(std::vector<Participant> const& participants, TomlContext const& context, int line) {
    for (auto const& participant : participants) {
        auto const* known = context.declaration(participant.species);
        if (known == nullptr) {
            context.fail(line, fmt::format("species \"{}\" is not declared{}", participant.species,
                                           suggest(participant.species, context.quantities("species"))));
        }
        if (known->what != "species") {
            context.fail(line, fmt::format("\"{}\" in the equation is not a species but the {} of line {}",
                                           participant.species, known->what, known->line));
        }
    }
}

// A deterministic constant counts concentrations; those of order 1 do not depend on the volume.
void check_volumes(Reaction const& reaction, TomlContext const& context, Model const& model, int line) {
    double order = 0;
    for (auto const& reactant : reaction.reactants) order += reactant.count;
    if (order == 1) return;
    for (auto const& participant : order == 0 ? reaction.products : reaction.reactants) {
        if (!model.find(participant.species)->volume.empty()) continue;
        auto const several = !context.quantities("volume").empty();
        context.fail(
            line, fmt::format("deterministic_rate needs the volume that species \"{}\" is in. {}",
                              participant.species,
                              several ? fmt::format("Give it one: {} = {{ initial = ..., volume = \"{}\" }}",
                                                    participant.species, context.quantities("volume").front())
                                      : "Declare one, such as [volumes] cell = 1, or use rate"));
    }
}

Expression read_law(TomlValue const& value, TomlContext const& context, std::string const& owner) {
    auto const what = fmt::format("the {} of {}", value.key, owner);
    auto law = context.formula(value, what);
    if (auto const number = constant_value(law); number && *number < 0) {
        context.fail(value.line, fmt::format("{} is {}: it cannot be negative", what, number_text(*number)));
    }
    return law;
}

Equation read_equation(TomlValue const& table, TomlContext const& context, std::string const& owner) {
    auto const* value = table.find("equation");
    if (value == nullptr) {
        context.fail(table.line, owner + " has no equation. Give it one: equation = \"A + B -> C\"");
    }
    auto const text = context.text(*value, "the equation of " + owner);
    Equation equation;
    try {
        equation = parse_equation(text);
    } catch (InputError const& error) {
        context.fail(value->line, fmt::format("{}: {}", owner, error.what()));
    }
    check_participants(equation.reactants, context, value->line);
    check_participants(equation.products, context, value->line);
    if (equation.reactants.empty() && equation.products.empty()) {
        context.fail(value->line, fmt::format("the equation \"{}\" of {} has no species", text, owner));
    }
    return equation;
}

void check_reverse(GivenLaw const& forward, GivenLaw const& reverse, bool reversible, TomlValue const& table,
                   TomlContext const& context, std::string const& owner) {
    if (!reversible) {
        if (reverse.value == nullptr) return;
        context.fail(reverse.value->line,
                     fmt::format("{} has \"{}\" but its equation goes one way. Write <-> in "
                                 "the equation, or leave it out",
                                 owner, reverse.value->key));
    }
    if (reverse.value == nullptr) {
        context.fail(table.line,
                     fmt::format("{} is reversible but has no \"reverse_{}\". Give it one, or write -> "
                                 "in the equation",
                                 owner, forward.law->key));
    }
    if (forward.law != reverse.law) {
        context.fail(
            reverse.value->line,
            fmt::format("{} has \"{}\" forwards and \"{}\" backwards. Give both in the "
                        "same form: \"{}\" and \"reverse_{}\"",
                        owner, forward.law->key, reverse.value->key, forward.law->key, forward.law->key));
    }
}

void add_reaction(Reaction reaction, GivenLaw const& given, TomlContext const& context, Model& model,
                  std::string const& owner) {
    reaction.kind = given.law->kind;
    reaction.law = read_law(*given.value, context, owner);
    if (reaction.kind == LawKind::deterministic) check_volumes(reaction, context, model, given.value->line);
    model.reactions.push_back(std::move(reaction));
}

}  // namespace

void read_reactions(TomlValue const& table, TomlContext& context, Model& model) {
    for (auto const& entry : table.items) {
        auto const owner = fmt::format("reaction \"{}\"", entry.key);
        context.check_keys(entry, owner,
                           {"equation", "rate", "deterministic_rate", "propensity", "reverse_rate",
                            "reverse_deterministic_rate", "reverse_propensity"});
        auto const equation = read_equation(entry, context, owner);
        auto const forward = find_law(entry, context, "", owner);
        auto const reverse = find_law(entry, context, "reverse_", owner);
        if (forward.value == nullptr) {
            context.fail(entry.line,
                         owner + " has no rate. Give it one of rate, deterministic_rate and propensity");
        }
        check_reverse(forward, reverse, equation.reversible, entry, context, owner);

        Reaction reaction;
        reaction.id = entry.key;
        reaction.line = entry.line;
        reaction.reactants = equation.reactants;
        reaction.products = equation.products;
        add_reaction(reaction, forward, context, model, owner);
        if (!equation.reversible) continue;
        reaction.id += "_reverse";
        context.declare(reaction.id, "reaction", entry.line);
        std::swap(reaction.reactants, reaction.products);
        add_reaction(reaction, reverse, context, model, owner);
    }
}

}  // namespace fano
