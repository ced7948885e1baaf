// Memory, copies and launches through the CUDA runtime, every call of it checked in one place.
#include "backend/cuda/cuda_accelerator.hpp"

#include <algorithm>
#include <utility>

#include <cuda_runtime.h>
#include <fmt/format.h>

#include "backend/cuda/kernels.hpp"
#include "emit/compile_cuda.hpp"

namespace fano {

namespace {

char const* label(KernelName kernel) {
    switch (kernel) {
        case KernelName::cells:
            return "cells";
        case KernelName::lattices:
            return "lattices";
        case KernelName::large_cells:
            return "large_cells";
        case KernelName::tally_ranges:
            return "tally_ranges";
        case KernelName::tally_histograms:
            return "tally_histograms";
        case KernelName::tally_products:
            return "tally_products";
        case KernelName::tally_powers:
            return "tally_powers";
        case KernelName::tally_joint:
            return "tally_joint";
        case KernelName::tally_fingerprint:
            return "tally_fingerprint";
    }
    return "unknown";
}

char const* what_to_do(cudaError_t error) {
    switch (error) {
        case cudaErrorMemoryAllocation:
            return "end other programs that use the GPU, ask for fewer sample times, or run on the CPU";
        case cudaErrorDevicesUnavailable:
            return "another program holds this GPU alone (`nvidia-smi` shows which); wait for it, or choose "
                   "another GPU or the CPU";
        case cudaErrorNoKernelImageForDevice:
        case cudaErrorInvalidKernelImage:
        case cudaErrorUnsupportedPtxVersion:
            return "this fano holds no machine code for this GPU; build it again with "
                   "-DCMAKE_CUDA_ARCHITECTURES=native on this machine, or run on the CPU";
        case cudaErrorECCUncorrectable:
        case cudaErrorHardwareStackError:
        case cudaErrorNvlinkUncorrectable:
            return "the hardware of this GPU failed; choose another GPU or the CPU, and tell who looks after "
                   "the machine";
        case cudaErrorLaunchTimeout:
            return "the system stops long kernels on a GPU that drives a display; choose another GPU, or run "
                   "on the CPU";
        case cudaErrorIllegalAddress:
        case cudaErrorMisalignedAddress:
        case cudaErrorIllegalInstruction:
        case cudaErrorInvalidAddressSpace:
        case cudaErrorInvalidPc:
        case cudaErrorInvalidValue:
        case cudaErrorInvalidConfiguration:
        case cudaErrorInvalidDeviceFunction:
        case cudaErrorInvalidResourceHandle:
        case cudaErrorLaunchOutOfResources:
        case cudaErrorLaunchFailure:
        case cudaErrorSymbolNotFound:
        case cudaErrorAssert:
            return "this is a fault of fano: please report it with the model and the command, and run on the "
                   "CPU meanwhile";
        default:
            return "see whether `nvidia-smi` shows the GPU at work, try again, or run on the CPU";
    }
}

}  // namespace

CudaAccelerator::CudaAccelerator(GpuInfo gpu) : gpu_(std::move(gpu)) {
    choose_device();
    // Work of the default stream, which others may use, is not waited for.
    check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
}

CudaAccelerator::~CudaAccelerator() {
    (void)cudaSetDevice(gpu_.index);
    (void)cudaStreamSynchronize(stream_);
    unload();
    release(compacted_);
    (void)cudaStreamDestroy(stream_);
}

void CudaAccelerator::check(cudaError_t error, std::string const& call, std::size_t asked_bytes) const {
    if (error == cudaSuccess) return;
    // CUDA keeps the error for whoever asks next, which would be Thrust.
    (void)cudaGetLastError();
    if (error == cudaErrorMemoryAllocation && asked_bytes > 0) {
        std::size_t free = 0, total = 0;
        (void)cudaMemGetInfo(&free, &total);
        throw DeviceMemoryError(fmt::format("GPU {} ({})", gpu_.index, gpu_.name), asked_bytes, free);
    }
    throw DeviceError(fmt::format("{} failed on GPU {} ({}): {} ({}); {}", call, gpu_.index, gpu_.name,
                                  cudaGetErrorString(error), cudaGetErrorName(error), what_to_do(error)));
}

void CudaAccelerator::choose_device() const { check(cudaSetDevice(gpu_.index), "cudaSetDevice"); }

DeviceMemory CudaAccelerator::memory() {
    choose_device();
    DeviceMemory memory{};
    check(cudaMemGetInfo(&memory.free, &memory.total), "cudaMemGetInfo");
    return memory;
}

std::uint32_t CudaAccelerator::shared_bytes() {
    int bytes = 0;
    check(cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, gpu_.index),
          "cudaDeviceGetAttribute");
    return static_cast<std::uint32_t>(bytes);
}

