// Compiling with a say in which networks are large, for tests and benchmarks that compare the two methods.
#pragma once

#include "fano/network.hpp"

namespace fano {

// Networks with more reactions than `most_dense` become large.
Network compile(Model const& model, std::uint32_t most_dense);

}  // namespace fano
