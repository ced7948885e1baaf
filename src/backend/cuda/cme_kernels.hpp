// The kernels of the master equation, as functions that launch them on a GPU's stream.
#pragma once

#include "backend/cuda/cuda_accelerator.hpp"
#include "kernels/cme/row_state.hpp"

namespace fano {

// Where the weight of a step comes from: from the schedule if there is one, else from the update.
struct StepWeight {
    kernels::RowSchedule const* schedule = nullptr;
    std::uint64_t step = 0;
};

// How threads are shared out: `lanes` a piece, each of which takes so many states at once.
struct RowShape {
    std::uint32_t pieces, lanes, states_a_thread;
};
RowShape row_shape(std::uint64_t states, std::uint64_t pieces);

// y = keep x + scale A x, sum += weight x.
void launch_rows(CudaAccelerator const& gpu, RowShape const& shape, kernels::RowView const& view,
                 kernels::RowUpdate const& u, StepWeight const& weight, double const* x, double* y);
// The part of it that knows no A: y = keep x, unless y is null, and sum += weight x.
void launch_without_matrix(CudaAccelerator const& gpu, std::uint64_t states, kernels::RowUpdate const& u,
                           StepWeight const& weight, double const* x, double* y);
void launch_steps_done(CudaAccelerator const& gpu, kernels::RowSchedule* schedule, std::uint64_t count);

// Sums of parts of x, or of |x - y| unless y is null, for the host to add up. Which parts depends on the
// number of states alone.
inline constexpr std::uint32_t most_sums = 512;
std::uint32_t launch_sums(CudaAccelerator const& gpu, std::uint64_t states, double const* x, double const* y,
                          double* sums);

}  // namespace fano
