// The arithmetic of the master equation with 32-byte vectors (avx2). Built with flags of its own; see CMakeLists.txt.
#define FANO_TARGET avx2
#define FANO_VECTOR_BYTES 32
#include "kernels/launch/rows.hpp"

extern "C" fano::kernels::RowKernels const* fano_row_kernels_avx2() { return &fano::kernels::row_kernels; }
