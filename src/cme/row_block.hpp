// Rows of states cut into pieces, and the sums over a piece.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "cme/summarise.hpp"

namespace fano {

// Adds `x` to `sum`, and what rounding loses to `rest` (Knuth's exact sum of two numbers).
inline void add_exactly(double& sum, double& rest, double x) {
    double const added = sum + x, part = added - sum;
    rest += (sum - (added - part)) + (x - part);
    sum = added;
}

class AccurateSum {
public:
    void add(double x) { add_exactly(sum_, rest_, x); }
    double value() const { return sum_ + rest_; }

private:
    double sum_ = 0, rest_ = 0;
};

// Some states of a row: few enough for plain sums to be accurate, and for columns of values to stay in the
// cache.
struct RowBlock {
    static constexpr std::size_t most_states = 128;
    std::vector<double> counts;  //!< [species] of the first state
    std::span<double const> step;
    std::span<double const> p;

    double count(std::size_t species, std::size_t state) const {
        return counts[species] + static_cast<double>(state) * step[species];
    }
};

// Leaves out states at the ends of a row that have no probability, so that they widen no range.
template <class Visit>
void for_each_block(StateRows const& rows, Visit const& visit) {
    RowBlock block;
    rows([&](StateRow const& row) {
        auto const& p = row.probability;
        std::size_t first = 0, last = p.size();
        while (first < last && p[first] == 0) ++first;
        while (first < last && p[last - 1] == 0) --last;
        block.step = row.step;
        for (; first < last; first += RowBlock::most_states) {
            block.counts.resize(row.counts.size());
            for (std::size_t s = 0; s < block.counts.size(); ++s)
                block.counts[s] = row.counts[s] + static_cast<double>(first) * row.step[s];
            block.p = p.subspan(first, std::min(RowBlock::most_states, last - first));
            visit(block);
        }
    });
}

// [k] = sum of p[i] (i - centre)^k. In four parts, which keep the processor busy and round less.
template <std::size_t order>
std::array<double, order + 1> power_sums(std::span<double const> p, double centre) {
    constexpr std::size_t parts = 4;
    double sums[order + 1][parts] = {};
    auto const add = [&](std::size_t i, std::size_t part) {
        double const x = static_cast<double>(static_cast<std::int32_t>(i)) - centre;
        double term = p[i];
        sums[0][part] += term;
        for (std::size_t k = 1; k <= order; ++k) sums[k][part] += term *= x;
    };
    std::size_t i = 0;
    for (; i + parts <= p.size(); i += parts)
        for (std::size_t part = 0; part < parts; ++part) add(i + part, part);
    for (; i < p.size(); ++i) add(i, i % parts);
    std::array<double, order + 1> result;
    for (std::size_t k = 0; k <= order; ++k)
        result[k] = (sums[k][0] + sums[k][1]) + (sums[k][2] + sums[k][3]);
    return result;
}

}  // namespace fano
