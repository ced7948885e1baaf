// The statistics of kernels/tally as kernels of a GPU.
#include <cstdint>

#include "backend/cuda/kernels.hpp"
#include "fano/error.hpp"
#include "kernels/tally/fingerprint.hpp"
#include "kernels/tally/histograms.hpp"
#include "kernels/tally/joint.hpp"
#include "kernels/tally/powers.hpp"
#include "kernels/tally/products.hpp"
#include "kernels/tally/ranges.hpp"

namespace fano {

namespace {

// This thread's part of a phase; then it waits for the others of its block.
struct ThisThread {
    template <class Phase>
    __device__ void operator()(Phase const& phase) const {
        phase(threadIdx.x);
        __syncthreads();
    }
};

template <class Job>
__global__ void __launch_bounds__(Job::most_threads) tally(Job const job) {
    extern __shared__ std::uint64_t shared[];
    run_block(job, kernels::Block{blockIdx.x, blockIdx.y, gridDim.y, blockDim.x, shared}, ThisThread{});
}

template <class Job>
void const* address() {
    return reinterpret_cast<void const*>(&tally<Job>);
}

}  // namespace

void const* tally_kernel(KernelName name) {
    switch (name) {
        case KernelName::tally_ranges:
            return address<kernels::RangesJob>();
        case KernelName::tally_histograms:
            return address<kernels::HistogramsJob>();
        case KernelName::tally_products:
            return address<kernels::ProductsJob>();
        case KernelName::tally_powers:
            return address<kernels::PowersJob>();
        case KernelName::tally_joint:
            return address<kernels::JointJob>();
        case KernelName::tally_fingerprint:
            return address<kernels::FingerprintJob>();
        default:
            throw Error(ExitCode::internal, "no kernel of the tally has this name; report this");
    }
}

}  // namespace fano
