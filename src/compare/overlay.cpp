// Sums bins into the bins of a common axis.
#include "compare/overlay.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "fano/error.hpp"

namespace fano {

namespace {

// Only for distributions that are narrow and far from each other.
constexpr std::size_t most_common_bins = std::size_t{1} << 20;

struct Trimmed {
    BinAxis axis;
    std::vector<double> parts;  // sum to 1
};

Trimmed trim(OutputDistribution const& d) {
    auto const filled = [](double weight) { return weight > 0; };
    auto const first = std::find_if(d.weight.begin(), d.weight.end(), filled);
    auto const last = std::find_if(d.weight.rbegin(), d.weight.rend(), filled).base();
    if (first == d.weight.end())
        throw InputError(fmt::format("the distribution of {} at time {} is empty", d.output, d.time));
    Trimmed result{{d.low + static_cast<double>(first - d.weight.begin()) * d.width, d.width,
                    static_cast<std::size_t>(last - first)},
                   {first, last}};
    // Beyond, edges are not told apart by rounding.
    auto const& axis = result.axis;
    double const end = axis.low + static_cast<double>(axis.bins) * axis.width;
    if (!(std::max(std::abs(axis.low), std::abs(end)) < 0x1p50 * axis.width))
        throw InputError(fmt::format("the bins of {} at time {} are too narrow for where they are: {} at {}",
                                     d.output, d.time, axis.width, axis.low));
    double const total = std::accumulate(first, last, 0.0);
    for (auto& part : result.parts) part /= total;
    return result;
}

bool nests(BinAxis const& fine, BinAxis const& coarse) {
    auto const whole = [](double x) { return std::abs(x - std::round(x)) < 1e-3; };
    return whole(coarse.width / fine.width) && whole((fine.low - coarse.low) / fine.width);
}

std::vector<double> rebin(Trimmed const& from, BinAxis const& axis) {
    std::vector<double> parts(axis.bins);
    // The middle of a bin that does not nest may lie on the end of the axis.
    for (std::size_t i = 0; i < from.parts.size(); ++i)
        parts[std::min(axis.bin_of(from.axis, i), axis.bins - 1)] += from.parts[i];
    return parts;
}

}  // namespace

Overlay overlay(OutputDistribution const& a, OutputDistribution const& b) {
    auto const p = trim(a), q = trim(b);
    auto const axis = common_axis({p.axis, q.axis}, most_common_bins);
    return {axis, rebin(p, axis), rebin(q, axis), nests(p.axis, axis) && nests(q.axis, axis)};
}

Overlay for_picture(Overlay const& both, std::size_t most_bins) {
    constexpr double outside = 5e-4;
    std::size_t first = 0, end = 0;
    double sum = 0;
    for (std::size_t i = 0; i < both.axis.bins; ++i) {
        if (sum < outside) first = i;
        if (sum <= 1 - outside) end = i + 1;
        sum += (both.p[i] + both.q[i]) / 2;
    }
    std::size_t const fold = (end - first + most_bins - 1) / most_bins;
    auto const width = both.axis.width * static_cast<double>(fold);
    Overlay shown;
    shown.axis = {both.axis.low + static_cast<double>(first) * both.axis.width, width,
                  (end - first + fold - 1) / fold};
    shown.p.resize(shown.axis.bins);
    shown.q.resize(shown.axis.bins);
    // The last bin is filled up, if need be with what lies beyond.
    end = std::min(first + shown.axis.bins * fold, both.axis.bins);
    for (std::size_t i = first; i < end; ++i) {
        shown.p[(i - first) / fold] += both.p[i];
        shown.q[(i - first) / fold] += both.q[i];
    }
    return shown;
}

std::string time_text(double time, std::string const& unit) {
    if (std::isinf(time)) return "infinity";
    return unit.empty() || unit == "1" ? fmt::format("{}", time) : fmt::format("{} {}", time, unit);
}

}  // namespace fano
