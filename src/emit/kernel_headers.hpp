// The texts of all headers under kernels/, inside the library: what NVRTC compiles a network's program with,
// wherever fano is installed. The definition is written by cmake/FanoEmbed.cmake when fano is built.
#pragma once

#include <span>

namespace fano {

struct EmbeddedHeader {
    char const* name;  // as it is included: "kernels/core/lane.hpp"
    char const* text;
};

std::span<EmbeddedHeader const> kernel_headers();

}  // namespace fano
