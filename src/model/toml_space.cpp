#include "model/toml_space.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

namespace fano {

namespace {

constexpr std::array<char const*, 6> face_names = {"x-", "x+", "y-", "y+", "z-", "z+"};

class SpaceReader {
public:
    SpaceReader(TomlContext const& context, Model const& model) : context_(context), model_(model) {}

    Space read_lattice_of(TomlValue const& table) {
        context_.check_keys(table, "[space]",
                            {"size", "voxels", "edge", "unit", "boundary", "regions", "diffusion",
                             "permeability", "reactions", "initial"});
        space_.line = table.line;
        space_.folder = std::filesystem::path(model_.file).parent_path().string();
        if (auto const* unit = table.find("unit")) space_.unit = context_.text(*unit, "the unit of [space]");
        read_lattice(table);
        return std::move(space_);
    }

    Space read_contents(TomlValue const& table) {
        space_ = *model_.space;
        if (auto const* boundary = table.find("boundary")) read_boundaries(*boundary);
        each(table, "regions", [&](TomlValue const& entry) {
            auto const taken = [&](Region const& region) { return region.id == entry.key; };
            if (std::any_of(space_.regions.begin(), space_.regions.end(), taken))
                context_.fail(entry.line, fmt::format("region \"{}\" is declared twice", entry.key));
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

    // Two of size, voxels and edge; the third follows.
    void read_lattice(TomlValue const& table) {
        auto const *size = table.find("size"), *voxels = table.find("voxels"), *edge = table.find("edge");
        if ((size != nullptr) + (voxels != nullptr) + (edge != nullptr) != 2)
            context_.fail(
                table.line,
                "[space] needs two of \"size\" (lengths), \"voxels\" (how many) and \"edge\" (of a voxel), "
                "as in voxels = [32, 32, 32], edge = 0.1");
        auto const& counted = size != nullptr ? *size : *voxels;
        if (counted.kind != TomlValue::Kind::array || counted.items.empty() || counted.items.size() > 3)
            context_.fail(
                counted.line,
                fmt::format("\"{}\" of [space] must be an array of one, two or three numbers, one a "
                            "dimension",
                            counted.key));
        space_.dimensions = static_cast<int>(counted.items.size());
        auto const lengths =
            size != nullptr ? read_point(*size, context_, space_.dimensions, "the size of [space]") : Point{};
        if (size != nullptr)
            for (int i = 0; i < space_.dimensions; ++i)
                if (!(lengths[static_cast<std::size_t>(i)] > 0))
                    context_.fail(size->line,
                                  fmt::format("the size of [space] has {}; lengths are more than 0",
                                              lengths[static_cast<std::size_t>(i)]));
        if (voxels != nullptr) read_voxels(*voxels);
        if (edge != nullptr) {
            space_.edge = context_.number(*edge, "the edge of a voxel");
            if (!(space_.edge > 0))
                context_.fail(edge->line,
                              fmt::format("the edge of a voxel is {}; it must be more than 0", space_.edge));
        } else {
            space_.edge = lengths[0] / space_.voxels[0];
        }
        if (size == nullptr) return;
        for (std::size_t i = 0; i < static_cast<std::size_t>(space_.dimensions); ++i) {
            double const exact = lengths[i] / space_.edge, whole = std::round(exact);
            if (voxels == nullptr) {
                if (!(whole >= 1 && whole <= 2147483647.0) || std::abs(exact - whole) > 1e-6 * whole)
                    context_.fail(
                        size->line,
                        fmt::format("the size {} is {} edges of {}; it must be a whole number of them",
                                    lengths[i], exact, space_.edge));
                space_.voxels[i] = static_cast<std::uint32_t>(whole);
            } else if (std::abs(exact - space_.voxels[i]) > 1e-6 * exact) {
                context_.fail(
                    size->line,
                    fmt::format("voxels must be cubes: {} voxels on the length {} have edges of {}, "
                                "but those along x have {}",
                                space_.voxels[i], lengths[i], lengths[i] / space_.voxels[i], space_.edge));
            }
        }
    }

    void read_voxels(TomlValue const& voxels) {
        if (voxels.kind != TomlValue::Kind::array ||
            voxels.items.size() != static_cast<std::size_t>(space_.dimensions))
            context_.fail(
                voxels.line,
                fmt::format("\"voxels\" of [space] must be an array of {} whole numbers", space_.dimensions));
        for (std::size_t i = 0; i < voxels.items.size(); ++i) {
            double const n = context_.number(voxels.items[i], "\"voxels\" of [space]");
            if (!(n >= 1 && n <= 2147483647.0 && n == std::floor(n)))
                context_.fail(
                    voxels.line,
                    fmt::format("\"voxels\" of [space] has {}; it must be a whole number from 1", n));
            space_.voxels[i] = static_cast<std::uint32_t>(n);
        }
    }

    void read_boundaries(TomlValue const& value) {
        if (!value.is_table() || value.find("reservoir") != nullptr) {
            auto const all = read_boundary(value);
            space_.faces.fill(all);
        } else {
            for (auto const& entry : value.items) read_faces(entry);
        }
        for (std::size_t f = 0; f < 6; f += 2)
            if ((space_.faces[f].kind == BoundaryKind::periodic) !=
                (space_.faces[f + 1].kind == BoundaryKind::periodic))
                context_.fail(value.line, fmt::format("the faces {} and {} must be periodic both, or none",
                                                      face_names[f], face_names[f + 1]));
    }

    void read_faces(TomlValue const& entry) {
        auto const boundary = read_boundary(entry);
        bool any = false;
        for (std::size_t f = 0; f < static_cast<std::size_t>(2 * space_.dimensions); ++f) {
            std::string const name = face_names[f];
            if (entry.key != name && entry.key != name.substr(0, 1)) continue;
            space_.faces[f] = boundary;
            any = true;
        }
        if (!any)
            context_.fail(
                entry.line,
                fmt::format("the boundary has an unknown face \"{}\". In {} dimension{} there are {}, "
                            "such as \"x\" (both), \"x-\" and \"x+\"",
                            entry.key, space_.dimensions, space_.dimensions == 1 ? "" : "s",
                            space_.dimensions == 1   ? "x"
                            : space_.dimensions == 2 ? "x and y"
                                                     : "x, y and z"));
    }

    Boundary read_boundary(TomlValue const& value) {
        Boundary boundary;
        boundary.line = value.line;
        if (value.is_table()) {
            context_.check_keys(value, "a boundary", {"reservoir"});
            boundary.kind = BoundaryKind::reservoir;
            auto const* reservoir = value.find("reservoir");
            if (reservoir == nullptr) context_.fail(value.line, "a boundary is empty; it may have reservoir");
            context_.require_table(*reservoir, "the reservoir of a boundary");
            for (auto const& entry : reservoir->items) {
                require_species(entry.key, entry.line);
                boundary.reservoir.push_back(
                    {entry.key,
                     context_.birth_formula(
                         entry, fmt::format("the concentration of \"{}\" in a reservoir", entry.key))});
            }
            return boundary;
        }
        auto const text = context_.text(value, "a boundary");
        if (text == "reflecting")
            boundary.kind = BoundaryKind::reflecting;
        else if (text == "periodic")
            boundary.kind = BoundaryKind::periodic;
        else if (text == "absorbing")
            boundary.kind = BoundaryKind::absorbing;
        else
            context_.fail(value.line,
                          fmt::format("a boundary is \"{}\"{}. It may be \"reflecting\", \"periodic\", "
                                      "\"absorbing\", or {{ reservoir = {{ SPECIES = CONCENTRATION }} }}",
                                      text, suggest(text, {"reflecting", "periodic", "absorbing"})));
        return boundary;
    }

    void read_diffusion(TomlValue const& entry) {
        require_species(entry.key, entry.line);
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
            space_.permeability.push_back(found);
        };
        if (!entry.is_table()) return add({}, entry);
        for (auto const& value : entry.items) {
            require_species(value.key, value.line);
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
            }
            place.per_area = context_.flag(entry, "per_area", false, owner);
            if (place.per_area && between == nullptr)
                context_.fail(entry.line,
                              owner + ": \"per_area\" needs \"between\", whose faces have an area");
        }
        space_.reactions.push_back(place);
    }

    void read_placement(TomlValue const& entry) {
        require_species(entry.key, entry.line);
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

    void require_species(std::string const& id, int line) const {
        auto const* known = context_.declaration(id);
        if (known == nullptr || known->what != "species")
            context_.fail(line, fmt::format("[space] has \"{}\", which is not a declared species{}", id,
                                            suggest(id, context_.quantities("species"))));
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

Point read_point(TomlValue const& value, TomlContext const& context, int dimensions,
                 std::string const& what) {
    if (value.kind != TomlValue::Kind::array || value.items.size() != static_cast<std::size_t>(dimensions))
        context.fail(value.line, fmt::format("{} must be an array of {} number{}, one a dimension", what,
                                             dimensions, dimensions == 1 ? "" : "s"));
    Point point{};
    for (std::size_t i = 0; i < value.items.size(); ++i) point[i] = context.number(value.items[i], what);
    return point;
}

void read_space(TomlValue const& table, TomlContext const& context, Model& model) {
    model.space = SpaceReader{context, model}.read_lattice_of(table);
    Quantity volume;
    volume.id = "volume";
    volume.kind = QuantityKind::volume;
    volume.initial = model.space->volume();
    volume.line = table.line;
    model.quantities.push_back(std::move(volume));
}

void read_space_contents(TomlValue const& table, TomlContext const& context, Model& model) {
    model.space = SpaceReader{context, model}.read_contents(table);
}

}  // namespace fano
