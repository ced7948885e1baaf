// What tests of the master equation on a device share: generators of all sorts, and what the CPU makes of
// them.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cme/device_generator.hpp"
#include "cme/generator_networks.hpp"
#include "fano/fano.hpp"

namespace fano::test {

inline RowParts rows_up_to(std::int64_t last) { return {{0, last}}; }

inline std::function<RowParts()> ragged(std::uint64_t seed, std::int64_t longest) {
    return [random = Random{seed}, longest]() mutable {
        RowParts parts;
        std::int64_t at = random.whole(0, 4);
        for (auto left = random.whole(0, 4); left > 0; --left) {
            auto const end = at + random.whole(0, longest);
            parts.emplace_back(at, end);
            at = end + 1 + random.whole(1, 6);
        }
        return parts;
    };
}

// Calls use(generator) for boxes, for windows full of holes, and for rows of several pieces.
template <class Use>
void for_generators(Use use) {
    struct Case {
        std::string name, text;
        std::vector<double> counts;
    };
    for (auto const& c :
         {Case{"toggle_like", toggle_like, {3, 2}}, Case{"mixed", mixed, {3, 2}},
          Case{"three_species", three_species, {1, 2, 0}}, Case{"one_species", one_species, {5}}})
        for (std::uint32_t along = 0; along < c.counts.size(); ++along)
            for (std::uint64_t kind = 0; kind < 8; ++kind)
                for (auto edge : {Edge::absorbing, Edge::reflecting}) {
                    std::function<RowParts()> rows = ragged(kind, kind < 5 ? 12 : 700);
                    if (kind == 0) rows = [] { return rows_up_to(14); };
                    if (kind == 1) rows = [] { return rows_up_to(1100); };
                    System system{c.text, along, c.counts, 5, rows};
                    if (system.states.size() == 0) continue;
                    SCOPED_TRACE(fmt::format("{} along {}, kind {}, edge {}", c.name, along, kind,
                                             edge == Edge::absorbing ? "absorbing" : "reflecting"));
                    auto const generator = system.generator(edge);
                    use(generator);
                }
}

inline std::vector<double> random_vector(std::size_t size, std::uint64_t seed) {
    Random random{seed};
    std::vector<double> x(size);
    for (double& v : x) v = random.real(-1, 1);
    return x;
}

// Both vectors are the generator's; the size of a term is that of the largest one.
inline double worst_difference(Generator const& a, Update const& u, std::vector<double> const& x,
                               std::vector<double> const& found, std::vector<double> const& expected) {
    auto const matrix = a.matrix();
    double worst = 0;
    for (int i = 0; i < matrix.rows(); ++i) {
        auto const at = static_cast<std::size_t>(i);
        double terms = std::abs(u.keep * x[at]);
        for (Generator::Matrix::InnerIterator it(matrix, i); it; ++it)
            terms += std::abs(u.scale * it.value() * x[static_cast<std::size_t>(it.col())]);
        worst = std::max(worst, std::abs(found[at] - expected[at]) / std::max(terms, 1e-300));
    }
    return worst;
}

inline void update_on_cpu(Generator const& a, Update const& u, std::vector<double> const& x,
                          std::vector<double>& y) {
    for (std::size_t part = 0; part < a.parts(); ++part) a.update(part, u, x.data(), y.data());
}

struct Went {
    std::vector<double> p;
    Advance advance;
    std::uint64_t products;
};

inline Went go(std::unique_ptr<Propagator> const& propagator, Generator const& a, double time,
               double tolerance) {
    std::vector<double> p(a.size());
    p[a.size() / 3] = 1;
    auto const advance = propagator->advance(a, p, time, tolerance);
    return {std::move(p), advance, propagator->products()};
}

inline double distance(std::vector<double> const& x, std::vector<double> const& y) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += std::abs(x[i] - y[i]);
    return sum;
}

inline void expect_as_on_the_cpu(MakeDeviceGenerator const& make) {
    Team team{1};
    for (auto const& [text, counts] :
         {std::pair{toggle_like, std::vector<double>{3, 2}}, {mixed, {3, 2}}, {three_species, {1, 2, 0}}})
        for (auto edge : {Edge::absorbing, Edge::reflecting}) {
            System system{text, 0, counts, 4, ragged(4, 40)};
            System other{text, 0, counts, 4, [] { return rows_up_to(30); }};
            auto const first = system.generator(edge), second = other.generator(edge);
            auto const on_device = make_device_uniformization(team, nullptr, make);
            for (auto const* a : {&first, &second, &first})
                for (double time : {0.0, 0.001, 0.4, 8.0})
                    for (double tolerance : {1e-3, 1e-10}) {
                        auto const cpu = go(make_uniformization(team, nullptr), *a, time, tolerance);
                        auto const device = go(on_device, *a, time, tolerance);
                        EXPECT_LT(distance(cpu.p, device.p), 1e-12);
                        EXPECT_EQ(cpu.advance.time, device.advance.time);
                        EXPECT_EQ(cpu.advance.missing, device.advance.missing);
                        EXPECT_LE(device.advance.error, tolerance);
                    }
        }
}

inline std::vector<std::uint64_t> random_states(std::size_t count) {
    std::mt19937_64 random{12};
    std::vector<std::uint64_t> states(count);
    for (auto& state : states) state = random() % (count / 3 + 1) << 40 | random() % 2;
    return states;
}

}  // namespace fano::test
