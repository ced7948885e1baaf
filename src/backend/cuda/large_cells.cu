// The direct method for large networks as a kernel of a GPU.
#include "backend/cuda/kernels.hpp"
#include "kernels/launch/large_cells.hpp"

namespace fano {

namespace {

__global__ void __launch_bounds__(128, 4) large_cells(__grid_constant__ kernels::LargeCellsJob const job) {
    kernels::run_large_cells(job, blockIdx.x * blockDim.x + threadIdx.x);
}

}  // namespace

void const* large_cells_kernel() { return reinterpret_cast<void const*>(&large_cells); }

}  // namespace fano
