// Additions by many threads to one number. Integer sums do not depend on the order.
#pragma once

#include "kernels/core/config.hpp"

FANO_KERNELS_BEGIN

// Adds and returns what was there before.
FANO_FUNCTION u64 atomic_add(u64* sum, u64 x) {
#if defined(__CUDA_ARCH__)
    return atomicAdd(reinterpret_cast<unsigned long long*>(sum), x);
#else
    return __atomic_fetch_add(sum, x, __ATOMIC_RELAXED);
#endif
}
FANO_FUNCTION u32 atomic_add(u32* sum, u32 x) {
#if defined(__CUDA_ARCH__)
    return atomicAdd(sum, x);
#else
    return __atomic_fetch_add(sum, x, __ATOMIC_RELAXED);
#endif
}

FANO_FUNCTION void atomic_or(u32* all, u32 bits) {
#if defined(__CUDA_ARCH__)
    atomicOr(all, bits);
#else
    __atomic_fetch_or(all, bits, __ATOMIC_RELAXED);
#endif
}

// Sets a flag and returns what it was.
FANO_FUNCTION u32 atomic_set(u32* flag) {
#if defined(__CUDA_ARCH__)
    return atomicExch(flag, 1u);
#else
    return __atomic_exchange_n(flag, 1u, __ATOMIC_ACQ_REL);
#endif
}

FANO_FUNCTION void atomic_minimum(i64* low, i64 x) {
#if defined(__CUDA_ARCH__)
    atomicMin(reinterpret_cast<long long*>(low), static_cast<long long>(x));
#else
    i64 seen = __atomic_load_n(low, __ATOMIC_RELAXED);
    while (x < seen &&
           !__atomic_compare_exchange_n(low, &seen, x, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
#endif
}
FANO_FUNCTION void atomic_maximum(i64* high, i64 x) {
#if defined(__CUDA_ARCH__)
    atomicMax(reinterpret_cast<long long*>(high), static_cast<long long>(x));
#else
    i64 seen = __atomic_load_n(high, __ATOMIC_RELAXED);
    while (x > seen &&
           !__atomic_compare_exchange_n(high, &seen, x, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
#endif
}

FANO_KERNELS_END
