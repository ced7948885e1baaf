// Fields, profiles, snapshots and structure factors in HDF5.
#include <algorithm>

#include <fmt/ranges.h>

#include "io/hdf5_parts.hpp"
#include "io/rdme_parts.hpp"
#include "io/rdme_statistics.hpp"

namespace fano {

namespace {

char const* boundary_name(BoundaryKind kind) {
    switch (kind) {
        case BoundaryKind::reflecting:
            return "reflecting";
        case BoundaryKind::periodic:
            return "periodic";
        case BoundaryKind::absorbing:
            return "absorbing";
        case BoundaryKind::reservoir:
            return "reservoir";
    }
    return "";
}

class SpaceWriter {
public:
    SpaceWriter(Hdf5File& file, RdmeResult const& result)
        : file_(file),
          result_(result),
          times_(result.totals.times.size()),
          species_(result.species.size()),
          voxels_(result.space.voxel_count()),
          dimensions_(static_cast<std::size_t>(result.space.dimensions)),
          unit_(unit_of_counts()) {}

    void write() {
        write_lattice();
        write_run();
        if (!result_.fields.sum.empty()) write_fields();
        if (!result_.snapshots.empty()) write_snapshots();
    }

private:
    using Names = std::vector<std::string>;
    using Extents = Hdf5File::Extents;

    // The unit that all species have, or nothing.
    std::string unit_of_counts() const {
        std::vector<Output> counted;
        for (auto const& output : result_.totals.outputs)
            if (std::find(result_.species.begin(), result_.species.end(), output.id) != result_.species.end())
                counted.push_back(output);
        return common_unit(counted);
    }

    void write_lattice() {
        auto const& space = result_.space;
        Names boundaries;
        for (std::size_t face = 0; face < 2 * dimensions_; ++face)
            boundaries.push_back(fmt::format("{}{}: {}", axis_names[face / 2], face % 2 == 0 ? '-' : '+',
                                             boundary_name(space.faces[face].kind)));
        file_.attributes("/", {{"space_dimensions", std::uint64_t{dimensions_}},
                               {"space_voxels",
                                fmt::format("{}", fmt::join(space.voxels.begin(),
                                                            space.voxels.begin() + space.dimensions, " "))},
                               {"space_edge", space.edge},
                               {"space_unit", space.unit},
                               {"space_boundaries", fmt::format("{}", fmt::join(boundaries, ", "))}});
        file_.dimension("space_species", result_.species);
        describe_hdf5(file_, "space_species", "species", "");
        for (std::size_t axis = 0; axis < dimensions_; ++axis) {
            std::vector<double> centres;
            for (std::uint32_t i = 0; i < space.voxels[axis]; ++i) centres.push_back((i + 0.5) * space.edge);
            file_.dimension(axis_names[axis], centres);
            describe_hdf5(file_, axis_names[axis], "centre of a voxel", space.unit);
        }
    }

    void write_run() {
        if (!result_.step_reason.empty()) file_.attribute("/", {"step_reason", result_.step_reason});
        file_.attributes("/", {{"step", result_.step},
                               {"steps", result_.steps},
                               {"hops", result_.hops},
                               {"reactions", result_.reactions}});
        if (!result_.trials.empty()) {
            auto const& trial = result_.trials.back();
            file_.attribute("/", {"measured_output", trial.output});
            file_.attributes("/", {{"measured_time", trial.time},
                                   {"measured_difference", trial.difference},
                                   {"measured_error", trial.error}});
        }
        if (!result_.notes.empty())
            file_.attribute("/", {"notes", fmt::format("{}", fmt::join(result_.notes, "\n"))});
        if (result_.pair_errors.empty()) return;
        Names reactions;
        std::vector<double> errors;
        for (auto const& [reaction, error] : result_.pair_errors) {
            reactions.push_back(reaction);
            errors.push_back(error);
        }
        file_.dimension("pair_reaction", reactions);
        describe_hdf5(file_, "pair_reaction", "reaction of two molecules", "");
        file_.dataset("pair_error", {"pair_reaction"}, errors);
        describe_hdf5(file_, "pair_error", "how much longer a pair takes to react, on account of the step",
                      "1");
    }

    Names with_axes(Names names) const {
        for (auto const& axis : axes_of(result_.space)) names.push_back(axis);
        return names;
    }

    // `before`, then as much along each axis as the lattice has.
    Extents with_voxels(Extents before) const {
        for (std::size_t axis = dimensions_; axis-- > 0;) before.push_back(result_.space.voxels[axis]);
        return before;
    }

