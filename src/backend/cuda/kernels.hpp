// The kernels that were compiled ahead: those that do not depend on the network.
#pragma once

#include "backend/accelerator.hpp"

namespace fano {

// The function of a tally_* kernel, as cudaLaunchKernel takes it.
void const* tally_kernel(KernelName name);

}  // namespace fano
