// Question: what do tau-leaping and the Langevin equation cost, and how far off are they, as epsilon varies? Against
// fano's own exact method on the same cores, for the standard trial of tau-leaping, for an epidemic among 100,000, and
// for a fast reversible reaction, which stiff leaps are for. Prints microseconds a cell, the ratio to exact, and the
// errors of mean and variance with their sampling errors. python/tau_figure.py draws what it prints.
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "bench/measure.hpp"
#include "fano/fano.hpp"

namespace {

constexpr char const* epidemic = R"toml(
name = "epidemic"
[species]
S = 99000
I = 1000
R = 0
[reactions.infection]
equation = "S + I -> 2 I"
rate = 2e-5
[reactions.recovery]
equation = "I -> R"
rate = 1
)toml";

constexpr char const* exchange = R"toml(
name = "fast exchange"
[species]
A = 2400
B = 1200
C = 0
[reactions]
there = { equation = "A -> B", rate = 100 }
back = { equation = "B -> A", rate = 200 }
make = { equation = "-> A", rate = 180 }
slow = { equation = "B -> C", rate = 0.15 }
lose = { equation = "C ->", rate = 0.5 }
)toml";

struct Run {
    double microseconds;  // a cell
    fano::Estimate mean, variance;
};

enum class Way { exact, tau, stiff_tau, langevin };

char const* name(Way way) {
    constexpr char const* names[] = {"exact", "tau", "tau --stiff", "cle"};
    return names[static_cast<int>(way)];
}

Run run(fano::Network const& network, std::string const& output, double time, std::uint64_t cells, Way way,
        double epsilon) {
    fano::EnsembleOptions options;
    options.method = way == Way::exact      ? fano::Method::exact
                     : way == Way::langevin ? fano::Method::langevin
                                            : fano::Method::tau;
    options.stiff = way == Way::stiff_tau;
    options.epsilon = epsilon;
    options.cells = cells;
    options.times = {time};
    options.seed = way == Way::exact ? 1 : 2;
    options.device = fano::Device::cpu;
    auto const ensemble = fano::run_ensemble(network, options);
    auto const o = network.output(output);
    return {ensemble.seconds / static_cast<double>(cells) * 1e6, ensemble.tally.mean(0, o),
            ensemble.tally.variance(0, o)};
}

void compare(fano::Network const& network, std::string const& output, double time, std::uint64_t cells,
             std::vector<Way> const& ways) {
    Run const exact = run(network, output, time, cells, Way::exact, 0.03);
    double const deviation = std::sqrt(exact.variance.value);
    fmt::print("\n{}, {} at {}: mean {:.6g}, variance {:.6g}\n\n", network.name, output, time,
               exact.mean.value, exact.variance.value);
    fmt::print(
        "| method | epsilon | us a cell | exact / this | mean off by, of a standard deviation | variance off "
        "by |\n"
        "|---|---|---|---|---|---|\n");
    fmt::print("| exact | | {:.1f} | 1 | ± {:.4f} | ± {:.2f} % |\n", exact.microseconds,
               exact.mean.error / deviation, 100 * exact.variance.error / exact.variance.value);
    for (Way const way : ways)
        for (double epsilon : {0.5, 0.3, 0.1, 0.03, 0.01}) {
            Run const seen = run(network, output, time, cells, way, epsilon);
            fmt::print("| {} | {} | {:.1f} | {:.2f} | {:+.4f} ± {:.4f} | {:+.2f} ± {:.2f} % |\n", name(way),
                       epsilon, seen.microseconds, exact.microseconds / seen.microseconds,
                       (seen.mean.value - exact.mean.value) / deviation,
                       std::hypot(seen.mean.error, exact.mean.error) / deviation,
                       100 * (seen.variance.value / exact.variance.value - 1),
                       100 * std::hypot(seen.variance.error, exact.variance.error) / exact.variance.value);
            std::fflush(stdout);
        }
}

}  // namespace

int main(int count, char** arguments) {
    double const scale = count > 1 ? std::atof(arguments[1]) : 1;
    auto const cells = [&](double full) { return static_cast<std::uint64_t>(std::max(64.0, full * scale)); };
    compare(fano::compile(fano::read_model(bench::model_file("decay_dimerisation"))), "S2", 10, cells(100000),
            {Way::tau, Way::langevin});
    compare(fano::compile(fano::read_toml(epidemic, "epidemic.toml")), "I", 6, cells(20000),
            {Way::tau, Way::langevin});
    compare(fano::compile(fano::read_toml(exchange, "exchange.toml")), "C", 1, cells(20000),
            {Way::tau, Way::stiff_tau, Way::langevin});
}
