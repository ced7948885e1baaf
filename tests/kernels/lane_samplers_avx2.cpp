// The samplers over Lane with 32-byte vectors (avx2). Built with flags of its own; see CMakeLists.txt.
#if defined(__x86_64__)
#define FANO_TARGET avx2
#define FANO_VECTOR_BYTES 32
#include "kernels/core/lane_vector.hpp"
#include "tests/kernels/lane_samplers_job.hpp"

void fano_draw_cells_avx2(fano::kernels::DrawJob const* job) {
    fano::kernels::draw_cells<fano::kernels::BlockLane>(*job);
}
#endif
