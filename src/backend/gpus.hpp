// Which GPUs this machine has for fano, and why there is none where there is none.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "backend/accelerator.hpp"

namespace fano {

struct GpuInfo {
    int index;                 // as CUDA counts them, and as open_gpu takes it
    std::string name;          // "NVIDIA H200"
    std::string architecture;  // "sm_90"
    std::size_t memory;        //!< [byte]
    int multiprocessors;
};

struct GpuSurvey {
    std::vector<GpuInfo> gpus;
    std::string why_none;  // a sentence that says what is missing and what to do; empty if there is a GPU
};

GpuSurvey survey_gpus();

// Throws BackendError, with the GPUs that there are, if none has this index.
std::unique_ptr<Accelerator> open_gpu(int index);

}  // namespace fano
