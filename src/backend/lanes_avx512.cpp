// The direct method with 64-byte vectors (avx512). Built with flags of its own; see CMakeLists.txt.
#define FANO_TARGET avx512
#define FANO_VECTOR_BYTES 64
#include "kernels/core/lane_vector.hpp"
#include "kernels/launch/cpu.hpp"

extern "C" void fano_run_lanes_avx512(fano::kernels::CpuJob const* job) {
    fano::kernels::run_lanes<fano::kernels::BlockLane>(*job);
}
