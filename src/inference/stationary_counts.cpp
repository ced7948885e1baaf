// The stationary distribution pi, and its derivatives from A s = -B pi with sum s = 0, on the box that
// stationary_cme() settles on.
#include <cmath>

#include <Eigen/SparseCore>

#include "cme/balance.hpp"
#include "cme/classes.hpp"
#include "cme/covering_states.hpp"
#include "cme/long_term.hpp"
#include "cme/window.hpp"
#include "fano/error.hpp"
#include "inference/observed.hpp"
#include "inference/rate_derivative.hpp"

namespace fano {

namespace {

// States from which the network does not get away. Throws if there are several sets of them.
std::vector<std::uint64_t> lasting_states(Problem const& problem, StateSet const& states, Columns const& a) {
    std::vector<std::uint64_t> from;
    auto const start = initial_probabilities(problem.initial, problem.coordinates, states);
    for (std::size_t i = 0; i < start.size(); ++i)
        if (start[i] > 0) from.push_back(i);
    // A box around where the network stays need not hold where it begins.
    if (from.empty()) from.push_back(states.size() / 2);
    auto const classes = find_classes(a, from);
    std::vector<std::uint64_t> members;
    std::uint32_t first = Classes::none;
    for (std::size_t i = 0; i < classes.of.size(); ++i) {
        if (classes.of[i] == Classes::none || !classes.closed[classes.of[i]]) continue;
        if (first == Classes::none) first = classes.of[i];
        if (classes.of[i] != first)
            throw InputError(
                problem.network.file, 0,
                "the network can end in several separate sets of states, so where it ends depends on the "
                "parameters through all that was before; give times instead of the stationary state");
        members.push_back(i);
    }
    return members;
}

}  // namespace

CountDistribution stationary_counts(Model const& model, DerivativeOptions const& options) {
    Network const network = compile(model);
    auto const species = observed_species(network, options.species);
    CmeOptions cme;
    cme.times = {1};
    cme.tolerance = options.tolerance;
    cme.most_states = options.most_states;
    cme.threads = options.threads;
    cme.stop = options.stop;
    auto const settled = stationary_cme(network, cme);
    cme.box = settled.stationary->box;
    Problem problem(network, cme);
    auto const states = box_states(network, problem.coordinates,
                                   options.most_states > 0 ? options.most_states : problem.most_states / 8);
    Generator const inner{network, problem.coordinates, problem.laws, states, {}, Edge::reflecting};
    Columns const a = inner.matrix();
    auto const members = lasting_states(problem, states, a);
    Eigen::VectorXd const even = Eigen::VectorXd::Constant(static_cast<Eigen::Index>(members.size()),
                                                           1 / static_cast<double>(members.size()));
    auto const balance = solve_balance(part_of(a, members), even, factor_seconds(inner), options.stop);
    std::vector<double> p(states.size());
    for (std::size_t i = 0; i < members.size(); ++i) p[members[i]] = balance.x[static_cast<Eigen::Index>(i)];
    inner.check(p);

    // With s = 0 in one state, where pi is large, the other equations have one solution; a multiple of pi
    // makes the sum 0.
    auto pivot = members.front();
    for (auto state : members)
        if (p[state] > p[pivot]) pivot = state;
    std::vector<std::vector<double>> s;
    std::vector<double> values;
    std::unique_ptr<LinearSolver> solver;
    Columns rest;
    if (!options.parameters.empty() && members.size() > 1) {
        rest = part_of(a, members, pivot);
        // Factorising cannot be interrupted.
        solver = make_solver(rest, factor_seconds(inner) < 1, options.stop);
    }
    for (auto const& name : options.parameters) {
        Nearby const nearby(model, name);
        initial_derivative(nearby, problem.initial, problem.coordinates, states);  // refuses what sets counts
        values.push_back(nearby.value());
        auto& slope = s.emplace_back(states.size());
        if (!solver) continue;
        auto const b = rate_derivative(nearby, problem.coordinates, states, Edge::reflecting);
        std::vector<double> flow(states.size());
        b.add(1, p.data(), flow.data());
        Eigen::VectorXd right(static_cast<Eigen::Index>(members.size()) - 1);
        Eigen::Index at = 0;
        for (auto state : members)
            if (state != pivot) right[at++] = -flow[state];
        Eigen::VectorXd found = solver->solve(right);
        found += solver->solve(right - rest * found);
        double const excess = found.sum();
        at = 0;
        for (auto state : members) slope[state] = (state == pivot ? 0 : found[at++]) - excess * p[state];
    }
    auto counts = observe(problem, states, species, p, s, values);
    counts.time = stationary_time;
    double const doubling = settled.stationary->doubling;
    counts.error =
        std::max({std::isnan(doubling) ? options.tolerance : doubling, settled.stationary->residual, 1e-13});
    for (std::size_t i = 0; i < s.size(); ++i) {
        double size = 0;
        for (double x : s[i]) size += std::abs(x);
        counts.derivative_error.push_back(size * counts.error / std::abs(values[i]));
    }
    return counts;
}

}  // namespace fano
