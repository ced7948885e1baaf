// One NVIDIA GPU behind the Accelerator interface: a stream of its own on a device that others may use as well.
// Each object belongs to one host thread at a time; several may share a device.
#pragma once

#include <vector>

#include <cuda_runtime_api.h>

#include "backend/gpus.hpp"

namespace fano {

class CudaAccelerator final : public Accelerator {
public:
    explicit CudaAccelerator(GpuInfo gpu);
    ~CudaAccelerator() override;
    CudaAccelerator(CudaAccelerator const&) = delete;
    CudaAccelerator& operator=(CudaAccelerator const&) = delete;

    std::string name() const override { return gpu_.name; }
    std::string architecture() const override { return gpu_.architecture; }
    DeviceMemory memory() override;
    std::uint32_t shared_bytes() override;

    void* allocate(std::size_t bytes) override;
    void release(void* memory) noexcept override;
    void* allocate_shared_with_host(std::size_t bytes) override;

    void upload(void* to, void const* from, std::size_t bytes) override;
    void download(void* to, void const* from, std::size_t bytes) override;
    void clear(void* memory, std::size_t bytes) override;
    void wait() override;
    bool finished() override;

    // By NVRTC, or from the cache of what it made before.
    std::vector<char> compile(std::string const& text, std::function<bool()> const& cancelled) override;
    void load(std::vector<char> const& code, std::string const& entry) override;
    KernelShape shape(KernelName kernel, std::uint32_t threads_a_block) override;
    using Accelerator::launch;
    void launch(KernelName kernel, LaunchGrid const& grid, void const* job, std::size_t job_bytes) override;

    // By Thrust; in cuda_accelerator.cu.
    std::uint64_t sum(std::uint64_t const* values, std::size_t count) override;
    Compacted compact(std::uint64_t const* values, std::size_t count) override;
    void gather_by_time(void* to, void const* from, std::size_t value_bytes, std::size_t cells,
                        std::size_t times, std::size_t width) override;

    // For code that calls CUDA itself.
    cudaStream_t stream() const { return stream_; }
    // CUDA's functions work on the device that the calling thread chose last.
    void choose_device() const;
    // Throws DeviceError unless the call succeeded; DeviceMemoryError if it asked for too many bytes.
    void check(cudaError_t error, std::string const& call, std::size_t asked_bytes = 0) const;
    // Runs algorithm(policy) of Thrust on the stream; in with_thrust.hpp.
    template <class Algorithm>
    auto with_thrust(char const* name, Algorithm const& algorithm) const;

private:
    void const* function(KernelName kernel) const;
    void unload() noexcept;

    GpuInfo gpu_;
    cudaStream_t stream_ = nullptr;
    cudaLibrary_t library_ = nullptr;
    cudaKernel_t loaded_ = nullptr;
    std::vector<void*> host_memory_;
    std::uint64_t* compacted_ = nullptr;  // what compact() needs, kept because freeing waits for the device
};

}  // namespace fano