    // Half a megabyte at most, which fits into HDF5's cache: several times of a small lattice, a part of a large one.
    Extents chunk(std::size_t dimensions_before_time) const {
        constexpr std::size_t most = 1 << 16;
        std::size_t const fit = most / voxels_;
        Extents extents(dimensions_before_time + 2, 1);
        extents[dimensions_before_time] = std::clamp<std::size_t>(fit / species_, 1, times_);
        extents[dimensions_before_time + 1] = std::clamp<std::size_t>(fit, 1, species_);
        std::size_t const first_axis = extents.size();
        extents = with_voxels(extents);
        std::size_t size = voxels_;
        for (std::size_t axis = first_axis; axis < extents.size(); ++axis)
            while (size > most && extents[axis] > 1) {
                size /= extents[axis];
                extents[axis] = (extents[axis] + 1) / 2;
                size *= extents[axis];
            }
        return extents;
    }

    // One time and species after the other, so that memory is needed for one of them only.
    template <class Of>
    void write_field(std::string const& name, std::string const& long_name, std::string const& unit, Of of) {
        auto const dataset = file_.chunked<double>(name, with_axes({"time", "space_species"}), chunk(0));
        auto const count = with_voxels({1, 1});
        std::vector<double> slab(voxels_);
        for (std::size_t row = 0; row < times_ * species_; ++row) {
            check_stop_writing();
            for (std::size_t v = 0; v < voxels_; ++v)
                slab[v] = of(result_.fields.sum[row * voxels_ + v], result_.fields.square[row * voxels_ + v]);
            Extents first(count.size(), 0);
            first[0] = row / species_;
            first[1] = row % species_;
            file_.slab(dataset, first, count, slab.data());
        }
        describe_hdf5(file_, name, long_name, unit);
    }

    void write_fields() {
        auto const lattices = result_.totals.cells;
        write_field("voxel_mean", "mean number of molecules in a voxel, over lattices", unit_,
                    [&](std::uint64_t sum, std::uint64_t) {
                        return static_cast<double>(sum) / static_cast<double>(lattices);
                    });
        write_field("voxel_variance", "variance of the number of molecules in a voxel, over lattices",
                    power_of_unit(unit_, 2), [&](std::uint64_t sum, std::uint64_t square) {
                        return variance_of(sum, square, lattices);
                    });
        for (std::size_t axis = 0; axis < dimensions_; ++axis) {
            auto const name = std::string("profile_") + axis_names[axis];
            file_.dataset(name, {"time", "space_species", axis_names[axis]}, profile(result_, axis));
            describe_hdf5(file_, name, "mean number of molecules in a slab of voxels", unit_);
        }
    }

    void write_snapshots() {
        std::vector<std::uint64_t> lattices;
        for (auto const& snapshot : result_.snapshots) lattices.push_back(snapshot.lattice);
        file_.dimension("lattice", lattices);
        describe_hdf5(file_, "lattice", "number of the lattice in its ensemble", "");
        auto const count = with_voxels({1, 1, species_});
        Extents first(count.size(), 0);
        auto const dataset =
            file_.chunked<std::uint32_t>("counts", with_axes({"lattice", "time", "space_species"}), chunk(1));
        for (first[0] = 0; first[0] < lattices.size(); ++first[0])
            for (first[1] = 0; first[1] < times_; ++first[1]) {
                check_stop_writing();
                file_.slab(dataset, first, count,
                           result_.snapshots[first[0]].counts.data() + first[1] * species_ * voxels_);
            }
        describe_hdf5(file_, "counts", "number of molecules in a voxel", unit_);
        for (std::size_t axis = 0; axis < dimensions_; ++axis) write_structure_factor(axis);
    }

    void write_structure_factor(std::size_t axis) {
        auto const k = std::string("k_") + axis_names[axis];
        auto const name = std::string("structure_factor_") + axis_names[axis];
        file_.dimension(k, wave_numbers(result_.space, axis));
        describe_hdf5(file_, k, "wave number", result_.space.unit.empty() ? "" : "1/" + result_.space.unit);
        file_.dataset(name, {"time", "space_species", k}, structure_factor(result_, axis));
        describe_hdf5(file_, name, "structure factor of the snapshots", "");
    }

    Hdf5File& file_;
    RdmeResult const& result_;
    std::size_t times_, species_, voxels_, dimensions_;
    std::string unit_;
};

}  // namespace

std::vector<std::string> axes_of(Space const& space) {
    std::vector<std::string> axes;
    for (auto axis = static_cast<std::size_t>(space.dimensions); axis-- > 0;)
        axes.emplace_back(axis_names[axis]);
    return axes;
}

void write_space(Hdf5File& file, RdmeResult const& result) { SpaceWriter{file, result}.write(); }

}  // namespace fano
