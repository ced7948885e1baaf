// Compiles a CUDA program for one GPU architecture with NVRTC, the compiler that comes as a library, and reads
// from its log what the kernels need. NVRTC is looked for when it is first used, so fano starts without it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "emit/cubin_cache.hpp"

namespace fano {

struct CompiledKernel {
    std::vector<char> code;  // a cubin
    std::string log;         // warnings, and what every kernel needs
};

// Whether to give up; asked from time to time, perhaps by several threads at once.
using Cancelled = std::function<bool()>;

// Compiles a program, which may include "kernels/..." and nothing else, for an architecture such as "sm_90".
// Throws BackendError where NVRTC is missing or does not know the architecture, Interrupted when cancelled.
CompiledKernel compile_cuda(
    std::string const& program, std::string const& architecture,
    Cancelled const& cancelled = [] { return false; });

// Under which CubinCache keeps what compile_cuda makes of the program.
CacheKey cache_key(std::string const& program, std::string const& architecture);

// "13.0". Throws BackendError where NVRTC is missing.
std::string nvrtc_version();

struct KernelResources {
    std::uint32_t registers;          // a thread
    std::uint32_t stack_bytes;        // a thread, with the functions that are called
    std::uint32_t spill_store_bytes;  // a thread, as the next
    std::uint32_t spill_load_bytes;
    std::uint32_t shared_bytes;  // a block, without what a launch adds
};

// What the log tells of a kernel; nothing if it is not mentioned.
std::optional<KernelResources> read_resources(std::string const& log, std::string const& entry);

}  // namespace fano
