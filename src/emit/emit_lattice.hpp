// Writes a network as CUDA C++ for the voxels of a lattice: counts as named members, unrolled propensities and changes.
// kernels/launch/lattice_tiles.hpp makes a kernel of it.
#pragma once

#include <string>

#include "fano/network.hpp"

namespace fano {

// Compiles as CUDA (NVRTC, nvcc) and as plain C++20; defines the kernel `fano_lattices`. Depends on nothing but the
// network, so equal networks give equal text.
std::string emit_lattice(Network const& network);

}  // namespace fano
