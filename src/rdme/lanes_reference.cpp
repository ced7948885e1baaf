// Lattices one voxel at a time: what every other build must agree with, and the only one where vectors are not wanted.
#define FANO_TARGET reference
#include "kernels/launch/lattice.hpp"

extern "C" fano::kernels::LatticeKernels const* fano_lattice_kernels_reference() {
    return &fano::kernels::lattice_kernels<fano::kernels::ScalarLane>;
}
