// A GPU for machines without one: its memory is the host's, its kernels are the loops that run a grid's blocks one
// after the other. It refuses what a GPU would refuse, and can be told to run out of memory or to fail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "backend/accelerator.hpp"

namespace fano::test {

class StandInGpu : public Accelerator {
public:
    explicit StandInGpu(std::size_t memory_bytes = std::size_t{1} << 30) : limit_(memory_bytes) {}

    // After this many launches more, every launch throws DeviceError.
    void fail_after(std::size_t launches) { launches_left_ = launches; }
    std::size_t used() const { return used_; }
    std::size_t launches(KernelName kernel) const {
        auto const found = launches_.find(kernel);
        return found == launches_.end() ? 0 : found->second;
    }

    std::string name() const override { return "stand-in GPU"; }
    std::string architecture() const override { return "sm_90"; }
    DeviceMemory memory() override { return {limit_ - used_, limit_}; }
    std::uint32_t shared_bytes() override { return 48 * 1024; }
    // Filled with 0xA5, so that what was never written does not pass for zeros.
    void* allocate(std::size_t bytes) override;
    void release(void* memory) noexcept override;
    void* allocate_shared_with_host(std::size_t bytes) override { return allocate(bytes); }
    void upload(void* to, void const* from, std::size_t bytes) override;
    void download(void* to, void const* from, std::size_t bytes) override;
    void clear(void* memory, std::size_t bytes) override;
    void wait() override {}
    bool finished() override { return true; }
    std::vector<char> compile(std::string const& text, std::function<bool()> const& cancelled) override;
    void load(std::vector<char> const& code, std::string const& entry) override;
    KernelShape shape(KernelName kernel, std::uint32_t threads_a_block) override;
    using Accelerator::launch;
    void launch(KernelName kernel, LaunchGrid const& grid, void const* job, std::size_t job_bytes) final;
    std::uint64_t sum(std::uint64_t const* values, std::size_t count) override;
    Compacted compact(std::uint64_t const* values, std::size_t count) override;
    void gather_by_time(void* to, void const* from, std::size_t value_bytes, std::size_t cells,
                        std::size_t times, std::size_t width) override;

protected:
    // `cells`, `large_cells` and `lattices`; `shared` is the shared memory of a block.
    virtual void launch_cells(KernelName kernel, LaunchGrid const& grid, void const* job,
                              std::size_t job_bytes, std::uint64_t* shared);

private:
    void expect_allocated(void const* memory, std::size_t bytes) const;

    std::size_t limit_, used_ = 0;
    std::optional<std::size_t> launches_left_;
    std::map<std::byte const*, std::vector<std::byte>> allocated_;
    std::map<KernelName, std::size_t> launches_;
};

}  // namespace fano::test
