// Writes a network as the CUDA C++ text that a person would write for it by hand: its counts as named members,
// unrolled propensities, selection and stoichiometry. kernels/launch/cells.hpp makes a kernel of it.
#pragma once

#include <string>

#include "fano/network.hpp"

namespace fano {

struct EmitOptions {
    bool count_reactions = false;
};

// Compiles as CUDA (NVRTC, nvcc) and as plain C++20; defines the kernel `fano_cells`. Depends on nothing but
// the network and the options, so equal networks give equal text.
std::string emit_network(Network const& network, EmitOptions const& options = {});

}  // namespace fano
