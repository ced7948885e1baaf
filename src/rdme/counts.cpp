#include "rdme/counts.hpp"

#include <algorithm>
#include <type_traits>

namespace fano {

namespace {

// Calls work with the counts as numbers of their type.
template <class Bytes, class Work>
void typed(std::uint32_t width, Bytes* bytes, Work const& work) {
    auto const as = [&]<class T>(T*) {
        using Pointer = std::conditional_t<std::is_const_v<Bytes>, T const*, T*>;
        work(reinterpret_cast<Pointer>(bytes));
    };
    if (width == 1)
        as(static_cast<std::uint8_t*>(nullptr));
    else if (width == 2)
        as(static_cast<std::uint16_t*>(nullptr));
    else
        as(static_cast<std::uint32_t*>(nullptr));
}

}  // namespace

void CountArray::resize(CountFormat format, std::size_t size) {
    width_ = format.bytes;
    size_ = size;
    bytes_.assign((size + kernels::block_voxels) * width_, 0);
}

void CountArray::assign(CountFormat format, std::size_t size, std::uint32_t const* counts) {
    resize(format, size);
    typed(width_, bytes_.data(), [&]<class T>(T* to) {
        for (std::size_t i = 0; i < size; ++i) to[i] = static_cast<T>(counts[i]);
    });
}

void CountArray::copy_to(std::uint32_t* counts) const {
    typed(width_, bytes_.data(), [&](auto const* from) {
        for (std::size_t i = 0; i < size_; ++i) counts[i] = from[i];
    });
}

std::uint32_t CountArray::copy(CountArray const& from, std::size_t begin, std::size_t end) {
    std::uint32_t seen = 0;
    typed(width_, bytes_.data(), [&]<class T>(T* to) {
        auto const* const source = reinterpret_cast<T const*>(from.bytes_.data());
        for (std::size_t i = begin; i < end; ++i) seen |= to[i] = source[i];
    });
    return seen;
}

std::uint32_t CountArray::at(std::size_t i) const {
    std::uint32_t count = 0;
    typed(width_, bytes_.data(), [&](auto const* counts) { count = counts[i]; });
    return count;
}

void CountArray::set(std::size_t i, std::uint32_t count) {
    typed(width_, bytes_.data(), [&]<class T>(T* counts) { counts[i] = static_cast<T>(count); });
}

std::uint32_t CountArray::add(std::size_t i, std::int64_t change) {
    std::uint32_t now = 0;
    typed(width_, bytes_.data(), [&]<class T>(T* to) {
        // What 32 bits do not hold is seen by their highest, as all that is too large.
        now = static_cast<std::uint32_t>(std::min<std::int64_t>(to[i] + change, 0xFFFFFFFF));
        to[i] = static_cast<T>(now);
    });
    return now;
}

void FlowArray::resize(CountFormat format, Grid const& grid) {
    flow_ = format.flow;
    faces_ = static_cast<std::size_t>(grid.faces);
    // The stride along the last axis.
    std::size_t const stride = faces_ == 2   ? 1
                               : faces_ == 4 ? grid.size[0]
                                             : std::size_t{grid.size[0]} * grid.size[1];
    pad_ = (stride + 15) / 16 * 16;
    plane_ = (grid.voxels + 2 * pad_ + kernels::block_voxels + 15) / 16 * 16;
    std::size_t const bytes = flow_ == CountFormat::Flow::packed ? 4
                              : flow_ == CountFormat::Flow::wide ? 8
                                                                 : 4 * faces_;
    numbers_.assign(plane_ * bytes / 8 + 8, 0);
    first_ = numbers_.data() + (64 - reinterpret_cast<std::uintptr_t>(numbers_.data()) % 64) % 64 / 8;
}

void FlowArray::set(kernels::DiffusionView& view) {
    auto* const words = reinterpret_cast<std::uint32_t*>(first_);
    view.packed = flow_ == CountFormat::Flow::packed ? words + pad_ : nullptr;
    view.wide = flow_ == CountFormat::Flow::wide ? first_ + pad_ : nullptr;
    for (std::uint32_t f = 0; f < 6; ++f)
        view.through[f] =
            flow_ == CountFormat::Flow::planes && f < faces_ ? words + f * plane_ + pad_ : nullptr;
}

}  // namespace fano
