// Counts of a lattice in as few bits as they need, and the flows between its voxels.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/rdme/diffuse.hpp"
#include "rdme/regions.hpp"

namespace fano {

struct CountFormat {
    std::uint32_t bytes = 1;
    bool packed = true;  // flows are; counts are at most 31

    // `seen`: all counts or-ed together.
    static CountFormat of(std::uint32_t seen) {
        return {seen < 256 ? 1u : seen < 65536 ? 2u : 4u, seen <= kernels::most_packed};
    }
    bool wider_than(CountFormat const& other) const {
        return bytes > other.bytes || (bytes == other.bytes && !packed && other.packed);
    }
};

class CountArray {
public:
    void resize(CountFormat format, std::size_t size);
    void assign(CountFormat format, std::size_t size, std::uint32_t const* counts);
    void copy_to(std::uint32_t* counts) const;
    // Elements [begin, end) of another of the same format; returns them or-ed together.
    std::uint32_t copy(CountArray const& from, std::size_t begin, std::size_t end);
    // Returns the new count, of which only what fits is kept.
    std::uint32_t add(std::size_t i, std::int64_t change);
    void* data() { return bytes_.data(); }
    void const* data() const { return bytes_.data(); }

private:
    std::uint32_t width_ = 1;
    std::size_t size_ = 0;
    std::vector<unsigned char> bytes_;
};

// One number a voxel, or one a face, with a plane of zeros at both ends.
class FlowArray {
public:
    void resize(CountFormat format, Grid const& grid);
    void set(kernels::DiffusionView& view);
    std::uint32_t get(std::uint32_t voxel, std::uint32_t face) const {
        auto const number = numbers_[at(voxel, face)];
        return packed_ ? number >> (kernels::flow_bits * face) & kernels::flow_mask : number;
    }
    void set(std::uint32_t voxel, std::uint32_t face, std::uint32_t molecules) {
        auto& number = numbers_[at(voxel, face)];
        auto const shift = kernels::flow_bits * face;
        number = packed_ ? (number & ~(kernels::flow_mask << shift)) | molecules << shift : molecules;
    }

private:
    std::size_t at(std::uint32_t voxel, std::uint32_t face) const {
        return pad_ + voxel + (packed_ ? 0 : face * plane_);
    }
    bool packed_ = true;
    std::size_t pad_ = 0, plane_ = 0, faces_ = 0;
    std::vector<std::uint32_t> numbers_;
};

}  // namespace fano
