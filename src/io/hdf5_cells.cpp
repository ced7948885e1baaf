// Single cells in HDF5: every cell at every sample time, and every step of chosen cells.
#include <algorithm>
#include <limits>
#include <numeric>

#include "io/hdf5_parts.hpp"
#include "io/output_file.hpp"

namespace fano {

namespace {

// [cell][output], converted to T a slab at a time so that no second copy of the snapshots is needed.
template <class T>
void write_slabs(Hdf5File& file, Ensemble const& ensemble) {
    constexpr std::size_t slab_bytes = 1 << 20;
    std::size_t const outputs = ensemble.outputs.size();
    std::size_t const cells = ensemble.cells;
    std::size_t const at_once = std::clamp<std::size_t>(slab_bytes / (outputs * sizeof(T)), 1, cells);
    auto dataset = file.chunked<T>("snapshots", {"time", "cell", "species"}, {1, at_once, outputs});
    std::vector<T> slab;
    double const* values = ensemble.snapshots.data();
    for (std::size_t time = 0; time < ensemble.times.size(); ++time)
        for (std::size_t cell = 0; cell < cells; cell += at_once) {
            std::size_t const count = std::min(at_once, cells - cell);
            check_stop_writing();
            slab.resize(count * outputs);
            std::transform(values, values + slab.size(), slab.begin(),
                           [](double value) { return static_cast<T>(value); });
            values += slab.size();
            file.slab(dataset, {time, cell, 0}, {1, count, outputs}, slab.data());
        }
}

}  // namespace

void write_hdf5_snapshots(Hdf5File& file, Ensemble const& ensemble) {
    std::vector<std::uint64_t> ids(ensemble.cells);
    std::iota(ids.begin(), ids.end(), ensemble.first_cell);
    file.dimension("cell", ids);
    describe_hdf5(file, "cell", "number of the cell in the ensemble", "");

    bool counts =
        std::all_of(ensemble.outputs.begin(), ensemble.outputs.end(), [](auto const& o) { return o.count; });
    double largest = *std::max_element(ensemble.snapshots.begin(), ensemble.snapshots.end());
    if (!counts)
        write_slabs<double>(file, ensemble);
    else if (largest <= std::numeric_limits<std::int32_t>::max())
        write_slabs<std::int32_t>(file, ensemble);
    else
        write_slabs<std::int64_t>(file, ensemble);
    describe_hdf5(file, "snapshots", "every cell at every sample time", "");
}

void write_hdf5_trajectories(Hdf5File& file, Ensemble const& ensemble, std::string const& time_unit) {
    file.group("trajectory");
    std::vector<std::string> names;
    for (auto const& output : ensemble.outputs) names.push_back(output.id);
    for (auto const& trajectory : ensemble.trajectories) {
        // Each has its own axes, labels included: a reader opens one group and sees no other.
        auto group = fmt::format("trajectory/{}", trajectory.cell);
        file.group(group);
        file.attribute(group, {"cell", trajectory.cell});
        file.dimension(group + "/time", trajectory.time);
        describe_hdf5(file, group + "/time", "time of a change", time_unit);
        file.dimension(group + "/species", names);
        file.dataset(group + "/values", {group + "/time", group + "/species"}, trajectory.values);
        describe_hdf5(file, group + "/values", "value from this change until the next", "");
    }
}

}  // namespace fano
