#include "cme/state_set.hpp"

#include <algorithm>

namespace fano {

StateSet::StateSet(std::vector<Interval> intervals, std::int64_t fill) {
    if (!std::is_sorted(intervals.begin(), intervals.end())) std::sort(intervals.begin(), intervals.end());
    for (auto const& i : intervals) {
        if (!rows_.empty() && rows_.back().prefix == i.prefix && i.low <= rows_.back().high() + 1 + fill) {
            auto const high = std::max(rows_.back().high(), i.high);
            rows_.back().size = static_cast<std::uint64_t>(high - rows_.back().low + 1);
        } else {
            rows_.push_back({i.prefix, i.low, static_cast<std::uint64_t>(i.high - i.low + 1), 0});
        }
    }
    for (auto& row : rows_) {
        row.first = size_;
        size_ += row.size;
    }
}

std::span<Row const> StateSet::counted_rows() const {
    std::size_t counted = rows_.size();
    while (counted > 0 && is_target(rows_[counted - 1].prefix)) --counted;
    return std::span(rows_).first(counted);
}

std::uint64_t StateSet::first_target_state() const {
    auto const counted = counted_rows();
    return counted.empty() ? 0 : counted.back().first + counted.back().size;
}

std::vector<Interval> StateSet::intervals() const {
    std::vector<Interval> list;
    list.reserve(rows_.size());
    for (auto const& row : rows_) list.push_back({row.prefix, row.low, row.high()});
    return list;
}

std::size_t StateSet::seek(std::uint64_t prefix, std::size_t from) const {
    auto const at = std::lower_bound(rows_.begin() + static_cast<std::ptrdiff_t>(from), rows_.end(), prefix,
                                     [](Row const& row, std::uint64_t p) { return row.prefix < p; });
    return static_cast<std::size_t>(at - rows_.begin());
}

Row const& StateSet::row_of(std::uint64_t state) const {
    return *(std::upper_bound(rows_.begin(), rows_.end(), state,
                              [](std::uint64_t s, Row const& row) { return s < row.first; }) -
             1);
}

std::uint64_t StateSet::find(std::uint64_t prefix, std::int64_t along) const {
    auto at = seek(prefix);
    while (rows_[at].high() < along) ++at;
    return rows_[at].first + static_cast<std::uint64_t>(along - rows_[at].low);
}

std::vector<Extent> extents(Coordinates const& coordinates, StateSet const& states) {
    std::size_t const species = coordinates.step().size();
    std::vector<Extent> found(species);
    std::vector<double> counts(species);
    auto const add = [&](std::size_t s, double count) {
        found[s].low = std::min(found[s].low, static_cast<std::int64_t>(count));
        found[s].high = std::max(found[s].high, static_cast<std::int64_t>(count));
    };
    for (auto const& row : states.counted_rows()) {
        coordinates.counts(row.prefix, row.low, counts.data());
        for (std::size_t s = 0; s < species; ++s) {
            add(s, counts[s]);
            add(s, counts[s] + coordinates.step()[s] * static_cast<double>(row.size - 1));
        }
    }
    return found;
}

std::vector<double> transfer(StateSet const& from, std::span<double const> values, StateSet const& to) {
    std::vector<double> moved(to.size());
    std::size_t at = 0;
    for (auto const& row : from.rows()) {
        at = to.seek(row.prefix, at);
        for (std::size_t i = at; i < to.rows().size() && to.rows()[i].prefix == row.prefix; ++i) {
            auto const& target = to.rows()[i];
            auto const low = std::max(row.low, target.low), high = std::min(row.high(), target.high());
            if (low > high) continue;
            std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(row.first) + (low - row.low),
                        high - low + 1,
                        moved.begin() + static_cast<std::ptrdiff_t>(target.first) + (low - target.low));
        }
    }
    return moved;
}

}  // namespace fano
