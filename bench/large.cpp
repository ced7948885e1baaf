// Question: from how many reactions on is the sparse method faster than the dense one, and how does the time
// of an event grow with their number? Both methods run the same networks on one core; prints M events/s and
// the ratio of medians over interleaved rounds.
#include <cstdlib>
#include <limits>
#include <random>

#include <fmt/format.h>

#include "bench/measure.hpp"
#include "fano/fano.hpp"
#include "kernels/ssa/table.hpp"
#include "model/compile.hpp"

namespace {

// Molecules that move to and fro along a line of species; a reaction changes at most 4 propensities.
std::string chain(int reactions) {
    int const species = reactions / 2 + 1;
    std::string text = "[species]\n", moves;
    for (int s = 0; s < species; ++s) text += fmt::format("S{} = 20\n", s);
    for (int s = 0; s + 1 < species; ++s) {
        moves += fmt::format("[reactions.up{0}]\nequation = \"S{0} -> S{1}\"\nrate = 1.1\n", s, s + 1);
        moves += fmt::format("[reactions.down{0}]\nequation = \"S{1} -> S{0}\"\nrate = 1.1\n", s, s + 1);
    }
    return text + moves;
}

// Four reactions a species, with partners drawn at random: half are A -> B, half A + B -> C + D.
std::string random_network(int reactions) {
    std::mt19937 next{12345};
    std::uniform_int_distribution<int> some{0, reactions / 4 - 1};
    std::string text = "[species]\n";
    for (int s = 0; s < reactions / 4; ++s) text += fmt::format("S{} = 20\n", s);
    for (int r = 0; r < reactions; r += 2) {
        text += fmt::format("[reactions.move{}]\nequation = \"S{} -> S{}\"\nrate = 1.1\n", r, some(next),
                            some(next));
        text += fmt::format("[reactions.meet{}]\nequation = \"S{} + S{} -> S{} + S{}\"\nrate = 0.05\n", r,
                            some(next), some(next), some(next), some(next));
    }
    return text;
}

// M events/s on one core.
double speed(fano::Network const& network, double events) {
    fano::EnsembleOptions options;
    options.threads = 1;
    options.tally = false;
    options.device = fano::Device::cpu;
    // A first run of a short time tells how long one takes.
    options.cells = 64;
    options.times = {0.01};
    auto const first = fano::run_ensemble(network, options);
    options.times = {0.01 * events / static_cast<double>(first.events)};
    auto const run = fano::run_ensemble(network, options);
    return static_cast<double>(run.events) / run.seconds * 1e-6;
}

void measure(char const* kind, std::string (*text)(int), int rounds, int most) {
    for (int reactions = 16; reactions <= most; reactions *= 2) {
        auto const model = fano::read_toml(text(reactions), "bench.toml");
        auto const sparse = fano::compile(model, 0);
        auto const dense = fano::compile(model, std::numeric_limits<std::uint32_t>::max());
        std::vector<double> by_sparse, by_dense;
        for (int round = 0; round < rounds; ++round) {
            by_sparse.push_back(speed(sparse, 2e6));
            by_dense.push_back(speed(dense, 2e8 / reactions));
        }
        fmt::print("| {:<6} | {:>5} | {:8.3f} | {:8.3f} | {:6.2f} |\n", kind, reactions,
                   bench::median(by_sparse), bench::median(by_dense),
                   bench::median(by_sparse) / bench::median(by_dense));
        std::fflush(stdout);
    }
}

}  // namespace

int main(int count, char** arguments) {
    int const rounds = count > 1 ? std::atoi(arguments[1]) : 5;
    int const most = count > 2 ? std::atoi(arguments[2]) : 4096;
    fmt::print(
        "M events/s on one core, {} rounds; networks with more than {} reactions run by the sparse "
        "method\n\n",
        rounds, fano::kernels::most_dense_reactions);
    fmt::print("| kind   | reactions | sparse | dense | sparse / dense |\n|---|---|---|---|---|\n");
    measure("chain", chain, rounds, most);
    measure("random", random_network, rounds, most);
}
