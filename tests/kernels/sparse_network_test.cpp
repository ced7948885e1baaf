// The tree of sums against a plain scan of its leaves, and the sparse method's upkeep of it against a tree
// that is made anew.
#include "kernels/ssa/sparse_network.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "backend/cpu.hpp"
#include "fano/fano.hpp"
#include "model/compile.hpp"
#include "model/tables.hpp"
#include "support/gallery.hpp"
#include "support/large_models.hpp"

namespace {

using namespace fano;
using kernels::SumTree;
using kernels::SumTreeShape;
using kernels::u32;

class Tree {
public:
    explicit Tree(std::vector<double> const& leaves)
        : leaves_(static_cast<u32>(leaves.size())),
          nodes_(SumTreeShape{leaves_}.size(), std::nan("")),  // what was there before must not matter
          tree_(nodes_.data(), leaves_) {
        for (u32 i = 0; i < leaves_; ++i) tree_.set(i, leaves[i]);
        tree_.sum_up();
    }
    Tree(Tree const&) = delete;

    SumTree const& operator*() const { return tree_; }
    SumTree const* operator->() const { return &tree_; }
    std::vector<double> const& nodes() const { return nodes_; }
    // Leaves from left to right, as their stretches follow each other.
    std::vector<u32> in_order() const {
        std::vector<u32> order;
        collect(SumTreeShape::root, order);
        return order;
    }

private:
    void collect(u32 node, std::vector<u32>& order) const {
        SumTreeShape const shape{leaves_};
        if (node >= shape.first_leaf) {
            if (node - shape.first_leaf < leaves_) order.push_back(node - shape.first_leaf);
            return;
        }
        for (u32 i = 0; i < 4; ++i) collect(SumTreeShape::below(node) + i, order);
    }

