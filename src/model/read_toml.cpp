// Reads a model in TOML: declares every name, then reads table after table. docs/models.md describes the form.
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "fano/model.hpp"
#include "model/count.hpp"
#include "model/toml_sections.hpp"
#include "model/toml_space.hpp"

namespace fano {

namespace {

struct NamedTable {
    char const* key;
    char const* what;  // what its entries declare
};

constexpr NamedTable declaring_tables[] = {
    {"volumes", "volume"},         {"species", "species"},    {"parameters", "parameter"},
    {"observables", "observable"}, {"reactions", "reaction"}, {"events", "event"},
};

void check_top_level(TomlValue const& root, TomlContext const& context) {
    std::vector<std::string> const texts = {"name", "description", "source", "times"};
    std::vector<std::string> tables = {"units", "space"};
    for (auto const& table : declaring_tables) tables.emplace_back(table.key);
    auto known = texts;
    known.insert(known.end(), tables.begin(), tables.end());
    for (auto const& entry : root.items) {
        auto const is_one_of = [&](auto const& names) {
            return std::find(names.begin(), names.end(), entry.key) != names.end();
        };
        if (is_one_of(tables)) {
            context.require_table(entry, "[" + entry.key + "]");
        } else if (!is_one_of(texts)) {
            auto const what = entry.is_table() ? "table [" + entry.key + "]" : "key \"" + entry.key + "\"";
            context.fail(entry.line,
                         fmt::format("unknown {}{}. A model may have the keys {}, and the tables {}", what,
                                     suggest(entry.key, known), list(texts), list(tables)));
        }
    }
}

// The volume of a model in space is that of the lattice, under the name "volume".
void declare_names(TomlValue const& root, TomlContext& context) {
    if (auto const* space = root.find("space")) {
        if (auto const* volumes = root.find("volumes"))
            context.fail(
                volumes->line,
                "a model with [space] has one volume, that of the lattice, named \"volume\"; drop [volumes]");
        context.declare("volume", "volume", space->line);
    }
    for (auto const& table : root.items) {
        for (auto const& [key, what] : declaring_tables) {
            if (table.key != key) continue;
            for (auto const& entry : table.items) {
                context.declare(entry.key, what, entry.line);
                if (table.key == "reactions" || table.key == "events") {
                    context.require_table(entry, fmt::format("{} \"{}\"", what, entry.key));
                }
            }
        }
    }
}

std::string optional_text(TomlValue const& root, TomlContext const& context, std::string const& key) {
    auto const* value = root.find(key);
    return value == nullptr ? std::string() : context.text(*value, "\"" + key + "\"");
}

// A text as it is, an array of numbers as "0,1,2.5".
std::string read_times(TomlValue const& value, TomlContext const& context) {
    if (value.is_text()) return value.text;
    if (value.kind != TomlValue::Kind::array || value.items.empty()) {
        context.fail(value.line,
                     "times must be a text such as \"0:100:101\" (from, to, how many) or an array of "
                     "numbers such as [0, 10, 100]");
    }
    std::string text;
    double last = 0;
    for (auto const& item : value.items) {
        auto const time = context.number(item, "an entry of times");
        if (time < 0)
            context.fail(item.line,
                         fmt::format("times has {}: a time cannot be negative", number_text(time)));
        if (!text.empty() && time <= last) {
            context.fail(item.line,
                         fmt::format("times has {} after {}: put the times in ascending order, each once",
                                     number_text(time), number_text(last)));
        }
        text += (text.empty() ? "" : ",") + number_text(time);
        last = time;
    }
    return text;
}

bool is_empty(TomlValue const* table) { return table == nullptr || table->items.empty(); }

}  // namespace

Model read_toml(std::string const& text, std::string const& file) {
    auto const root = parse_toml(text, file);
    TomlContext context(file);
    check_top_level(root, context);
    declare_names(root, context);
    if (is_empty(root.find("species"))) {
        context.fail(
            0, "the model has no species. Declare them, with their initial counts, in a table [species]");
    }
    // In space, diffusion alone is something to see.
    if (is_empty(root.find("reactions")) && is_empty(root.find("events")) && root.find("space") == nullptr) {
        context.fail(
            0,
            "the model has no reactions. A network needs at least one reaction, [reactions.NAME], or "
            "one event, [events.NAME]");
    }

    Model model;
    model.file = file;
    model.name = optional_text(root, context, "name");
    if (model.name.empty()) model.name = std::filesystem::path(file).stem().string();
    model.description = optional_text(root, context, "description");
    model.source = optional_text(root, context, "source");
    if (auto const* times = root.find("times")) model.times = read_times(*times, context);
    if (auto const* table = root.find("volumes")) read_volumes(*table, context, model);
    if (auto const* table = root.find("space")) read_space(*table, context, model);
    read_species(*root.find("species"), context, model);
    if (auto const* table = root.find("parameters")) read_parameters(*table, context, model);
    if (auto const* table = root.find("observables")) read_observables(*table, context, model);
    if (auto const* table = root.find("units")) read_units(*table, context, model);
    if (auto const* table = root.find("reactions")) read_reactions(*table, context, model);
    if (auto const* table = root.find("events")) read_events(*table, context, model);
    if (auto const* table = root.find("space")) read_space_contents(*table, context, model);
    return model;
}

}  // namespace fano
