// The arithmetic of the master equation with 64-byte vectors (avx512). Built with flags of its own; see CMakeLists.txt.
#define FANO_TARGET avx512
#define FANO_VECTOR_BYTES 64
#include "kernels/launch/rows.hpp"

extern "C" fano::kernels::RowKernels const* fano_row_kernels_avx512() { return &fano::kernels::row_kernels; }
