// Propensities over rows of states. A product of what depends on the prefix and what depends on the last axis needs
// one number a row and one table for all rows; whatever else is evaluated at every state.
#pragma once

#include <tuple>
#include <vector>

#include "cme/coordinates.hpp"
#include "model/rate_laws.hpp"

namespace fano {

class Laws {
public:
    // Throws InputError for what a master equation cannot have: events, parameters that differ between cells.
    Laws(Network const& network, Coordinates const& coordinates);

    std::size_t size() const { return laws_.size(); }
    // Whether the propensity is a product as above. If not, row_factor() is 1.
    bool separable(std::size_t reaction) const { return laws_[reaction].separable; }
    // Which table a separable propensity has along a row; -1: it does not depend on the last axis.
    int table(std::size_t reaction) const { return laws_[reaction].table; }
    std::size_t tables() const { return along_.size(); }
    bool timed() const { return timed_; }

    // For one row: must come before the others.
    void at_row(std::uint64_t prefix, std::int64_t along, double time);
    double row_factor(std::size_t reaction) const;
    // The propensity itself, at the state set last.
    double propensity(std::size_t reaction) const {
        return rates_.propensity(static_cast<std::uint32_t>(reaction));
    }
    // Bounds of all propensities from one time to another, in one state.
    std::vector<kernels::Interval<double>> bounds(std::uint64_t prefix, std::int64_t along, double from,
                                                  double to);
    double table_value(std::size_t table) const;

private:
    struct Factor {
        std::uint32_t reg;
        bool inverse;
        bool operator<(Factor const& o) const { return std::tie(reg, inverse) < std::tie(o.reg, o.inverse); }
        bool operator==(Factor const&) const = default;
    };
    struct Law {
        double constant = 1;
        std::vector<Factor> of_row, along;
        bool separable = true;
        int table = -1;
    };

    void find_factors(std::uint32_t reg, bool inverse, Law& law) const;
    double product(std::vector<Factor> const& factors) const;

    Coordinates const& coordinates_;
    Rates rates_;
    std::vector<double> slots_;
    std::vector<int> writer_;           //!< [register] instruction, or -1
    std::vector<unsigned char> reads_;  //!< [register] 1: the prefix, 2: the last axis, 4: the time
    std::vector<Law> laws_;
    std::vector<std::vector<Factor>> along_;  //!< [table]
    bool timed_ = false;
};

}  // namespace fano
