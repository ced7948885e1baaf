#include "rdme/regions.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "rdme/npy.hpp"

namespace fano {

Grid::Grid(Space const& space)
    : size(space.voxels),
      voxels(static_cast<std::uint32_t>(space.voxel_count())),
      faces(2 * space.dimensions) {
    for (std::size_t f = 0; f < 6; ++f) periodic[f] = space.faces[f].kind == BoundaryKind::periodic;
}

std::uint32_t Grid::neighbour(std::uint32_t voxel, int face) const {
    auto at = place(voxel);
    auto const axis = static_cast<std::size_t>(face / 2);
    if (at_edge(at, face)) {
        if (!periodic[static_cast<std::size_t>(face)]) return outside;
        at[axis] = face % 2 == 0 ? size[axis] - 1 : 0;
    } else {
        at[axis] += face % 2 == 0 ? ~std::uint32_t{0} : 1;
    }
    return index(at[0], at[1], at[2]);
}

namespace {

Point centre_of(Grid const& grid, Space const& space, std::uint32_t voxel) {
    auto const at = grid.place(voxel);
    Point point{};
    for (std::size_t i = 0; i < static_cast<std::size_t>(space.dimensions); ++i)
        point[i] = (at[i] + 0.5) * space.edge;
    return point;
}

bool within(Shape const& shape, Point const& p, int dimensions) {
    double along = 0, length = 0, square = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(dimensions); ++i) {
        double const from = p[i] - shape.a[i], axis = shape.b[i] - shape.a[i];
        switch (shape.kind) {
            case ShapeKind::box:
                if (from < 0 || p[i] > shape.b[i]) return false;
                break;
            case ShapeKind::ellipsoid:
                square += from / shape.b[i] * (from / shape.b[i]);
                break;
            default:
                along += from * axis;
                length += axis * axis;
                square += from * from;
        }
    }
    if (shape.kind == ShapeKind::box) return true;
    if (shape.kind == ShapeKind::ellipsoid) return square <= 1;
    // The distance from the line from a to b.
    double const t = length > 0 ? along / length : 0, nearest = std::clamp(t, 0.0, 1.0);
    if (shape.kind == ShapeKind::cylinder && t != nearest) return false;
    return square - 2 * nearest * along + nearest * nearest * length <= shape.radius * shape.radius;
}

}  // namespace

Regions::Regions(Model const& model, Grid const& grid)
    : model_(model), grid_(grid), everywhere_(grid.voxels, 1) {
    for (auto const& region : model.space->regions) {
        auto set = rasterise(region.shape);
        if (std::find(set.begin(), set.end(), 1) == set.end())
            throw InputError(
                model.file, region.shape.line,
                fmt::format("region \"{}\" is empty: the centre of no voxel lies in it. Voxels have "
                            "edges of {}, and the lattice begins at 0",
                            region.id, model.space->edge));
        sets_.push_back(std::move(set));
    }
}

VoxelSet const& Regions::operator[](std::string const& id) const {
    for (std::size_t i = 0; i < sets_.size(); ++i)
        if (model_.space->regions[i].id == id) return sets_[i];
    return everywhere_;
}

VoxelSet Regions::surface(VoxelSet const& set) const {
    VoxelSet result(set.size(), 0);
    for (std::uint32_t v = 0; v < grid_.voxels; ++v)
        for (int face = 0; set[v] != 0 && face < grid_.faces; ++face) {
            auto const next = grid_.neighbour(v, face);
            if (next == Grid::outside || set[next] == 0) result[v] = 1;
        }
    return result;
}

VoxelSet Regions::rasterise(Shape const& shape) const {
    auto const& space = *model_.space;
    std::vector<VoxelSet> parts;
    for (auto const& part : shape.parts) parts.push_back(rasterise(part));
    switch (shape.kind) {
        case ShapeKind::region:
            return (*this)[shape.text];
        case ShapeKind::surface:
            return surface(parts[0]);
        case ShapeKind::complement:
            for (auto& in : parts[0]) in ^= 1;
            return parts[0];
        case ShapeKind::any_of:
        case ShapeKind::all_of:
        case ShapeKind::difference:
            for (std::size_t i = 1; i < parts.size(); ++i)
                for (std::uint32_t v = 0; v < grid_.voxels; ++v) {
                    auto& in = parts[0][v];
                    auto const other = parts[i][v];
                    in = shape.kind == ShapeKind::any_of   ? in | other
                         : shape.kind == ShapeKind::all_of ? in & other
                                                           : in & (other ^ 1);
                }
            return parts[0];
        default:
            break;
    }
    VoxelSet set(grid_.voxels);
    if (shape.kind == ShapeKind::file) {
        auto const values = read_lattice_file(model_, grid_, shape.text, shape.line);
        if (std::any_of(values.begin(), values.end(), [](double x) { return std::isnan(x); }))
            throw InputError(
                model_.file, shape.line,
                fmt::format("{} has voxels that are no number; a region needs numbers", shape.text));
        for (std::uint32_t v = 0; v < grid_.voxels; ++v)
            set[v] = shape.any_value ? values[v] != 0 : values[v] == shape.value;
        return set;
    }
    for (std::uint32_t v = 0; v < grid_.voxels; ++v)
        set[v] = within(shape, centre_of(grid_, space, v), space.dimensions);
    return set;
}

std::vector<double> read_lattice_file(Model const& model, Grid const& grid, std::string const& file,
                                      int line) {
    auto const path = std::filesystem::path(model.space->folder) / file;
    NpyArray array;
    try {
        array = read_npy(path.string());
    } catch (InputError const& error) {
        throw InputError(model.file, line, error.what());
    }
    auto const d = static_cast<std::size_t>(model.space->dimensions);
    bool fits = array.shape.size() == d;
    for (std::size_t i = 0; fits && i < d; ++i) fits = array.shape[i] == grid.size[i];
    if (!fits)
        throw InputError(
            model.file, line,
            fmt::format("{} has the shape ({}), but the lattice has ({}) voxels", path.string(),
                        fmt::join(array.shape, ", "),
                        fmt::join(grid.size.begin(), grid.size.begin() + static_cast<long>(d), ", ")));
    std::vector<double> values(grid.voxels);
    for (std::uint32_t v = 0; v < grid.voxels; ++v) {
        auto const at = grid.place(v);
        std::size_t from = 0;
        for (std::size_t i = 0; i < d; ++i) from = from * grid.size[i] + at[i];
        values[v] = array.values[from];
    }
    return values;
}

}  // namespace fano
