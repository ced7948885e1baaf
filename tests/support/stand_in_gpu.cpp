// Memory by allocation, so that what lies outside one is noticed; launches by the kernels' own loops.
#include "support/stand_in_gpu.hpp"

#include <cstring>
#include <numeric>
#include <stdexcept>

#include "kernels/tally/fingerprint.hpp"
#include "kernels/tally/histograms.hpp"
#include "kernels/tally/joint.hpp"
#include "kernels/tally/powers.hpp"
#include "kernels/tally/products.hpp"
#include "kernels/tally/ranges.hpp"
#include "kernels/tally/run_on_host.hpp"

namespace fano::test {

namespace {

constexpr std::byte poison{0xA5};

template <class Job>
void run(LaunchGrid const& grid, void const* job, std::size_t job_bytes, std::uint64_t* shared) {
    if (job_bytes != sizeof(Job)) throw std::logic_error("a kernel was launched with the job of another");
    if (grid.threads > Job::most_threads)
        throw std::logic_error("a kernel was launched with too many threads");
    kernels::run_on_host(*static_cast<Job const*>(job), grid.blocks_x, grid.blocks_y, grid.threads, shared);
}

}  // namespace

void* StandInGpu::allocate(std::size_t bytes) {
    if (bytes > limit_ - used_) throw DeviceMemoryError(name(), bytes, limit_ - used_);
    std::vector<std::byte> memory(bytes, poison);
    std::byte* const start = memory.data();
    allocated_.emplace(start, std::move(memory));
    used_ += bytes;
    return start;
}

void StandInGpu::release(void* memory) noexcept {
    auto const found = allocated_.find(static_cast<std::byte*>(memory));
    used_ -= found->second.size();
    allocated_.erase(found);
}

void StandInGpu::upload(void* to, void const* from, std::size_t bytes) {
    expect_allocated(to, bytes);
    std::memcpy(to, from, bytes);
}

void StandInGpu::download(void* to, void const* from, std::size_t bytes) {
    expect_allocated(from, bytes);
    std::memcpy(to, from, bytes);
}

void StandInGpu::clear(void* memory, std::size_t bytes) {
    expect_allocated(memory, bytes);
    std::memset(memory, 0, bytes);
}

void StandInGpu::expect_allocated(void const* memory, std::size_t bytes) const {
    auto const* const first = static_cast<std::byte const*>(memory);
    auto const after = allocated_.upper_bound(first);
    if (after != allocated_.begin()) {
        auto const& [start, held] = *std::prev(after);
        if (first + bytes <= start + held.size()) return;
    }
    throw std::logic_error("memory was touched that is not the device's");
}

std::vector<char> StandInGpu::compile(std::string const&, std::function<bool()> const&) {
    throw std::logic_error("this stand-in GPU runs no cells; use one that does");
}

void StandInGpu::load(std::vector<char> const&, std::string const&) {
    throw std::logic_error("this stand-in GPU runs no cells; use one that does");
}

KernelShape StandInGpu::shape(KernelName, std::uint32_t) {
    throw std::logic_error("this stand-in GPU has no kernels of a known shape; use one that does");
}

void StandInGpu::launch_cells(KernelName, LaunchGrid const&, void const*, std::size_t, std::uint64_t*) {
    throw std::logic_error("this stand-in GPU runs no cells; use one that does");
}

void StandInGpu::launch(KernelName kernel, LaunchGrid const& grid, void const* job, std::size_t job_bytes) {
    if (launches_left_ && *launches_left_ == 0)
        throw DeviceError("the stand-in GPU stopped working; use another device");
    if (launches_left_) --*launches_left_;
    // The limits of CUDA; more shared memory than this must be asked for.
    if (grid.blocks_x == 0 || grid.blocks_x > 0x7fffffffu || grid.blocks_y == 0 || grid.blocks_y > 65535 ||
        grid.threads == 0 || grid.threads > 1024 || grid.shared_bytes > shared_bytes())
        throw std::logic_error("a GPU cannot launch this grid");
    ++launches_[kernel];
    std::vector<std::uint64_t> shared((grid.shared_bytes + 7) / 8, 0xA5A5A5A5A5A5A5A5u);
    switch (kernel) {
        case KernelName::cells:
        case KernelName::lattices:
        case KernelName::large_cells:
            return launch_cells(kernel, grid, job, job_bytes, shared.data());
        case KernelName::tally_ranges:
            return run<kernels::RangesJob>(grid, job, job_bytes, shared.data());
        case KernelName::tally_histograms:
            return run<kernels::HistogramsJob>(grid, job, job_bytes, shared.data());
        case KernelName::tally_products:
            return run<kernels::ProductsJob>(grid, job, job_bytes, shared.data());
        case KernelName::tally_powers:
            return run<kernels::PowersJob>(grid, job, job_bytes, shared.data());
        case KernelName::tally_joint:
            return run<kernels::JointJob>(grid, job, job_bytes, shared.data());
        case KernelName::tally_fingerprint:
            return run<kernels::FingerprintJob>(grid, job, job_bytes, shared.data());
    }
}

std::uint64_t StandInGpu::sum(std::uint64_t const* values, std::size_t count) {
    expect_allocated(values, count * sizeof *values);
    return std::accumulate(values, values + count, std::uint64_t{0});
}

Accelerator::Compacted StandInGpu::compact(std::uint64_t const* values, std::size_t count) {
    expect_allocated(values, count * sizeof *values);
    Compacted result;
    for (std::size_t i = 0; i < count; ++i) {
        if (values[i] == 0) continue;
        result.position.push_back(i);
        result.value.push_back(values[i]);
    }
    return result;
}

void StandInGpu::gather_by_time(void* to, void const* from, std::size_t value_bytes, std::size_t cells,
                                std::size_t times, std::size_t width) {
    std::size_t const row_bytes = value_bytes * width;
    expect_allocated(to, cells * times * row_bytes);
    expect_allocated(from, cells * times * row_bytes);
    for (std::size_t i = 0; i < cells * times; ++i) {
        std::size_t const row = (i % cells) * times + i / cells;
        std::memcpy(static_cast<std::byte*>(to) + i * row_bytes,
                    static_cast<std::byte const*>(from) + row * row_bytes, row_bytes);
    }
}

}  // namespace fano::test
