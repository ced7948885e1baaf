// What every question about a master equation needs: the network's states and laws, threads, and how much memory there
// is for them.
#pragma once

#include "cme/initial.hpp"
#include "cme/laws.hpp"
#include "cme/state_set.hpp"
#include "cme/summarise.hpp"
#include "cme/targets.hpp"
#include "cme/team.hpp"
#include "fano/cme.hpp"
#include "fano/error.hpp"

namespace fano {

struct Problem {
    // Checks the options. Throws InputError.
    Problem(Network const& network, CmeOptions const& options);

    Network const& network;
    InitialStates const initial;
    Coordinates const coordinates;
    bool const boxed;  // all states within the bounds
    Targets const targets;
    Laws laws;
    Team team;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> joint;
    std::uint64_t most_states;

    // The state with these counts, or of the target that it is in; nothing where bounds forbid it.
    std::optional<Interval> place(std::vector<double> const& counts) const;
    // Throws SolverError.
    void expect_memory_for(std::uint64_t states) const;
    // Calls visit(StateRow) for each row.
    void visit(StateSet const& states, std::span<double const> p,
               std::function<void(StateRow const&)> const& visit) const;
    void describe(CmeSolution& solution) const;
};

// Runs a solver; what it cannot do is said with the model's file.
template <class Solve>
auto for_model(Network const& network, Solve solve) {
    try {
        return solve();
    } catch (SolverError const& error) {
        std::string const text = error.what();
        if (text.starts_with(network.file)) throw;
        throw SolverError(network.file, text);
    }
}

}  // namespace fano
