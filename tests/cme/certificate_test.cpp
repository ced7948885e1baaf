// The certificate is a bound: no random network has a larger error than its certificate says.
#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <random>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cme/solutions.hpp"
#include "fano/fano.hpp"

namespace fano::test {
namespace {

// Sums of a few thousand steps in double precision round by less than this.
constexpr double rounding = 2e-12;

using State = std::array<int, 3>;  // A, B and the promoter, 0 or 1

struct Jump {
    State change;
    std::function<double(State const&)> propensity;
};

struct RandomNetwork {
    std::string text;
    std::vector<Jump> jumps;
    State start{};
    State largest{};  // of the states that the reference keeps
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

// Two species that are made and decay, and of some other reactions each with a chance: conversion, annihilation,
// dimerisation, catalysis, repression, activation, steps by two, a promoter.
RandomNetwork draw_network(std::uint64_t seed) {
    Draw draw{seed};
    RandomNetwork n;
    bool const promoter = draw.yes(0.3);
    n.start = {draw.whole(0, 6), draw.whole(0, 6), promoter ? draw.whole(0, 1) : 0};
    n.largest = {45, 45, promoter ? 1 : 0};
    n.end = draw(0.2, 2);
    n.text = fmt::format("[species]\nA = {}\nB = {}\n", n.start[0], n.start[1]);
    if (promoter) n.text += fmt::format("G = {}\nG_off = {}\n", n.start[2], 1 - n.start[2]);
    n.text += "[observables]\ncode = \"A + 64*B" + std::string(promoter ? " + 4096*G" : "") + "\"\n";
    auto const add = [&](std::string const& equation, State change, std::string const& law,
                         std::function<double(State const&)> propensity) {
        n.text += reaction(fmt::format("r{}", n.jumps.size()), equation, law, "propensity");
        n.jumps.push_back({change, std::move(propensity)});
    };
    for (std::size_t s : {0U, 1U}) {
        std::string const x = s == 0 ? "A" : "B", y = s == 0 ? "B" : "A";
        std::size_t const o = 1 - s;
        auto const by = [&](int own, int other) {
            return s == 0 ? State{own, other, 0} : State{other, own, 0};
        };
        double const c = draw(0.8, 3);
        add(x + " -> 0", by(-1, 0), fmt::format("{}*{}", c, x), [=](State const& at) { return c * at[s]; });
        double const k = draw(0.2, 5), half = draw(1, 6);
        switch (promoter && s == 0 ? 4 : draw.whole(0, 3)) {
            case 0:
                add("-> " + x, by(1, 0), fmt::format("{}", k), [=](State const&) { return k; });
                break;
            case 1:  // repressed by the other
                add("-> " + x, by(1, 0), fmt::format("{}*{}^2/({}^2 + {}^2)", k, half, half, y),
                    [=](State const& at) { return k * half * half / (half * half + at[o] * at[o]); });
                break;
            case 2:  // activates itself, held back by the sum: no product of what each does
                add("-> " + x, by(1, 0), fmt::format("{}*({} + A)/({} + A + B)", k, 0.2, half),
                    [=](State const& at) { return k * (0.2 + at[0]) / (half + at[0] + at[1]); });
                break;
            case 3:
                add("-> 2 " + x, by(2, 0), fmt::format("{}", k / 2), [=](State const&) { return k / 2; });
                break;
            default:
                add("G -> G + A", {1, 0, 0}, fmt::format("{}*G", k),
                    [=](State const& at) { return k * at[2]; });
        }
        if (double const r = draw(0.1, 0.6); draw.yes(0.3))
            add(x + " -> " + y, by(-1, 1), fmt::format("{}*{}", r, x),
                [=](State const& at) { return r * at[s]; });
        if (double const r = draw(0.1, 0.6); draw.yes(0.3))
            add(x + " -> " + x + " + " + y, by(0, 1), fmt::format("{}*{}", r, x),
                [=](State const& at) { return r * at[s]; });
        if (double const r = draw(0.02, 0.5); draw.yes(0.3))
            add("2 " + x + " -> " + y, by(-2, 1), fmt::format("{0}*{1}*({1} - 1)/2", r, x),
                [=](State const& at) { return r * at[s] * (at[s] - 1) / 2; });
    }
    if (double const r = draw(0.02, 0.5); draw.yes(0.3))
        add("A + B -> 0", {-1, -1, 0}, fmt::format("{}*A*B", r),
            [=](State const& at) { return r * at[0] * at[1]; });
    if (promoter) {
        double const on = draw(0.1, 5), off = draw(0.1, 5);
        add("G_off -> G", {0, 0, 1}, fmt::format("{}*G_off", on),
            [=](State const& at) { return on * (1 - at[2]); });
        add("G -> G_off", {0, 0, -1}, fmt::format("{}*G", off), [=](State const& at) { return off * at[2]; });
    }
    return n;
}

// p at the end on all states up to `largest`, by uniformization in long double: terms >= 0, so that nothing but the
// sink is missing, and that is 1 less their sum.
struct Reference {
    std::map<int, long double> p;  // by code
    double missing;
};

Reference refer(RandomNetwork const& n) {
    int const size[] = {n.largest[0] + 1, n.largest[1] + 1, n.largest[2] + 1};
    std::size_t const states =
        static_cast<std::size_t>(size[0]) * static_cast<std::size_t>(size[1] * size[2]);
    auto const index = [&](State const& s) {
        return static_cast<std::size_t>((s[2] * size[1] + s[1]) * size[0] + s[0]);
    };
    auto const inside = [&](State const& s) {
        for (std::size_t k = 0; k < 3; ++k)
            if (s[k] < 0 || s[k] > n.largest[k]) return false;
        return true;
    };
    auto const state = [&](std::size_t i) {
        int const at = static_cast<int>(i);
        return State{at % size[0], at / size[0] % size[1], at / size[0] / size[1]};
    };
    struct Entry {
        std::size_t to;
        double rate;
    };
    std::vector<std::vector<Entry>> entries(states);
    std::vector<double> exit(states);
    for (std::size_t i = 0; i < states; ++i)
        for (auto const& jump : n.jumps) {
            State to = state(i);
            double const rate = jump.propensity(to);
            for (std::size_t k = 0; k < 3; ++k) to[k] += jump.change[k];
            exit[i] += rate;
            if (rate > 0 && inside(to)) entries[i].push_back({index(to), rate});
        }
    double const q = *std::max_element(exit.begin(), exit.end());
    std::vector<long double> now(states), next(states), sum(states);
    now[index(n.start)] = 1;
    long double const mean = static_cast<long double>(q) * n.end;
    long double weight = std::exp(-mean);
    for (int k = 0; k < mean || weight > 1e-22L; ++k) {
        for (std::size_t i = 0; i < states; ++i) {
            auto const p = std::exchange(now[i], 0);
            if (p < 1e-24L) continue;  // is then missing
            sum[i] += weight * p;
            next[i] += p * (1 - static_cast<long double>(exit[i]) / q);
            for (auto const& e : entries[i]) next[e.to] += p * (e.rate / q);
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

struct Difference {
    double size = 0;    // sum |p - p'|
    double excess = 0;  // largest p' - p of a state
};

// Bins of several codes are compared with the sum of their probabilities, which can only be nearer.
Difference compare(Reference const& exact, Marginal const& found) {
    std::map<std::int64_t, long double> bins;
    for (auto const& [code, p] : exact.p)
        bins[static_cast<std::int64_t>(std::floor((code - found.low) / found.width))] += p;
    for (std::size_t i = 0; i < found.probability.size(); ++i)
        bins[static_cast<std::int64_t>(i)] -= static_cast<long double>(found.probability[i]);
    Difference d;
    for (auto const& [bin, p] : bins) {
        d.size += static_cast<double>(std::abs(p));
        d.excess = std::max(d.excess, static_cast<double>(-p));
    }
    return d;
}

struct Tried {
    double error, bound;
};

// `forgiven`: how often the error of the steps is allowed on top of the certificate.
Tried try_network(std::uint64_t seed, Integrator integrator, bool boxed, double forgiven) {
    auto const drawn = draw_network(seed);
    auto const network = network_from(drawn.text);
    auto const exact = refer(drawn);
    EXPECT_LT(exact.missing, 1e-11) << drawn.text;
    Draw draw{seed + 1'000'000};
    CmeOptions options;
    options.times = {drawn.end / 3, drawn.end};
    options.tolerance = std::pow(10, draw(-10, -3));
    options.integrator = integrator;
    options.threads = 1;
    if (boxed)
        options.box = {{"A", 0, std::max(drawn.start[0], draw.whole(6, 18))},
                       {"B", draw.whole(0, drawn.start[1]), std::max(drawn.start[1], draw.whole(6, 18))}};
    if (boxed && drawn.largest[2] == 1) {
        options.box.push_back({"G", 0, 1});
        options.box.push_back({"G_off", 0, 1});
    }
    auto const solution = solve_cme(network, options);
    auto const& end = solution.at.back();
    auto const& c = end.certificate;
    auto const off = compare(exact, end.marginals[network.output("code")]);
    auto const told = [&] {
        return fmt::format(
            "network {}, {}{}, tolerance {:.3g}, time {:.17g}: sink {:.6g}, pruned {:.3g}, "
            "integration {:.6g}\n{}",
            seed, integrator_name(integrator), boxed ? " in a box" : "", options.tolerance, drawn.end, c.sink,
            c.pruned, c.integration, drawn.text);
    };
    EXPECT_LE(off.size, c.total() + forgiven * c.integration + exact.missing + rounding) << told();
    if (!boxed) {
        EXPECT_LE(c.total(), options.tolerance) << told();
    }
    // Sums of products of numbers >= 0 of which some are left out: too little of every state, but for the steps
    // that are taken for the last to change anything.
    if (integrator == Integrator::uniformization) {
        EXPECT_LE(off.excess, c.integration + rounding) << told();
    }
    return {off.size, c.total()};
}

std::vector<Tried> try_networks(std::uint64_t first, Integrator integrator, bool boxed, double forgiven) {
    std::vector<Tried> tried;
    for (auto seed = first; seed < first + 25; ++seed)
        tried.push_back(try_network(seed, integrator, boxed, forgiven));
    return tried;
}

class Certificates : public ::testing::TestWithParam<Integrator> {
protected:
    std::uint64_t const first = 1000 * static_cast<std::uint64_t>(GetParam());
    // What steps lose of the sum is taken for a sink less their error, but may be a sink less or more their error.
    double const forgiven = GetParam() == Integrator::uniformization ? 0 : 2;
};

INSTANTIATE_TEST_SUITE_P(Of, Certificates, ::testing::ValuesIn(integrators()),
                         [](auto const& instance) { return integrator_name(instance.param); });

TEST_P(Certificates, BoundTheErrorsOfWindowsThatFollowTheProbability) {
    auto const tried = try_networks(first, GetParam(), false, forgiven);
    // A certificate a thousand times smaller would be refused here.
    auto const refused = std::count_if(tried.begin(), tried.end(),
                                       [](auto const& t) { return t.error > t.bound / 1000 + rounding; });
    EXPECT_GT(refused, 10);
}

TEST_P(Certificates, BoundTheErrorsOfBoxes) {
    auto const tried = try_networks(first + 100, GetParam(), true, forgiven);
    // So would one that is a tenth smaller: what left a box is known, not estimated.
    auto const refused = std::count_if(tried.begin(), tried.end(),
                                       [](auto const& t) { return t.error > 0.9 * t.bound + rounding; });
    EXPECT_GT(refused, 10);
}

TEST_P(Certificates, NeedNothingForgiven) {
    if (forgiven > 0)
        GTEST_SKIP() << "certificate.sink leaves out the error of steps that are bounded by a residual";
    try_networks(first, GetParam(), false, 0);
    try_networks(first + 100, GetParam(), true, 0);
}

// A promoter that flickers fast, and molecules that decay meanwhile on their own: small, stiff and without a sink.
TEST_P(Certificates, BoundTheErrorsOfSmallStiffNetworks) {
    if (GetParam() == Integrator::krylov)
        GTEST_SKIP()
            << "coefficients of a basis that is nearly dependent grow to 1e25, and rounding with them";
    for (std::size_t molecules : {2U, 4U, 12U, 30U})
        for (double rate : {100.0, 1000.0})
            for (double time : {1.0, 3.0}) {
                auto const network = network_from(
                    fmt::format("[species]\nG_off = 1\nG = 0\nA = {}\n", molecules) +
                    reaction("on", "G_off <-> G", fmt::format("{}\"\nreverse_rate = \"{}", rate, 2 * rate)) +
                    reaction("decay", "A -> 0", "1"));
                auto const exact = binomial(molecules, std::exp(-time));
                for (double tolerance : {1e-2, 1e-4, 1e-6}) {
                    CmeOptions options;
                    options.times = {time};
                    options.tolerance = tolerance;
                    options.integrator = GetParam();
                    options.threads = 1;
                    options.box = {
                        {"G", 0, 1}, {"G_off", 0, 1}, {"A", 0, static_cast<std::int64_t>(molecules)}};
                    auto const at = solve_cme(network, options).at[0];
                    EXPECT_LE(distance(at.marginals[network.output("A")], exact),
                              at.certificate.total() + 1e-11 + 3e-14 * rate * time)
                        << molecules << " molecules, rate " << rate << ", time " << time << ", tolerance "
                        << tolerance;
                }
            }
}

}  // namespace
}  // namespace fano::test
