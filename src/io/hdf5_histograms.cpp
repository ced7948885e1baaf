// Histograms in HDF5: those of one output at different times are brought to one axis, which becomes a
// dimension of the file.
#include <map>

#include "io/bin_axis.hpp"
#include "io/hdf5_parts.hpp"

namespace fano {

namespace {

// An output may be narrow at all times and far from where it began: then the common axis is long, and mostly
// empty. These bound it.
constexpr std::size_t max_bins = 4 * Tally::max_bins;
constexpr std::size_t max_joint_bins = 2 * Tally::max_joint_bins;

void write_histogram(Hdf5File& file, Ensemble const& ensemble, std::size_t output) {
    auto const& tally = ensemble.tally;
    std::string const& id = ensemble.outputs[output].id;
    std::string const& unit = ensemble.outputs[output].unit;
    std::vector<Histogram> histograms;
    std::vector<BinAxis> axes;
    for (std::size_t time = 0; time < tally.layout().times; ++time) {
        histograms.push_back(tally.histogram(time, output));
        axes.push_back({histograms.back().low, histograms.back().width, histograms.back().cells.size()});
    }
    auto axis = common_axis(axes, max_bins);

    auto bins = file.free_name(id + "_bin");
    file.dimension(bins, axis.left_edges());
    describe_hdf5(file, bins, "left edge of a bin of " + id, unit);
    auto name = file.free_name("histogram_" + id);
    auto dataset = file.chunked<std::uint64_t>(name, {"time", bins}, {1, axis.bins});
    describe_hdf5(file, name, "number of cells by " + id, "");
    file.attribute(name, {"bin_width", axis.width});
    std::vector<std::uint64_t> row;
    for (std::size_t time = 0; time < histograms.size(); ++time) {
        row.assign(axis.bins, 0);
        for (std::size_t bin = 0; bin < axes[time].bins; ++bin)
            row[axis.bin_of(axes[time], bin)] += histograms[time].cells[bin];
        file.slab(dataset, {time, 0}, {1, axis.bins}, row.data());
    }
}

class JointWriter {
public:
    JointWriter(Hdf5File& file, Ensemble const& ensemble)
        : file_(file), ensemble_(ensemble), pairs_(ensemble.tally.layout().joint) {}

    void write() {
        find_axes();
        for (std::size_t pair = 0; pair < pairs_.size(); ++pair) write_pair(pair);
    }

private:
    struct NamedAxis {
        BinAxis axis;
        std::string name;
    };

    // One axis an output, for all the pairs that it is in.
    void find_axes() {
        std::map<std::uint32_t, std::vector<BinAxis>> seen;
        for (std::size_t pair = 0; pair < pairs_.size(); ++pair)
            for (std::size_t time = 0; time < ensemble_.tally.layout().times; ++time) {
                auto joint = ensemble_.tally.joint(time, pair);
                seen[pairs_[pair].first].push_back({joint.low[0], joint.width[0], joint.bins[0]});
                seen[pairs_[pair].second].push_back({joint.low[1], joint.width[1], joint.bins[1]});
            }
        for (auto const& [output, axes] : seen) {
            auto axis = common_axis(axes, max_joint_bins);
            axes_[output] = {axis, add_dimension(output, axis, "_joint_bin")};
        }
    }

    std::string add_dimension(std::uint32_t output, BinAxis const& axis, std::string const& suffix) {
        std::string const& id = ensemble_.outputs[output].id;
        auto name = file_.free_name(id + suffix);
        file_.dimension(name, axis.left_edges());
        describe_hdf5(file_, name, "left edge of a bin of " + id, ensemble_.outputs[output].unit);
        file_.attribute(name, {"bin_width", axis.width});
        return name;
    }

    void write_pair(std::size_t pair) {
        auto [a, b] = pairs_[pair];
        auto const& first = axes_.at(a);
        auto second = axes_.at(b);
        // A dataset must not have the same dimension twice.
        if (a == b) second.name = add_dimension(b, second.axis, "_joint_bin_other");
        auto const& first_id = ensemble_.outputs[a].id;
        auto const& second_id = ensemble_.outputs[b].id;
        auto name = file_.free_name("joint_" + first_id + "_" + second_id);
        std::size_t rows = first.axis.bins, columns = second.axis.bins;
        auto dataset =
            file_.chunked<std::uint64_t>(name, {"time", first.name, second.name}, {1, rows, columns});
        describe_hdf5(file_, name, "number of cells by " + first_id + " and " + second_id, "");
        std::vector<std::uint64_t> table;
        for (std::size_t time = 0; time < ensemble_.tally.layout().times; ++time) {
            auto joint = ensemble_.tally.joint(time, pair);
            BinAxis from[2] = {{joint.low[0], joint.width[0], joint.bins[0]},
                               {joint.low[1], joint.width[1], joint.bins[1]}};
            table.assign(rows * columns, 0);
            for (std::size_t bin = 0; bin < joint.cells.size(); ++bin)
                if (joint.cells[bin] > 0)
                    table[first.axis.bin_of(from[0], bin / joint.bins[1]) * columns +
                          second.axis.bin_of(from[1], bin % joint.bins[1])] += joint.cells[bin];
            file_.slab(dataset, {time, 0, 0}, {1, rows, columns}, table.data());
        }
    }

    Hdf5File& file_;
    Ensemble const& ensemble_;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> const& pairs_;
    std::map<std::uint32_t, NamedAxis> axes_;
};

}  // namespace

void write_hdf5_histograms(Hdf5File& file, Ensemble const& ensemble) {
    for (std::size_t output = 0; output < ensemble.outputs.size(); ++output)
        write_histogram(file, ensemble, output);
    JointWriter(file, ensemble).write();
}

}  // namespace fano
