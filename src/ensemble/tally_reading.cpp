// What can be read from a tally: estimates with their errors, extremes, histograms.
#include <cmath>
#include <limits>
#include <utility>

#include "ensemble/tally_data.hpp"
#include "fano/error.hpp"
#include "fano/tally.hpp"

namespace fano {

TallyColumn const& Tally::Data::read(std::size_t time, std::size_t output) const {
    if (filled.at(time) != 0)
        throw Error(ExitCode::internal, "a tally was read before it was flushed; report this");
    if (output >= outputs)
        throw Error(ExitCode::internal, "a tally was read beyond its outputs; report this");
    return columns[time * outputs + output];
}

OutputSums Tally::Data::sample(std::size_t time, std::size_t output) const {
    TallyColumn const& column = read(time, output);
    return {cells[time], column.offset, layout.quanta[output], column.power_sums()};
}

TallyLayout const& Tally::layout() const { return data_->layout; }

std::uint64_t Tally::cells(std::size_t time) const { return data_->cells.at(time) + data_->filled[time]; }

Estimate Tally::mean(std::size_t time, std::size_t output) const {
    return estimate_mean(data_->sample(time, output));
}

Estimate Tally::variance(std::size_t time, std::size_t output) const {
    return estimate_variance(data_->sample(time, output));
}

Estimate Tally::covariance(std::size_t time, std::size_t a, std::size_t b) const {
    if (a == b) return variance(time, a);
    if (a > b) std::swap(a, b);
    OutputSums const x = data_->sample(time, a), y = data_->sample(time, b);
    if (!layout().covariance) throw InputError("covariances were not tallied; ask for them before the run");
    return estimate_covariance(x, y, data_->cross[time * data_->pairs + data_->pair_index(a, b)]);
}

Estimate Tally::skewness(std::size_t time, std::size_t output) const {
    return estimate_skewness(data_->sample(time, output));
}

Estimate Tally::fano(std::size_t time, std::size_t output) const {
    return estimate_fano(data_->sample(time, output));
}

Estimate Tally::cv2(std::size_t time, std::size_t output) const {
    return estimate_cv2(data_->sample(time, output));
}

double Tally::minimum(std::size_t time, std::size_t output) const {
    ValueRange const& range = data_->read(time, output).range;
    if (range.empty()) return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(range.low) * layout().quanta[output];
}

double Tally::maximum(std::size_t time, std::size_t output) const {
    ValueRange const& range = data_->read(time, output).range;
    if (range.empty()) return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(range.high) * layout().quanta[output];
}

Histogram Tally::histogram(std::size_t time, std::size_t output) const {
    TallyColumn const& column = data_->read(time, output);
    double const quantum = layout().quanta[output];
    if (column.range.empty()) return {0, quantum, {}};
    BinAxis const axis = column.bins.axis().trimmed(column.range);
    auto const first = column.bins.cells().begin() + (axis.low - column.bins.axis().low);
    return {static_cast<double>(axis.first_value()) * quantum,
            std::ldexp(quantum, axis.shift),
            {first, first + static_cast<std::ptrdiff_t>(axis.size)}};
}

JointHistogram Tally::joint(std::size_t time, std::size_t pair) const {
    auto const [a, b] = layout().joint.at(pair);
    ValueRange const& first = data_->read(time, a).range;
    ValueRange const& second = data_->read(time, b).range;
    double const quanta[2] = {layout().quanta[a], layout().quanta[b]};
    if (first.empty()) return {{0, 0}, {quanta[0], quanta[1]}, {0, 0}, {}};
    JointBins const& bins = data_->joint[time * layout().joint.size() + pair];
    BinAxis const rows = bins.first().trimmed(first), columns = bins.second().trimmed(second);
    JointHistogram result{{static_cast<double>(rows.first_value()) * quanta[0],
                           static_cast<double>(columns.first_value()) * quanta[1]},
                          {std::ldexp(quanta[0], rows.shift), std::ldexp(quanta[1], columns.shift)},
                          {rows.size, columns.size},
                          {}};
    result.cells.reserve(rows.size * columns.size);
    for (std::size_t i = 0; i < rows.size; ++i) {
        for (std::size_t j = 0; j < columns.size; ++j) {
            result.cells.push_back(bins.at(rows.value(i), columns.value(j)));
        }
    }
    return result;
}

}  // namespace fano
