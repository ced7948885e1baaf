// Names and attributes shared by every kernel header.
//
// Kernel code is compiled several times with different instruction sets. Each build lives in its own inline
// namespace (FANO_TARGET), so that the linker can never merge a function compiled for a wide machine into a
// build meant for a narrow one.
#pragma once

#if !defined(__CUDACC_RTC__)
#include <cstdint>
#endif

#ifndef FANO_TARGET
#define FANO_TARGET portable
#endif

#define FANO_KERNELS_BEGIN namespace fano::kernels::inline FANO_TARGET {
#define FANO_KERNELS_END }

// FANO_FUNCTION is inlined for certain; FANO_ROUTINE as the compiler likes; FANO_COLD is not on GPUs, where code that
// seldom runs would take registers from what often does. All run on hosts and on GPUs. FANO_UNROLL_ON_GPU is for loops over
// a network's parts, which the text emitted for GPUs has as constants, and arrays as registers; FANO_ROLLED_ON_GPU for those that would
// take compilers minutes.
#if defined(__CUDACC__)
#define FANO_FUNCTION __host__ __device__ __forceinline__
#define FANO_ROUTINE __host__ __device__ inline
#define FANO_COLD __host__ __device__ __noinline__
#define FANO_UNROLL _Pragma("unroll")
#define FANO_UNROLL_ON_GPU _Pragma("unroll")
#define FANO_ROLLED_ON_GPU _Pragma("unroll 1")
#else
#define FANO_FUNCTION __attribute__((always_inline)) inline
#define FANO_ROUTINE inline
#define FANO_COLD inline
#define FANO_UNROLL _Pragma("GCC unroll 16")
#define FANO_UNROLL_ON_GPU
#define FANO_ROLLED_ON_GPU
#endif

// For long functions: log, exp and pow, draws from distributions, what events do. A network that has many of them
// calls them; inlined everywhere they would keep compilers busy for minutes.
#if defined(__CUDACC__) && defined(FANO_CALL_LONG)
#define FANO_LONG __host__ __device__ __noinline__
#else
#define FANO_LONG FANO_FUNCTION
#endif

namespace fano::kernels {

#if defined(__CUDACC_RTC__)  // which has no headers of its own
using u32 = unsigned int;
using u64 = unsigned long;
using i64 = long;
#else
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i64 = std::int64_t;
#endif

}  // namespace fano::kernels
