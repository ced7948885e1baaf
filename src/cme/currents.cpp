#include "cme/currents.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <sstream>
#include <utility>

#include <Eigen/QR>
#include <fmt/format.h>

#include "cme/row_block.hpp"
#include "model/analyse.hpp"

namespace fano {

namespace {

constexpr std::uint32_t no_reverse = ~std::uint32_t{0};

// Reactants and products, each in the order of their names.
std::pair<std::multiset<std::string>, std::multiset<std::string>> sides(std::string const& equation) {
    std::pair<std::multiset<std::string>, std::multiset<std::string>> found;
    auto* side = &found.first;
    std::string term;
    std::istringstream words(equation + " +");
    for (std::string word; words >> word;) {
        if (word != "+" && word != "->") {
            term += " " + word;
            continue;
        }
        side->insert(std::exchange(term, {}));
        if (word == "->") side = &found.second;
    }
    return found;
}

// [reaction] the one with reactants and products exchanged: of several, the one that was written with it.
std::vector<std::uint32_t> find_reverses(std::vector<NetworkReaction> const& reactions) {
    std::vector<decltype(sides(""))> forward;
    for (auto const& reaction : reactions) forward.push_back(sides(reaction.equation));
    std::vector<std::uint32_t> reverse(reactions.size(), no_reverse);
    for (bool const written_together : {true, false})
        for (std::uint32_t a = 0; a < reactions.size(); ++a)
            for (std::uint32_t b = a + 1; b < reactions.size() && reverse[a] == no_reverse; ++b)
                if (reverse[b] == no_reverse && forward[a].first == forward[b].second &&
                    forward[a].second == forward[b].first &&
                    (!written_together || reactions[b].id == reactions[a].id + "_reverse")) {
                    reverse[a] = b;
                    reverse[b] = a;
                }
    return reverse;
}

class FlowsOfReactions {
public:
    FlowsOfReactions(Network const& network, Box const& box, std::span<double const> p)
        : network_(network), box_(box), laws_(network, *box.coordinates), p_(p) {}

    // [state] probability that a reaction carries away from it [1/time], within the box.
    std::vector<double> from_states(std::uint32_t reaction) {
        std::vector<double> flows(p_.size());
        for_runs(reaction, [&](std::uint64_t source, std::uint64_t, Row const& row, std::int64_t low,
                               std::uint64_t size) {
            for (std::uint64_t i = 0; i < size; ++i) {
                if (p_[source + i] == 0) continue;
                laws_.at_row(row.prefix, low + static_cast<std::int64_t>(i), 0);
                flows[source + i] = p_[source + i] * laws_.propensity(reaction);
            }
        });
        return flows;
    }

    // Calls use(state, state that the reaction leads to).
    template <class Use>
    void for_moves(std::uint32_t reaction, Use use) {
        for_runs(reaction, [&](std::uint64_t source, std::uint64_t target, Row const&, std::int64_t,
                               std::uint64_t size) {
            for (std::uint64_t i = 0; i < size; ++i) use(source + i, target + i);
        });
    }

private:
    template <class Use>
    void for_runs(std::uint32_t reaction, Use use) {
        auto const rows = box_.states.counted_rows();
        auto const move = box_.coordinates->moves()[reaction];
        if (network_.reactions[reaction].changes.empty()) return;
        std::size_t at = 0;
        for (auto const& row : rows) {
            auto const prefix = box_.coordinates->moved(row.prefix, move.prefix);
            if (!prefix) continue;
            at = box_.states.seek(*prefix, at);
            for (auto k = at; k < rows.size() && rows[k].prefix == *prefix; ++k) {
                auto const low = std::max(row.low, rows[k].low - move.along),
                           high = std::min(row.high(), rows[k].high() - move.along);
                if (low <= high)
                    use(row.first + static_cast<std::uint64_t>(low - row.low),
                        rows[k].first + static_cast<std::uint64_t>(low + move.along - rows[k].low), row, low,
                        static_cast<std::uint64_t>(high - low + 1));
            }
        }
    }

