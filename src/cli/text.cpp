#include "cli/text.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace fano::cli {

namespace {

std::size_t shown_width(std::string const& text) {
    std::size_t width = 0;
    for (char c : text) width += (static_cast<unsigned char>(c) & 0xC0) != 0x80;  // not a continuation byte
    return width;
}

}  // namespace

void print_aligned(std::FILE* out, std::vector<std::vector<std::string>> const& rows) {
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

void print_bars(std::FILE* out, std::vector<double> bins, double low, double width, bool whole) {
    constexpr std::size_t max_rows = 24;
    constexpr double full = 50;
    // A millionth at either end would be drawn as nothing.
    double const little = 1e-6 * std::accumulate(bins.begin(), bins.end(), 0.0);
    for (double tail = 0; !bins.empty() && (tail += bins.back()) < little;) bins.pop_back();
    std::size_t first = 0;
    for (double tail = 0; first < bins.size() && (tail += bins[first]) < little;) ++first;
    bins.erase(bins.begin(), bins.begin() + static_cast<std::ptrdiff_t>(first));
    low += width * static_cast<double>(first);
    if (bins.empty()) return;
    std::size_t const fold = (bins.size() + max_rows - 1) / max_rows;
    std::vector<double> bars((bins.size() + fold - 1) / fold);
    for (std::size_t i = 0; i < bins.size(); ++i) bars[i / fold] += bins[i];
    double const total = std::accumulate(bins.begin(), bins.end(), 0.0);
    double const highest = *std::max_element(bars.begin(), bars.end());
    double const step = width * static_cast<double>(fold);
    for (std::size_t i = 0; i < bars.size(); ++i) {
        double const from = low + step * static_cast<double>(i);
        std::string const label = whole && step == 1.0 ? fmt::format("{:.10g}", from)
                                  : whole              ? fmt::format("{:.10g}-{:.10g}", from, from + step - 1)
                                                       : fmt::format("{:.6g}", from);
        auto const eighths =
            static_cast<std::size_t>(std::lround(8 * full * std::max(bars[i], 0.0) / highest));
        char const* const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
        std::string bar;
        for (std::size_t j = 0; j < eighths / 8; ++j) bar += "█";
        bar += parts[eighths % 8];
        fmt::print(out, "{:>12}  {:8.4f} %  {}\n", label, 100 * bars[i] / total, bar);
    }
}

}  // namespace fano::cli
