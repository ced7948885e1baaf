#include "rdme/jumps.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "kernels/ssa/table.hpp"
#include "model/symbols.hpp"

namespace fano {

double constant_of(Model const& model, Expression const& formula, int line, std::string const& what) {
    Symbols const symbols{model};
    ProgramBuilder builder{static_cast<std::uint32_t>(symbols.slots().size())};
    auto const value = symbols.add(builder, formula, line);
    if (!builder.is_constant(value))
        throw InputError(
            model.file, line,
            fmt::format("{} is {}, which differs between cells or changes in time; in space it must be "
                        "a number, or a formula of fixed parameters",
                        what, formula.text()));
    double const x = builder.constant_value(value);
    if (!(x >= 0 && std::isfinite(x)))
        throw InputError(model.file, line,
                         fmt::format("{} is {}; it must be a finite number from 0", what, x));
    return x;
}

namespace {

class Finder {
public:
    Finder(Model const& model, Grid const& grid, Regions const& regions, std::string const& species)
        : model_(model), space_(*model.space), grid_(grid), regions_(regions), species_(species) {}

    SpeciesJumps find(std::vector<std::string>& notes) {
        find_coefficients(notes);
        find_barriers();
        find_reservoirs();
        SpeciesJumps jumps;
        jumps.kind.resize(grid_.voxels);
        jumps.largest_coefficient = *std::max_element(coefficient_.begin(), coefficient_.end());
        jumps.everywhere = std::all_of(lives_.begin(), lives_.end(), [](auto in) { return in != 0; });
        std::map<std::array<double, 14>, std::uint16_t> known;
        for (std::uint32_t v = 0; v < grid_.voxels; ++v) {
            auto const kind = kind_of(v);
            std::array<double, 14> key{};
            std::copy(kind.rate.begin(), kind.rate.end(), key.begin());
            std::copy(kind.inflow.begin(), kind.inflow.end(), key.begin() + 6);
            key[12] = kind.ends;
            key[13] = kind.lives;
            auto const [at, fresh] = known.emplace(key, static_cast<std::uint16_t>(known.size()));
            if (fresh) {
                if (known.size() > 65535)
                    throw InputError(
                        model_.file, space_.line,
                        fmt::format("\"{}\" has more than 65535 combinations of rates through the faces "
                                    "of a voxel",
                                    species_));
                jumps.kinds.push_back(kind);
            }
            jumps.kind[v] = at->second;
        }
        return jumps;
    }

private:
    void find_coefficients(std::vector<std::string>& notes) {
        coefficient_.assign(grid_.voxels, 0);
        lives_.assign(grid_.voxels, 0);
        bool any = false;
        for (auto const& line : space_.diffusion) {
            if (line.species != species_) continue;
            any = true;
            double const d = constant_of(model_, line.coefficient, line.line,
                                         fmt::format("the diffusion coefficient of \"{}\"", species_));
            auto const& region = regions_[line.region];
            for (std::uint32_t v = 0; v < grid_.voxels; ++v) {
                if (region[v] == 0) continue;
                if (lives_[v] != 0 && coefficient_[v] != d)
                    throw InputError(
                        model_.file, line.line,
                        fmt::format("\"{}\" has two diffusion coefficients in voxel ({}), {} and {}: its "
                                    "regions overlap there",
                                    species_, fmt::join(grid_.place(v), ", "), coefficient_[v], d));
                lives_[v] = 1;
                coefficient_[v] = d;
            }
        }
        if (any) return;
        lives_.assign(grid_.voxels, 1);
        notes.push_back(
            fmt::format("\"{}\" does not move, because [space.diffusion] has no line for it", species_));
    }

    void find_barriers() {
        for (auto const& line : space_.permeability)
            if (line.species == species_ || line.species.empty())
                barriers_.push_back(
                    {&regions_[line.first], &regions_[line.second],
                     constant_of(model_, line.value, line.line,
                                 fmt::format("the permeability \"{}|{}\"", line.first, line.second)),
                     line.species.empty()});
    }

    void find_reservoirs() {
        for (std::size_t f = 0; f < static_cast<std::size_t>(grid_.faces); ++f)
            for (auto const& c : space_.faces[f].reservoir) {
                if (c.species != species_) continue;
                auto const line = space_.faces[f].line;
                reservoir_[f] =
                    constant_of(model_, c.value, line,
                                fmt::format("the concentration of \"{}\" in a reservoir", species_));
                // At equilibrium a voxel has as many.
                if (double const n = reservoir_[f] * space_.voxel_volume(); n > kernels::largest_count)
                    throw InputError(
                        model_.file, line,
                        fmt::format("a reservoir has {:.4g} molecules of \"{}\" a voxel; counts go up to "
                                    "2147483647",
                                    n, species_));
            }
    }

    // Of the membrane between two voxels; without one, infinite. A line of the species' own counts more than one for all.
    double permeability(std::uint32_t a, std::uint32_t b) const {
        double found = INFINITY;
        bool general = true;
        for (auto const& barrier : barriers_) {
            auto const &first = *barrier.first, &second = *barrier.second;
            bool const between = (first[a] != 0 && second[b] != 0 && !(first[b] != 0 && second[a] != 0)) ||
                                 (first[b] != 0 && second[a] != 0 && !(first[a] != 0 && second[b] != 0));
            if (!between || (barrier.general && !general)) continue;
            found = barrier.permeability;
            general = barrier.general;
        }
        return found;
    }

    JumpKind kind_of(std::uint32_t v) const {
        JumpKind kind;
        kind.lives = lives_[v] != 0;
        double const d = coefficient_[v], h = space_.edge;
        if (!kind.lives || d == 0) return kind;
        for (int face = 0; face < grid_.faces; ++face) {
            auto const f = static_cast<std::size_t>(face);
            auto const next = grid_.neighbour(v, face);
            if (next == Grid::outside) {
                auto const boundary = space_.faces[f].kind;
                if (boundary == BoundaryKind::reflecting) continue;
                // From the voxel's centre to the face.
                kind.rate[f] = 2 * d / (h * h);
                kind.ends |= 1u << f;
                if (boundary == BoundaryKind::reservoir)
                    kind.inflow[f] = reservoir_[f] * space_.voxel_volume() * kind.rate[f];
            } else if (next != v && lives_[next] != 0 && coefficient_[next] > 0) {
                double const p = permeability(v, next);
                if (p == 0) continue;
                double const other = coefficient_[next];
                // Equal coefficients without a membrane give exactly D/h².
                kind.rate[f] = std::isinf(p) && d == other
                                   ? d / (h * h)
                                   : 1 / (h * (h / (2 * d) + h / (2 * other) + (std::isinf(p) ? 0 : 1 / p)));
            }
        }
        return kind;
    }

    struct Barrier {
        VoxelSet const *first, *second;
        double permeability;
        bool general;  // for all species
    };

    Model const& model_;
    Space const& space_;
    Grid const& grid_;
    Regions const& regions_;
    std::string const& species_;
    std::vector<double> coefficient_;
    VoxelSet lives_;
    std::vector<Barrier> barriers_;
    std::array<double, 6> reservoir_{};
};

}  // namespace

SpeciesJumps find_jumps(Model const& model, Grid const& grid, Regions const& regions,
                        std::string const& species, std::vector<std::string>& notes) {
    return Finder{model, grid, regions, species}.find(notes);
}

}  // namespace fano
