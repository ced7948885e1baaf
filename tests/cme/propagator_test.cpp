// exp(tA) p by each method against a sum of positive terms, and the bound that each gives of its error.
#include "cme/propagator.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cme/generator_networks.hpp"
#include "fano/fano.hpp"

namespace fano::test {
namespace {

struct Method {
    std::string name;
    std::unique_ptr<Propagator> (*make)(Team&, std::atomic<bool> const*);
};

class Propagators : public ::testing::TestWithParam<Method> {};

INSTANTIATE_TEST_SUITE_P(By, Propagators,
                         ::testing::Values(Method{"uniformization", make_uniformization},
                                           Method{"krylov", make_krylov}, Method{"rational", make_rational}),
                         [](auto const& instance) { return instance.param.name; });

// The same chain with a state more, into which all leaks go.
std::vector<double> exact(Generator const& a, std::vector<double> start, double time) {
    auto const size = a.size();
    auto const matrix = a.matrix();
    std::vector<double> leak(size);
    Chain chain(size + 1);
    for (int i = 0; i < matrix.rows(); ++i)
        for (Generator::Matrix::InnerIterator it(matrix, i); it; ++it) {
            auto const from = static_cast<std::size_t>(it.col()), to = static_cast<std::size_t>(i);
            leak[from] -= it.value();
            if (from != to && it.value() > 0) chain.jump(from, to, it.value());
        }
    for (std::size_t i = 0; i < size; ++i)
        if (leak[i] > 1e-12 * a.largest_exit()) chain.jump(i, size, leak[i]);
    start.push_back(0);
    start = chain.after(start, time);
    start.pop_back();
    return start;
}

double distance(std::vector<double> const& a, std::vector<double> const& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
    return sum;
}

struct Went {
    std::vector<double> p;
    double error = 0;
    int steps = 0;
};

Went go(Propagator& propagator, Generator const& a, std::vector<double> p, double time, double tolerance) {
    Went went{std::move(p)};
    for (double t = 0; t < time && went.steps < 5000; ++went.steps) {
        double const rest = time - t;
        auto const done = propagator.advance(a, went.p, rest, tolerance * rest / time);
        EXPECT_GE(done.time, 0);
        EXPECT_LE(done.time, rest);
        EXPECT_GE(done.error, 0);
        EXPECT_LE(done.error, tolerance * done.time / time * (1 + 1e-12));
        went.error += done.error;
        t = done.time == rest ? time : t + done.time;
    }
    EXPECT_LT(went.steps, 5000);
    return went;
}

std::vector<double> random_start(std::size_t size, std::uint64_t seed) {
    Random random{seed};
    std::vector<double> p(size);
    double sum = 0;
    for (double& v : p) sum += v = std::pow(random.real(), 8);
    for (double& v : p) v /= sum;
    return p;
}

std::vector<double> certain_start(std::size_t size) {
    std::vector<double> p(size);
    p[size / 3] = 1;
    return p;
}

void expect_bounded(Method const& method, Generator const& a, double time) {
    Team team{1};
    for (double tolerance : {1e-3, 1e-6, 1e-9})
        for (auto const& start : {certain_start(a.size()), random_start(a.size(), 3)}) {
            auto const propagator = method.make(team, nullptr);
            auto const went = go(*propagator, a, start, time, tolerance);
            EXPECT_LE(distance(went.p, exact(a, start, time)),
                      went.error + 1e-11 + 1e-15 * a.largest_exit() * time)
                << fmt::format("{} states, time {}, tolerance {}", a.size(), time, tolerance);
            EXPECT_GT(propagator->products(), 0U);
        }
}

TEST_P(Propagators, AreWithinTheirErrorsOnLeakySets) {
    for (auto const& [text, counts] : {std::pair{toggle_like, std::vector<double>{3, 2}},
                                       {mixed, {3, 2}},
                                       {three_species, {1, 2, 0}},
                                       {one_species, {5}}}) {
        System system{text, 0, counts, 5, [] { return RowParts{{0, 9}, {12, 20}}; }};
        for (double time : {0.01, 0.5, 10.0}) expect_bounded(GetParam(), system.generator(), time);
    }
}

TEST_P(Propagators, AreWithinTheirErrorsOnClosedSets) {
    for (auto const& [text, counts] : {std::pair{toggle_like, std::vector<double>{3, 2}}, {mixed, {3, 2}}}) {
        System system{text, 0, counts, 12, [] { return RowParts{{0, 15}}; }};
        auto const a = system.generator(Edge::reflecting);
        expect_bounded(GetParam(), a, 2);
        Team team{1};
        auto const went = go(*GetParam().make(team, nullptr), a, certain_start(a.size()), 5, 1e-6);
        EXPECT_NEAR(sum(went.p), 1, went.error + 1e-12);
    }
}

// A cell goes round: probability oscillates for a long while.
TEST_P(Propagators, AreWithinTheirErrorsOnARing) {
    // One species with a propensity that counts: 0 to 29 and back to 0.
    auto const ring = "[species]\nX = 0\n" + reaction("on", "-> X", "piecewise(1, X < 29, 0)", "propensity") +
                      reaction("back", "29 X -> 0", "piecewise(1, X == 29, 0)", "propensity");
    System system{ring, 0, {0}, 0, [] { return RowParts{{0, 29}}; }};
    for (double time : {3.0, 45.0, 200.0}) expect_bounded(GetParam(), system.generator(), time);
}

TEST_P(Propagators, AreWithinTheirErrorsOnStiffSets) {
    auto const text =
        "[species]\nA = 0\nG = 0\n" + reaction("on", "-> G", "piecewise(3e4, G < 1, 0)", "propensity") +
        reaction("off", "G -> 0", "5e4") + reaction("a", "G -> G + A", "8") + reaction("d", "A -> 0", "1");
    System system{text, 0, {0, 0}, 1, [] { return RowParts{{0, 25}}; }};
    auto const a = system.generator(Edge::reflecting);
    expect_bounded(GetParam(), a, 0.02);
}

// A promoter that flickers fast, and molecules that decay meanwhile, slowly and on their own. Returns
// the number of products.
std::uint64_t expect_decay_while_flickering(Method const& method, std::size_t molecules, double rate,
                                            double time, double tolerance) {
    auto const count = static_cast<double>(molecules);
    System system{"[species]\nA = 4\nG = 0\n" +
                      reaction("on", "-> G", fmt::format("piecewise({}, G < 1, 0)", rate), "propensity") +
                      reaction("off", "G -> 0", fmt::format("{}", 2 * rate)) +
                      reaction("decay", "A -> 0", "1"),
                  0,
                  {count, 0},
                  1,
                  [&] {
                      return RowParts{{0, static_cast<std::int64_t>(molecules)}};
                  }};
    auto const a = system.generator(Edge::reflecting);
    auto const index = [&](double n, double g) {
        auto const state = system.coordinates.state({n, g});
        return a.states().find(state.prefix, state.low);
    };
    Team team{1};
    auto const propagator = method.make(team, nullptr);
    std::vector<double> start(a.size());
    start[index(count, 0)] = 1;
    auto const went = go(*propagator, a, start, time, tolerance);
    auto left = binomial(molecules, std::exp(-time));
    left.resize(molecules + 1);
    double const on = -std::expm1(-3 * rate * time) / 3;
    double off = 0;
    for (std::size_t n = 0; n <= molecules; ++n) {
        off += std::abs(went.p[index(static_cast<double>(n), 1)] - left[n] * on);
        off += std::abs(went.p[index(static_cast<double>(n), 0)] - left[n] * (1 - on));
    }
    // Exponentials by squaring round by as much as the largest rate times the time.
    EXPECT_LE(off, went.error + 1e-11 + 3e-14 * a.largest_exit() * time)
        << fmt::format("{} molecules, rate {}, time {}, tolerance {}", molecules, rate, time, tolerance);
    return propagator->products();
}

TEST_P(Propagators, AreWithinTheirErrorsOnSmallSetsForALongTime) {
    for (std::size_t molecules : {2U, 4U, 12U, 30U})
        for (double rate : {1.0, 100.0, 1000.0})
            for (double time : {0.3, 3.0})
                for (double tolerance : {1e-2, 1e-4, 1e-6})
                    expect_decay_while_flickering(GetParam(), molecules, rate, time, tolerance);
}

Method const rational{"rational", make_rational};

TEST(RationalPropagator, TakesFewProductsWhereRatesAreFast) {
    EXPECT_LT(expect_decay_while_flickering(rational, 20, 1e4, 2, 1e-6), 1000U);  // 80 000 by uniformization
    EXPECT_LT(expect_decay_while_flickering(rational, 20, 1e6, 2, 1e-4), 1000U);  // 8 million
}

TEST(RationalPropagator, SaysWhereRoundingErrorsAloneAreTooLarge) {
    System system{"[species]\nG = 0\n" + reaction("on", "-> G", "piecewise(1e9, G < 1, 0)", "propensity") +
                      reaction("off", "G -> 0", "2e9"),
                  0,
                  {0},
                  0,
                  [] {
                      return RowParts{{0, 1}};
                  }};
    auto const a = system.generator(Edge::reflecting);
    Team team{1};
    std::vector<double> p{1, 0};
    EXPECT_EQ(make_rational(team, nullptr)->advance(a, p, 1, 1e-10).time, 0);
    EXPECT_EQ(p, (std::vector<double>{1, 0}));
    EXPECT_EQ(make_rational(team, nullptr)->advance(a, p, 1, 1e-4).time, 1);
}

TEST_P(Propagators, LeaveEverythingWhereNothingMoves) {
    System system{one_species, 0, {5}, 0, [] { return RowParts{{5, 5}}; }};
    auto const a = system.generator(Edge::reflecting);
    Team team{1};
    std::vector<double> p{1};
    auto const done = GetParam().make(team, nullptr)->advance(a, p, 3, 1e-6);
    EXPECT_EQ(done.time, 3);
    EXPECT_EQ(done.error, 0);
    EXPECT_EQ(p, std::vector<double>{1});
}

TEST_P(Propagators, TakeNothingForward) {
    System system{toggle_like, 0, {3, 2}, 5, [] { return RowParts{{0, 9}}; }};
    auto const a = system.generator();
    Team team{1};
    std::vector<double> p(a.size());
    auto const done = GetParam().make(team, nullptr)->advance(a, p, 3, 1e-6);
    EXPECT_EQ(done.time, 3);
    EXPECT_EQ(p, std::vector<double>(a.size()));
}

TEST_P(Propagators, StopWhenTold) {
    System system{toggle_like, 0, {3, 2}, 5, [] { return RowParts{{0, 9}}; }};
    auto const a = system.generator();
    Team team{1};
    std::atomic<bool> stop{true};
    auto p = certain_start(a.size());
    EXPECT_THROW(GetParam().make(team, &stop)->advance(a, p, 3, 1e-6), Interrupted);
}

TEST_P(Propagators, GoFromOneGeneratorToAnother) {
    System first{toggle_like, 0, {3, 2}, 5, [] { return RowParts{{0, 9}}; }};
    System second{toggle_like, 0, {3, 2}, 7, [] { return RowParts{{0, 14}}; }};
    Team team{1};
    auto const propagator = GetParam().make(team, nullptr);
    for (auto* system : {&first, &second, &first}) {
        auto const a = system->generator();
        auto const start = certain_start(a.size());
        auto const went = go(*propagator, a, start, 0.7, 1e-7);
        EXPECT_LE(distance(went.p, exact(a, start, 0.7)), went.error + 1e-11);
    }
}

TEST_P(Propagators, AreTheSameWithAnyNumberOfThreads) {
    System system{toggle_like, 0, {3, 2}, 63, [] { return RowParts{{0, 99}}; }};
    auto const a = system.generator();
    ASSERT_GT(a.size(), 4096U);
    auto const take = [&](unsigned threads) {
        Team team{threads};
        return go(*GetParam().make(team, nullptr), a, certain_start(a.size()), 0.05, 1e-6);
    };
    auto const alone = take(1);
    for (unsigned threads : {2U, 3U}) {
        auto const together = take(threads);
        EXPECT_EQ(alone.p, together.p);
        EXPECT_EQ(alone.error, together.error);
    }
}

}  // namespace
}  // namespace fano::test
