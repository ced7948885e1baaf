// Question: how many steps of the Langevin equation does one core take a second, and how many does a loop as one writes
// it by hand? Two-stage gene expression (4 reactions, one of them of constant propensity) at a fixed step, Euler-Maruyama
// in both: the same arithmetic, the same number of normal numbers. The loop has the network's own formulas,
// std::mt19937_64 and std::normal_distribution, and is built as the other yardsticks are. Prints the ratio, and fano's
// rates for the second-order scheme and for steps that adapt.
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "bench/langevin_yardstick.hpp"
#include "bench/measure.hpp"
#include "fano/fano.hpp"

namespace {

constexpr char const* two_stages = R"toml(
name = "two stages"
[species]
M = 1000
P = 10000
[reactions]
transcription = { equation = "-> M", rate = 1000 }
decay = { equation = "M ->", rate = 1 }
translation = { equation = "M -> M + P", rate = 5 }
loss = { equation = "P ->", rate = 0.5 }
)toml";

constexpr double step = 0.01, end = 20;

fano::Ensemble run(fano::Network const& network, std::uint64_t cells, fano::LangevinScheme scheme,
                   double fixed_step) {
    fano::EnsembleOptions options;
    options.method = fano::Method::langevin;
    options.scheme = scheme;
    options.step = fixed_step;
    options.cells = cells;
    options.times = {end};
    options.threads = 1;
    options.device = fano::Device::cpu;
    return fano::run_ensemble(network, options);
}

double million_steps(fano::Ensemble const& ensemble) {
    return static_cast<double>(ensemble.langevin.steps) / ensemble.seconds * 1e-6;
}

}  // namespace

int main(int count, char** arguments) {
    double const scale = count > 1 ? std::atof(arguments[1]) : 1;
    auto const cells = static_cast<std::uint64_t>(std::max(64.0, 6400 * scale));
    auto const network = fano::compile(fano::read_toml(two_stages, "two_stages.toml"));
    std::vector<double> hand, lanes, second, adapted;
    double variance = 0;
    for (int repeat = 0; repeat < 5; ++repeat) {
        auto const start = bench::Clock::now();
        auto const loop = yardstick::two_stages(cells / 8, step, end);
        hand.push_back(static_cast<double>(loop.steps) / bench::seconds_since(start) * 1e-6);
        variance = loop.variance;
        lanes.push_back(million_steps(run(network, cells, fano::LangevinScheme::euler, step)));
        second.push_back(million_steps(run(network, cells, fano::LangevinScheme::trapezoidal, step)));
        adapted.push_back(million_steps(run(network, cells, fano::LangevinScheme::trapezoidal, 0)));
    }
    double const ours = run(network, cells, fano::LangevinScheme::euler, step).tally.variance(0, 1).value;
    fmt::print("variance of P: {:.0f} by hand, {:.0f} by fano\n\n", variance, ours);
    fmt::print("| one core | million steps/s | / by hand |\n|---|---|---|\n");
    double const base = bench::median(hand);
    auto const row = [&](char const* name, std::vector<double> const& rates) {
        fmt::print("| {} | {:.1f} | {:.2f} |\n", name, bench::median(rates), bench::median(rates) / base);
    };
    row("by hand, Euler-Maruyama", hand);
    row("fano, Euler-Maruyama", lanes);
    row("fano, trapezoidal (two halves a step)", second);
    row("fano, trapezoidal, adapted", adapted);
}
