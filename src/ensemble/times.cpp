// Sample times as a person writes them.
#include <charconv>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "fano/ensemble.hpp"
#include "fano/error.hpp"

namespace fano {

namespace {

double parse_number(std::string_view text, std::string const& whole) {
    auto const trimmed_start = text.find_first_not_of(' ');
    if (trimmed_start != std::string_view::npos)
        text = text.substr(trimmed_start, text.find_last_not_of(' ') - trimmed_start + 1);
    double value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
        throw InputError(
            fmt::format("\"{}\" in the sample times \"{}\" is not a number; write FROM:TO:POINTS, such as "
                        "0:100:101, or a "
                        "list such as 0,1,5.5",
                        text, whole));
    return value;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        auto const at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

}  // namespace

std::vector<double> parse_times(std::string const& text) {
    auto const ranges = split(text, ':');
    std::vector<double> times;
    if (ranges.size() == 1) {
        for (auto part : split(text, ',')) times.push_back(parse_number(part, text));
        return times;
    }
    if (ranges.size() != 3)
        throw InputError(
            fmt::format("the sample times \"{}\" are not FROM:TO:POINTS, such as 0:100:101", text));
    double const from = parse_number(ranges[0], text), to = parse_number(ranges[1], text),
                 points = parse_number(ranges[2], text);
    if (points != std::floor(points) || points < 1 || points > 1e8)
        throw InputError(
            fmt::format("the sample times \"{}\" ask for {} points; the third number is how many times (at "
                        "most 1e8), both "
                        "ends included",
                        text, points));
    if (to < from) throw InputError(fmt::format("the sample times \"{}\" run backwards", text));
    auto const n = static_cast<std::size_t>(points);
    // The last time is `to` itself; a single point means `to`.
    for (std::size_t i = 0; i + 1 < n; ++i)
        times.push_back(from + (to - from) * static_cast<double>(i) / static_cast<double>(n - 1));
    times.push_back(to);
    return times;
}

}  // namespace fano
