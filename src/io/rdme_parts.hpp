// The files of write_rdme(), one function each.
#pragma once

#include "fano/rdme_files.hpp"
#include "io/hdf5_file.hpp"

namespace fano {

// Coordinates x, y, z; fields, profiles, snapshots, structure factors.
void write_space(Hdf5File& file, RdmeResult const& result);
// `hdf5`: the file that the numbers are in, of which `file` is a neighbour.
void write_xdmf(std::string const& file, std::string const& hdf5, RdmeResult const& result);
void write_rdme_picture(std::string const& file, RdmeResult const& result);

// Along the axes that the lattice has, the slowest first: {"z", "y", "x"}.
std::vector<std::string> axes_of(Space const& space);

}  // namespace fano
