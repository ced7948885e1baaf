// The direct method one cell at a time: the reference that every other build must equal bit for bit, and how all
// devices run large networks.
#define FANO_TARGET reference
#include "kernels/launch/cpu.hpp"

extern "C" void fano_run_lanes_reference(fano::kernels::CpuJob const* job) {
    if (job->table->large && job->lanes.leap.table == nullptr)
        fano::kernels::run_large_network(*job);
    else
        fano::kernels::run_lanes<fano::kernels::ScalarLane>(*job);
}
