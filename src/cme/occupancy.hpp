// How long a Markov process is in each of its transient states before it leaves them for good.
#pragma once

#include <optional>

#include "cme/balance.hpp"
#include "cme/elimination.hpp"

namespace fano {

class Occupancy {
public:
    // `a`: the generator by columns. `transient`: the states, ascending. `lost`: [state] the rate at which they are left
    // for what is no state; empty: for none. By elimination where the band is narrow enough, else by levels of aggregates.
    Occupancy(Columns const& a, std::vector<std::uint64_t> transient, std::vector<double> lost,
              std::atomic<bool> const* stop, bool narrow = true);

    // x >= 0 with -A x = source on the transient states, 0 on all others. Throws SolverError.
    std::vector<double> times(std::vector<double> const& source) const;

    // Calls use(state, flow) for what flows from transient states into each of the others.
    template <class Use>
    void visit_exits(std::vector<double> const& x, Use use) const {
        for (auto state : transient_)
            for (Columns::InnerIterator e(a_, static_cast<Eigen::Index>(state)); e; ++e)
                if (auto const to = static_cast<std::uint64_t>(e.row()); place_[to] < 0)
                    use(to, e.value() * x[state]);
    }
    double lost(std::vector<double> const& x) const;
    char const* method() const { return elimination_ ? "elimination" : "levels"; }

private:
    Eigen::VectorXd times_by_levels(Eigen::VectorXd const& source) const;

    Columns const& a_;
    std::vector<std::uint64_t> const transient_;
    std::vector<double> const lost_;
    std::atomic<bool> const* const stop_;
    std::vector<Eigen::Index> place_;  //!< [state] among the transient ones, or -1
    Columns among_;                    // the transient ones
    Eigen::VectorXd exit_;             //!< [transient] rate at which all of them are left
    std::optional<Elimination> elimination_;
};

}  // namespace fano
