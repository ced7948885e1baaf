// Two distributions in the characters of a terminal.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "compare/overlay.hpp"

namespace fano {

namespace {

constexpr int columns = 60, rows = 8;

// What fills row `row` of a column. Heights are in rows. A shade where only one distribution fills most of what is
// seen; otherwise a solid block up to about where both end.
char const* block(double a, double b, int row) {
    constexpr char const* eighths[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    auto const within = [&](double height) { return std::clamp(height - row, 0.0, 1.0); };
    double const low = within(std::min(a, b)), high = within(std::max(a, b));
    if (high - low >= 0.5) return a > b ? "▒" : "░";
    if (low == 0) return row == 0 && high >= 0.05 ? "▁" : " ";
    auto const filled = static_cast<int>(std::lround(4 * (low + high)));
    return eighths[row == 0 && filled == 0 && high >= 0.05 ? 1 : filled];
}

}  // namespace

std::string overlay_text(OutputDistribution const& a, OutputDistribution const& b) {
    auto const shown = for_picture(overlay(a, b), columns);
    auto const& [axis, p, q, nested] = shown;
    auto const each = columns / axis.bins;
    double const highest =
        std::max(*std::max_element(p.begin(), p.end()), *std::max_element(q.begin(), q.end()));
    std::string text;
    for (int row = rows - 1; row >= 0; --row) {
        text += row == rows - 1 ? fmt::format("{:>9.3g} ┤", highest) : "          │";
        std::string line;
        for (std::size_t i = 0; i < axis.bins; ++i)
            for (std::size_t repeat = 0; repeat < each; ++repeat)
                line += block(p[i] / highest * rows, q[i] / highest * rows, row);
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    }
    auto const width = each * axis.bins;
    auto const left = fmt::format("{:.6g}", axis.low);
    auto const right = fmt::format("{:.6g}", axis.low + axis.width * static_cast<double>(axis.bins - 1));
    text += "        0 └";
    for (std::size_t i = 0; i < width; ++i) text += "─";
    auto const gap = width > left.size() + right.size() ? width - left.size() - right.size() : 1;
    return text + "\n           " + left + (axis.bins > 1 ? std::string(gap, ' ') + right : "") + '\n';
}

}  // namespace fano
