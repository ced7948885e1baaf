#include "model/toml_space.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

namespace fano {

namespace {

constexpr std::array<char const*, 6> face_names = {"x-", "x+", "y-", "y+", "z-", "z+"};

class LatticeReader {
public:
    LatticeReader(TomlContext const& context, Model const& model) : context_(context), model_(model) {}

    Space read(TomlValue const& table) {
        context_.check_keys(table, "[space]",
                            {"size", "voxels", "edge", "unit", "boundary", "regions", "diffusion",
                             "permeability", "reactions", "initial"});
        space_.line = table.line;
        space_.folder = std::filesystem::path(model_.file).parent_path().string();
        if (auto const* unit = table.find("unit")) space_.unit = context_.text(*unit, "the unit of [space]");
        read_lattice(table);
        if (auto const* boundary = table.find("boundary")) read_boundaries(*boundary);
        return std::move(space_);
    }

private:
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
            if (reservoir->items.empty())
                context_.fail(value.line,
                              "a reservoir names no species; where there is nothing, it is \"absorbing\"");
            for (auto const& entry : reservoir->items) {
                require_species_in_space(entry.key, entry.line, context_);
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

    TomlContext const& context_;
    Model const& model_;
    Space space_;
};

}  // namespace

void require_species_in_space(std::string const& id, int line, TomlContext const& context) {
    auto const* known = context.declaration(id);
    if (known == nullptr || known->what != "species")
        context.fail(line, fmt::format("[space] has \"{}\", which is not a declared species{}", id,
                                       suggest(id, context.quantities("species"))));
}

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
    model.space = LatticeReader{context, model}.read(table);
    Quantity volume;
    volume.id = "volume";
    volume.kind = QuantityKind::volume;
    volume.initial = model.space->volume();
    volume.line = table.line;
    model.quantities.push_back(std::move(volume));
}

}  // namespace fano
