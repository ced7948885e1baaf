// Lattices with 16-byte vectors (sse2). Built with flags of its own; see CMakeLists.txt.
#define FANO_TARGET sse2
#define FANO_VECTOR_BYTES 16
#include "kernels/core/lane_vector.hpp"
#include "kernels/launch/lattice.hpp"

extern "C" fano::kernels::LatticeKernels const* fano_lattice_kernels_sse2() {
    return &fano::kernels::lattice_kernels<fano::kernels::BlockLane>;
}
