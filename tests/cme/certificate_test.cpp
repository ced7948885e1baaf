// The certificate is a bound: no random network has a larger error than its certificate says.
#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cme/random_network.hpp"
#include "fano/fano.hpp"

namespace fano::test {
namespace {

// A step rounds by up to 1e-12: its exponential comes from one of a 4096th of the time, by squaring.
constexpr double rounding = 1e-11;

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

Tried try_network(std::uint64_t seed, Integrator integrator, bool boxed) {
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
    EXPECT_LE(off.size, c.total() + exact.missing + rounding) << told();
    if (!boxed) {
        EXPECT_LE(c.total(), options.tolerance) << told();
    }
    // Sums of products of numbers >= 0 of which some are left out: too little of every state, but for
    // the steps that are taken for the last to change anything.
    if (integrator == Integrator::uniformization) {
        EXPECT_LE(off.excess, c.integration + rounding) << told();
    }
    return {off.size, c.total()};
}

std::vector<Tried> try_networks(std::uint64_t first, Integrator integrator, bool boxed) {
    std::vector<Tried> tried;
    for (auto seed = first; seed < first + 25; ++seed) tried.push_back(try_network(seed, integrator, boxed));
    return tried;
}

class CertificatesBy : public ::testing::TestWithParam<Integrator> {
protected:
    std::uint64_t const first = 1000 * static_cast<std::uint64_t>(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Of, CertificatesBy, ::testing::ValuesIn(integrators()),
                         [](auto const& instance) { return integrator_name(instance.param); });

TEST_P(CertificatesBy, BoundTheErrorsOfWindowsThatFollowTheProbability) {
    auto const tried = try_networks(first, GetParam(), false);
    // A certificate a thousand times smaller would be refused here.
    auto const refused = std::count_if(tried.begin(), tried.end(),
                                       [](auto const& t) { return t.error > t.bound / 1000 + rounding; });
    EXPECT_GT(refused, 10);
}

TEST_P(CertificatesBy, BoundTheErrorsOfBoxes) {
    auto const tried = try_networks(first + 100, GetParam(), true);
    // So would one that is a tenth smaller: what left a box is known, not estimated.
    auto const refused = std::count_if(tried.begin(), tried.end(),
                                       [](auto const& t) { return t.error > 0.9 * t.bound + rounding; });
    EXPECT_GT(refused, 10);
}

// A promoter that flickers fast, and molecules that decay meanwhile on their own: small, stiff and
// without a sink.
TEST_P(CertificatesBy, BoundTheErrorsOfSmallStiffNetworks) {
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
                              at.certificate.total() + 1e-11 + 1e-13 * rate * time)
                        << molecules << " molecules, rate " << rate << ", time " << time << ", tolerance "
                        << tolerance;
                }
            }
}

}  // namespace
}  // namespace fano::test
