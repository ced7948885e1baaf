#include "cme/long_term.hpp"

#include <algorithm>

#include "cme/classes.hpp"
#include "cme/occupancy.hpp"

namespace fano {

namespace {

// [class] probability to end in it.
std::vector<double> end_weights(Columns const& a, Classes const& classes, Starts const& from,
                                std::atomic<bool> const* stop) {
    std::vector<double> weights(classes.closed.size());
    if (std::count(classes.closed.begin(), classes.closed.end(), true) == 1) {
        for (std::size_t c = 0; c < weights.size(); ++c) weights[c] = classes.closed[c] ? 1 : 0;
        return weights;
    }
    auto const transient = classes.states([&](std::uint32_t c) { return !classes.closed[c]; });
    std::vector<double> source(classes.of.size());
    for (std::size_t i = 0; i < from.states.size(); ++i) {
        auto const c = classes.of[from.states[i]];
        (classes.closed[c] ? weights[c] : source[from.states[i]]) += from.probability[i];
    }
    if (transient.empty()) return weights;
    Occupancy const occupancy{a, transient, {}, stop};
    // What flows from the transient states into an end is its probability.
    occupancy.visit_exits(occupancy.times(source),
                          [&](std::uint64_t to, double flow) { weights[classes.of[to]] += flow; });
    return weights;
}

}  // namespace

double factor_seconds(Generator const& a) {
    double const width = static_cast<double>(a.size()) / static_cast<double>(a.longest_axis());
    return static_cast<double>(a.size()) * (1e-6 + 6e-8 * width);
}

LongTerm find_end(Columns const& a, Starts const& from, std::function<double(std::uint64_t)> const& guess,
                  double factoring, std::atomic<bool> const* stop) {
    auto const classes = find_classes(a, from.states);
    auto const weights = end_weights(a, classes, from, stop);
    LongTerm found;
    found.p.assign(classes.of.size(), 0);
    found.ends = static_cast<std::size_t>(
        std::count_if(weights.begin(), weights.end(), [](double w) { return w > 0; }));
    for (std::uint32_t c = 0; c < classes.closed.size(); ++c) {
        if (weights[c] == 0) continue;
        auto const members = classes.states([&](std::uint32_t k) { return k == c; });
        Eigen::VectorXd start(static_cast<Eigen::Index>(members.size()));
        for (std::size_t i = 0; i < members.size(); ++i)
            start[static_cast<Eigen::Index>(i)] = guess(members[i]);
        auto const balance = solve_balance(part_of(a, members), start, factoring, stop);
        if (balance.method != "direct") found.method = balance.method;
        found.residual = std::max(found.residual, balance.residual);
        for (std::size_t i = 0; i < members.size(); ++i)
            found.p[members[i]] = weights[c] * balance.x[static_cast<Eigen::Index>(i)];
    }
    return found;
}

LongTerm find_lasting(Columns const& a, Starts const& from, double factoring, std::atomic<bool> const* stop) {
    auto const classes = find_classes(a, from.states);
    auto const members = classes.states([&](std::uint32_t c) { return !classes.closed[c]; });
    LongTerm found;
    if (members.empty()) return found;
    Eigen::VectorXd exits = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(members.size()));
    for (std::size_t i = 0; i < members.size(); ++i)
        for (Columns::InnerIterator e(a, static_cast<Eigen::Index>(members[i])); e; ++e)
            if (auto const c = classes.of[static_cast<std::size_t>(e.row())]; classes.closed[c])
                exits[static_cast<Eigen::Index>(i)] += e.value();
    auto const lasting = solve_lasting(part_of(a, members), exits, factoring, stop);
    found.p.assign(classes.of.size(), 0);
    for (std::size_t i = 0; i < members.size(); ++i)
        found.p[members[i]] = lasting.x[static_cast<Eigen::Index>(i)];
    found.escape = lasting.rate;
    found.method = "inverse iteration, " + lasting.method;
    return found;
}

}  // namespace fano
