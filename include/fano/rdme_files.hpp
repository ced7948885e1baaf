// Writes what lattices gave: numbers for xarray and ParaView, pictures for people.
#pragma once

#include <string>

#include "fano/rdme.hpp"
#include "fano/result.hpp"

namespace fano {

// By the ending: .h5, .hdf5, .nc: all that write_hdf5() says of the totals, and in the coordinates x, y, z (centres of voxels) as far as
// the lattice has them
//     voxel_mean, voxel_variance (time, space_species, z, y, x), profile_x (time, space_species, x) and so on: means over lattices, where
//     fields were kept;
//     counts (lattice, time, space_species, z, y, x), structure_factor_x (time, space_species, k_x) and so on, where snapshots were.
// Beside it FILE.xdmf, with which ParaView opens them. .csv, .json: the totals. .png: a picture of the last time, a panel a species, cut through
// the middle along z; in one dimension times from top to bottom. It shows the first snapshot, or means where there is none.
// Throws InputError when the file cannot be written, or a picture has nothing to show.
void write_rdme(std::string const& file, RdmeResult const& result, Provenance const& provenance);

// Fails early if `file` could not be written later.
void check_rdme_file(std::string const& file, RdmeOptions const& options);

}  // namespace fano
