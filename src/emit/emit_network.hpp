// Writes a network as the CUDA C++ text that a person would write for it by hand: its counts as named members,
// unrolled propensities, selection and stoichiometry; for methods with steps of many firings its rate laws. The headers of
// kernels/launch make a kernel of it.
#pragma once

#include <string>

#include "fano/network.hpp"
#include "langevin/step_tables.hpp"

namespace fano {

struct EmitOptions {
    bool count_reactions = false;
    StepTables const* steps = nullptr;  // of the method, if it is not the exact one
};

// Compiles as CUDA (NVRTC, nvcc) and as plain C++20; defines the kernel `fano_cells`. Depends on nothing but
// the network and the options, so equal networks give equal text.
std::string emit_network(Network const& network, EmitOptions const& options = {});

}  // namespace fano
