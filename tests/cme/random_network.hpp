// Small networks at random, and the distributions of their counts on many states, in long double.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cme/solutions.hpp"

namespace fano::test {

using CountsOfThree = std::array<int, 3>;  // A, B and the promoter, 0 or 1

struct Jump {
    CountsOfThree change;
    std::function<double(CountsOfThree const&)> propensity;
};

struct RandomNetwork {
    std::string text;
    std::vector<Jump> jumps;
    CountsOfThree start{};
    CountsOfThree largest{};  // of the states that the reference keeps
    double end = 1;
};

class Draw {
public:
    explicit Draw(std::uint64_t seed) : random_(seed) {}
    double operator()(double low, double high) {
        return low + (high - low) * static_cast<double>(random_() >> 11) * 0x1p-53;
    }
    int whole(int low, int high) { return low + static_cast<int>((*this)(0, 1) * (high - low + 1)); }
    bool yes(double chance) { return (*this)(0, 1) < chance; }

private:
    std::mt19937_64 random_;
};

// Two species that are made and decay, and of some other reactions each with a chance: conversion,
// annihilation, dimerisation, catalysis, repression, activation, steps by two, a promoter.
inline RandomNetwork draw_network(std::uint64_t seed) {
    Draw draw{seed};
    RandomNetwork n;
    bool const promoter = draw.yes(0.3);
    n.start = {draw.whole(0, 6), draw.whole(0, 6), promoter ? draw.whole(0, 1) : 0};
    n.largest = {38, 38, promoter ? 1 : 0};
    n.end = draw(0.2, 1.2);
    n.text = fmt::format("[species]\nA = {}\nB = {}\n", n.start[0], n.start[1]);
    if (promoter) n.text += fmt::format("G = {}\nG_off = {}\n", n.start[2], 1 - n.start[2]);
    n.text += "[observables]\ncode = \"A + 64*B" + std::string(promoter ? " + 4096*G" : "") + "\"\n";
    auto const add = [&](std::string const& equation, CountsOfThree change, std::string const& law,
                         std::function<double(CountsOfThree const&)> propensity) {
        n.text += reaction(fmt::format("r{}", n.jumps.size()), equation, law, "propensity");
        n.jumps.push_back({change, std::move(propensity)});
    };
    for (std::size_t s : {0U, 1U}) {
        std::string const x = s == 0 ? "A" : "B", y = s == 0 ? "B" : "A";
        std::size_t const o = 1 - s;
        auto const by = [&](int own, int other) {
            return s == 0 ? CountsOfThree{own, other, 0} : CountsOfThree{other, own, 0};
        };
        double const c = draw(0.8, 3);
        add(x + " -> 0", by(-1, 0), fmt::format("{}*{}", c, x),
            [=](CountsOfThree const& at) { return c * at[s]; });
        double const k = draw(0.2, 5), half = draw(1, 6);
        switch (promoter && s == 0 ? 4 : draw.whole(0, 3)) {
            case 0:
                add("-> " + x, by(1, 0), fmt::format("{}", k), [=](CountsOfThree const&) { return k; });
                break;
            case 1:  // repressed by the other
                add("-> " + x, by(1, 0), fmt::format("{}*{}^2/({}^2 + {}^2)", k, half, half, y),
                    [=](CountsOfThree const& at) { return k * half * half / (half * half + at[o] * at[o]); });
                break;
            case 2:  // activates itself, held back by the sum: no product of what each does
                add("-> " + x, by(1, 0), fmt::format("{}*({} + A)/({} + A + B)", k, 0.2, half),
                    [=](CountsOfThree const& at) { return k * (0.2 + at[0]) / (half + at[0] + at[1]); });
                break;
            case 3:
                add("-> 2 " + x, by(2, 0), fmt::format("{}", k / 2),
                    [=](CountsOfThree const&) { return k / 2; });
                break;
            default:
                add("G -> G + A", {1, 0, 0}, fmt::format("{}*G", k),
                    [=](CountsOfThree const& at) { return k * at[2]; });
        }
        if (double const r = draw(0.1, 0.6); draw.yes(0.3))
            add(x + " -> " + y, by(-1, 1), fmt::format("{}*{}", r, x),
                [=](CountsOfThree const& at) { return r * at[s]; });
        if (double const r = draw(0.1, 0.6); draw.yes(0.3))
            add(x + " -> " + x + " + " + y, by(0, 1), fmt::format("{}*{}", r, x),
                [=](CountsOfThree const& at) { return r * at[s]; });
        if (double const r = draw(0.02, 0.5); draw.yes(0.3))
            add("2 " + x + " -> " + y, by(-2, 1), fmt::format("{0}*{1}*({1} - 1)/2", r, x),
                [=](CountsOfThree const& at) { return r * at[s] * (at[s] - 1) / 2; });
    }
    if (double const r = draw(0.02, 0.5); draw.yes(0.3))
        add("A + B -> 0", {-1, -1, 0}, fmt::format("{}*A*B", r),
            [=](CountsOfThree const& at) { return r * at[0] * at[1]; });
    if (promoter) {
        double const on = draw(0.1, 5), off = draw(0.1, 5);
        add("G_off -> G", {0, 0, 1}, fmt::format("{}*G_off", on),
            [=](CountsOfThree const& at) { return on * (1 - at[2]); });
        add("G -> G_off", {0, 0, -1}, fmt::format("{}*G", off),
            [=](CountsOfThree const& at) { return off * at[2]; });
    }
    return n;
}

// p at the end on all states up to `largest`, by uniformization in long double: terms >= 0, so that
// nothing but the sink is missing, and that is 1 less their sum.
struct Reference {
    std::map<int, long double> p;  // by code
    double missing;
};

inline Reference refer(RandomNetwork const& n) {
    int const size[] = {n.largest[0] + 1, n.largest[1] + 1, n.largest[2] + 1};
    std::size_t const states =
        static_cast<std::size_t>(size[0]) * static_cast<std::size_t>(size[1] * size[2]);
    auto const index = [&](CountsOfThree const& s) {
        return static_cast<std::size_t>((s[2] * size[1] + s[1]) * size[0] + s[0]);
    };
    auto const inside = [&](CountsOfThree const& s) {
        for (std::size_t k = 0; k < 3; ++k)
            if (s[k] < 0 || s[k] > n.largest[k]) return false;
        return true;
    };
    auto const state = [&](std::size_t i) {
        int const at = static_cast<int>(i);
        return CountsOfThree{at % size[0], at / size[0] % size[1], at / size[0] / size[1]};
    };
    struct Entry {
        std::size_t to;
        long double rate;
    };
    std::vector<std::vector<Entry>> entries(states);
    std::vector<double> exit(states);
    for (std::size_t i = 0; i < states; ++i)
        for (auto const& jump : n.jumps) {
            CountsOfThree to = state(i);
            double const rate = jump.propensity(to);
            for (std::size_t k = 0; k < 3; ++k) to[k] += jump.change[k];
            exit[i] += rate;
            if (rate > 0 && inside(to)) entries[i].push_back({index(to), rate});
        }
    double const q = *std::max_element(exit.begin(), exit.end());
    std::vector<long double> now(states), next(states), sum(states), stay(states);
    for (std::size_t i = 0; i < states; ++i) {
        stay[i] = 1 - static_cast<long double>(exit[i]) / q;
        for (auto& e : entries[i]) e.rate /= q;
    }
    now[index(n.start)] = 1;
    long double const mean = static_cast<long double>(q) * n.end;
    long double weight = std::exp(-mean);
    for (int k = 0; k < mean || weight > 1e-22L; ++k) {
        for (std::size_t i = 0; i < states; ++i) {
            auto const p = std::exchange(now[i], 0);
            if (p < 1e-20L) continue;  // is then missing
            sum[i] += weight * p;
            next[i] += p * stay[i];
            for (auto const& e : entries[i]) next[e.to] += p * e.rate;
        }
        now.swap(next);
        weight *= mean / (k + 1);
    }
    Reference found;
    long double total = 0;
    for (std::size_t i = 0; i < states; ++i) {
        auto const s = state(i);
        found.p[s[0] + 64 * s[1] + 4096 * s[2]] = sum[i];
        total += sum[i];
    }
    found.missing = static_cast<double>(1 - total);
    return found;
}

}  // namespace fano::test
