// How near is a step of uniformization, y = x + A x / q, to what memory allows? It reads a number and writes
// one for each state, as a copy does: copying arrays of 1e7 numbers, by as many threads, is the floor.
#include <cstdio>
#include <cstring>
#include <functional>

#include <fmt/format.h>

#include "bench/cme.hpp"

namespace bench {

namespace {

using Work = std::function<void()>;

// Of one call of each, as medians of rounds in which they take turns.
std::vector<double> seconds_of(std::vector<Work> const& works) {
    std::vector<std::vector<double>> rounds(works.size());
    for (int round = 0; round < 7; ++round)
        for (std::size_t i = 0; i < works.size(); ++i) {
            works[i]();
            auto const begun = Clock::now();
            int calls = 0;
            double elapsed = 0;
            for (; elapsed < 0.1; elapsed = seconds_since(begun), ++calls) works[i]();
            rounds[i].push_back(elapsed / calls);
        }
    std::vector<double> seconds;
    for (auto const& r : rounds) seconds.push_back(median(r));
    return seconds;
}

Work copy(fano::Team& team, std::vector<double> const& x, std::vector<double>& y) {
    return [&] {
        team.run([&](unsigned member) {
            auto const [begin, end] = fano::share_of(x.size(), member, team.size());
            std::memcpy(&y[begin], &x[begin], (end - begin) * sizeof(double));
        });
    };
}

void measure_steps_of(std::string const& problem) {
    Boxed const on{problem};
    auto const& a = on.generator;
    auto const matrix = a.matrix();
    auto const rows = rows_of(matrix);
    std::vector<double> const x(a.size(), 1 / static_cast<double>(a.size())), large(10'000'000, 1);
    std::vector<double> y(x.size()), large_copy(large.size());
    double const scale = 1 / a.largest_exit();
    for (unsigned threads : {1, 2}) {
        fano::Team team{threads};
        auto const step = [&] {
            a.update(team, {1, scale, 0, nullptr, a.outgrows_caches()}, x.data(), y.data());
        };
        auto const step_by_rows = [&] {
            team.run([&](unsigned member) {
                auto const [begin, end] = fano::share_of(a.size(), member, team.size());
                yardstick::update(rows, begin, end, 1, scale, x.data(), y.data());
            });
        };
        auto const seconds =
            seconds_of({step, step_by_rows, copy(team, x, y), copy(team, large, large_copy)});
        auto const size = static_cast<double>(a.size());
        double const floor = static_cast<double>(large.size()) / seconds[3];
        char const* const names[] = {"step of uniformization", "the same by sparse rows",
                                     "copy of as many numbers"};
        for (std::size_t i = 0; i < std::size(names); ++i)
            fmt::print("| {} | {} | {} | {} | {:.3g} | {:.2f} |\n", problem, a.size(), threads, names[i],
                       size / seconds[i] / 1e9, size / seconds[i] / floor);
        fmt::print("| {} | | {} | copy of 1e7 numbers ({:.3g} GB/s) | {:.3g} | 1 |\n", problem, threads,
                   floor * 16 / 1e9, floor / 1e9);
        std::fflush(stdout);
    }
}

}  // namespace

void measure_steps() {
    fmt::print(
        "| problem | states | threads | | G states/s | of what memory allows |\n|---|---|---|---|---|---|\n");
    measure_steps_of("two_stage_large");
    measure_steps_of("two_stage");
    measure_steps_of("toggle");
}

}  // namespace bench
