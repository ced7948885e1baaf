// Stands in for src/backend/cuda where fano is built without the CUDA toolkit.
#include "backend/gpus.hpp"

namespace fano {

GpuSurvey survey_gpus() {
    return {
        {},
        "this fano was built without CUDA and cannot use a GPU; install the CUDA toolkit (version 13, with "
        "nvcc on the PATH), build fano again with -DFANO_CUDA=ON, or run on the CPU"};
}

std::unique_ptr<Accelerator> open_gpu(int) { throw BackendError(survey_gpus().why_none); }

}  // namespace fano
