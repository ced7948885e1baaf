// The samplers over Lane with 64-byte vectors (avx512). Built with flags of its own; see CMakeLists.txt.
#if defined(__x86_64__)
#define FANO_TARGET avx512
#define FANO_VECTOR_BYTES 64
#include "kernels/core/lane_vector.hpp"
#include "tests/kernels/lane_samplers_job.hpp"

void fano_draw_cells_avx512(fano::kernels::DrawJob const* job) {
    fano::kernels::draw_cells<fano::kernels::BlockLane>(*job);
}
#endif
