// Thrust on an accelerator's stream. Thrust throws CUDA's errors; they leave through the accelerator's check.
#pragma once

#include <new>

#include <thrust/execution_policy.h>
#include <thrust/system_error.h>

#include "backend/cuda/cuda_accelerator.hpp"

namespace fano {

template <class Algorithm>
auto CudaAccelerator::with_thrust(char const* name, Algorithm const& algorithm) const {
    choose_device();
    try {
        return algorithm(thrust::cuda::par_nosync.on(stream_));
    } catch (thrust::system_error const& error) {
        check(static_cast<cudaError_t>(error.code().value()), name);
        throw;
    } catch (std::bad_alloc const&) {
        check(cudaErrorMemoryAllocation, name);
        throw;
    }
}

}  // namespace fano
