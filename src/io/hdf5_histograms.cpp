// Histograms of an ensemble in HDF5.
#include "io/hdf5_bins.hpp"

namespace fano {

namespace {

// An output may be narrow at all times and far from where it began: then the common axis is long, and mostly
// empty. These bound it.
constexpr std::size_t max_bins = 4 * Tally::max_bins;
constexpr std::size_t max_joint_bins = 2 * Tally::max_joint_bins;

}  // namespace

void write_hdf5_histograms(Hdf5File& file, Ensemble const& ensemble) {
    auto const& tally = ensemble.tally;
    auto const times = tally.layout().times;
    BinNames const names{"histogram_", "joint_", "number of cells"};
    for (std::size_t output = 0; output < ensemble.outputs.size(); ++output)
        write_hdf5_single<std::uint64_t>(file, ensemble.outputs[output], times, names, max_bins,
                                         [&](std::size_t time) { return tally.histogram(time, output); });
    write_hdf5_pairs<std::uint64_t>(
        file, ensemble.outputs, times, tally.layout().joint, names, max_joint_bins,
        [&](std::size_t time, std::size_t pair) { return tally.joint(time, pair); });
}

}  // namespace fano
