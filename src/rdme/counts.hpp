// Counts of a lattice in as few bits as they need, and the flows between its voxels.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/rdme/diffuse.hpp"
#include "rdme/regions.hpp"

namespace fano {

struct CountFormat {
    enum class Flow { packed, wide, planes };
    std::uint32_t bytes = 1;
    Flow flow = Flow::packed;

    // `seen`: all counts or-ed together.
    static CountFormat of(std::uint32_t seen) {
        return {seen < 256     ? 1u
                : seen < 65536 ? 2u
                               : 4u,
                seen < 32     ? Flow::packed
                : seen < 1024 ? Flow::wide
                              : Flow::planes};
    }
    bool wider_than(CountFormat const& other) const {
        return bytes > other.bytes || (bytes == other.bytes && flow > other.flow);
    }
};

class CountArray {
public:
    void resize(CountFormat format, std::size_t size);
    void assign(CountFormat format, std::size_t size, std::uint32_t const* counts);
    void copy_to(std::uint32_t* counts) const;
    // Elements [begin, end) of another of the same format; returns them or-ed together.
    std::uint32_t copy(CountArray const& from, std::size_t begin, std::size_t end);
    std::uint32_t at(std::size_t i) const;
    void set(std::size_t i, std::uint32_t count);
    // Returns the new count, of which only what fits is kept.
    std::uint32_t add(std::size_t i, std::int64_t change);
    void* data() { return bytes_.data(); }
    void const* data() const { return bytes_.data(); }

private:
    std::uint32_t width_ = 1;
    std::size_t size_ = 0;
    std::vector<unsigned char> bytes_;
};

// As a DiffusionView has them, with a plane of zeros at both ends.
class FlowArray {
public:
    void resize(CountFormat format, Grid const& grid);
    void set(kernels::DiffusionView& view);

private:
    CountFormat::Flow flow_ = CountFormat::Flow::packed;
    std::size_t pad_ = 0, plane_ = 0, faces_ = 0;
    std::vector<std::uint64_t> numbers_;
    std::uint64_t* first_ = nullptr;  // on a cache line
};

}  // namespace fano
