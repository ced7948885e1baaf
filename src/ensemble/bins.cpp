// Where values go in histograms, and how histograms grow and widen.
#include "ensemble/bins.hpp"

#include <algorithm>
#include <utility>

namespace fano {

int bin_shift(ValueRange const& range, std::size_t limit) {
    int shift = 0;
    while (static_cast<std::uint64_t>((range.high >> shift) - (range.low >> shift)) >= limit) ++shift;
    return shift;
}

BinAxis BinAxis::around(ValueRange const& range, std::size_t limit) {
    BinAxis axis;
    axis.shift = bin_shift(range, limit);
    std::int64_t const low = range.low >> axis.shift;
    std::size_t const occupied = static_cast<std::size_t>((range.high >> axis.shift) - low) + 1;
    // Room for half as much again, in whole cache lines. At the limit the room halves each time it is used up.
    axis.size = std::min((occupied + occupied / 2 + 7) / 8 * 8, limit);
    axis.low = low - static_cast<std::int64_t>((axis.size - occupied) / 2);
    // What has not been negative so far is most likely a count.
    if (low >= 0) axis.low = std::max<std::int64_t>(axis.low, 0);
    return axis;
}

bool BinAxis::holds(ValueRange const& range, std::size_t limit) const {
    // Of two windows of one range, the one at the right width is at most the limit.
    std::int64_t const first = range.low >> shift;
    std::int64_t const last = range.high >> shift;
    return first >= low && last - low < static_cast<std::int64_t>(size) &&
           last - first < static_cast<std::int64_t>(limit);
}

void Bins::add(double const* values, std::size_t count) {
    // Differences and the scaling are exact and not negative, so that truncation finds the bin.
    double const origin = static_cast<double>(axis_.first_value());
    double const scale = 1.0 / static_cast<double>(std::int64_t{1} << axis_.shift);
    std::uint64_t* const cells = cells_.data();
    for (std::size_t i = 0; i < count; ++i) ++cells[static_cast<std::int32_t>((values[i] - origin) * scale)];
}

void Bins::add(Bins const& other) {
    for (std::size_t i = 0; i < other.cells_.size(); ++i) {
        if (other.cells_[i] != 0) add(other.axis_.value(i), other.cells_[i]);
    }
}

void Bins::move_to(BinAxis const& axis) {
    Bins grown(limit_);
    grown.axis_ = axis;
    grown.cells_.resize(axis.size);
    grown.add(*this);
    *this = std::move(grown);
}

void JointBins::add(double const* first, double const* second, std::size_t count) {
    double const origin[2] = {static_cast<double>(first_.first_value()),
                              static_cast<double>(second_.first_value())};
    double const scale[2] = {1.0 / static_cast<double>(std::int64_t{1} << first_.shift),
                             1.0 / static_cast<double>(std::int64_t{1} << second_.shift)};
    std::uint64_t* const cells = cells_.data();
    for (std::size_t i = 0; i < count; ++i) {
        auto const row =
            static_cast<std::size_t>(static_cast<std::int32_t>((first[i] - origin[0]) * scale[0]));
        auto const column =
            static_cast<std::size_t>(static_cast<std::int32_t>((second[i] - origin[1]) * scale[1]));
        ++cells[row * second_.size + column];
    }
}

void JointBins::add(JointBins const& other) {
    for (std::size_t i = 0; i < other.first_.size; ++i) {
        for (std::size_t j = 0; j < other.second_.size; ++j) {
            std::uint64_t const cells = other.cells_[i * other.second_.size + j];
            if (cells != 0) add(other.first_.value(i), other.second_.value(j), cells);
        }
    }
}

void JointBins::grow(ValueRange const& first, ValueRange const& second) {
    JointBins grown(limit_);
    grown.first_ = first_.holds(first, limit_) ? first_ : BinAxis::around(first, limit_);
    grown.second_ = second_.holds(second, limit_) ? second_ : BinAxis::around(second, limit_);
    grown.cells_.resize(grown.first_.size * grown.second_.size);
    grown.add(*this);
    *this = std::move(grown);
}

}  // namespace fano
