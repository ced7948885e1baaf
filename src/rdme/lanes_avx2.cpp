// Lattices with 32-byte vectors (avx2). Built with flags of its own; see CMakeLists.txt.
#define FANO_TARGET avx2
#define FANO_VECTOR_BYTES 32
#include "kernels/core/lane_vector.hpp"
#include "kernels/launch/lattice.hpp"

extern "C" fano::kernels::LatticeKernels const* fano_lattice_kernels_avx2() {
    return &fano::kernels::lattice_kernels<fano::kernels::BlockLane>;
}
