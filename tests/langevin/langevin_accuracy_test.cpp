// The Langevin equation's moments against closed forms: those of the schemes at steps too long to be right, those of
// linear networks, for which the equation has the exact mean and covariance, and the order of both schemes.
#include <cmath>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "fano/fano.hpp"
#include "support/gallery.hpp"
#include "support/statistics.hpp"

namespace {

using namespace fano;

Network network_of(std::string const& text) { return compile(read_toml(text, "test.toml")); }

EnsembleOptions langevin(std::uint64_t cells, std::vector<double> times) {
    EnsembleOptions options;
    options.method = Method::langevin;
    options.cells = test::test_cells(cells);
    options.seed = 11;
    options.times = std::move(times);
    return options;
}

constexpr char const* birth_death = R"toml(
name = "birth and death"
[species]
X = 1000
[reactions]
birth = { equation = "-> X", rate = 1000 }
death = { equation = "X -> 0", rate = 1 }
)toml";

// Sample mean and variance of n nearly normal values, for which the exact ones are these.
void add_moments(test::Checks& checks, std::string const& what, Ensemble const& ensemble, std::size_t time,
                 std::size_t output, double mean, double variance) {
    auto const n = static_cast<double>(ensemble.cells);
    double const seen_mean = ensemble.tally.mean(time, output).value;
    double const seen_variance = ensemble.tally.variance(time, output).value;
    checks.add(what + " mean", test::normal_p((seen_mean - mean) / std::sqrt(variance / n)),
               fmt::format("{} for {}", seen_mean, mean));
    checks.add(what + " variance", test::normal_p((seen_variance - variance) / (variance * std::sqrt(2 / n))),
               fmt::format("{} for {}", seen_variance, variance));
}

// z = step / lifetime. Each step makes the deviation from the mean (1 - z) or (1 - z + z^2/2) of what it was and adds
// noise; the variances follow from that recursion.
TEST(LangevinAccuracy, EachSchemeHasItsOwnErrorAtLongSteps) {
    auto const network = network_of(birth_death);
    test::Checks checks;
    for (double const z : {0.8, 0.4, 0.1}) {
        auto options = langevin(400000, {20});
        options.step = z;
        options.scheme = LangevinScheme::euler;
        add_moments(checks, fmt::format("Euler-Maruyama at step {}", z), run_ensemble(network, options), 0, 0,
                    1000, 1000 / (1 - z / 2));
        options.scheme = LangevinScheme::trapezoidal;
        double const kept = 1 - z + z * z / 2;
        double const variance = 1000 * z * (1 + (1 - z) * (1 - z)) / (1 - kept * kept);
        add_moments(checks, fmt::format("trapezoidal at step {}", z), run_ensemble(network, options), 0, 0,
                    1000, variance);
    }
    EXPECT_TRUE(checks.hold());
}

// The linear noise equations are exact for it.
TEST(LangevinAccuracy, AdaptedStepsFollowALinearNetwork) {
    auto const network = network_of(R"toml(
name = "two stages"
[species]
M = 400
P = 2000
[reactions]
transcription = { equation = "-> M", rate = 1000 }
decay = { equation = "M -> 0", rate = 1 }
translation = { equation = "M -> M + P", rate = 5 }
loss = { equation = "P -> 0", rate = 0.5 }
)toml");
    std::vector<double> const times{0.3, 1, 4};
    auto const ensemble = run_ensemble(network, langevin(400000, times));
    auto const exact = linear_noise(network, times);
    test::Checks checks;
    for (std::size_t time = 0; time < times.size(); ++time)
        for (std::size_t s = 0; s < 2; ++s)
            add_moments(checks, fmt::format("{} at {}", network.species[s], times[time]), ensemble, time, s,
                        exact.mean_of(time, s), exact.variance(time, s));
    EXPECT_TRUE(checks.hold());
}

// 2 A <-> B with the step fixed: the error of the mean against a fine one, at two steps. Its ratio is 2 for the first
// order and 4 for the second.
TEST(LangevinAccuracy, HasTheOrderOfItsScheme) {
    auto const network = network_of(R"toml(
name = "dimerisation"
[species]
A = 10000
B = 0
[reactions]
pair = { equation = "2 A -> B", rate = 1e-4 }
part = { equation = "B -> 2 A", rate = 0.5 }
)toml");
    std::uint64_t const cells = 200000;
    auto const error = [&](LangevinScheme scheme, double step) {
        auto options = langevin(cells, {0.8});
        options.cells = cells;  // a ratio of errors says nothing with fewer
        options.scheme = scheme;
        options.step = step;
        static auto const fine = [&] {
            auto reference = options;
            reference.scheme = LangevinScheme::trapezoidal;
            reference.step = 0.0125;
            return run_ensemble(network, reference).tally.mean(0, 0).value;
        }();
        return std::abs(run_ensemble(network, options).tally.mean(0, 0).value - fine);
    };
    double const first = error(LangevinScheme::euler, 0.2) / error(LangevinScheme::euler, 0.1);
    double const second = error(LangevinScheme::trapezoidal, 0.2) / error(LangevinScheme::trapezoidal, 0.1);
    EXPECT_NEAR(first, 2, 0.5);
    EXPECT_NEAR(second, 4, 1.2);
}

// Where there are thousands of molecules, the whole distribution is the exact one within the sampling error.
TEST(LangevinAccuracy, IsExactWhereThereAreMany) {
    auto const network = network_of(R"toml(
name = "enzyme"
[species]
E = 1000
S = 20000
C = 0
P = 0
[reactions]
bind = { equation = "E + S -> C", rate = 1e-4 }
unbind = { equation = "C -> E + S", rate = 1 }
turn = { equation = "C -> E + P", rate = 1 }
)toml");
    auto options = langevin(20000, {2, 8});
    auto const seen = run_ensemble(network, options);
    options.method = Method::exact;
    auto const exact = run_ensemble(network, options);
    test::Checks checks;
    for (std::size_t time = 0; time < 2; ++time)
        for (std::size_t s = 0; s < 4; ++s) {
            auto const a = seen.tally.mean(time, s), b = exact.tally.mean(time, s);
            checks.add(fmt::format("mean of {} at {}", network.species[s], options.times[time]),
                       test::normal_p((a.value - b.value) / std::hypot(a.error, b.error)),
                       fmt::format("{} for {}", a.value, b.value));
            auto const v = seen.tally.variance(time, s), w = exact.tally.variance(time, s);
            checks.add(fmt::format("variance of {} at {}", network.species[s], options.times[time]),
                       test::normal_p((v.value - w.value) / std::hypot(v.error, w.error)),
                       fmt::format("{} for {}", v.value, w.value));
        }
    EXPECT_TRUE(checks.hold());
}

}  // namespace
