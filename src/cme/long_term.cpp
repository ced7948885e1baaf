#include "cme/long_term.hpp"

#include <algorithm>

#include "cme/classes.hpp"

namespace fano {

namespace {

template <class Which>
std::vector<std::uint64_t> states_of(Classes const& classes, Which which) {
    std::vector<std::uint64_t> list;
    for (std::size_t i = 0; i < classes.of.size(); ++i)
        if (classes.of[i] != Classes::none && which(classes.of[i])) list.push_back(i);
    return list;
}

Columns part_of(Columns const& a, std::vector<std::uint64_t> const& members) {
    if (members.size() == static_cast<std::size_t>(a.cols())) return a;
    std::vector<int> place(static_cast<std::size_t>(a.cols()), -1);
    for (std::size_t i = 0; i < members.size(); ++i) place[members[i]] = static_cast<int>(i);
    std::vector<Eigen::Triplet<double>> entries;
    for (auto state : members)
        for (Columns::InnerIterator e(a, static_cast<Eigen::Index>(state)); e; ++e)
            if (place[static_cast<std::size_t>(e.row())] >= 0)
                entries.emplace_back(place[static_cast<std::size_t>(e.row())], place[state], e.value());
    Columns part(static_cast<Eigen::Index>(members.size()), static_cast<Eigen::Index>(members.size()));
    part.setFromTriplets(entries.begin(), entries.end());
    return part;
}

// [class] probability to end in it.
std::vector<double> end_weights(Columns const& a, Classes const& classes, Starts const& from, bool direct,
                                std::atomic<bool> const* stop) {
    std::vector<double> weights(classes.closed.size());
    if (std::count(classes.closed.begin(), classes.closed.end(), true) == 1) {
        for (std::size_t c = 0; c < weights.size(); ++c) weights[c] = classes.closed[c] ? 1 : 0;
        return weights;
    }
    auto const transient = states_of(classes, [&](std::uint32_t c) { return !classes.closed[c]; });
    std::vector<Eigen::Index> place(classes.of.size(), -1);
    for (std::size_t i = 0; i < transient.size(); ++i) place[transient[i]] = static_cast<Eigen::Index>(i);
    // Expected times in the transient states; what flows from them into an end is its probability.
    Eigen::VectorXd source = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(transient.size()));
    for (std::size_t i = 0; i < from.states.size(); ++i) {
        if (place[from.states[i]] >= 0)
            source[place[from.states[i]]] -= from.probability[i];
        else
            weights[classes.of[from.states[i]]] += from.probability[i];
    }
    if (transient.empty()) return weights;
    Eigen::VectorXd const times = make_solver(part_of(a, transient), direct, stop)->solve(source);
    for (std::size_t i = 0; i < transient.size(); ++i)
        for (Columns::InnerIterator e(a, static_cast<Eigen::Index>(transient[i])); e; ++e) {
            auto const c = classes.of[static_cast<std::size_t>(e.row())];
            if (classes.closed[c]) weights[c] += e.value() * times[static_cast<Eigen::Index>(i)];
        }
    return weights;
}

}  // namespace

LongTerm find_end(Columns const& a, Starts const& from, std::function<double(std::uint64_t)> const& guess,
                  bool direct, std::atomic<bool> const* stop) {
    auto const classes = find_classes(a, from.states);
    auto const weights = end_weights(a, classes, from, direct, stop);
    LongTerm found;
    found.p.assign(classes.of.size(), 0);
    found.ends = static_cast<std::size_t>(
        std::count_if(weights.begin(), weights.end(), [](double w) { return w > 0; }));
    for (std::uint32_t c = 0; c < classes.closed.size(); ++c) {
        if (weights[c] == 0) continue;
        auto const members = states_of(classes, [&](std::uint32_t k) { return k == c; });
        Eigen::VectorXd start(static_cast<Eigen::Index>(members.size()));
        for (std::size_t i = 0; i < members.size(); ++i)
            start[static_cast<Eigen::Index>(i)] = guess(members[i]);
        auto const balance = solve_balance(part_of(a, members), start, direct, stop);
        found.residual = std::max(found.residual, balance.residual);
        for (std::size_t i = 0; i < members.size(); ++i)
            found.p[members[i]] = weights[c] * balance.x[static_cast<Eigen::Index>(i)];
    }
    return found;
}

LongTerm find_lasting(Columns const& a, Starts const& from, bool direct, std::atomic<bool> const* stop) {
    auto const classes = find_classes(a, from.states);
    auto const members = states_of(classes, [&](std::uint32_t c) { return !classes.closed[c]; });
    LongTerm found;
    if (members.empty()) return found;
    auto const lasting = solve_lasting(part_of(a, members), direct, stop);
    found.p.assign(classes.of.size(), 0);
    for (std::size_t i = 0; i < members.size(); ++i)
        found.p[members[i]] = lasting.x[static_cast<Eigen::Index>(i)];
    found.escape = lasting.rate;
    return found;
}

}  // namespace fano
