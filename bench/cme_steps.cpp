// How near is a step of uniformization, y = x + A x / q, to what memory allows? It reads a number and writes one for
// each state, as a copy does: copying arrays of 1e7 numbers, by as many threads, is the floor.
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "bench/cme.hpp"

namespace bench {

namespace {

// Of one call, as the median of five rounds of at least 0.2 s.
template <class Work>
double seconds_of(Work work) {
    work();
    std::vector<double> rounds;
    for (int round = 0; round < 5; ++round) {
        auto const begun = Clock::now();
        int calls = 0;
        double elapsed = 0;
        for (; elapsed < 0.2; elapsed = seconds_since(begun), ++calls) work();
        rounds.push_back(elapsed / calls);
    }
    return median(rounds);
}

double copies_a_second(fano::Team& team, std::vector<double> const& x, std::vector<double>& y) {
    return static_cast<double>(x.size()) / seconds_of([&] {
               team.run([&](unsigned member) {
                   auto const [begin, end] = fano::share_of(x.size(), member, team.size());
                   std::memcpy(&y[begin], &x[begin], (end - begin) * sizeof(double));
               });
           });
}

void measure_steps_of(std::string const& problem, double const (&floor)[3]) {
    Boxed const on{problem};
    auto const& a = on.generator;
    auto const matrix = a.matrix();
    auto const rows = rows_of(matrix);
    std::vector<double> const x(a.size(), 1 / static_cast<double>(a.size()));
    std::vector<double> y(a.size());
    double const scale = 1 / a.largest_exit();
    for (unsigned threads : {1, 2}) {
        fano::Team team{threads};
        auto const print = [&](char const* what, double states_a_second) {
            fmt::print("| {} | {} | {} | {} | {:.3g} | {:.2f} |\n", problem, a.size(), threads, what,
                       states_a_second / 1e9, states_a_second / floor[threads]);
            std::fflush(stdout);
        };
        auto const states_a_second = [&](auto step) {
            return static_cast<double>(a.size()) / seconds_of(step);
        };
        print("step of uniformization", states_a_second([&] {
                  a.update(team, {1, scale}, x.data(), y.data());
              }));
        print("the same by sparse rows", states_a_second([&] {
                  team.run([&](unsigned member) {
                      auto const [begin, end] = fano::share_of(a.size(), member, team.size());
                      yardstick::update(rows, begin, end, 1, scale, x.data(), y.data());
                  });
              }));
        print("copy of as many numbers", copies_a_second(team, x, y));
    }
}

}  // namespace

void measure_steps() {
    double floor[3] = {};
    {
        std::vector<double> const x(10'000'000, 1);
        std::vector<double> y(x.size());
        for (unsigned threads : {1, 2}) {
            fano::Team team{threads};
            floor[threads] = copies_a_second(team, x, y);
            fmt::print(
                "{} thread{}: copies {:.3g} GB/s, read and written; at 16 bytes a state that is {:.3g} G "
                "states/s\n",
                threads, threads == 1 ? "" : "s", floor[threads] * 16 / 1e9, floor[threads] / 1e9);
        }
    }
    fmt::print(
        "\n| problem | states | threads | | G states/s | of what memory allows "
        "|\n|---|---|---|---|---|---|\n");
    measure_steps_of("two_stage_large", floor);
    measure_steps_of("toggle", floor);
}

}  // namespace bench
