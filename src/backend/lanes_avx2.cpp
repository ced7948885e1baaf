// The direct method with 32-byte vectors (avx2). Built with flags of its own; see CMakeLists.txt.
#define FANO_TARGET avx2
#define FANO_VECTOR_BYTES 32
#include "kernels/core/lane_vector.hpp"
#include "kernels/launch/cpu.hpp"

extern "C" void fano_run_lanes_avx2(fano::kernels::CpuJob const* job) {
    fano::kernels::run_lanes<fano::kernels::BlockLane>(*job);
}
