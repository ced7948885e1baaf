// What a run gave, for the terminal.
#include "cli/report.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "cli/text.hpp"

namespace fano::cli {

namespace {

// A value with as many digits as its error warrants: "6.6671 ± 0.0026".
std::string with_error(Estimate e) {
    if (std::isnan(e.value)) return "-";
    if (!(e.error > 1e-9 * std::abs(e.value))) return fmt::format("{:.6g}", e.value);
    int const digits = std::clamp(1 - static_cast<int>(std::floor(std::log10(e.error))), 0, 12);
    return fmt::format("{:.{}f} ± {:.{}f}", e.value, digits, e.error, digits);
}

}  // namespace

void print_moments(std::FILE* out, Ensemble const& ensemble, std::size_t time, std::string const& time_unit) {
    bool const in_space = ensemble.method == Method::lattice || ensemble.method == Method::subvolume;
    fmt::print(out, "\nAt time {}{}, {} {}{} (± one standard error)\n", ensemble.times[time],
               time_unit.empty() ? "" : " " + time_unit, ensemble.cells, in_space ? "lattice" : "cell",
               ensemble.cells == 1 ? "" : "s");
    std::vector<std::vector<std::string>> rows{
        {"species", "mean", "variance", "Fano factor", "CV²", "skewness", "range"}};
    for (std::size_t o = 0; o < ensemble.outputs.size(); ++o) {
        auto const& tally = ensemble.tally;
        rows.push_back({ensemble.outputs[o].id, with_error(tally.mean(time, o)),
                        with_error(tally.variance(time, o)), with_error(tally.fano(time, o)),
                        with_error(tally.cv2(time, o)), with_error(tally.skewness(time, o)),
                        fmt::format("{:.10g}..{:.10g}", tally.minimum(time, o), tally.maximum(time, o))});
    }
    print_aligned(out, rows);
}

std::size_t most_variable(Ensemble const& ensemble, std::size_t time) {
    std::size_t best = 0;
    for (std::size_t o = 1; o < ensemble.outputs.size(); ++o) {
        double const now = ensemble.tally.variance(time, o).value,
                     before = ensemble.tally.variance(time, best).value;
        if (now > before || (std::isnan(before) && !std::isnan(now))) best = o;
    }
    return best;
}

void print_histogram(std::FILE* out, Ensemble const& ensemble, std::size_t time, std::size_t output) {
    Histogram const histogram = ensemble.tally.histogram(time, output);
    fmt::print(out, "\n{} at time {}: part of the cells\n", ensemble.outputs[output].id,
               ensemble.times[time]);
    print_bars(out, {histogram.cells.begin(), histogram.cells.end()}, histogram.low, histogram.width,
               ensemble.outputs[output].quantum == 1.0);
}

void print_reaction_counts(std::FILE* out, Ensemble const& ensemble) {
    if (ensemble.reaction_counts.empty()) return;
    std::vector<std::vector<std::string>> rows{{"reaction", "times fired", "a cell"}};
    for (std::size_t r = 0; r < ensemble.reactions.size(); ++r)
        rows.push_back({ensemble.reactions[r], fmt::format("{}", ensemble.reaction_counts[r]),
                        fmt::format("{:.6g}", static_cast<double>(ensemble.reaction_counts[r]) /
                                                  static_cast<double>(ensemble.cells))});
    fmt::print(out, "\n");
    print_aligned(out, rows);
}

void print_cell(std::FILE* out, Ensemble const& ensemble) {
    std::vector<std::vector<std::string>> rows{{"time"}};
    for (auto const& output : ensemble.outputs) rows.front().push_back(output.id);
    std::size_t const n = ensemble.outputs.size();
    for (std::size_t t = 0; t < ensemble.times.size(); ++t) {
        rows.push_back({fmt::format("{:.10g}", ensemble.times[t])});
        for (std::size_t o = 0; o < n; ++o)
            rows.back().push_back(fmt::format("{:.10g}", ensemble.snapshots[t * n + o]));
    }
    fmt::print(out, "\nCell {}\n", ensemble.first_cell);
    print_aligned(out, rows);
}

}  // namespace fano::cli
