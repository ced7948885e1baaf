// The parts of an HDF5 result.
#pragma once

#include <string>
#include <vector>

#include "fano/result.hpp"
#include "io/bin_axis.hpp"
#include "io/hdf5_file.hpp"

namespace fano {

// All that a file says of an ensemble.
void write_ensemble(Hdf5File& file, Ensemble const& ensemble, Provenance const& provenance);

// Attributes of the file and of a group of their own.
void write_hdf5_origin(Hdf5File& file, Provenance const& provenance);
void write_hdf5_coordinates(Hdf5File& file, std::vector<double> const& times,
                            std::vector<Output> const& outputs, std::string const& time_unit);
// The dimension species_other: no dataset of netCDF may have a dimension twice.
void write_hdf5_other_species(Hdf5File& file, std::vector<Output> const& outputs);
// A dimension for bins of an output, named by its id with `suffix`; returns the name that it got.
std::string write_hdf5_bins(Hdf5File& file, Output const& output, BinAxis const& axis,
                            std::string const& suffix);

// histogram_NAME and joint_A_B, each over bins common to all times.
void write_hdf5_histograms(Hdf5File& file, Ensemble const& ensemble);
void write_hdf5_snapshots(Hdf5File& file, Ensemble const& ensemble);
// A group for each kept cell: trajectory/CELL.
void write_hdf5_trajectories(Hdf5File& file, Ensemble const& ensemble, std::string const& time_unit);

// long_name and, if there is one, units.
void describe_hdf5(Hdf5File& file, std::string const& path, std::string const& long_name,
                   std::string const& unit);
// The unit that all outputs have, or nothing.
std::string common_unit(std::vector<Output> const& outputs);
std::string power_of_unit(std::string const& unit, int exponent);

}  // namespace fano
