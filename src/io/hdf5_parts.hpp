// The parts of an HDF5 result that fill files of their own.
#pragma once

#include <string>

#include "fano/result.hpp"
#include "io/hdf5_file.hpp"

namespace fano {

// histogram_NAME and joint_A_B, each over bins common to all times.
void write_hdf5_histograms(Hdf5File& file, Ensemble const& ensemble);
void write_hdf5_snapshots(Hdf5File& file, Ensemble const& ensemble);
// A group for each kept cell: trajectory/CELL.
void write_hdf5_trajectories(Hdf5File& file, Ensemble const& ensemble, std::string const& time_unit);

// long_name and, if there is one, units.
void describe_hdf5(Hdf5File& file, std::string const& path, std::string const& long_name,
                   std::string const& unit);

}  // namespace fano
