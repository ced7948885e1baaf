// Question: what does an exact Poisson or binomial number cost on one core, for each width of lanes, against
// the standard library (std::mt19937_64; with the same distribution for all numbers, and with a new one for
// each, as tau-leaping needs) and against the scalar samplers used at birth? Prints ns a number and ratios of
// medians over interleaved rounds.
#include "kernels/core/samplers.hpp"

#include <cstdlib>
#include <functional>
#include <random>

#include <fmt/format.h>

#include "bench/measure.hpp"
#include "tests/kernels/lane_samplers_job.hpp"

namespace {

using namespace bench;
using namespace fano::kernels;

constexpr u64 cells = 1024;
double sink = 0;  // so that no draw can be left out

// ns a number
double time_of(std::function<double(u64)> const& draw, u64 numbers) {
    auto const start = Clock::now();
    sink += draw(numbers);
    return seconds_since(start) * 1e9 / static_cast<double>(numbers);
}

struct Law {
    double mean, n, p;  // Poisson if n is 0
};

double draw_lanes(void (*build)(DrawJob const*), Law const& law, u64 numbers) {
    std::vector<double> const mean(cells, law.mean), n(cells, law.n), p(cells, law.p);
    std::vector<u32> const wanted(cells, 255);
    std::vector<double> sum(cells);
    std::vector<u64> used(cells);
    DrawJob const job{1,          cells,    numbers / cells, law.n == 0 ? mean.data() : nullptr,
                      n.data(),   p.data(), wanted.data(),   sum.data(),
                      used.data()};
    build(&job);
    return sum[0];
}

// One distribution for all numbers, or a new one for each.
template <class Distribution>
double draw_standard(Distribution distribution, bool renew, u64 numbers) {
    static std::mt19937_64 engine{1};
    double sum = 0;
    auto const parameters = distribution.param();
    for (u64 i = 0; i < numbers; ++i) {
        if (renew) distribution = Distribution(parameters);
        sum += static_cast<double>(distribution(engine));
    }
    return sum;
}

template <class Sampler>
double draw_scalar(Sampler const& sample, u64 numbers) {
    Stream stream{1, 2, Purpose::leap, 0};
    double sum = 0;
    for (u64 i = 0; i < numbers; ++i) sum += sample(stream);
    return sum;
}

void measure(Law const& law, int rounds) {
    bool const poisson = law.n == 0;
    auto standard = [&](bool renew) {
        return [&law, poisson, renew](u64 numbers) {
            return poisson ? draw_standard(std::poisson_distribution<std::int64_t>(law.mean), renew, numbers)
                           : draw_standard(std::binomial_distribution<std::int64_t>(
                                               static_cast<std::int64_t>(law.n), law.p),
                                           renew, numbers);
        };
    };
    using Build = void (*)(DrawJob const*);
    auto lanes = [&](bool present, Build build) -> std::function<double(u64)> {
        if (!present) return nullptr;
        return [&law, build](u64 numbers) { return draw_lanes(build, law, numbers); };
    };
    std::vector<std::function<double(u64)>> candidates {
        standard(false), standard(true),
            [&](u64 numbers) {
                return poisson ? draw_scalar(Poisson{law.mean}, numbers)
                               : draw_scalar(Binomial{law.n, law.p}, numbers);
            },
            lanes(true, [](DrawJob const* job) { draw_cells<ScalarLane>(*job); }),
            lanes(true, fano_draw_cells_sse2),
#if defined(__x86_64__)
            lanes(__builtin_cpu_supports("avx2"), fano_draw_cells_avx2),
            lanes(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"),
                  fano_draw_cells_avx512),
#endif
    };
    candidates.resize(7);
    std::vector<std::vector<double>> times(candidates.size());
    for (int round = 0; round < rounds; ++round)
        for (std::size_t i = 0; i < candidates.size(); ++i)
            if (candidates[i]) times[i].push_back(time_of(candidates[i], i < 4 ? 200 * cells : 800 * cells));
    fmt::print("| {:<10g} |", law.mean);
    double widest = 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
        if (times[i].empty()) {
            fmt::print("      - |");
            continue;
        }
        widest = median(times[i]);
        fmt::print(" {:6.1f} |", widest);
    }
    fmt::print(" {:5.1f} | {:5.1f} | {:5.1f} |\n", median(times[0]) / widest, median(times[1]) / widest,
               median(times[2]) / widest);
    std::fflush(stdout);
}

void print_head(char const* title) {
    fmt::print(
        "\n{}: ns a number\n\n| mean       | std, one | std, new | at birth | reference | sse2 | avx2 | "
        "avx512 | std, "
        "one / widest | std, new / widest | at birth / widest "
        "|\n|---|---|---|---|---|---|---|---|---|---|---|\n",
        title);
}

}  // namespace

int main(int count, char** arguments) {
    int const rounds = count > 1 ? std::atoi(arguments[1]) : 5;
    double const means[] = {0.1, 1, 5, 30, 1e3, 1e6};
    print_head("Poisson");
    for (double mean : means) measure({mean, 0, 0}, rounds);
    print_head("Binomial, p = 0.05");
    for (double mean : means) measure({mean, std::ceil(20 * mean), 0.05}, rounds);
    return std::isnan(sink) ? 1 : 0;
}
