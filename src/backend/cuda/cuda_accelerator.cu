// What the accelerator leaves to Thrust. Thrust throws CUDA's errors; they leave through the same check.
#include <algorithm>

#include <thrust/copy.h>
#include <thrust/gather.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/reduce.h>
#include <thrust/tabulate.h>

#include "backend/cuda/with_thrust.hpp"

namespace fano {

namespace {

struct NotZero {
    __host__ __device__ bool operator()(std::uint64_t x) const { return x != 0; }
};

// The value at place i of the order by time; see Accelerator::gather_by_time.
template <class Value>
struct ByTime {
    Value const* from;
    std::size_t cells, times, width;
    __host__ __device__ Value operator()(std::size_t i) const {
        std::size_t const row = i / width;
        return from[((row % cells) * times + row / cells) * width + i % width];
    }
};

}  // namespace

std::uint64_t CudaAccelerator::sum(std::uint64_t const* values, std::size_t count) {
    if (count == 0) return 0;
    return with_thrust("thrust::reduce", [&](auto const& policy) {
        return thrust::reduce(policy, values, values + count, std::uint64_t{0});
    });
}

// Piece by piece, so that the memory for the results is bounded.
Accelerator::Compacted CudaAccelerator::compact(std::uint64_t const* values, std::size_t count) {
    constexpr std::size_t piece = std::size_t{1} << 20;
    if (compacted_ == nullptr)
        compacted_ = static_cast<std::uint64_t*>(allocate(2 * piece * sizeof(std::uint64_t)));
    std::uint64_t* const positions = compacted_;
    std::uint64_t* const kept = compacted_ + piece;
    Compacted all;
    for (std::size_t begin = 0; begin < count; begin += piece) {
        std::size_t const size = std::min(piece, count - begin);
        std::size_t const found = with_thrust("thrust::copy_if", [&](auto const& policy) {
            thrust::counting_iterator<std::uint64_t> const first(begin);
            auto* const end =
                thrust::copy_if(policy, first, first + size, values + begin, positions, NotZero{});
            thrust::gather(policy, positions, end, values, kept);
            return static_cast<std::size_t>(end - positions);
        });
        if (found == 0) continue;
        std::size_t const before = all.position.size();
        all.position.resize(before + found);
        all.value.resize(before + found);
        download(all.position.data() + before, positions, found * sizeof(std::uint64_t));
        download(all.value.data() + before, kept, found * sizeof(std::uint64_t));
    }
    return all;
}

void CudaAccelerator::gather_by_time(void* to, void const* from, std::size_t value_bytes, std::size_t cells,
                                     std::size_t times, std::size_t width) {
    std::size_t const count = cells * times * width;
    if (count == 0) return;
    with_thrust("thrust::tabulate", [&](auto const& policy) {
        auto const gather = [&]<class Value>(Value* first) {
            thrust::tabulate(policy, first, first + count,
                             ByTime<Value>{static_cast<Value const*>(from), cells, times, width});
        };
        switch (value_bytes) {
            case 4:
                return gather(static_cast<std::uint32_t*>(to));
            case 8:
                return gather(static_cast<std::uint64_t*>(to));
            default:
                throw Error(ExitCode::internal,
                            "only values of 4 or 8 bytes are gathered by time; please report this");
        }
    });
}

}  // namespace fano
