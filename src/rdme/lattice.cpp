#include "rdme/lattice.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <fmt/format.h>
#include <unistd.h>

#include "fano/error.hpp"
#include "model/compile.hpp"
#include "model/tables.hpp"
#include "rdme/jumps.hpp"

namespace fano {

double JumpKind::total_rate() const { return std::accumulate(rate.begin(), rate.end(), 0.0); }
double JumpKind::total_inflow() const { return std::accumulate(inflow.begin(), inflow.end(), 0.0); }

Model voxel_model(Model const& model) {
    auto const& space = *model.space;
    double const voxels = static_cast<double>(space.voxel_count());
    Model voxel = model;
    voxel.find("volume")->initial = space.voxel_volume();
    for (auto& reaction : voxel.reactions) {
        if (reaction.kind != LawKind::mass_action) continue;
        double order = 0;
        for (auto const& reactant : reaction.reactants) order += reactant.count;
        if (order != 1) reaction.law = reaction.law * Expression(std::pow(voxels, order - 1));
    }
    return voxel;
}

void expect_memory(Space const& space, double bytes, std::string const& what) {
    double const there =
        static_cast<double>(sysconf(_SC_AVPHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
    if (bytes <= 0.9 * there) return;
    auto const& n = space.voxels;
    throw InputError(
        fmt::format("{}, in {} x {} x {} = {} voxels, needs {:.3g} GB, and {:.3g} GB are free. Use a longer "
                    "edge or fewer voxels, or keep less",
                    what, n[0], n[1], n[2], space.voxel_count(), bytes / 1e9, there / 1e9));
}

namespace {

Model const& checked(Model const& model) {
    if (!model.space)
        throw InputError(
            model.file, 0,
            "the model has no [space]. Give it a lattice: [space] with voxels = [32, 32, 32] and edge = "
            "0.1, and the diffusion coefficients in [space.diffusion]");
    if (!model.events.empty())
        throw InputError(
            model.file, model.events.front().line,
            fmt::format("event \"{}\": events are not supported in space", model.events.front().id));
    auto const& space = *model.space;
    if (auto const& volume = model.find("volume")->initial;
        !volume.is_number() || volume.number() != space.volume())
        throw InputError(
            model.file, space.line,
            fmt::format("the volume is that of the lattice, {}; change its size or edge in [space] instead",
                        space.volume()));
    double const voxels = static_cast<double>(space.voxel_count());
    if (voxels > 2147483647.0)
        throw InputError(
            model.file, space.line,
            fmt::format("the lattice has {} voxels; there can be 2147483647", space.voxel_count()));
    std::size_t species = 0;
    for (auto const& q : model.quantities) species += q.kind == QuantityKind::species;
    // Counts at birth and in steps, flows, kinds of voxels; neighbours and the heap of the exact method.
    expect_memory(space, voxels * static_cast<double>(48 + 32 * species + space.regions.size()),
                  "the lattice");
    return model;
}

// Where reactions fire: kinds of places, as factors of all propensities.
class Places {
public:
    Places(Model const& model, Lattice& lattice, Regions const& regions)
        : model_(model), lattice_(lattice), regions_(regions) {}

    void find() {
        std::map<std::vector<double>, std::uint16_t> known;
        lattice_.place.resize(lattice_.grid.voxels);
        std::vector<double> factors(model_.reactions.size());
        for (std::uint32_t v = 0; v < lattice_.grid.voxels; ++v) {
            for (std::size_t r = 0; r < factors.size(); ++r) factors[r] = factor(r, v);
            auto const [at, fresh] = known.emplace(factors, static_cast<std::uint16_t>(known.size()));
            if (fresh && known.size() > 65535)
                throw InputError(model_.file, model_.space->line,
                                 "reactions have more than 65535 different combinations of places");
            lattice_.place[v] = at->second;
        }
        lattice_.place_factors.resize(known.size());
        for (auto const& [value, index] : known) lattice_.place_factors[index] = value;
        for (std::size_t r = 0; r < factors.size(); ++r)
            if (std::none_of(known.begin(), known.end(), [&](auto const& of) { return of.first[r] != 0; }))
                lattice_.notes.push_back(
                    fmt::format("\"{}\" can fire nowhere: no voxel is in its place, or none in which all of "
                                "its reactants live",
                                model_.reactions[r].id));
        lattice_.same_everywhere =
            known.size() == 1 && std::all_of(known.begin()->first.begin(), known.begin()->first.end(),
                                             [](double x) { return x == 1; });
    }

private:
    bool lives(std::string const& id, std::uint32_t voxel) const {
        auto const& names = lattice_.network.species;
        auto const s = static_cast<std::size_t>(std::find(names.begin(), names.end(), id) - names.begin());
        return s == names.size() || lattice_.species[s].at(voxel).lives;
    }

    double factor(std::size_t r, std::uint32_t voxel) const {
        auto const& reaction = model_.reactions[r];
        double const limited = factor_of_place(reaction, voxel);
        if (limited == 0) return 0;
        for (auto const& reactant : reaction.reactants)
            if (!lives(reactant.species, voxel)) return 0;
        for (auto const& product : reaction.products)
            if (!lives(product.species, voxel))
                throw InputError(
                    model_.file, reaction.line,
                    fmt::format(
                        "reaction \"{}\" makes \"{}\" where it cannot live, for one in voxel ({}): no line "
                        "of "
                        "its diffusion covers that. Limit the reaction in [space.reactions] to where all of "
                        "its products live",
                        reaction.id, product.species, fmt::join(lattice_.grid.place(voxel), ", ")));
        return limited;
    }

    double factor_of_place(Reaction const& reaction, std::uint32_t voxel) const {
        double sum = 0;
        bool limited = false;
        for (auto const& place : model_.space->reactions) {
            if (place.reaction != reaction.id) continue;
            limited = true;
            if (!place.region.empty()) {
                sum = std::max(sum, static_cast<double>(regions_[place.region][voxel]));
                continue;
            }
            int faces = 0;
            auto const &first = regions_[place.first], &second = regions_[place.second];
            for (int face = 0; first[voxel] != 0 && face < lattice_.grid.faces; ++face) {
                auto const next = lattice_.grid.neighbour(voxel, face);
                faces += next != Grid::outside && second[next] != 0 && first[next] == 0;
            }
            sum += place.per_area ? faces / lattice_.edge : faces > 0;
        }
        return limited ? sum : 1;
    }

    Model const& model_;
    Lattice& lattice_;
    Regions const& regions_;
};

Lattice::Start start_of(Model const& model, Lattice const& lattice, Regions const& regions, std::size_t s) {
    auto const& id = lattice.network.species[s];
    Placement placement{id, PlacementKind::uniform, {}, {}, 0};
    for (auto const& p : model.space->placement)
        if (p.species == id) placement = p;
    auto const& jumps = lattice.species[s];
    auto const cannot = [&](std::string const& where) {
        throw InputError(
            model.file, placement.line,
            fmt::format("\"{}\" is placed {}, where it cannot live: no line of its diffusion covers that", id,
                        where));
    };
    Lattice::Start start;
    if (placement.kind == PlacementKind::file) {
        auto const values = read_lattice_file(model, lattice.grid, placement.text, placement.line);
        start.counts.resize(values.size());
        for (std::uint32_t v = 0; v < lattice.grid.voxels; ++v) {
            if (!(values[v] >= 0 && values[v] <= kernels::largest_count &&
                  values[v] == std::floor(values[v])))
                throw InputError(
                    model.file, placement.line,
                    fmt::format("{} has {} molecules of \"{}\" in voxel ({}); a count is a whole number "
                                "from 0 to 2147483647",
                                placement.text, values[v], id, fmt::join(lattice.grid.place(v), ", ")));
            start.counts[v] = static_cast<std::uint32_t>(values[v]);
            if (start.counts[v] > 0 && !jumps.at(v).lives)
                cannot(fmt::format("by {} in voxel ({})", placement.text,
                                   fmt::join(lattice.grid.place(v), ", ")));
        }
    } else if (placement.kind == PlacementKind::point) {
        std::array<std::uint32_t, 3> at{};
        for (std::size_t i = 0; i < 3; ++i)
            at[i] = std::min(static_cast<std::uint32_t>(placement.point[i] / lattice.edge),
                             lattice.grid.size[i] - 1);
        start.voxels = {lattice.grid.index(at[0], at[1], at[2])};
        if (!jumps.at(start.voxels[0]).lives) cannot(fmt::format("in voxel ({})", fmt::join(at, ", ")));
    } else {
        auto const& region = regions[placement.text];
        bool const whole = placement.kind == PlacementKind::region;
        for (std::uint32_t v = 0; v < lattice.grid.voxels; ++v) {
            if (region[v] == 0) continue;
            if (jumps.at(v).lives)
                start.voxels.push_back(v);
            else if (whole)
                cannot(fmt::format("in region \"{}\", which has voxel ({})", placement.text,
                                   fmt::join(lattice.grid.place(v), ", ")));
        }
        if (start.voxels.empty()) cannot("everywhere");
    }
    return start;
}

}  // namespace

Lattice::Lattice(Model const& model)
    : grid(*checked(model).space),
      edge(model.space->edge),
      dimensions(model.space->dimensions),
      // However many reactions: the methods in space take their propensities all at once.
      network(compile(voxel_model(model), ~std::uint32_t{0})) {
    if (network.tables->scalars.features.timed)
        throw InputError(model.file, 0, "a propensity depends on time, which is not supported in space");
    Regions const regions{model, grid};
    for (auto const& id : network.species) species.push_back(find_jumps(model, grid, regions, id, notes));
    Places{model, *this, regions}.find();
    for (std::size_t s = 0; s < species.size(); ++s) {
        start.push_back(start_of(model, *this, regions, s));
        auto const& counts = start.back().counts;
        double const declared = network.tables->initial[s],
                     found = std::accumulate(counts.begin(), counts.end(), 0.0);
        if (!counts.empty() && declared > 0 && declared != found)
            notes.push_back(
                fmt::format("\"{}\" begins with the {} molecules of its file, not with {} as [species] says",
                            network.species[s], found, declared));
    }
}

}  // namespace fano
