// The samplers over Lane with 16-byte vectors (sse2). Built with flags of its own; see CMakeLists.txt.
#define FANO_TARGET sse2
#define FANO_VECTOR_BYTES 16
#include "kernels/core/lane_vector.hpp"
#include "tests/kernels/lane_samplers_job.hpp"

void fano_draw_cells_sse2(fano::kernels::DrawJob const* job) {
    fano::kernels::draw_cells<fano::kernels::BlockLane>(*job);
}
