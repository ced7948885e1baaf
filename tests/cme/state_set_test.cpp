// Sets of states against sets of pairs.
#include "cme/state_set.hpp"

#include <set>

#include <gmock/gmock.h>

#include "cme/generator_networks.hpp"
#include "fano/fano.hpp"
#include "support/gallery.hpp"

namespace fano::test {
namespace {

using Pair = std::pair<std::uint64_t, std::int64_t>;

std::vector<Interval> draw_intervals(Random& random, int count) {
    std::vector<Interval> intervals;
    for (int i = 0; i < count; ++i) {
        auto const low = random.whole(-20, 60);
        intervals.push_back(
            {static_cast<std::uint64_t>(random.whole(0, 4)) * 1000, low, low + random.whole(0, 15)});
    }
    return intervals;
}

std::set<Pair> states_of(std::vector<Interval> const& intervals) {
    std::set<Pair> states;
    for (auto const& i : intervals)
        for (auto n = i.low; n <= i.high; ++n) states.insert({i.prefix, n});
    return states;
}

// Rows ascend, do not touch, and number their states one after the other.
void expect_in_order(StateSet const& set) {
    std::uint64_t next = 0;
    Row const* before = nullptr;
    for (auto const& row : set.rows()) {
        EXPECT_EQ(row.first, next);
        EXPECT_GT(row.size, 0U);
        next += row.size;
        if (before != nullptr) {
            EXPECT_TRUE(before->prefix < row.prefix ||
                        (before->prefix == row.prefix && before->high() + 1 < row.low));
        }
        before = &row;
    }
    EXPECT_EQ(set.size(), next);
}

TEST(StateSet, IsTheUnionOfItsIntervals) {
    Random random{1};
    for (int round = 0; round < 200; ++round) {
        auto const intervals = draw_intervals(random, static_cast<int>(random.whole(0, 12)));
        auto const states = states_of(intervals);
        StateSet const set{intervals};
        expect_in_order(set);
        EXPECT_EQ(states_of(set.intervals()), states);
        ASSERT_EQ(set.size(), states.size());
        std::uint64_t index = 0;
        for (auto const& [prefix, along] : states) EXPECT_EQ(set.find(prefix, along), index++);
    }
}

TEST(StateSet, FillsGapsUpToALength) {
    std::vector<Interval> const intervals{{5, 10, 12}, {5, 0, 3}, {5, 15, 15}, {7, 16, 20}};
    auto const parts = [&](std::int64_t fill) {
        std::vector<std::pair<std::int64_t, std::int64_t>> found;
        StateSet const set{intervals, fill};
        for (auto const& row : set.rows()) found.emplace_back(row.low, row.high());
        return found;
    };
    using ::testing::ElementsAre;
    using ::testing::Pair;
    EXPECT_THAT(parts(0), ElementsAre(Pair(0, 3), Pair(10, 12), Pair(15, 15), Pair(16, 20)));
    EXPECT_THAT(parts(1), ElementsAre(Pair(0, 3), Pair(10, 12), Pair(15, 15), Pair(16, 20)));
    EXPECT_THAT(parts(2), ElementsAre(Pair(0, 3), Pair(10, 15), Pair(16, 20)));
    EXPECT_THAT(parts(6), ElementsAre(Pair(0, 15), Pair(16, 20)));
}

TEST(StateSet, JoinsNeighboursAndWhatLiesWithinOthers) {
    StateSet const set{{{1, 0, 9}, {1, 10, 12}, {1, 2, 4}, {1, 0, 0}}};
    ASSERT_EQ(set.rows().size(), 1U);
    EXPECT_EQ(set.rows()[0].high(), 12);
    EXPECT_EQ(set.size(), 13U);
}

TEST(StateSet, OfNothingIsEmpty) {
    StateSet const set{std::vector<Interval>{}};
    EXPECT_EQ(set.size(), 0U);
    EXPECT_EQ(set.seek(0), 0U);
}

TEST(StateSet, SeeksRowsFromAnyEarlierOne) {
    StateSet const set{{{2, 0, 1}, {2, 5, 6}, {4, 0, 0}, {9, 3, 3}}};
    std::uint64_t const prefixes[] = {2, 2, 4, 9};
    for (std::uint64_t prefix = 0; prefix < 11; ++prefix) {
        auto const first = static_cast<std::size_t>(
            std::lower_bound(std::begin(prefixes), std::end(prefixes), prefix) - prefixes);
        for (std::size_t from = 0; from <= first; ++from) EXPECT_EQ(set.seek(prefix, from), first);
    }
}

TEST(StateSet, TransfersValuesOfStatesInBoth) {
    Random random{2};
    for (int round = 0; round < 200; ++round) {
        StateSet const from{draw_intervals(random, static_cast<int>(random.whole(1, 10)))};
        StateSet const to{draw_intervals(random, static_cast<int>(random.whole(0, 10)))};
        std::vector<double> values(from.size());
        for (double& v : values) v = random.real(0.1, 1);
        auto const moved = transfer(from, values, to);
        ASSERT_EQ(moved.size(), to.size());
        auto const known = states_of(from.intervals());
        for (auto const& [prefix, along] : states_of(to.intervals()))
            EXPECT_EQ(moved[to.find(prefix, along)],
                      known.contains({prefix, along}) ? values[from.find(prefix, along)] : 0);
    }
}

TEST(StateSet, TransfersThereAndBackWithoutLossToALargerSet) {
    Random random{3};
    for (int round = 0; round < 100; ++round) {
        auto intervals = draw_intervals(random, 5);
        StateSet const small{intervals};
        auto const more = draw_intervals(random, 5);
        intervals.insert(intervals.end(), more.begin(), more.end());
        StateSet const large{intervals, 3};
        std::vector<double> values(small.size());
        for (double& v : values) v = random.real();
        EXPECT_EQ(transfer(large, transfer(small, values, large), small), values);
    }
}

TEST(StateSet, ExtentsAreThoseOfItsStates) {
    auto const network = gallery_network("dimerisation");
    auto const coordinates = coordinates_of(network, 1, {41, 0});
    auto const extent = extents(coordinates, StateSet{{{0, 3, 4}, {0, 9, 12}}});
    EXPECT_EQ(extent[0].low, 41 - 24);
    EXPECT_EQ(extent[0].high, 41 - 6);
    EXPECT_EQ(extent[1].low, 3);
    EXPECT_EQ(extent[1].high, 12);
}

}  // namespace
}  // namespace fano::test