void* CudaAccelerator::allocate(std::size_t bytes) {
    choose_device();
    void* memory = nullptr;
    check(cudaMalloc(&memory, bytes), "cudaMalloc", bytes);
    return memory;
}

void* CudaAccelerator::allocate_shared_with_host(std::size_t bytes) {
    choose_device();
    void* memory = nullptr;  // the same address for the host and, as on all 64-bit systems, for the device
    check(cudaHostAlloc(&memory, bytes, cudaHostAllocMapped), "cudaHostAlloc");
    host_memory_.push_back(memory);
    return memory;
}

void CudaAccelerator::release(void* memory) noexcept {
    if (cudaSetDevice(gpu_.index) == cudaSuccess) {
        auto const host = std::find(host_memory_.begin(), host_memory_.end(), memory);
        if (host == host_memory_.end()) {
            (void)cudaFree(memory);
        } else {
            (void)cudaFreeHost(memory);
            host_memory_.erase(host);
        }
    }
    (void)cudaGetLastError();
}

void CudaAccelerator::upload(void* to, void const* from, std::size_t bytes) {
    choose_device();
    check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream_), "cudaMemcpyAsync to the GPU");
    // CUDA mostly copies pageable memory aside before it returns, but does not promise to, and does not where
    // the GPU can read the host's memory itself.
    wait();
}

void CudaAccelerator::download(void* to, void const* from, std::size_t bytes) {
    choose_device();
    check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream_), "cudaMemcpyAsync from the GPU");
    wait();
}

void CudaAccelerator::clear(void* memory, std::size_t bytes) {
    choose_device();
    check(cudaMemsetAsync(memory, 0, bytes, stream_), "cudaMemsetAsync");
}

void CudaAccelerator::wait() {
    choose_device();
    check(cudaStreamSynchronize(stream_), "cudaStreamSynchronize, where kernels are waited for,");
}

bool CudaAccelerator::finished() {
    choose_device();
    cudaError_t const state = cudaStreamQuery(stream_);
    if (state == cudaErrorNotReady) {
        (void)cudaGetLastError();  // no error
        return false;
    }
    check(state, "cudaStreamQuery, where kernels are waited for,");
    return true;
}

std::vector<char> CudaAccelerator::compile(std::string const& text, std::function<bool()> const& cancelled) {
    return CubinCache().get(cache_key(text, gpu_.architecture),
                            [&] { return compile_cuda(text, gpu_.architecture, cancelled).code; });
}

void CudaAccelerator::unload() noexcept {
    if (library_ != nullptr) (void)cudaLibraryUnload(library_);
    library_ = nullptr;
    loaded_ = nullptr;
}

void CudaAccelerator::load(std::vector<char> const& code, std::string const& entry) {
    wait();  // for what still runs from the program loaded before
    unload();
    check(cudaLibraryLoadData(&library_, code.data(), nullptr, nullptr, 0, nullptr, nullptr, 0),
          "cudaLibraryLoadData");
    check(cudaLibraryGetKernel(&loaded_, library_, entry.c_str()),
          fmt::format("cudaLibraryGetKernel of {}", entry));
}

