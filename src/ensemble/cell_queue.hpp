// Hands out the cells of an ensemble, a range at a time, to whoever asks: threads of the host, GPUs. What could
// not be finished is given back and handed out again.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

namespace fano {

// Cells [begin, end) of an ensemble, counted from its first.
struct CellRange {
    std::uint64_t begin = 0, end = 0;
    std::uint64_t size() const { return end - begin; }
    bool empty() const { return begin == end; }
};

class CellQueue {
public:
    explicit CellQueue(std::uint64_t cells) : cells_(cells) {}

    // At most `most` cells; none when all have been handed out.
    CellRange take(std::uint64_t most) {
        if (any_returned_.load(std::memory_order_acquire)) {
            CellRange const again = take_returned(most);
            if (!again.empty()) return again;
        }
        // Looks before it adds, so that asking again and again cannot overflow the counter.
        if (next_.load(std::memory_order_relaxed) >= cells_) return {};
        std::uint64_t const begin = std::min(next_.fetch_add(most, std::memory_order_relaxed), cells_);
        return {begin, begin + std::min(most, cells_ - begin)};
    }

    void give_back(CellRange range) {
        if (range.empty()) return;
        std::lock_guard const lock{mutex_};
        returned_.push_back(range);
        any_returned_.store(true, std::memory_order_release);
    }

    std::uint64_t left() {
        std::lock_guard const lock{mutex_};
        std::uint64_t left = cells_ - std::min(next_.load(), cells_);
        for (auto const& range : returned_) left += range.size();
        return left;
    }

private:
    CellRange take_returned(std::uint64_t most) {
        std::lock_guard const lock{mutex_};
        if (returned_.empty()) return {};
        CellRange& last = returned_.back();
        CellRange const taken{last.begin, last.begin + std::min(most, last.size())};
        last.begin = taken.end;
        if (last.empty()) returned_.pop_back();
        any_returned_.store(!returned_.empty(), std::memory_order_release);
        return taken;
    }

    std::uint64_t cells_;
    std::atomic<std::uint64_t> next_{0};
    std::atomic<bool> any_returned_{false};
    std::mutex mutex_;
    std::vector<CellRange> returned_;
};

}  // namespace fano
