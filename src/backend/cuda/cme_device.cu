// The kernels of the master equation, and what is left to Thrust.
#include <algorithm>
#include <bit>

#include <thrust/sort.h>
#include <thrust/unique.h>

#include "backend/cuda/cme_kernels.hpp"
#include "backend/cuda/with_thrust.hpp"
#include "cme/sort_unique.hpp"

namespace fano {

namespace {

using kernels::RowSchedule, kernels::RowUpdate, kernels::RowView;

constexpr std::uint32_t threads = 128;
// Where there are states for all multiprocessors, a thread takes several and reads rates once for them.
constexpr std::uint64_t many_states = 1 << 20;
constexpr std::uint32_t several = 4;

unsigned blocks_for(std::uint64_t work) { return static_cast<unsigned>((work + threads - 1) / threads); }

__device__ std::uint64_t this_thread() { return std::uint64_t{blockIdx.x} * threads + threadIdx.x; }

template <std::uint32_t states_a_thread>
__global__ void __launch_bounds__(threads)
    cme_rows(RowShape const shape, RowView const view, RowUpdate u, StepWeight const weight,
             double const* __restrict__ x, double* __restrict__ y) {
    std::uint32_t const piece = blockIdx.x * (threads / shape.lanes) + threadIdx.x / shape.lanes;
    if (piece >= shape.pieces) return;
    std::uint32_t const lane = threadIdx.x % shape.lanes;
    if (weight.schedule != nullptr) u.weight = kernels::weight_of(*weight.schedule, weight.step);
    kernels::update_piece<states_a_thread>(view, piece, lane, shape.lanes, u, x, y);
}

__global__ void __launch_bounds__(threads)
    cme_without_matrix(std::uint64_t states, RowUpdate u, StepWeight const weight,
                       double const* __restrict__ x, double* __restrict__ y) {
    std::uint64_t const i = this_thread();
    if (i >= states) return;
    if (weight.schedule != nullptr) u.weight = kernels::weight_of(*weight.schedule, weight.step);
    double const here = x[i];
    if (y != nullptr) y[i] = u.keep * here;
    if (u.weight != 0.0) u.sum[i] += u.weight * here;
}

__global__ void cme_steps_done(RowSchedule* schedule, std::uint64_t count) { schedule->done += count; }

__global__ void __launch_bounds__(threads)
    cme_sums(std::uint64_t states, double const* x, double const* y, double* sums) {
    __shared__ double shared[threads];
    double sum = 0;
    for (std::uint64_t i = this_thread(); i < states; i += std::uint64_t{gridDim.x} * threads)
        sum += y == nullptr ? x[i] : fabs(x[i] - y[i]);
    shared[threadIdx.x] = sum;
    for (std::uint32_t half = threads / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) shared[threadIdx.x] += shared[threadIdx.x + half];
    }
    if (threadIdx.x == 0) sums[blockIdx.x] = shared[0];
}

void expect_launched(CudaAccelerator const& gpu, char const* kernel) {
    gpu.check(cudaGetLastError(), std::string{"the launch of "} + kernel);
}

}  // namespace

RowShape row_shape(std::uint64_t states, std::uint64_t pieces) {
    std::uint32_t const states_a_thread = states >= many_states ? several : 1;
    // As many as a usual piece keeps busy, a power of 2 that a block holds a whole number of times.
    std::uint64_t const usual = (states + pieces * states_a_thread - 1) / (pieces * states_a_thread);
    return {static_cast<std::uint32_t>(pieces),
            static_cast<std::uint32_t>(std::min<std::uint64_t>(std::bit_ceil(usual), threads)),
            states_a_thread};
}

void launch_rows(CudaAccelerator const& gpu, RowShape const& shape, RowView const& view, RowUpdate const& u,
                 StepWeight const& weight, double const* x, double* y) {
    auto const kernel = shape.states_a_thread == 1 ? &cme_rows<1> : &cme_rows<several>;
    kernel<<<blocks_for(std::uint64_t{shape.pieces} * shape.lanes), threads, 0, gpu.stream()>>>(
        shape, view, u, weight, x, y);
    expect_launched(gpu, "cme_rows");
}

void launch_without_matrix(CudaAccelerator const& gpu, std::uint64_t states, RowUpdate const& u,
                           StepWeight const& weight, double const* x, double* y) {
    cme_without_matrix<<<blocks_for(states), threads, 0, gpu.stream()>>>(states, u, weight, x, y);
    expect_launched(gpu, "cme_without_matrix");
}

void launch_steps_done(CudaAccelerator const& gpu, RowSchedule* schedule, std::uint64_t count) {
    cme_steps_done<<<1, 1, 0, gpu.stream()>>>(schedule, count);
    expect_launched(gpu, "cme_steps_done");
}

std::uint32_t launch_sums(CudaAccelerator const& gpu, std::uint64_t states, double const* x, double const* y,
                          double* sums) {
    std::uint32_t const blocks = std::min(most_sums, blocks_for(states));
    cme_sums<<<blocks, threads, 0, gpu.stream()>>>(states, x, y, sums);
    expect_launched(gpu, "cme_sums");
    return blocks;
}

void sort_unique_on_gpu(std::vector<std::uint64_t>& states, int gpu) {
    auto const opened = open_gpu(gpu);
    auto& device = static_cast<CudaAccelerator&>(*opened);
    DeviceArray<std::uint64_t> const array(device, states);
    std::uint64_t* const first = array.data();
    device.with_thrust("thrust::sort",
                       [&](auto const& policy) { thrust::sort(policy, first, first + states.size()); });
    states.resize(device.with_thrust("thrust::unique", [&](auto const& policy) {
        return static_cast<std::size_t>(thrust::unique(policy, first, first + states.size()) - first);
    }));
    if (!states.empty()) device.download(states.data(), first, states.size() * sizeof(std::uint64_t));
}

}  // namespace fano
