// The arithmetic of the master equation, in the build for the widest instructions that this machine has.
#pragma once

#include "kernels/cme/row_kernels.hpp"

namespace fano {

kernels::RowKernels const& row_kernels();

}  // namespace fano
