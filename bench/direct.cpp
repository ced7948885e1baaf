// Question: how fast is the direct method with the default tally, on one core and on two, against a loop that
// is written by hand for the model and records the same samples? Prints M events/s and ratios of medians over
// interleaved rounds.
#include <cstdlib>
#include <functional>

#include <fmt/format.h>

#include "fano/fano.hpp"
#include "measure.hpp"
#include "yardstick.hpp"

namespace {

using namespace bench;

struct Case {
    std::string model;
    std::string times;
    std::uint64_t cells;
    std::function<yardstick::Result(std::uint64_t, std::vector<double> const&)> by_hand;
};

void measure(Case const& c, int rounds) {
    auto const network = fano::compile(fano::read_model(model_file(c.model)));
    auto const times = fano::parse_times(c.times);
    auto run = [&](unsigned threads, fano::Device device, std::uint64_t cells) {
        fano::EnsembleOptions options;
        options.cells = cells;
        options.times = times;
        options.threads = threads;
        options.device = device;
        auto const ensemble = fano::run_ensemble(network, options);
        return static_cast<double>(ensemble.events) / ensemble.seconds * 1e-6;
    };
    auto by_hand = [&] {
        auto const start = Clock::now();
        auto const result = c.by_hand(c.cells / 2, times);
        return static_cast<double>(result.events) / seconds_since(start) * 1e-6;
    };
    std::vector<double> hand, one, two, reference;
    for (int round = 0; round < rounds; ++round) {
        hand.push_back(by_hand());
        one.push_back(run(1, fano::Device::cpu, c.cells));
        two.push_back(run(2, fano::Device::cpu, 2 * c.cells));
        reference.push_back(run(1, fano::Device::reference, c.cells / 4));
    }
    fmt::print("| {:<10} | {:7.1f} | {:7.1f} | {:7.1f} | {:7.1f} | {:5.2f} | {:5.2f} |\n", c.model,
               median(hand), median(reference), median(one), median(two), median(one) / median(hand),
               median(two) / median(one));
    std::fflush(stdout);
}

}  // namespace

int main(int count, char** arguments) {
    int const rounds = count > 1 ? std::atoi(arguments[1]) : 5;
    fmt::print("M events/s, double precision, default tally at 101 times; {} rounds; device {}\n\n", rounds,
               fano::device_available(fano::Device::avx512) ? "avx512"
               : fano::device_available(fano::Device::avx2) ? "avx2"
                                                            : "sse2");
    fmt::print(
        "| model      | by hand | reference | one core | two cores | one core / by hand | two cores / one "
        "|\n");
    fmt::print("|------------|---------|---------|---------|---------|-------|-------|\n");
    measure({"telegraph", "0:100:101", 100000, yardstick::telegraph}, rounds);
    measure({"vilar", "0:200:101", 768, yardstick::vilar}, rounds);
    measure({"schlogl", "0:10:101", 6144, yardstick::schlogl}, rounds);
}
