// Names and attributes shared by every kernel header.
//
// Kernel code is compiled several times with different instruction sets. Each build lives in its own inline
// namespace (FANO_TARGET), so that the linker can never merge a function compiled for a wide machine into a
// build meant for a narrow one.
#pragma once

#include <cstdint>

#ifndef FANO_TARGET
#define FANO_TARGET portable
#endif

#define FANO_KERNELS_BEGIN namespace fano::kernels::inline FANO_TARGET {
#define FANO_KERNELS_END }

#if defined(__CUDACC__)
#define FANO_FUNCTION __host__ __device__ __forceinline__
#else
#define FANO_FUNCTION __attribute__((always_inline)) inline
#endif

namespace fano::kernels {

using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i64 = std::int64_t;

}  // namespace fano::kernels
