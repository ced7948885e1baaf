// The files of write_rdme(), one function each.
#pragma once

#include <vector>

#include "fano/rdme_files.hpp"
#include "io/hdf5_file.hpp"

namespace fano {

// Whether anything is known of single voxels.
inline bool has_voxels(RdmeResult const& result) {
    return !result.fields.sum.empty() || !result.snapshots.empty();
}

// Coordinates x, y, z; fields, profiles, snapshots, structure factors.
void write_space(Hdf5File& file, RdmeResult const& result);
// `hdf5`: the file that the numbers are in, of which `file` is a neighbour. Complete, but not yet under its name.
TextFile begin_xdmf(std::string const& file, std::string const& hdf5, RdmeResult const& result);
void write_rdme_csv(std::string const& file, RdmeResult const& result, Provenance const& provenance);
void write_rdme_picture(std::string const& file, RdmeResult const& result);

// Along the axes that the lattice has, the slowest first: {"z", "y", "x"}.
std::vector<std::string> axes_of(Space const& space);

}  // namespace fano