    Network const& network_;
    Box const& box_;
    Laws laws_;
    std::span<double const> p_;
};

double total(std::vector<double> const& flows) {
    AccurateSum sum;
    for (double f : flows) sum.add(f);
    return sum.value();
}

// Elementary cycles of net currents, all of which are 0 or more, where they are so few that each has a current of its own.
std::vector<Currents::Cycle> find_cycles(Network const& network, std::vector<double> const& net,
                                         std::vector<std::uint32_t> const& forward) {
    // Sets of reactions that change nothing are to reactions what conservation laws are to species.
    std::vector<std::string> names;
    std::vector<NetworkReaction> species(network.species.size());
    for (std::uint32_t k = 0; k < forward.size(); ++k) {
        auto const& reaction = network.reactions[forward[k]];
        names.push_back(reaction.id);
        for (auto const& change : reaction.changes)
            species[change.species].changes.push_back({k, change.change});
    }
    auto const found = find_conservation_laws(names, species, std::vector<bool>(names.size()));
    if (found.empty()) return {};
    Eigen::MatrixXd parts = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(names.size()),
                                                  static_cast<Eigen::Index>(found.size()));
    for (std::size_t c = 0; c < found.size(); ++c)
        for (auto const& term : found[c].terms)
            parts(term.species, static_cast<Eigen::Index>(c)) = static_cast<double>(term.change);
    Eigen::ColPivHouseholderQR<Eigen::MatrixXd> const qr(parts);
    if (qr.rank() < parts.cols()) return {};
    Eigen::VectorXd const current =
        qr.solve(Eigen::Map<Eigen::VectorXd const>(net.data(), static_cast<Eigen::Index>(net.size())));
    std::vector<Currents::Cycle> cycles;
    for (std::size_t c = 0; c < found.size(); ++c)
        cycles.push_back({found[c].text, current[static_cast<Eigen::Index>(c)]});
    return cycles;
}

}  // namespace

Currents find_currents(Network const& network, Box const& box, std::span<double const> p) {
    FlowsOfReactions flows{network, box, p};
    auto const reverses = find_reverses(network.reactions);
    Currents found;
    found.rates.assign(network.reactions.size(), 0);
    std::vector<double> net;
    std::vector<std::uint32_t> forward;  // the way in which there is more
    AccurateSum unbalanced, all, entropy;
    bool reversible = true;
    for (std::uint32_t r = 0; r < network.reactions.size(); ++r) {
        if (network.reactions[r].changes.empty() || (reverses[r] != no_reverse && reverses[r] < r)) continue;
        auto const there = flows.from_states(r);
        found.rates[r] = total(there);
        all.add(found.rates[r]);
        if (reverses[r] == no_reverse) {
            net.push_back(found.rates[r]);
            forward.push_back(r);
            unbalanced.add(found.rates[r]);
            if (found.rates[r] > 0) {
                reversible = false;
                if (found.irreversible.empty()) found.irreversible = network.reactions[r].id;
            }
            continue;
        }
        auto const back = flows.from_states(reverses[r]);
        found.rates[reverses[r]] = total(back);
        all.add(found.rates[reverses[r]]);
        double const difference = found.rates[r] - found.rates[reverses[r]];
        net.push_back(std::abs(difference));
        forward.push_back(difference >= 0 ? r : reverses[r]);
        double const visible = 1e-13 * (found.rates[r] + found.rates[reverses[r]]);
        flows.for_moves(r, [&](std::uint64_t from, std::uint64_t to) {
            double const f = there[from], g = back[to];
            unbalanced.add(std::abs(f - g));
            if (f > 0 && g > 0) {
                entropy.add((f - g) * std::log(f / g));
            } else if (std::max(f, g) > visible) {
                reversible = false;
                if (found.irreversible.empty()) found.irreversible = network.reactions[r].id;
            }
        });
    }
    found.imbalance = all.value() > 0 ? unbalanced.value() / all.value() : 0;
    found.entropy_production = reversible ? entropy.value() : std::numeric_limits<double>::infinity();
    found.cycles = find_cycles(network, net, forward);
    return found;
}

}  // namespace fano
