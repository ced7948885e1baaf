// Tables and bars for the terminal.
#include "cli/report.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace fano::cli {

namespace {

// A value with as many digits as its error warrants: "6.6671 ± 0.0026".
std::string with_error(Estimate e) {
    if (std::isnan(e.value)) return "-";
    if (!(e.error > 1e-9 * std::abs(e.value))) return fmt::format("{:.6g}", e.value);
    int const digits = std::clamp(1 - static_cast<int>(std::floor(std::log10(e.error))), 0, 12);
    return fmt::format("{:.{}f} ± {:.{}f}", e.value, digits, e.error, digits);
}

std::size_t shown_width(std::string const& text) {
    std::size_t width = 0;
    for (char c : text) width += (static_cast<unsigned char>(c) & 0xC0) != 0x80;  // not a continuation byte
    return width;
}

void print_table(std::FILE* out, std::vector<std::vector<std::string>> const& rows) {
    std::vector<std::size_t> widths(rows.front().size());
    for (auto const& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], shown_width(row[i]));
    for (auto const& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            std::string const space(widths[i] - shown_width(row[i]), ' ');
            line += (i == 0 ? row[i] + space : "  " + space + row[i]);
        }
        fmt::print(out, "{}\n", line);
    }
}

}  // namespace

void print_moments(std::FILE* out, Ensemble const& ensemble, std::size_t time, std::string const& time_unit) {
    fmt::print(out, "\nAt time {}{}, {} cells (± one standard error)\n", ensemble.times[time],
               time_unit.empty() ? "" : " " + time_unit, ensemble.cells);
    std::vector<std::vector<std::string>> rows{
        {"species", "mean", "variance", "Fano factor", "CV²", "skewness", "range"}};
    for (std::size_t o = 0; o < ensemble.outputs.size(); ++o) {
        auto const& tally = ensemble.tally;
        rows.push_back({ensemble.outputs[o].id, with_error(tally.mean(time, o)),
                        with_error(tally.variance(time, o)), with_error(tally.fano(time, o)),
                        with_error(tally.cv2(time, o)), with_error(tally.skewness(time, o)),
                        fmt::format("{:.10g}..{:.10g}", tally.minimum(time, o), tally.maximum(time, o))});
    }
    print_table(out, rows);
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
    constexpr std::size_t max_rows = 24;
    constexpr double full = 50;
    Histogram const histogram = ensemble.tally.histogram(time, output);
    if (histogram.cells.empty()) return;
    std::size_t const fold = (histogram.cells.size() + max_rows - 1) / max_rows;
    std::vector<double> bars((histogram.cells.size() + fold - 1) / fold);
    double total = 0;
    for (std::size_t i = 0; i < histogram.cells.size(); ++i) {
        bars[i / fold] += static_cast<double>(histogram.cells[i]);
        total += static_cast<double>(histogram.cells[i]);
    }
    double const highest = *std::max_element(bars.begin(), bars.end());
    double const width = histogram.width * static_cast<double>(fold);
    bool const single = ensemble.outputs[output].quantum == 1.0 && width == 1.0;
    fmt::print(out, "\n{} at time {}: part of the cells\n", ensemble.outputs[output].id,
               ensemble.times[time]);
    for (std::size_t i = 0; i < bars.size(); ++i) {
        double const low = histogram.low + width * static_cast<double>(i);
        std::string const label = single ? fmt::format("{:.10g}", low)
                                  : ensemble.outputs[output].quantum == 1.0
                                      ? fmt::format("{:.10g}-{:.10g}", low, low + width - 1)
                                      : fmt::format("{:.6g}", low);
        auto const eighths = static_cast<std::size_t>(std::lround(8 * full * bars[i] / highest));
        char const* const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
        std::string bar;
        for (std::size_t j = 0; j < eighths / 8; ++j) bar += "█";
        bar += parts[eighths % 8];
        fmt::print(out, "{:>12}  {:8.4f} %  {}\n", label, 100 * bars[i] / total, bar);
    }
}

void print_reaction_counts(std::FILE* out, Ensemble const& ensemble) {
    if (ensemble.reaction_counts.empty()) return;
    std::vector<std::vector<std::string>> rows{{"reaction", "times fired", "a cell"}};
    for (std::size_t r = 0; r < ensemble.reactions.size(); ++r)
        rows.push_back({ensemble.reactions[r], fmt::format("{}", ensemble.reaction_counts[r]),
                        fmt::format("{:.6g}", static_cast<double>(ensemble.reaction_counts[r]) /
                                                  static_cast<double>(ensemble.cells))});
    fmt::print(out, "\n");
    print_table(out, rows);
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
    print_table(out, rows);
}

}  // namespace fano::cli
