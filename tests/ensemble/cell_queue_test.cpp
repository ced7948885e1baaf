// The queue that hands out cells: each once, those given back again.
#include "ensemble/cell_queue.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using fano::CellQueue;
using fano::CellRange;

TEST(CellQueue, HandsOutAllCellsInOrder) {
    CellQueue queue{10};
    auto const a = queue.take(4), b = queue.take(4), c = queue.take(4), d = queue.take(4);
    EXPECT_EQ(a.begin, 0u);
    EXPECT_EQ(a.end, 4u);
    EXPECT_EQ(b.begin, 4u);
    EXPECT_EQ(c.begin, 8u);
    EXPECT_EQ(c.end, 10u);
    EXPECT_TRUE(d.empty());
    EXPECT_EQ(queue.left(), 0u);
}

TEST(CellQueue, HandsOutAgainWhatIsGivenBack) {
    CellQueue queue{100};
    auto const first = queue.take(60);
    queue.take(40);
    queue.give_back(first);
    EXPECT_EQ(queue.left(), 60u);
    auto const part = queue.take(25), rest = queue.take(50);
    EXPECT_EQ(part.begin, 0u);
    EXPECT_EQ(part.size(), 25u);
    EXPECT_EQ(rest.begin, 25u);
    EXPECT_EQ(rest.end, 60u);
    EXPECT_TRUE(queue.take(1).empty());
}

TEST(CellQueue, TakesRequestsOfAnySize) {
    CellQueue queue{5};
    EXPECT_EQ(queue.take(std::uint64_t{1} << 62).size(), 5u);
    for (int i = 0; i < 8; ++i) EXPECT_TRUE(queue.take(std::uint64_t{1} << 62).empty());
}

TEST(CellQueue, GivesEachCellToOneOfManyThreads) {
    constexpr std::uint64_t cells = 20000;
    CellQueue queue{cells};
    std::vector<std::atomic<int>> taken(cells);
    auto const work = [&](std::uint64_t size) {
        bool returned = false;
        for (auto range = queue.take(size); !range.empty(); range = queue.take(size)) {
            if (!returned && range.size() > 1) {  // once, as a GPU that fails would
                queue.give_back({range.begin + 1, range.end});
                range.end = range.begin + 1;
                returned = true;
            }
            for (auto cell = range.begin; cell < range.end; ++cell) ++taken[cell];
        }
    };
    {
        std::vector<std::jthread> threads;
        for (std::uint64_t size : {1, 7, 16, 500}) threads.emplace_back(work, size);
    }
    work(3);  // what was given back last
    for (auto const& count : taken) EXPECT_EQ(count, 1);
}

}  // namespace
