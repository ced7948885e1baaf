// Numbers in bins, cells of an ensemble or probabilities: those of one output at different times are brought to
// one axis, which becomes a dimension of the file.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "io/hdf5_parts.hpp"

namespace fano {

// What tells one kind from the other. Below, `at` gives bins as they are at a time, by value or by reference:
// `low`, `width`, of pairs `bins` along each axis, and `cells` or `probability`.
struct BinNames {
    std::string single;   // "histogram_": goes before an output's id
    std::string pair;     // "joint_": before two
    std::string content;  // "number of cells"
};

template <class Bins>
auto const& values_of(Bins const& bins) {
    if constexpr (requires { bins.cells; })
        return bins.cells;
    else
        return bins.probability;
}

template <class T, class At>
void write_hdf5_single(Hdf5File& file, Output const& output, std::size_t times, BinNames const& names,
                       std::size_t max_bins, At const& at) {
    std::vector<BinAxis> axes;
    for (std::size_t time = 0; time < times; ++time) {
        auto&& bins = at(time);
        axes.push_back({bins.low, bins.width, values_of(bins).size()});
    }
    auto const axis = common_axis(axes, max_bins);
    auto const dimension = write_hdf5_bins(file, output, axis, "_bin");
    auto const name = file.free_name(names.single + output.id);
    auto const dataset = file.chunked<T>(name, {"time", dimension}, {1, axis.bins});
    describe_hdf5(file, name, names.content + " by " + output.id, "");
    file.attribute(name, {"bin_width", axis.width});
    std::vector<T> row;
    for (std::size_t time = 0; time < times; ++time) {
        auto&& bins = at(time);
        row.assign(axis.bins, 0);
        for (std::size_t bin = 0; bin < axes[time].bins; ++bin)
            row[axis.bin_of(axes[time], bin)] += values_of(bins)[bin];
        file.slab(dataset, {time, 0}, {1, axis.bins}, row.data());
    }
}

// at(time, pair)
template <class T, class At>
class Hdf5Pairs {
public:
    using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

    Hdf5Pairs(Hdf5File& file, std::vector<Output> const& outputs, std::size_t times, Pairs const& pairs,
              BinNames const& names, std::size_t max_bins, At const& at)
        : file_(file), outputs_(outputs), times_(times), pairs_(pairs), names_(names), at_(at) {
        find_axes(max_bins);
        for (std::size_t pair = 0; pair < pairs_.size(); ++pair) write_pair(pair);
    }

private:
    struct NamedAxis {
        BinAxis axis;
        std::string name;
    };

    template <class Bins>
    static BinAxis axis_of(Bins const& bins, int which) {
        return {bins.low[which], bins.width[which], bins.bins[which]};
    }

    // One axis an output, for all the pairs that it is in.
    void find_axes(std::size_t max_bins) {
        std::map<std::uint32_t, std::vector<BinAxis>> seen;
        for (std::size_t pair = 0; pair < pairs_.size(); ++pair)
            for (std::size_t time = 0; time < times_; ++time) {
                auto&& bins = at_(time, pair);
                seen[pairs_[pair].first].push_back(axis_of(bins, 0));
                seen[pairs_[pair].second].push_back(axis_of(bins, 1));
            }
        for (auto const& [output, axes] : seen) {
            auto axis = common_axis(axes, max_bins);
            axes_[output] = {axis, write_hdf5_bins(file_, outputs_[output], axis, "_joint_bin")};
        }
    }

    void write_pair(std::size_t pair) {
        auto const [a, b] = pairs_[pair];
        auto const& first = axes_.at(a);
        auto second = axes_.at(b);
        // A dataset must not have the same dimension twice.
        if (a == b) second.name = write_hdf5_bins(file_, outputs_[b], second.axis, "_joint_bin_other");
        auto const& first_id = outputs_[a].id;
        auto const& second_id = outputs_[b].id;
        auto const name = file_.free_name(names_.pair + first_id + "_" + second_id);
        std::size_t const rows = first.axis.bins, columns = second.axis.bins;
        auto const dataset = file_.chunked<T>(name, {"time", first.name, second.name}, {1, rows, columns});
        describe_hdf5(file_, name, names_.content + " by " + first_id + " and " + second_id, "");
        std::vector<T> table;
        for (std::size_t time = 0; time < times_; ++time) {
            auto&& bins = at_(time, pair);
            auto const& values = values_of(bins);
            auto const from_first = axis_of(bins, 0), from_second = axis_of(bins, 1);
            table.assign(rows * columns, 0);
            for (std::size_t bin = 0; bin < values.size(); ++bin)
                if (values[bin] != 0)
                    table[first.axis.bin_of(from_first, bin / from_second.bins) * columns +
                          second.axis.bin_of(from_second, bin % from_second.bins)] += values[bin];
            file_.slab(dataset, {time, 0, 0}, {1, rows, columns}, table.data());
        }
    }

    Hdf5File& file_;
    std::vector<Output> const& outputs_;
    std::size_t times_;
    Pairs const& pairs_;
    BinNames const& names_;
    At const& at_;
    std::map<std::uint32_t, NamedAxis> axes_;
};

template <class T, class At>
void write_hdf5_pairs(Hdf5File& file, std::vector<Output> const& outputs, std::size_t times,
                      std::vector<std::pair<std::uint32_t, std::uint32_t>> const& pairs,
                      BinNames const& names, std::size_t max_bins, At const& at) {
    Hdf5Pairs<T, At>(file, outputs, times, pairs, names, max_bins, at);
}

}  // namespace fano
