// What is in a lattice: regions, diffusion, permeability, where reactions fire, where molecules begin.
#include <algorithm>

#include <fmt/format.h>

#include "model/toml_space.hpp"

namespace fano {

namespace {

class ContentsReader {
public:
    ContentsReader(TomlContext const& context, Model const& model)
        : context_(context), model_(model), space_(*model.space) {}

    Space read(TomlValue const& table) {
        each(table, "regions", [&](TomlValue const& entry) {
            auto const taken = [&](Region const& region) { return region.id == entry.key; };
            if (std::any_of(space_.regions.begin(), space_.regions.end(), taken))
                context_.fail(entry.line, fmt::format("region \"{}\" is declared twice", entry.key));
            if (entry.key == "uniform")
                context_.fail(entry.line,
                              "\"uniform\" says where molecules begin; give the region another name");
            space_.regions.push_back(
                {entry.key, read_shape(entry, context_, space_, fmt::format("region \"{}\"", entry.key))});
        });
        each(table, "diffusion", [&](TomlValue const& entry) { read_diffusion(entry); });
        each(table, "permeability", [&](TomlValue const& entry) { read_permeability(entry); });
        each(table, "reactions", [&](TomlValue const& entry) { read_place(entry); });
        each(table, "initial", [&](TomlValue const& entry) { read_placement(entry); });
        return std::move(space_);
    }

private:
    template <class Read>
    void each(TomlValue const& table, std::string const& key, Read const& read) {
        auto const* entries = table.find(key);
        if (entries == nullptr) return;
        context_.require_table(*entries, "[space." + key + "]");
        for (auto const& entry : entries->items) read(entry);
    }

    void read_diffusion(TomlValue const& entry) {
        require_species_in_space(entry.key, entry.line, context_);
        auto const what = fmt::format("the diffusion coefficient of \"{}\"", entry.key);
        auto const add = [&](std::string const& region, TomlValue const& value) {
            auto const coefficient = context_.birth_formula(value, what);
            if (auto const number = constant_value(coefficient); number && *number < 0)
                context_.fail(value.line, fmt::format("{} is {}; it cannot be negative", what, *number));
            space_.diffusion.push_back({entry.key, region, coefficient, value.line});
        };
        if (!entry.is_table()) return add({}, entry);
        if (entry.items.empty()) context_.fail(entry.line, what + " names no region");
        for (auto const& value : entry.items) add(require_region(value.key, value.line), value);
    }

    void read_permeability(TomlValue const& entry) {
        auto const bar = entry.key.find('|');
        if (bar == std::string::npos)
            context_.fail(entry.line, fmt::format("permeability \"{}\" must name two regions, as in "
                                                  "\"cytosol|nucleus\"",
                                                  entry.key));
        Permeability found{require_region(entry.key.substr(0, bar), entry.line),
                           require_region(entry.key.substr(bar + 1), entry.line),
                           {},
                           {},
                           entry.line};
        if (found.first == found.second)
            context_.fail(entry.line, fmt::format("permeability \"{}\" must name two regions", entry.key));
        auto const what = fmt::format("the permeability \"{}\"", entry.key);
        auto const add = [&](std::string const& species, TomlValue const& value) {
            found.species = species;
            found.value = context_.birth_formula(value, what);
            found.line = value.line;
            if (auto const number = constant_value(found.value); number && *number < 0)
                context_.fail(value.line, fmt::format("{} is {}; it cannot be negative", what, *number));
            for (auto const& other : space_.permeability) {
                bool const same_faces = (other.first == found.first && other.second == found.second) ||
                                        (other.first == found.second && other.second == found.first);
                if (same_faces && other.species == species)
                    context_.fail(value.line,
                                  fmt::format("{} is given twice; line {} has it already", what, other.line));
            }
            space_.permeability.push_back(found);
        };
        if (!entry.is_table()) return add({}, entry);
        for (auto const& value : entry.items) {
            require_species_in_space(value.key, value.line, context_);
            add(value.key, value);
        }
    }

