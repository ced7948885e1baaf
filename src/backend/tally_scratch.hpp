// Memory of a device for what a launch of the tally is to work on and for what comes out of it, and the rounds in
// which long lists pass through that memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "backend/accelerator.hpp"
#include "ensemble/wide.hpp"

namespace fano {

// How much: of a list [byte], of results [64-bit word].
struct ScratchSize {
    std::size_t list_bytes, words;
};

class TallyScratch {
public:
    TallyScratch(Accelerator& device, ScratchSize const& size)
        : device_(device), list_(device, size.list_bytes), results_(device, size.words) {}

    std::uint64_t* results() const { return results_.data(); }
    // The first `words` results, and their zeroing before a launch.
    std::vector<std::uint64_t> download(std::size_t words) const {
        std::vector<std::uint64_t> values(words);
        device_.download(values.data(), results_.data(), words * sizeof(std::uint64_t));
        return values;
    }
    void clear(std::size_t words) { device_.clear(results_.data(), words * sizeof(std::uint64_t)); }

    // Copies a list to the device, behind `offset` bytes of others.
    template <class Item>
    Item const* place(Item const* items, std::size_t count, std::size_t offset = 0) {
        device_.upload(list_.data() + offset, items, count * sizeof(Item));
        return reinterpret_cast<Item const*>(list_.data() + offset);
    }

    // Calls run(first, last) for stretches of items, as long as what they need fits: item_bytes of list and
    // words(item) of results each.
    template <class Words, class Run>
    void in_rounds(std::size_t items, std::size_t item_bytes, Words const& words, Run const& run) const {
        for (std::size_t first = 0, last = 0; first < items; first = last) {
            std::size_t used = 0;
            while (last < items && (last + 1 - first) * item_bytes <= list_.size() &&
                   used + words(last) <= results_.size())
                used += words(last++);
            run(first, last);
        }
    }

    // Starts a kernel for `items`, spread evenly over blocks.
    template <class Job>
    void launch(KernelName kernel, Job job, std::size_t items, std::size_t shared_bytes_a_thread) const {
        if (items == 0) return;
        std::size_t const blocks = (items + Job::most_threads - 1) / Job::most_threads;
        std::size_t const width = (items + blocks - 1) / blocks, rows = Job::most_threads / width;
        job.width = static_cast<std::uint32_t>(width);
        if constexpr (requires { job.count; }) job.count = static_cast<std::uint32_t>(items);
        LaunchGrid grid;
        grid.blocks_x = static_cast<std::uint32_t>(blocks);
        grid.blocks_y = chunks(blocks, rows, job.samples.cells);
        grid.threads = static_cast<std::uint32_t>((rows * width + 31) / 32 * 32);
        grid.shared_bytes = static_cast<std::uint32_t>(grid.threads * shared_bytes_a_thread);
        device_.launch(kernel, grid, job);
    }

    // Starts a kernel that makes `limbs` sums for each item of its list, and hands over what it made:
    // take(item, next), where next(n) is the number whose n limbs come next.
    template <class Job, class Item, class Take>
    void sum(KernelName kernel, Job job, Item const* Job::*list, std::vector<Item> const& items,
             std::size_t limbs, Take const& take) {
        auto words = [limbs](std::size_t) { return limbs; };
        in_rounds(items.size(), sizeof(Item), words, [&](std::size_t first, std::size_t last) {
            std::size_t const count = last - first;
            clear(count * limbs);
            job.*list = place(&items[first], count);
            launch(kernel, job, count, limbs * sizeof(std::uint64_t));
            std::vector<std::uint64_t> const sums = download(count * limbs);
            for (std::size_t i = 0; i < count; ++i) {
                std::size_t limb = 0;
                take(first + i, [&](std::size_t n) {
                    return join(&sums[std::exchange(limb, limb + n) * count + i], n, count);
                });
            }
        });
    }

    // How many chunks of cells make enough blocks for any GPU, with work enough for each thread.
    static std::uint32_t chunks(std::size_t blocks, std::size_t rows, std::size_t cells) {
        constexpr std::size_t blocks_wanted = 2048, cells_wanted = 16, most = 65535;  // the last: of CUDA
        std::size_t const useful = std::min(cells / (rows * cells_wanted) + 1, most);
        return static_cast<std::uint32_t>(std::clamp<std::size_t>(blocks_wanted / blocks, 1, useful));
    }

private:
    static Wide join(std::uint64_t const* limbs, std::size_t count, std::size_t stride) {
        Wide number;
        for (std::size_t i = count; i-- > 0;) {
            number *= std::int64_t{1} << 32;
            number += static_cast<Int128>(limbs[i * stride]);
        }
        return number;
    }

    Accelerator& device_;
    DeviceArray<std::byte> list_;
    DeviceArray<std::uint64_t> results_;
};

}  // namespace fano
