// A binary tree of sums, from which a leaf is chosen with probability proportional to its value, and in which
// one leaf changes in a number of steps that is the logarithm of their number.
//
// Every other level of the tree is stored: a node is the sum of four, two and two. A sum is always made from
// those below it, never adjusted, so the tree depends on its leaves and not on how they came about.
#pragma once

#include "kernels/core/config.hpp"

FANO_KERNELS_BEGIN

// Where nodes are: the root is node 3, and the four below node n are 4 (n - 2) and after. They begin at a
// multiple of 4 and fill 32 bytes, which is what a GPU reads at once. Leaves come after all other nodes; up
// to two stay empty.
struct SumTreeShape {
    u32 first_leaf;

    FANO_FUNCTION explicit SumTreeShape(u32 leaves) : first_leaf(3 + (leaves + 1) / 3) {}
    FANO_FUNCTION u32 size() const { return 4 * (first_leaf - 2); }
    FANO_FUNCTION u32 leaf(u32 i) const { return first_leaf + i; }
    FANO_FUNCTION static u32 below(u32 node) { return 4 * (node - 2); }
    FANO_FUNCTION static u32 above(u32 node) { return node / 4 + 2; }
    static constexpr u32 root = 3;
    FANO_FUNCTION static u32 depth(u32 node) {
        u32 levels = 0;
        for (; node != root; node = above(node)) ++levels;
        return levels;
    }
};

class SumTree {
public:
    // `nodes`: [SumTreeShape(leaves).size()], 32-byte aligned. At least one leaf.
    FANO_FUNCTION SumTree(double* nodes, u32 leaves) : nodes_(nodes), leaves_(leaves), shape_(leaves) {}

    FANO_FUNCTION double total() const { return nodes_[shape_.root]; }

    // All leaves at once: set() each, then sum_up().
    FANO_FUNCTION void set(u32 leaf, double value) const { nodes_[shape_.leaf(leaf)] = value; }
    FANO_FUNCTION void sum_up() const {
        for (u32 node = shape_.leaf(leaves_); node < shape_.size(); ++node) nodes_[node] = 0.0;
        for (u32 node = shape_.first_leaf - 1; node >= shape_.root; --node) {
            u32 const first = shape_.below(node);
            nodes_[node] = (nodes_[first] + nodes_[first + 1]) + (nodes_[first + 2] + nodes_[first + 3]);
        }
    }

    // Changes a leaf and the sums of `levels` nodes above it.
    FANO_FUNCTION void change(u32 leaf, double value, u32 levels) const {
        double* const nodes = nodes_;
        u32 node = shape_.leaf(leaf);
        nodes[node] = value;
        for (; levels > 0; --levels) {
            value = (value + nodes[node ^ 1]) + (nodes[node ^ 2] + nodes[node ^ 3]);
            node = shape_.above(node);
            nodes[node] = value;
        }
    }
    // Changes a leaf and all sums above it.
    FANO_FUNCTION void change(u32 leaf, double value) const {
        change(leaf, value, shape_.depth(shape_.leaf(leaf)));
    }

    struct Choice {
        u32 leaf;
        double rest;  // of the pick, within the leaf
    };
    // The leaf in whose stretch of [0, total) the pick lies; never one of value 0, unless all are.
    FANO_FUNCTION Choice choose(double pick) const {
        u32 node = shape_.root;
        while (node < shape_.first_leaf) {
            node = shape_.below(node);
            double const left = nodes_[node] + nodes_[node + 1];
            // Sums are rounded: a pick beyond the left one need not have anything to its right.
            if (!(pick < left) && nodes_[node + 2] + nodes_[node + 3] != 0.0) {
                pick -= left;
                node += 2;
            }
            if (!(pick < nodes_[node]) && nodes_[node + 1] != 0.0) {
                pick -= nodes_[node];
                node += 1;
            }
        }
        return {node - shape_.first_leaf, pick};
    }

private:
    double* nodes_;
    u32 leaves_;
    SumTreeShape shape_;
};

FANO_KERNELS_END
