// The kernels that were compiled ahead: those that do not depend on the network.
#pragma once

#include "backend/accelerator.hpp"

namespace fano {

// The function of a tally_* kernel, as cudaLaunchKernel takes it.
void const* tally_kernel(KernelName name);

// Runs cells of a network read from tables; takes a LargeCellsJob.
void const* large_cells_kernel();

}  // namespace fano
