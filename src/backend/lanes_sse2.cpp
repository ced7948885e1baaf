// The direct method with 16-byte vectors (the x86-64 baseline, or NEON). Built with flags of its own; see CMakeLists.txt.
#define FANO_TARGET sse2
#define FANO_VECTOR_BYTES 16
#include "kernels/core/lane_vector.hpp"
#include "kernels/launch/cpu.hpp"

extern "C" void fano_run_lanes_sse2(fano::kernels::CpuJob const* job) {
    fano::kernels::run_lanes<fano::kernels::BlockLane>(*job);
}
