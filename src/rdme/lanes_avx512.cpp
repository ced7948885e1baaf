// Lattices with 64-byte vectors (avx512). Built with flags of its own; see CMakeLists.txt.
#define FANO_TARGET avx512
#define FANO_VECTOR_BYTES 64
#include "kernels/core/lane_vector.hpp"
#include "kernels/launch/lattice.hpp"

extern "C" fano::kernels::LatticeKernels const* fano_lattice_kernels_avx512() {
    return &fano::kernels::lattice_kernels<fano::kernels::BlockLane>;
}
