// Runs the published stochastic suite at many cells and writes a table of the largest deviations as Markdown.
// Arguments: cells, output file. Exit code 1 if a case fails.
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "support/dsmts.hpp"

using namespace fano::testing;

int main(int count, char** arguments) try {
    if (count < 3) {
        fmt::print(stderr, "usage: fano_validate CELLS FILE.md [COMMIT]\n");
        return 2;
    }
    auto const cells = static_cast<std::uint64_t>(std::strtod(arguments[1], nullptr));
    auto const folder = dsmts_folder();
    if (!folder) {
        fmt::print(
            stderr,
            "fano_validate: set FANO_DSMTS_DIR to the folder with the cases of the stochastic suite\n");
        return 2;
    }
    constexpr std::uint64_t seed = 20240;
    constexpr double false_alarm = 1e-3;
    std::vector<DsmtsReport> reports;
    std::size_t comparisons = 0;
    for (auto const& one : read_dsmts(*folder, "l3v1")) {
        reports.push_back(run_dsmts(one, cells, seed));
        comparisons += reports.back().comparisons;
        fmt::print("{} {:<50} |Z| {:5.2f}  |Y| {:5.2f}  {:6.2f} s\n", reports.back().id, reports.back().name,
                   reports.back().largest_z, reports.back().largest_y, reports.back().seconds);
    }
    double const bound = corrected_bound(comparisons, false_alarm);
    std::ofstream file{arguments[2]};
    file << fmt::format(
        "# Validation against the SBML stochastic suite\n\n"
        "Written by `scripts/validate` ({} cells a case, seed {}{}). Each case compares means and standard\n"
        "deviations with their published exact values at 50 times. Z = √n (mean − μ)/σ and Y = √(n/2) (s²/σ² "
        "− 1), after\n"
        "allowing half a unit of the last printed digit. All {} comparisons together raise a false alarm "
        "with\n"
        "probability {}: |Z| and Y over its own standard deviation (which is 1 for a normal distribution "
        "and\n"
        "√((κ − 1)/2) in general, κ the kurtosis) must stay below {:.2f}. Where σ = 0 the value must be "
        "exact.\n\n"
        "| case | model | largest abs Z | points with abs Z > 3 | largest abs Y | largest abs Y over its sd "
        "| zero variance | result |\n"
        "|---|---|---|---|---|---|---|---|\n",
        cells, seed, count > 3 ? std::string(", commit ") + arguments[3] : "", comparisons, false_alarm,
        bound);
    int failed = 0;
    for (auto const& r : reports) {
        bool const passed = r.largest_z < bound && r.largest_scaled_y < bound && r.inexact.empty();
        failed += passed ? 0 : 1;
        file << fmt::format("| {} | {} | {:.2f} | {} | {:.2f} | {:.2f} | {} | {} |\n", r.id, r.name,
                            r.largest_z, r.over_three, r.largest_y, r.largest_scaled_y,
                            r.inexact.empty() ? "exact" : "NOT exact", passed ? "pass" : "FAIL");
    }
    file << fmt::format("\n{} of {} cases pass.\n", reports.size() - static_cast<std::size_t>(failed),
                        reports.size());
    fmt::print("{} of {} cases pass; wrote {}\n", reports.size() - static_cast<std::size_t>(failed),
               reports.size(), arguments[2]);
    return failed == 0 ? 0 : 1;
} catch (std::exception const& error) {
    fmt::print(stderr, "fano_validate: {}\n", error.what());
    return 2;
}
