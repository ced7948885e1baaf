// How long a Markov process is in each of its transient states before it leaves them for good.
#pragma once

#include "cme/balance.hpp"

namespace fano {

class Occupancy {
public:
    // `a`: the generator by columns. `transient`: the states, ascending. `lost`: [state] the rate at which they are left
    // for what is no state; empty: for none. `factoring`: about
    // how long that takes [s].
    Occupancy(Columns const& a, std::vector<std::uint64_t> transient, std::vector<double> lost,
              double factoring, std::atomic<bool> const* stop);

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
    char const* method() const { return direct_ ? "direct" : "levels"; }

private:
    std::vector<double> times_by_levels(std::vector<double> const& source) const;
    Eigen::VectorXd correction(Eigen::VectorXd const& missing, double all) const;

    Columns const& a_;
    std::vector<std::uint64_t> const transient_;
    std::vector<double> const lost_;
    std::atomic<bool> const* const stop_;
    std::vector<Eigen::Index> place_;  //!< [state] among the transient ones, or -1
    Eigen::VectorXd exit_;             //!< [transient] rate at which all of them are left
    bool const direct_;
    // One state is kept apart. Without it the equations stay well posed however seldom the process leaves.
    Eigen::Index apart_ = 0;
    std::unique_ptr<LinearSolver> rest_;
    Eigen::VectorXd
        per_apart_;  //!< [transient] time there for each unit of time in the state that is kept apart
};

}  // namespace fano
