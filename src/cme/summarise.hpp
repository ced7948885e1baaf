// From the probabilities of states to those of outputs: marginals, joints, moments.
#pragma once

#include <functional>
#include <span>

#include "fano/cme.hpp"

namespace fano {

// States in a line: the counts of state i are counts[s] + i * step[s], whole and not negative.
struct StateRow {
    std::span<double const> counts;       //!< [species] of the first state
    std::span<double const> step;         //!< [species]
    std::span<double const> probability;  //!< [state]
};

// Calls its argument once for every row of a set of states, always in the same order. No state is in two rows.
using StateRows = std::function<void(std::function<void(StateRow const&)> const& visit)>;

// All of a CmeDistribution but its certificate. `time` is what observables that depend on time read.
CmeDistribution summarise(Network const& network,
                          std::vector<std::pair<std::uint32_t, std::uint32_t>> const& joint, double time,
                          StateRows const& rows);

}  // namespace fano
