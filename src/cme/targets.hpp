// States in which a process ends. None of them is in a set of states; instead the set has one state for each target,
// which reactions lead to and nothing leaves.
#pragma once

#include <vector>

#include "cme/coordinates.hpp"
#include "cme/observable_columns.hpp"
#include "fano/cme.hpp"

namespace fano {

class Targets {
public:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    Targets() = default;
    // `conditions`: compile_conditions(). A state belongs to the first one that holds in it.
    explicit Targets(Conditions const& conditions);

    std::uint32_t size() const { return static_cast<std::uint32_t>(labels_.size()); }
    std::string const& label(std::uint32_t target) const { return labels_[target]; }
    // Of the states that stand for the targets. They come after all others.
    std::vector<Interval> states() const;
    // Calls use(part, target) for all of an interval, in runs of states with the same target or none.
    template <class Use>
    void split(Coordinates const& coordinates, Interval const& interval, Use use) const {
        if (size() == 0) return use(interval, none);
        Interval part = interval;
        while (part.low <= interval.high) {
            auto const [target, size] = run_from(coordinates, part.prefix, part.low, interval.high);
            part.high = part.low + size - 1;
            use(part, target);
            part.low = part.high + 1;
        }
    }
    std::uint32_t of(Coordinates const& coordinates, Interval const& state) const {
        return run_from(coordinates, state.prefix, state.low, state.low).target;
    }

private:
    struct Run {
        std::uint32_t target;
        std::int64_t size;
    };
    // The states from `low` on, up to `high`, that have the target of the first one.
    Run run_from(Coordinates const& coordinates, std::uint64_t prefix, std::int64_t low,
                 std::int64_t high) const;

    std::vector<std::string> labels_;
    std::size_t first_column_ = 0;  // of the first condition
    mutable std::optional<ObservableColumns> conditions_;
    mutable RowBlock block_;
    std::vector<double> ones_;
};

// Appends what of an interval is within bounds and in no target.
void add_allowed(Coordinates const& coordinates, Targets const& targets, Interval const& interval,
                 std::vector<Interval>& intervals);

}  // namespace fano
