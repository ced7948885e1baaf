// What fano on a GPU is measured against: the direct method as it is mostly written for a GPU.
#pragma once

#include <cstdint>
#include <vector>

namespace yardstick {

struct GpuResult {
    std::uint64_t trajectories;
    std::uint64_t events;
    double seconds;            // of the kernel alone, by the events of CUDA
    std::vector<double> mean;  //!< [species], at the last time
};

// At least so many trajectories: as many more as it takes for all threads to run the same number. Samples
// stay in the GPU's memory. Throw std::runtime_error where CUDA does not do what is asked.
GpuResult telegraph_on_gpu(std::uint64_t trajectories, std::vector<double> const& times);
GpuResult vilar_on_gpu(std::uint64_t trajectories, std::vector<double> const& times);

}  // namespace yardstick