// CUDA's functions for kernels take the handle of a loaded one as well as the address of a compiled-in one.
void const* CudaAccelerator::function(KernelName kernel) const {
    if (kernel == KernelName::large_cells) return large_cells_kernel();
    if (kernel != KernelName::cells && kernel != KernelName::lattices) return tally_kernel(kernel);
    if (loaded_ == nullptr)
        throw Error(ExitCode::internal, "no program was loaded on the GPU; please report this");
    return loaded_;
}

KernelShape CudaAccelerator::shape(KernelName kernel, std::uint32_t threads_a_block) {
    choose_device();
    void const* const kernel_function = function(kernel);
    cudaFuncAttributes needs{};
    check(cudaFuncGetAttributes(&needs, kernel_function),
          fmt::format("cudaFuncGetAttributes of {}", label(kernel)));
    int threads = static_cast<int>(threads_a_block), grid = 0, blocks_a_multiprocessor = 0;
    if (threads == 0)
        check(cudaOccupancyMaxPotentialBlockSize(&grid, &threads, kernel_function),
              fmt::format("cudaOccupancyMaxPotentialBlockSize of {}", label(kernel)));
    check(
        cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks_a_multiprocessor, kernel_function, threads, 0),
        fmt::format("cudaOccupancyMaxActiveBlocksPerMultiprocessor of {}", label(kernel)));
    if (blocks_a_multiprocessor == 0)
        throw DeviceError(fmt::format(
            "a block of {} threads of the kernel {} ({} registers a thread) does not fit on GPU {} ({}); ask "
            "for fewer threads a block, or run on the CPU",
            threads, label(kernel), needs.numRegs, gpu_.index, gpu_.name));
    return {static_cast<std::uint32_t>(threads),
            static_cast<std::uint32_t>(blocks_a_multiprocessor * gpu_.multiprocessors),
            static_cast<std::uint32_t>(needs.numRegs), needs.localSizeBytes};
}

void CudaAccelerator::launch(KernelName kernel, LaunchGrid const& grid, void const* job,
                             std::size_t job_bytes) {
    if (grid.blocks_x == 0 || grid.blocks_y == 0) return;
    choose_device();
    void const* const kernel_function = function(kernel);
    // The kernel may come from another compiler than the job: they must agree on its layout.
    std::size_t offset = 0, expected_bytes = 0;
    check(cudaFuncGetParamInfo(kernel_function, 0, &offset, &expected_bytes),
          fmt::format("cudaFuncGetParamInfo of {}", label(kernel)));
    if (job_bytes != expected_bytes)
        throw Error(ExitCode::internal,
                    fmt::format("the job of the kernel {} has {} bytes on the GPU and {} on the host; please "
                                "report this, and run on the CPU meanwhile",
                                label(kernel), expected_bytes, job_bytes));
    cudaFuncAttributes needs{};
    check(cudaFuncGetAttributes(&needs, kernel_function),
          fmt::format("cudaFuncGetAttributes of {}", label(kernel)));
    if (grid.shared_bytes > static_cast<std::size_t>(needs.maxDynamicSharedSizeBytes)) {
        // More than 48 KB have to be asked for. All that there is: another thread may set it as well.
        int most = 0;
        check(cudaDeviceGetAttribute(&most, cudaDevAttrMaxSharedMemoryPerBlockOptin, gpu_.index),
              "cudaDeviceGetAttribute");
        most -= static_cast<int>(needs.sharedSizeBytes);
        check(cudaFuncSetAttribute(kernel_function, cudaFuncAttributeMaxDynamicSharedMemorySize, most),
              fmt::format("cudaFuncSetAttribute of {}", label(kernel)));
    }
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(grid.blocks_x, grid.blocks_y);
    config.blockDim = dim3(grid.threads);
    config.dynamicSmemBytes = grid.shared_bytes;
    config.stream = stream_;
    void* arguments[] = {const_cast<void*>(job)};  // which CUDA only reads
    check(cudaLaunchKernelExC(&config, kernel_function, arguments),
          fmt::format("the launch of {}", label(kernel)));
#ifndef NDEBUG
    wait();  // so that an error names the kernel that made it
#endif
}

}  // namespace fano
