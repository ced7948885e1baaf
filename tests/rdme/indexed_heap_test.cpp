// The heap always knows the earliest entry, whatever changes.
#include "rdme/indexed_heap.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace {

using namespace fano;

TEST(IndexedHeap, KnowsTheEarliestEntry) {
    std::mt19937_64 bits(3);
    std::uniform_real_distribution<double> uniform(0, 1);
    for (std::size_t const size : {1u, 2u, 5u, 6u, 1000u}) {
        std::vector<double> times(size);
        for (auto& t : times) t = uniform(bits);
        IndexedHeap heap{times};
        for (int i = 0; i < 3000; ++i) {
            auto const least = std::min_element(times.begin(), times.end());
            ASSERT_EQ(heap.time(), *least) << size;
            ASSERT_EQ(times[heap.earliest()], *least) << size;
            auto const entry = i % 3 == 0 ? heap.earliest() : static_cast<std::uint32_t>(bits() % size);
            times[entry] = i % 50 == 0 ? INFINITY : uniform(bits);
            heap.change(entry, times[entry]);
            ASSERT_EQ(heap.time_of(entry), times[entry]);
        }
    }
}

}  // namespace