    void read_place(TomlValue const& entry) {
        auto const owner = fmt::format("the place of reaction \"{}\"", entry.key);
        auto const known = [&](Reaction const& reaction) { return reaction.id == entry.key; };
        if (std::none_of(model_.reactions.begin(), model_.reactions.end(), known)) {
            std::vector<std::string> ids;
            for (auto const& reaction : model_.reactions) ids.push_back(reaction.id);
            context_.fail(entry.line, fmt::format("[space.reactions] has \"{}\", which is no reaction{}",
                                                  entry.key, suggest(entry.key, ids)));
        }
        ReactionPlace place{entry.key, {}, {}, {}, false, entry.line};
        if (entry.is_text()) {
            place.region = require_region(entry.text, entry.line);
        } else {
            context_.require_table(entry, owner);
            context_.check_keys(entry, owner, {"region", "between", "per_area", "radius"});
            auto const *region = entry.find("region"), *between = entry.find("between");
            if (auto const* radius = entry.find("radius")) {
                space_.radii.push_back(
                    {entry.key,
                     context_.birth_formula(*radius, "the radius of reaction \"" + entry.key + "\""),
                     radius->line});
                if (auto const number = constant_value(space_.radii.back().value); number && !(*number > 0))
                    context_.fail(radius->line, fmt::format("the radius of reaction \"{}\" is {}; it must be "
                                                            "more than 0",
                                                            entry.key, *number));
                auto const reaction = std::find_if(model_.reactions.begin(), model_.reactions.end(), known);
                double molecules = 0;
                for (auto const& reactant : reaction->reactants) molecules += reactant.count;
                if (molecules != 2)
                    context_.fail(radius->line,
                                  fmt::format("reaction \"{}\" has a radius, but {} molecules react; a "
                                              "radius says how near two must come",
                                              entry.key, molecules));
                if (entry.items.size() == 1) return;
            }
            if ((region != nullptr) == (between != nullptr))
                context_.fail(entry.line, owner + " needs one of \"region\" and \"between\"");
            if (region != nullptr) {
                place.region = require_region(context_.text(*region, owner), region->line);
            } else {
                if (between->kind != TomlValue::Kind::array || between->items.size() != 2)
                    context_.fail(between->line, owner + ": \"between\" must be an array of two regions");
                place.first = require_region(context_.text(between->items[0], owner), between->line);
                place.second = require_region(context_.text(between->items[1], owner), between->line);
                if (place.first == place.second)
                    context_.fail(between->line, fmt::format("{}: there is nothing between \"{}\" and itself",
                                                             owner, place.first));
            }
            place.per_area = context_.flag(entry, "per_area", false, owner);
            if (place.per_area && between == nullptr)
                context_.fail(entry.line,
                              owner + ": \"per_area\" needs \"between\", whose faces have an area");
        }
        space_.reactions.push_back(place);
    }

    void read_placement(TomlValue const& entry) {
        require_species_in_space(entry.key, entry.line, context_);
        auto const owner = fmt::format("the initial place of \"{}\"", entry.key);
        Placement placement{entry.key, PlacementKind::uniform, {}, {}, entry.line};
        if (entry.is_text()) {
            if (entry.text != "uniform") {
                placement.kind = PlacementKind::region;
                placement.text = require_region(entry.text, entry.line);
            }
        } else {
            context_.require_table(entry, owner);
            context_.check_keys(entry, owner, {"region", "point", "file"});
            if (entry.items.size() != 1)
                context_.fail(entry.line, owner + " must be \"uniform\" or one of region, point and file");
            auto const& item = entry.items.front();
            if (item.key == "region") {
                placement.kind = PlacementKind::region;
                placement.text = require_region(context_.text(item, owner), item.line);
            } else if (item.key == "point") {
                placement.kind = PlacementKind::point;
                placement.point = read_point(item, context_, space_.dimensions, owner);
                for (std::size_t i = 0; i < static_cast<std::size_t>(space_.dimensions); ++i)
                    if (!(placement.point[i] >= 0 && placement.point[i] < space_.edge * space_.voxels[i]))
                        context_.fail(
                            item.line,
                            fmt::format("{} has the coordinate {}, but the lattice goes from 0 to {}", owner,
                                        placement.point[i], space_.edge * space_.voxels[i]));
            } else {
                placement.kind = PlacementKind::file;
                placement.text = context_.text(item, owner);
            }
        }
        space_.placement.push_back(placement);
    }

    std::string require_region(std::string const& id, int line) const {
        std::vector<std::string> ids;
        for (auto const& region : space_.regions) ids.push_back(region.id);
        if (std::find(ids.begin(), ids.end(), id) == ids.end())
            context_.fail(line, fmt::format("[space] has no region \"{}\"{}{}", id, suggest(id, ids),
                                            ids.empty() ? ". Declare it in [space.regions]" : ""));
        return id;
    }

    TomlContext const& context_;
    Model const& model_;
    Space space_;
};

}  // namespace

void read_space_contents(TomlValue const& table, TomlContext const& context, Model& model) {
    model.space = ContentsReader{context, model}.read(table);
}

}  // namespace fano
