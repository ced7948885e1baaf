// [volumes], [species], [parameters], [observables] and [units] of a TOML model.
#include <fmt/format.h>

#include "model/count.hpp"
#include "model/toml_distribution.hpp"
#include "model/toml_sections.hpp"

namespace fano {

namespace {

struct Section {
    QuantityKind kind;
    char const* what;       // "species"
    char const* value_key;  // the key of its value in a table
    char const* value;      // what the value is called
    std::vector<std::string> others;
};

// A literal value in the range that its kind allows.
void check_value(Expression const& value, Section const& section, TomlContext const& context, int line,
                 std::string const& what) {
    auto const number = constant_value(value);
    if (!number) return;
    if (section.kind == QuantityKind::species) {
        if (auto const problem = count_problem(*number); !problem.empty()) {
            context.fail(line, fmt::format("{} is {}: {}", what, number_text(*number), problem));
        }
    }
    if (section.kind == QuantityKind::volume && !(*number > 0)) {
        context.fail(line, fmt::format("{} is {}: a volume must be more than 0", what, number_text(*number)));
    }
}

Quantity read_quantity(TomlValue const& entry, Section const& section, TomlContext const& context) {
    Quantity quantity;
    quantity.id = entry.key;
    quantity.kind = section.kind;
    quantity.line = entry.line;
    auto const owner = fmt::format("{} \"{}\"", section.what, entry.key);
    auto const* value = &entry;
    if (entry.is_table()) {
        if (entry.find("distribution") != nullptr) {
            quantity.distribution = read_distribution(entry, context, section.kind, owner, section.others);
            value = nullptr;
        } else {
            std::vector<std::string> allowed = {section.value_key, "distribution"};
            allowed.insert(allowed.end(), section.others.begin(), section.others.end());
            context.check_keys(entry, owner, allowed);
            value = entry.find(section.value_key);
            if (value == nullptr) {
                context.fail(entry.line, fmt::format("{} has no value. Give it \"{}\" or \"distribution\"",
                                                     owner, section.value_key));
            }
        }
        if (auto const* unit = entry.find("unit"))
            quantity.unit = context.text(*unit, "the unit of " + owner);
    }
    if (value != nullptr) {
        auto const what = fmt::format("{} of {}", section.value, owner);
        // What a number must be is said by its kind alone: "a count must be finite".
        if (value->is_number() && section.kind == QuantityKind::species) {
            check_value(value->number, section, context, value->line, what);
        }
        quantity.initial = context.birth_formula(*value, what);
        check_value(quantity.initial, section, context, value->line, what);
    }
    return quantity;
}

std::string the_only_volume(TomlContext const& context) {
    auto const volumes = context.quantities("volume");
    return volumes.size() == 1 ? volumes.front() : std::string();
}

std::string read_volume_of(TomlValue const& entry, TomlContext const& context, std::string const& otherwise) {
    auto const* value = entry.find("volume");
    if (value == nullptr) return otherwise;
    auto const volume = context.text(*value, fmt::format("the volume of species \"{}\"", entry.key));
    auto const* known = context.declaration(volume);
    if (known == nullptr || known->what != "volume") {
        context.fail(value->line,
                     fmt::format("volume \"{}\" of species \"{}\" is not declared in [volumes]{}", volume,
                                 entry.key, suggest(volume, context.quantities("volume"))));
    }
    return volume;
}

}  // namespace

void read_volumes(TomlValue const& table, TomlContext const& context, Model& model) {
    Section const section{QuantityKind::volume, "volume", "value", "the value", {"unit"}};
    for (auto const& entry : table.items) model.quantities.push_back(read_quantity(entry, section, context));
}

void read_species(TomlValue const& table, TomlContext const& context, Model& model) {
    Section const section{
        QuantityKind::species, "species", "initial", "the initial count", {"volume", "constant", "unit"}};
    auto const only_volume = the_only_volume(context);
    for (auto const& entry : table.items) {
        auto species = read_quantity(entry, section, context);
        species.volume = read_volume_of(entry, context, only_volume);
        species.fixed = context.flag(entry, "constant", false, fmt::format("species \"{}\"", entry.key));
        model.quantities.push_back(std::move(species));
    }
}

void read_parameters(TomlValue const& table, TomlContext const& context, Model& model) {
    Section const section{QuantityKind::parameter, "parameter", "value", "the value", {"unit"}};
    for (auto const& entry : table.items) model.quantities.push_back(read_quantity(entry, section, context));
}

void read_observables(TomlValue const& table, TomlContext const& context, Model& model) {
    for (auto const& entry : table.items) {
        Quantity observable;
        observable.id = entry.key;
        observable.kind = QuantityKind::observable;
        observable.line = entry.line;
        auto const owner = fmt::format("observable \"{}\"", entry.key);
        auto const* expression = &entry;
        if (entry.is_table()) {
            context.check_keys(entry, owner, {"expression", "resolution", "unit"});
            expression = entry.find("expression");
            if (expression == nullptr) {
                context.fail(entry.line, owner + " has no \"expression\". Give it one, such as \"P + 2*P2\"");
            }
            if (auto const* resolution = entry.find("resolution")) {
                observable.resolution = context.number(*resolution, "the resolution of " + owner);
                if (!(observable.resolution > 0)) {
                    context.fail(resolution->line,
                                 fmt::format("the resolution of {} is {}: it must be more than 0", owner,
                                             number_text(observable.resolution)));
                }
            }
            if (auto const* unit = entry.find("unit")) {
                observable.unit = context.text(*unit, "the unit of " + owner);
            }
        }
        observable.rule = context.formula(*expression, owner);
        model.quantities.push_back(std::move(observable));
    }
}

void read_units(TomlValue const& table, TomlContext const& context, Model& model) {
    for (auto const& entry : table.items) {
        auto const unit = context.text(entry, fmt::format("the unit of \"{}\"", entry.key));
        if (entry.key == "time") {
            model.time_unit = unit;
            continue;
        }
        if (auto* quantity = model.find(entry.key)) {
            if (!quantity->unit.empty()) {
                context.fail(entry.line,
                             fmt::format("the unit of \"{}\" is given here and in line {}. Keep one of them",
                                         entry.key, quantity->line));
            }
            quantity->unit = unit;
        } else if (entry.key != "volume") {
            auto known = context.quantities();
            known.insert(known.begin(), {"time", "volume"});
            context.fail(entry.line, fmt::format("\"{}\" in [units] is not declared{}", entry.key,
                                                 suggest(entry.key, known)));
        }
    }
    // The unit of all volumes that have none of their own.
    if (auto const* volume = table.find("volume")) {
        for (auto& quantity : model.quantities) {
            if (quantity.kind == QuantityKind::volume && quantity.unit.empty()) quantity.unit = volume->text;
        }
    }
}

}  // namespace fano
