// Asks CUDA for the GPUs of this machine, and turns its reasons for having none into advice.
#include <cstdlib>

#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include "backend/cuda/cuda_accelerator.hpp"
#include "backend/gpus.hpp"

namespace fano {

namespace {

// CUDA 13 makes no code for GPUs older than these (Turing).
constexpr int oldest_major = 7, oldest_minor = 5;

std::string version_text(int version) { return fmt::format("{}.{}", version / 1000, version % 1000 / 10); }

std::string hidden_gpus() {
    char const* const visible = std::getenv("CUDA_VISIBLE_DEVICES");
    if (visible == nullptr) return {};
    return fmt::format(
        "; the environment variable CUDA_VISIBLE_DEVICES is \"{}\", which may hide GPUs: unset it", visible);
}

// Why cudaGetDeviceCount failed.
std::string explain(cudaError_t error) {
    int driver = 0, runtime = 0;
    bool const answered =
        cudaDriverGetVersion(&driver) == cudaSuccess && cudaRuntimeGetVersion(&runtime) == cudaSuccess;
    if (answered && driver == 0 && error != cudaErrorStubLibrary)
        return "this machine has no NVIDIA driver (libcuda.so.1 was not found); if it has an NVIDIA GPU, "
               "install NVIDIA's driver, version 580 or newer (in a container, start it with the GPU), else "
               "run on the CPU";
    if (answered && error == cudaErrorInsufficientDriver)
        return fmt::format(
            "the NVIDIA driver is too old: it knows CUDA up to {}, and fano was built with CUDA {}; install "
            "driver 580 or newer, or run on the CPU",
            version_text(driver), version_text(runtime));
    if (error == cudaErrorNoDevice)
        return fmt::format(
            "there is an NVIDIA driver, but it finds no GPU{}; `nvidia-smi -L` lists the GPUs "
            "of the machine, and fano runs on the CPU as well",
            hidden_gpus());
    return fmt::format(
        "CUDA cannot start: {} ({}){}; see whether `nvidia-smi` works and, where NVSwitch joins the GPUs, "
        "the "
        "service nvidia-fabricmanager, or run on the CPU",
        cudaGetErrorString(error), cudaGetErrorName(error), hidden_gpus());
}

std::string list(std::vector<GpuInfo> const& gpus) {
    std::string text;
    for (auto const& gpu : gpus)
        text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", gpu.index, gpu.name);
    return text;
}

}  // namespace

GpuSurvey survey_gpus() {
    int count = 0;
    cudaError_t error = cudaGetDeviceCount(&count);
    if (error == cudaSuccess && count == 0) error = cudaErrorNoDevice;
    GpuSurvey survey;
    std::string too_old;
    for (int index = 0; error == cudaSuccess && index < count; ++index) {
        cudaDeviceProp gpu{};
        error = cudaGetDeviceProperties(&gpu, index);
        if (error != cudaSuccess) break;
        if (gpu.major < oldest_major || (gpu.major == oldest_major && gpu.minor < oldest_minor)) {
            too_old +=
                fmt::format("{}{} ({}.{})", too_old.empty() ? "" : ", ", gpu.name, gpu.major, gpu.minor);
            continue;
        }
        survey.gpus.push_back({index, gpu.name, fmt::format("sm_{}{}", gpu.major, gpu.minor),
                               gpu.totalGlobalMem, gpu.multiProcessorCount});
    }
    (void)cudaGetLastError();  // CUDA keeps errors, and others would take this one for theirs
    if (!survey.gpus.empty()) return survey;
    if (error != cudaSuccess) {
        survey.why_none = explain(error);
    } else {
        survey.why_none = fmt::format(
            "CUDA 13 supports GPUs of compute capability {}.{} and newer, and this machine has "
            "only older ones: {}; run on the CPU",
            oldest_major, oldest_minor, too_old);
    }
    return survey;
}

std::unique_ptr<Accelerator> open_gpu(int index) {
    GpuSurvey const survey = survey_gpus();
    if (survey.gpus.empty()) throw BackendError(survey.why_none);
    for (auto const& gpu : survey.gpus) {
        if (gpu.index == index) return std::make_unique<CudaAccelerator>(gpu);
    }
    throw BackendError(fmt::format("there is no GPU {} for fano on this machine; choose among {}{}", index,
                                   list(survey.gpus), hidden_gpus()));
}

}  // namespace fano
