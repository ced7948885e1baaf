// Stands in for src/backend/cuda/cme_* where fano is built without the CUDA toolkit.
#include "backend/gpus.hpp"
#include "cme/device_generator.hpp"
#include "cme/sort_unique.hpp"

namespace fano {

MakeDeviceGenerator generators_on_gpu(int, std::optional<DeviceForm>) {
    throw BackendError(survey_gpus().why_none);
}

void sort_unique_on_gpu(std::vector<std::uint64_t>&, int) { throw BackendError(survey_gpus().why_none); }

}  // namespace fano
