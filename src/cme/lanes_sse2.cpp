// The arithmetic of the master equation with 16-byte vectors (sse2). Built with flags of its own; see CMakeLists.txt.
#define FANO_TARGET sse2
#define FANO_VECTOR_BYTES 16
#include "kernels/launch/rows.hpp"

extern "C" fano::kernels::RowKernels const* fano_row_kernels_sse2() { return &fano::kernels::row_kernels; }
