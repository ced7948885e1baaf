#include "cme/targets.hpp"

#include <algorithm>

namespace fano {

Targets::Targets(Conditions const& conditions) : labels_(conditions.texts), ones_(RowBlock::most_states, 1) {
    conditions_.emplace(conditions.network, 0);
    first_column_ = conditions_->size() - labels_.size();
    block_.counts.resize(conditions.network.species.size());
}

std::vector<Interval> Targets::states() const {
    std::vector<Interval> states;
    for (std::uint32_t k = 0; k < size(); ++k) states.push_back(target_state(k));
    return states;
}

Targets::Run Targets::run_from(Coordinates const& coordinates, std::uint64_t prefix, std::int64_t low,
                               std::int64_t high) const {
    block_.step = coordinates.step();
    Run run{none, 0};
    for (std::int64_t first = low; first <= high; first += RowBlock::most_states) {
        coordinates.counts(prefix, first, block_.counts.data());
        auto const count = std::min<std::int64_t>(RowBlock::most_states, high - first + 1);
        block_.p = std::span(ones_).first(static_cast<std::size_t>(count));
        conditions_->evaluate(block_);
        for (std::size_t i = 0; i < block_.p.size(); ++i) {
            std::uint32_t target = none;
            for (std::uint32_t k = size(); k-- > 0;)
                if (conditions_->column(first_column_ + k)[i] == 1) target = k;
            if (run.size == 0) run.target = target;
            if (target != run.target) return run;
            ++run.size;
        }
    }
    return run;
}

void add_allowed(Coordinates const& coordinates, Targets const& targets, Interval const& interval,
                 std::vector<Interval>& intervals) {
    if (auto const part = coordinates.clip(interval))
        targets.split(coordinates, *part, [&](Interval const& run, std::uint32_t target) {
            if (target == Targets::none) intervals.push_back(run);
        });
}

}  // namespace fano
