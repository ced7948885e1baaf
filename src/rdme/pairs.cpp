#include "rdme/pairs.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "kernels/core/program.hpp"
#include "model/tables.hpp"
#include "rdme/jumps.hpp"

namespace fano {

namespace {

constexpr double lattice_constant_3d =
    0.2527;  // of the simple cubic lattice's Green's function at the origin
constexpr double lattice_constant_2d = 1.629;
constexpr double largest_loss = 0.05;  // of a rate, that needs no warning

// Molecules on one side of a reaction, by species.
std::map<std::string, double> side_of(std::vector<Participant> const& participants) {
    std::map<std::string, double> side;
    for (auto const& p : participants) side[p.species] += p.count;
    return side;
}

double largest_factor(Lattice const& lattice, std::size_t reaction) {
    double largest = 0;
    for (auto const& factors : lattice.place_factors) largest = std::max(largest, factors[reaction]);
    return largest;
}

// The rate constant in space, k = c h^d.
double rate_constant(PairReaction const& pair, Lattice const& lattice) {
    return pair.constant * std::pow(lattice.edge, lattice.dimensions);
}

std::string name_of(Lattice const& lattice, PairReaction const& pair) {
    return lattice.network.reactions[pair.reaction].id;
}

}  // namespace

namespace {

// A reaction with nothing but its own reactants in the voxel.
struct Alone {
    double molecules;
    std::vector<std::uint32_t> species;  // of those, in the network
    double propensity;                   // where it is largest
};

Alone alone(Model const& model, Lattice const& lattice, std::uint32_t r) {
    auto const& tables = *lattice.network.tables;
    Alone found{};
    std::vector<double> registers(tables.scalars.registers);
    std::copy(tables.initial.begin(), tables.initial.end(), registers.begin());
    std::fill_n(registers.begin(), lattice.network.species.size(), 0.0);
    for (auto const& c : tables.constants) registers[c.reg] = c.value;
    for (auto const& [id, count] : side_of(model.reactions[r].reactants)) {
        auto const at = std::find(lattice.network.species.begin(), lattice.network.species.end(), id);
        if (at == lattice.network.species.end()) continue;
        found.species.push_back(static_cast<std::uint32_t>(at - lattice.network.species.begin()));
        registers[found.species.back()] = count;
        found.molecules += count;
    }
    kernels::evaluate(tables.code.data(), tables.scalars.propensities, registers.data());
    found.propensity = registers[tables.propensity[r]] * largest_factor(lattice, r);
    return found;
}

}  // namespace

std::vector<PairReaction> find_pairs(Model const& model, Lattice const& lattice) {
    std::vector<PairReaction> pairs;
    for (std::uint32_t r = 0; r < model.reactions.size(); ++r) {
        auto const [molecules, species, c] = alone(model, lattice, r);
        if (molecules != 2) continue;
        auto const a = species.front(), b = species.back();
        PairReaction pair{
            r, a, b, c, lattice.species[a].largest_coefficient, lattice.species[b].largest_coefficient, {}};
        if (!(c > 0 && std::isfinite(c) && pair.d() > 0)) continue;
        for (auto const& line : model.space->radii)
            if (line.reaction == model.reactions[r].id)
                pair.radius = constant_of(model, line.value, line.line,
                                          fmt::format("the radius of reaction \"{}\"", line.reaction));
        pairs.push_back(pair);
    }
    return pairs;
}

std::vector<std::string> without_step_error(Model const& model, Lattice const& lattice) {
    std::vector<std::string> found;
    for (std::uint32_t r = 0; r < model.reactions.size(); ++r) {
        auto const [molecules, species, c] = alone(model, lattice, r);
        bool const own_law = model.reactions[r].kind == LawKind::propensity;
        auto const& names = lattice.network.species;
        bool moves = false;
        auto const look = [&](std::string const& name) {
            auto const at = std::find(names.begin(), names.end(), name);
            if (at == names.end()) return;
            moves |= lattice.species[static_cast<std::size_t>(at - names.begin())].largest_coefficient > 0;
        };
        if (own_law) model.reactions[r].law.for_each_name(look);
        for (auto const s : species) look(names[s]);
        if ((own_law || molecules > 2) && moves) found.push_back("\"" + model.reactions[r].id + "\"");
    }
    return found;
}

double longest_by_lifetime(Model const& model, Lattice const& lattice, double longest, double tolerance) {
    constexpr double steps_a_life = 4, at_tolerance = 0.004;  // the error falls with the square of the step
    for (std::uint32_t r = 0; r < model.reactions.size(); ++r) {
        auto const [molecules, species, c] = alone(model, lattice, r);
        if (molecules != 1 || !(c > 0 && std::isfinite(c))) continue;
        // As a catalyst it lives on.
        auto const& changes = lattice.network.reactions[r].changes;
        bool const lost = std::any_of(changes.begin(), changes.end(), [&](auto const& change) {
            return change.species == species.front() && change.change < 0;
        });
        if (!lost || !(lattice.species[species.front()].largest_coefficient > 0)) continue;
        longest = std::min(longest, std::sqrt(tolerance / at_tolerance) / (steps_a_life * c));
    }
    return longest;
}

double step_error(PairReaction const& pair, Lattice const& lattice, double tau) {
    constexpr std::uint32_t most_modes = 24;  // along an axis: the sums' differences converge fast
    std::vector<double> sums{0};              // of 1 - cos k over the axes
    double voxels = 1;
    for (std::size_t axis = 0; axis < static_cast<std::size_t>(lattice.dimensions); ++axis) {
        auto const n = std::min(lattice.grid.size[axis], most_modes);
        voxels *= n;
        std::vector<double> next;
        for (double const sum : sums)
            for (std::uint32_t k = 0; k < n; ++k)
                next.push_back(sum + 1 - std::cos(2 * std::numbers::pi * k / n));
        sums = std::move(next);
    }
    double const per_d = 2 / (lattice.edge * lattice.edge);
    double exact = voxels / pair.constant, stepped = voxels * tau / -std::expm1(-pair.constant * tau);
    for (double const sum : sums) {
        if (sum < 1e-12) continue;
        auto const factor = [&](double d) {
            double const x = tau * d * per_d * sum;
            return 1 - x + x * x / 2;
        };
        double const m = factor(pair.d_first) * factor(pair.d_second);
        exact += 1 / (pair.d() * per_d * sum);
        stepped += tau * m / (1 - m);
    }
    return stepped / exact - 1;
}

double longest_step(std::vector<PairReaction> const& pairs, Lattice const& lattice, double longest,
                    double tolerance) {
    double tau = longest;
    for (auto const& pair : pairs)
        // The error falls with the square of the step; a little less than that is taken, until it is true.
        for (double error; (error = std::abs(step_error(pair, lattice, tau))) > tolerance;)
            tau *= 0.98 * std::sqrt(tolerance / error);
    return tau;
}

std::vector<std::string> check_window(Model const& model, Lattice const& lattice,
                                      std::vector<PairReaction> const& pairs, bool corrected) {
    std::vector<std::string> warnings;
    double const h = lattice.edge, volume = model.space->volume();
    for (auto const& pair : pairs) {
        double const k = rate_constant(pair, lattice), d = pair.d();
        auto const name = name_of(lattice, pair);
        if (lattice.dimensions == 3 && !corrected) {
            // Molecules in one voxel find each other at once, and must come there first: 1/k_lattice = 1/k + 0.2527/(D h).
            double const slower = lattice_constant_3d * k / (d * h), loss = slower / (1 + slower);
            if (loss > largest_loss)
                warnings.push_back(
                    fmt::format("reaction \"{}\": with voxels of edge {:.4g} it is {:.3g} % slower than its "
                                "rate says, which holds where "
                                "the edge is much larger than {:.3g}; use --mesh-correction or a longer edge",
                                name, h, 100 * loss, lattice_constant_3d * k / d));
        }
        auto const radius = pair.radius               ? *pair.radius
                            : lattice.dimensions == 3 ? k / (4 * std::numbers::pi * d)
                                                      : 0.0;
        if (radius > 0 && h < 2 * radius)
            warnings.push_back(
                fmt::format("reaction \"{}\": voxels of edge {:.4g} are not larger than the molecules that "
                            "react, whose radius is {:.4g}{}",
                            name, h, radius, pair.radius ? "" : " by k/(4 pi D)"));
        double most = 0;
        for (auto const s : {pair.first, pair.second})
            most = std::max(most, lattice.network.tables->initial[s] / volume);
        double const reach = most > 0 ? std::sqrt(d / (k * most)) : INFINITY;
        if (h > reach / 2)
            warnings.push_back(fmt::format(
                "reaction \"{}\": molecules react before they mix in a voxel of edge {:.4g}: at the initial "
                "concentration of {:.4g} they diffuse {:.3g} before; use a much shorter edge",
                name, h, most, reach));
    }
    return warnings;
}

Model mesh_corrected(Model const& model, Lattice const& lattice, std::vector<PairReaction> const& pairs,
                     std::vector<std::string>& notes) {
    Model corrected = model;
    double const h = lattice.edge;
    for (auto const& pair : pairs) {
        auto const& reaction = model.reactions[pair.reaction];
        double const k = rate_constant(pair, lattice), d = pair.d();
        double inverse = 0, critical = 0;
        if (lattice.dimensions == 3) {
            inverse = 1 / k - lattice_constant_3d / (d * h);
            critical = lattice_constant_3d * k / d;
        } else if (lattice.dimensions == 2) {
            if (!pair.radius)
                throw InputError(
                    model.file, reaction.line,
                    fmt::format("the mesh correction in two dimensions needs the radius of reaction \"{}\": "
                                "[space.reactions] {} = {{ radius = ... }}",
                                reaction.id, reaction.id));
            double const two_pi_d = 2 * std::numbers::pi * d;
            inverse = 1 / k + (std::log(h / *pair.radius) - lattice_constant_2d) / two_pi_d;
            critical = *pair.radius * std::exp(lattice_constant_2d - two_pi_d / k);
        } else {
            throw InputError(model.file, model.space->line, "there is no mesh correction in one dimension");
        }
        if (!(inverse > 0))
            throw InputError(
                model.file, reaction.line,
                fmt::format("reaction \"{}\": voxels of edge {:.4g} are too small: below {:.4g} no rate in a "
                            "voxel makes it as fast as it should be. Use a longer edge",
                            reaction.id, h, critical));
        double const ratio = 1 / (inverse * k);
        corrected.reactions[pair.reaction].law = reaction.law * Expression(ratio);
        auto const reactants = side_of(reaction.reactants), products = side_of(reaction.products);
        std::string reverse;
        for (std::size_t r = 0; r < model.reactions.size(); ++r) {
            auto& other = corrected.reactions[r];
            if (side_of(other.reactants) != products || side_of(other.products) != reactants) continue;
            other.law = other.law * Expression(ratio);
            reverse = other.id;
        }
        notes.push_back(fmt::format("reaction \"{}\"{} is {:.4g} times as fast in a voxel (mesh correction)",
                                    reaction.id,
                                    reverse.empty() ? "" : ", as its reverse \"" + reverse + "\",", ratio));
    }
    return corrected;
}

}  // namespace fano
