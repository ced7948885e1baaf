// Fields, profiles, snapshots and structure factors in HDF5.
#include <cmath>
#include <numbers>

#include "io/hdf5_parts.hpp"
#include "io/rdme_parts.hpp"

namespace fano {

namespace {

constexpr std::array<char const*, 3> axis_names = {"x", "y", "z"};

class SpaceWriter {
public:
    SpaceWriter(Hdf5File& file, RdmeResult const& result)
        : file_(file),
          result_(result),
          times_(result.totals.times.size()),
          species_(result.species.size()),
          voxels_(result.space.voxel_count()),
          dimensions_(static_cast<std::size_t>(result.space.dimensions)) {}

    void write() {
        write_lattice();
        if (!result_.fields.sum.empty()) write_fields();
        if (!result_.snapshots.empty()) write_snapshots();
    }

private:
    using Names = std::vector<std::string>;

    void write_lattice() {
        auto const& space = result_.space;
        file_.attribute("/", {"space_dimensions", std::uint64_t{dimensions_}});
        file_.attribute("/", {"space_edge", space.edge});
        file_.attribute("/", {"space_unit", space.unit});
        file_.attribute("/", {"space_method", std::string(result_.step > 0 ? "lattice" : "exact")});
        file_.attribute("/", {"step", result_.step});
        file_.attribute("/", {"steps", result_.steps});
        file_.dimension("space_species", result_.species);
        describe_hdf5(file_, "space_species", "species", "");
        for (std::size_t axis = 0; axis < dimensions_; ++axis) {
            std::vector<double> centres;
            for (std::uint32_t i = 0; i < space.voxels[axis]; ++i) centres.push_back((i + 0.5) * space.edge);
            file_.dimension(axis_names[axis], centres);
            describe_hdf5(file_, axis_names[axis], "centre of a voxel", space.unit);
        }
    }

    Names with_axes(Names names) const {
        for (auto const& axis : axes_of(result_.space)) names.push_back(axis);
        return names;
    }

    void write_fields() {
        auto const n = static_cast<double>(result_.totals.cells);
        std::vector<double> mean(times_ * species_ * voxels_), variance(mean.size());
        for (std::size_t i = 0; i < mean.size(); ++i) {
            mean[i] = static_cast<double>(result_.fields.sum[i]) / n;
            variance[i] = n > 1 ? (static_cast<double>(result_.fields.square[i]) -
                                   static_cast<double>(result_.fields.sum[i]) * mean[i]) /
                                      (n - 1)
                                : NAN;
        }
        file_.dataset("voxel_mean", with_axes({"time", "space_species"}), mean);
        describe_hdf5(file_, "voxel_mean", "mean number of molecules in a voxel, over lattices", "");
        file_.dataset("voxel_variance", with_axes({"time", "space_species"}), variance);
        describe_hdf5(file_, "voxel_variance",
                      "variance of the number of molecules in a voxel, over lattices", "");
        for (std::size_t axis = 0; axis < dimensions_; ++axis) {
            auto const name = std::string("profile_") + axis_names[axis];
            std::vector<double> profile;
            for (std::size_t row = 0; row < times_ * species_; ++row) {
                auto const part = slabs(mean.data() + row * voxels_, axis);
                profile.insert(profile.end(), part.begin(), part.end());
            }
            file_.dataset(name, {"time", "space_species", axis_names[axis]}, profile);
            describe_hdf5(file_, name, "mean number of molecules in a slab of voxels", "");
        }
    }

    void write_snapshots() {
        std::vector<std::uint64_t> lattices;
        for (auto const& snapshot : result_.snapshots) lattices.push_back(snapshot.lattice);
        file_.dimension("lattice", lattices);
        describe_hdf5(file_, "lattice", "number of the lattice in its ensemble", "");
        Hdf5File::Extents chunk{1, 1, 1}, first{0, 0, 0}, count{1, times_, species_};
        for (std::size_t axis = dimensions_; axis-- > 0;) {
            chunk.push_back(result_.space.voxels[axis]);
            first.push_back(0);
            count.push_back(result_.space.voxels[axis]);
        }
        auto const dataset =
            file_.chunked<std::uint32_t>("counts", with_axes({"lattice", "time", "space_species"}), chunk);
        for (std::size_t i = 0; i < lattices.size(); ++i) {
            check_stop_writing();
            first[0] = i;
            file_.slab(dataset, first, count, result_.snapshots[i].counts.data());
        }
        describe_hdf5(file_, "counts", "number of molecules in a voxel", "");
        for (std::size_t axis = 0; axis < dimensions_; ++axis) write_structure_factor(axis);
    }

    // Sums over the slabs perpendicular to an axis.
    template <class Number>
    std::vector<double> slabs(Number const* voxel, std::size_t axis) const {
        auto const& n = result_.space.voxels;
        std::vector<double> sums(n[axis], 0);
        std::size_t const stride = axis == 0 ? 1 : axis == 1 ? n[0] : std::size_t{n[0]} * n[1];
        for (std::size_t v = 0; v < voxels_; ++v) sums[v / stride % n[axis]] += static_cast<double>(voxel[v]);
        return sums;
    }

    // <|sum n(x) exp(-ikx)|²> / <sum n(x)>, which is 1 for molecules that are placed independently and anywhere.
    void write_structure_factor(std::size_t axis) {
        std::size_t const n = result_.space.voxels[axis], modes = n / 2 + 1;
        std::string const k_name = std::string("k_") + axis_names[axis],
                          name = std::string("structure_factor_") + axis_names[axis];
        std::vector<double> k, factor(times_ * species_ * modes, 0);
        for (std::size_t m = 0; m < modes; ++m)
            k.push_back(2 * std::numbers::pi * static_cast<double>(m) /
                        (static_cast<double>(n) * result_.space.edge));
        for (std::size_t row = 0; row < times_ * species_; ++row) {
            double total = 0;
            for (auto const& snapshot : result_.snapshots) {
                auto const counts = slabs(snapshot.counts.data() + row * voxels_, axis);
                for (double const x : counts) total += x;
                for (std::size_t m = 0; m < modes; ++m) {
                    double re = 0, im = 0;
                    for (std::size_t x = 0; x < n; ++x) {
                        double const angle =
                            2 * std::numbers::pi * static_cast<double>(m * x % n) / static_cast<double>(n);
                        re += counts[x] * std::cos(angle);
                        im += counts[x] * std::sin(angle);
                    }
                    factor[row * modes + m] += re * re + im * im;
                }
            }
            for (std::size_t m = 0; m < modes; ++m) factor[row * modes + m] /= total;
        }
        file_.dimension(k_name, k);
        describe_hdf5(file_, k_name, "wave number",
                      result_.space.unit.empty() ? "" : "1/" + result_.space.unit);
        file_.dataset(name, {"time", "space_species", k_name}, factor);
        describe_hdf5(file_, name, "structure factor of the snapshots", "");
    }

    Hdf5File& file_;
    RdmeResult const& result_;
    std::size_t times_, species_, voxels_, dimensions_;
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
