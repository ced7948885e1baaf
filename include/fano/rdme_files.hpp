// Writes what lattices gave: numbers for xarray and ParaView, pictures for people.
#pragma once

#include <string>

#include "fano/rdme.hpp"
#include "fano/result.hpp"

namespace fano {

// By the ending:
//   .h5, .hdf5, .nc
//       All that write_hdf5() says of the totals, and along x, y, z [length] (centres of voxels), as far as the
//       lattice has them: where fields were kept,
//           voxel_mean, voxel_variance (time, space_species, z, y, x): over lattices; of one, the variance is NaN
//           profile_x (time, space_species, x) and so on
//       where snapshots were,
//           counts (lattice, time, space_species, z, y, x)
//           structure_factor_x (time, space_species, k_x) and so on, k_x in 1/length
//       where the step has pairs to mind, pair_error (pair_reaction); and the attributes space_*, step,
//       steps, hops, reactions. Beside it FILE.xdmf, with which ParaView opens the voxels.
//   .csv
//       The totals; where fields were kept, FILE.profile_x.csv and so on.
//   .json
//       The totals.
//   .png
//       The last time, a panel a species with a scale of its own, cut through the middle along z, y upwards; in
//       one dimension all times, downwards. It shows the first snapshot, or means where there is none.
// Profiles are mean numbers of molecules in slabs of voxels perpendicular to an axis.
// Throws InputError when the file cannot be written, or a picture has nothing to show.
void write_rdme(std::string const& file, RdmeResult const& result, Provenance const& provenance);

// Fails early if `file` could not be written later.
void check_rdme_file(std::string const& file, RdmeOptions const& options);

}  // namespace fano