    u32 leaves_;
    std::vector<double> nodes_;
    SumTree tree_;
};

std::vector<u32> const sizes{1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 64, 65, 255, 257, 1000, 4000};

TEST(SumTree, HoldsEveryLeafOnce) {
    for (u32 size : sizes) {
        Tree const tree{std::vector<double>(size, 1.0)};
        auto order = tree.in_order();
        std::sort(order.begin(), order.end());
        ASSERT_EQ(order.size(), size);
        for (u32 i = 0; i < size; ++i) EXPECT_EQ(order[i], i);
        EXPECT_EQ(tree->total(), size);
    }
}

TEST(SumTree, ChoosesAsAPlainScanAtTheEdgesOfEveryStretch) {
    std::mt19937 next{1};
    for (u32 size : sizes) {
        // Whole numbers, so that all sums are exact; some are 0.
        std::vector<double> values;
        for (u32 i = 0; i < size; ++i) values.push_back(i == size / 2 ? 5.0 : next() % 4);
        Tree const tree{values};
        double before = 0;
        for (u32 leaf : tree.in_order()) {
            double const value = values[leaf];
            if (value > 0) {
                for (double rest : {0.0, 0.25, value / 2, std::nextafter(value, 0.0)}) {
                    auto const chosen = tree->choose(before + rest);
                    if (before + rest == before + value) continue;  // rounded into the next stretch
                    EXPECT_EQ(chosen.leaf, leaf) << size;
                    EXPECT_EQ(chosen.rest, before + rest - before) << size;
                }
            }
            before += value;
        }
        EXPECT_EQ(before, tree->total());
    }
}

TEST(SumTree, NeverChoosesALeafOfZero) {
    std::mt19937_64 next{2};
    std::uniform_real_distribution<double> exponent{-40, 40}, unit{0, 1};
    for (u32 size : sizes) {
        for (int repetition = 0; repetition < 30; ++repetition) {
            std::vector<double> values;
            for (u32 i = 0; i < size; ++i) values.push_back(next() % 3 != 0 ? 0.0 : std::exp(exponent(next)));
            if (std::all_of(values.begin(), values.end(), [](double x) { return x == 0; })) continue;
            Tree const tree{values};
            double const total = tree->total();
            std::vector<double> picks{0.0, std::numeric_limits<double>::denorm_min(),
                                      std::nextafter(total, 0.0), total};
            for (int i = 0; i < 50; ++i) picks.push_back(unit(next) * total);
            // The sums of parts are where rounding can lead astray.
            for (double node : tree.nodes())
                if (node <= total) picks.insert(picks.end(), {node, std::nextafter(node, total)});
            for (double pick : picks) {
                auto const chosen = tree->choose(pick);
                ASSERT_LT(chosen.leaf, size);
                EXPECT_GT(values[chosen.leaf], 0.0) << size << " leaves, pick " << pick;
            }
        }
    }
}

TEST(SumTree, IsThatOfItsLeavesAfterAMillionChanges) {
    std::mt19937_64 next{3};
    std::uniform_real_distribution<double> exponent{-20, 20};
    for (u32 size : {1u, 17u, 257u, 4000u}) {
        std::vector<double> values(size, 0.0);
        Tree const tree{values};
        for (int i = 0; i < 1'000'000; ++i) {
            auto const leaf = static_cast<u32>(next() % size);
            values[leaf] = next() % 4 == 0 ? 0.0 : std::exp(exponent(next));
            tree->change(leaf, values[leaf]);
        }
        Tree const fresh{values};
        EXPECT_EQ(
            std::memcmp(&tree.nodes()[3], &fresh.nodes()[3], (tree.nodes().size() - 3) * sizeof(double)), 0)
            << size;
    }
}

TEST(SumTree, PassesANotANumberOnAndForgetsIt) {
    std::vector<double> values(300, 1.0);
    Tree const tree{values};
    tree->change(123, std::nan(""));
    EXPECT_TRUE(std::isnan(tree->total()));
    tree->change(200, 2.0);
    EXPECT_TRUE(std::isnan(tree->total()));
    tree->change(123, 1.0);
    EXPECT_EQ(tree->total(), 301);
}

// Fires reactions at random and compares the tree, bit for bit, with one made of all propensities anew.
void expect_upkeep(Network const& network, int steps) {
    auto const table = network.tables->view();
    ASSERT_TRUE(table.large);
    LaneMemory memory{table, 1, true};
    kernels::SparseNetwork<kernels::Contiguous> sparse{
        table, kernels::sparse_memory(memory.lanes, memory.bounds, memory.cell.outputs)};
    ASSERT_EQ(sparse.birth(1, 0).failure, kernels::Failure::none);
    kernels::LaneState<kernels::ScalarLane> state{};
    state.window = 1000;
    std::mt19937_64 next{4};
    std::uniform_real_distribution<double> unit{0, 1};
    u32 const size = SumTreeShape{table.reactions}.size();
    int fired = 0;
    for (int step = 0; step < steps; ++step) {
        double const total = sparse.bound(state);
        ASSERT_FALSE(std::isnan(total));
        if (total == 0) break;
        state.pick = unit(next) * total;
        sparse.fire(state);
        ++fired;
        if (step % 100 != 0) continue;
        std::vector<double> const kept(memory.lanes.sums, memory.lanes.sums + size);
        *memory.lanes.stale = 1;
        sparse.bound(state);
        ASSERT_EQ(std::memcmp(&kept[3], memory.lanes.sums + 3, (size - 3) * sizeof(double)), 0)
            << network.name << " after " << step << " steps";
    }
    EXPECT_GT(fired, 0);
}

TEST(SparseNetwork, KeepsTheTreeThatAFreshOneWouldBe) {
    expect_upkeep(compile(read_toml(test::large_model_of_everything(), "everything.toml")), 20000);
    std::mt19937 next{5};
    std::string text = "[species]\n";
    for (int s = 0; s < 120; ++s) text += fmt::format("S{} = 30\n", s);
    auto some = [&] { return next() % 120; };
    for (int r = 0; r < 600; ++r)
        text += fmt::format("[reactions.r{}]\nequation = \"S{} + S{} -> S{} + S{}\"\nrate = {}\n", r, some(),
                            some(), some(), some(), 0.1 + 0.01 * r);
    expect_upkeep(compile(read_toml(text, "random.toml")), 20000);
}

TEST(SparseNetwork, KeepsTheTreeOfEveryModelOfTheGallery) {
    for (auto const& name : test::gallery())
        expect_upkeep(compile(read_model((test::source_folder() / "models" / (name + ".toml")).string()), 0),
                      3000);
}

}  // namespace
