// One GPU as the rest of the host code sees it: memory, copies and launches, carried out in the order asked.
//
// The CUDA build implements it (src/backend/cuda); the tests implement it on the host, with the same kernels
// compiled by the host's compiler, so that everything around a GPU is tested where there is none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fano/error.hpp"

namespace fano {

// The kernels that are started by name. Each takes one plain struct, its job, by value.
enum class KernelName {
    cells,         // CellsJob: the network's own kernel, from the program loaded last
    lattices,      // LatticeJob: likewise
    large_cells,   // LargeCellsJob: networks read from tables
    tally_ranges,  // jobs of kernels/tally
    tally_histograms,
    tally_products,
    tally_powers,
    tally_joint,
    tally_fingerprint,
};

struct LaunchGrid {
    std::uint32_t blocks_x = 1;
    std::uint32_t blocks_y = 1;
    std::uint32_t threads = 1;  // a block
    std::uint32_t shared_bytes = 0;
};

struct DeviceMemory {
    std::size_t free;
    std::size_t total;
};

// What a loaded kernel needs and how many of its threads the device can hold at once.
struct KernelShape {
    std::uint32_t threads_a_block;
    std::uint32_t blocks;  // resident on the whole device
    std::uint32_t registers;
    std::size_t local_bytes;
};

// A GPU stopped working, or could not do what was asked. Other devices may take over its cells.
class DeviceError : public BackendError {
public:
    using BackendError::BackendError;
};

// The device has not as much memory as was asked for.
class DeviceMemoryError : public DeviceError {
public:
    DeviceMemoryError(std::string const& device, std::size_t asked, std::size_t free);
    std::size_t asked, free;
};

class Accelerator {
public:
    virtual ~Accelerator() = default;

    virtual std::string name() const = 0;          // "NVIDIA H200"
    virtual std::string architecture() const = 0;  // "sm_90"
    virtual DeviceMemory memory() = 0;
    virtual std::uint32_t shared_bytes() = 0;  // that the threads of a block can share

    // Throws DeviceMemoryError.
    virtual void* allocate(std::size_t bytes) = 0;
    virtual void release(void* memory) noexcept = 0;
    // Memory of the host that kernels can read while it is written; released by release().
    virtual void* allocate_shared_with_host(std::size_t bytes) = 0;

    virtual void upload(void* to, void const* from,
                        std::size_t bytes) = 0;  // `from` may change after the call
    virtual void download(void* to, void const* from, std::size_t bytes) = 0;  // done when the call returns
    virtual void clear(void* memory, std::size_t bytes) = 0;
    virtual void wait() = 0;
    // Whether all that was asked for has been done; does not wait.
    virtual bool finished() = 0;

    // Machine code for this kind of device, from CUDA text. Throws Interrupted when cancelled() on the way.
    virtual std::vector<char> compile(std::string const& text, std::function<bool()> const& cancelled) = 0;
    // Makes `cells` and `lattices` start the kernel `entry` of machine code that a device of this kind compiled.
    virtual void load(std::vector<char> const& code, std::string const& entry) = 0;
    virtual KernelShape shape(KernelName kernel, std::uint32_t threads_a_block = 0) = 0;  // 0: the best
    virtual void launch(KernelName kernel, LaunchGrid const& grid, void const* job,
                        std::size_t job_bytes) = 0;
    template <class Job>
    void launch(KernelName kernel, LaunchGrid const& grid, Job const& job) {
        launch(kernel, grid, &job, sizeof job);
    }

    // What a library of parallel algorithms does (Thrust on a GPU).
    // Sum over i < count of values[i], wrapping.
    virtual std::uint64_t sum(std::uint64_t const* values, std::size_t count) = 0;
    // The positions and values of those that are not 0, ascending in position. The results live on the host.
    struct Compacted {
        std::vector<std::uint64_t> position, value;
    };
    virtual Compacted compact(std::uint64_t const* values, std::size_t count) = 0;
    // to[i * width + k] = from[row(i) * width + k] with row(i) = (i % cells) * times + i / cells, for
    // i < cells * times: from [cell][time][output] to [time][cell][output].
    virtual void gather_by_time(void* to, void const* from, std::size_t value_bytes, std::size_t cells,
                                std::size_t times, std::size_t width) = 0;
};

// Owns memory of a device.
template <class Value>
class DeviceArray {
public:
    DeviceArray() = default;
    DeviceArray(Accelerator& device, std::size_t size) : device_(&device), size_(size) {
        if (size > 0) data_ = static_cast<Value*>(device.allocate(size * sizeof(Value)));
    }
    DeviceArray(Accelerator& device, std::vector<Value> const& values) : DeviceArray(device, values.size()) {
        if (size_ > 0) device.upload(data_, values.data(), size_ * sizeof(Value));
    }
    ~DeviceArray() {
        if (data_ != nullptr) device_->release(data_);
    }
    DeviceArray(DeviceArray&& other) noexcept { swap(other); }
    DeviceArray& operator=(DeviceArray&& other) noexcept {
        DeviceArray(std::move(other)).swap(*this);
        return *this;
    }
    DeviceArray(DeviceArray const&) = delete;
    DeviceArray& operator=(DeviceArray const&) = delete;

    Value* data() const { return data_; }
    std::size_t size() const { return size_; }
    void clear() {
        if (size_ > 0) device_->clear(data_, size_ * sizeof(Value));
    }
    void upload(std::vector<Value> const& values) {
        device_->upload(data_, values.data(), values.size() * sizeof(Value));
    }
    std::vector<Value> download() const {
        std::vector<Value> values(size_);
        if (size_ > 0) device_->download(values.data(), data_, size_ * sizeof(Value));
        return values;
    }

private:
    void swap(DeviceArray& other) noexcept {
        std::swap(device_, other.device_);
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
    }
    Accelerator* device_ = nullptr;
    Value* data_ = nullptr;
    std::size_t size_ = 0;
};

// A word that the host writes and kernels read meanwhile.
class SharedWord {
public:
    explicit SharedWord(Accelerator& device)
        : device_(device),
          word_(static_cast<std::uint32_t*>(device.allocate_shared_with_host(sizeof *word_))) {
        *word_ = 0;
    }
    ~SharedWord() { device_.release(const_cast<std::uint32_t*>(word_)); }
    SharedWord(SharedWord const&) = delete;
    SharedWord& operator=(SharedWord const&) = delete;

    void set(std::uint32_t value) { *word_ = value; }
    std::uint32_t const* data() const { return const_cast<std::uint32_t const*>(word_); }

private:
    Accelerator& device_;
    std::uint32_t volatile* word_;
};

}  // namespace fano
