#include "tau/leap_tables.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "model/tables.hpp"

namespace fano {

namespace {

[[noreturn]] void refuse(Network const& network, Method method, std::string const& why) {
    throw InputError(fmt::format("{} cannot be run with --method {}: {}; use --method exact", network.file,
                                 method_name(method), why));
}

void check(Network const& network, RateLaws const& laws, Method method, double epsilon) {
    if (!(epsilon > 0 && epsilon < 1))
        throw InputError(
            fmt::format("--epsilon {} is not between 0 and 1; it is the relative change of a propensity that "
                        "a step may make, "
                        "such as 0.03",
                        epsilon));
    if (!network.events.empty())
        refuse(network, method,
               fmt::format("a step would pass the moment of the event \"{}\"", network.events.front()));
    for (auto const& d : laws.derivative)
        if (d.by == laws.time_register)
            refuse(network, method,
                   fmt::format("the propensity of reaction \"{}\" depends on time, and steps bound only what "
                               "counts do to it",
                               network.reactions[d.reaction].id));
    if (!laws.jumping.empty())
        refuse(network, method,
               fmt::format("the propensity of reaction \"{}\" jumps, and no step bounds its change ({})",
                           network.reactions[laws.jumping.front()].id,
                           network.reactions[laws.jumping.front()].propensity));
}

}  // namespace

LeapTables::LeapTables(Network const& network, Method method, double epsilon, bool stiff)
    : laws_(rate_laws(network)), epsilon_(epsilon) {
    check(network, laws_, method, epsilon);
    std::vector<std::uint32_t> read(network.reactions.size());  // species
    for (auto const& d : laws_.derivative)
        if (d.by < laws_.species) ++read[d.reaction];
    for (auto const& d : laws_.derivative)
        if (d.by < laws_.species) limits_.push_back({d.reaction, d.by, d.reg, 1.0 / read[d.reaction]});
    std::vector<std::vector<kernels::Change>> of_species(laws_.species);
    for (std::uint32_t r = 0; r < network.reactions.size(); ++r)
        for (auto const& c : network.reactions[r].changes) {
            of_species[c.species].push_back({r, static_cast<double>(c.change)});
            if (c.change < 0) losses_.push_back({r, c.species, -static_cast<double>(c.change)});
        }
    for (auto const& changes : of_species) {
        first_change_.push_back(static_cast<std::uint32_t>(changes_.size()));
        changes_.insert(changes_.end(), changes.begin(), changes.end());
    }
    first_change_.push_back(static_cast<std::uint32_t>(changes_.size()));
    if (stiff) find_pairs(network);
}

// Reactions that undo each other and read nothing but what they consume.
void LeapTables::find_pairs(Network const& network) {
    using Changes = std::map<std::uint32_t, std::int64_t>;  // by species
    std::vector<Changes> changes;                           // [reaction]
    for (auto const& reaction : network.reactions) {
        auto& change = changes.emplace_back();
        for (auto const& c : reaction.changes) change.emplace(c.species, c.change);
    }
    std::vector<bool> reads_what_it_consumes(changes.size(), true);
    for (auto const& d : laws_.derivative) {
        auto const change = changes[d.reaction].find(d.by);
        if (d.by < laws_.species && (change == changes[d.reaction].end() || change->second >= 0))
            reads_what_it_consumes[d.reaction] = false;
    }
    auto const undo = [](Changes const& a, Changes const& b) {
        return !a.empty() && std::ranges::equal(a, b, [](auto const& x, auto const& y) {
            return x.first == y.first && x.second == -y.second;
        });
    };
    auto const reactions = static_cast<std::uint32_t>(changes.size());
    for (std::uint32_t a = 0; a < reactions; ++a)
        for (std::uint32_t b = a + 1; b < reactions && pairs_.size() < kernels::most_pairs; ++b)
            if (reads_what_it_consumes[a] && reads_what_it_consumes[b] && undo(changes[a], changes[b]))
                pairs_.push_back({a, b});
    for (auto const& limit : limits_)
        for (std::uint32_t of = 0; of < pairs_.size(); ++of) {
            if (limit.reaction != pairs_[of].there && limit.reaction != pairs_[of].back) continue;
            double const sign = limit.reaction == pairs_[of].there ? 1 : -1;
            for (std::uint32_t by = 0; by < pairs_.size(); ++by)
                if (auto const change = changes[pairs_[by].there].find(limit.species);
                    change != changes[pairs_[by].there].end())
                    couplings_.push_back({of, by, limit.reg, sign * static_cast<double>(change->second)});
        }
}

kernels::LeapTable LeapTables::view() const {
    kernels::LeapTable table{};
    table.species = laws_.species;
    table.slots = laws_.slots;
    table.registers = laws_.registers;
    table.reactions = static_cast<std::uint32_t>(laws_.propensity.size());
    table.code = laws_.code.data();
    table.propensities = laws_.propensities;
    table.derivatives = laws_.derivatives;
    table.propensity = laws_.propensity.data();
    table.limits = limits_.data();
    table.limit_count = static_cast<std::uint32_t>(limits_.size());
    table.losses = losses_.data();
    table.loss_count = static_cast<std::uint32_t>(losses_.size());
    table.first_change = first_change_.data();
    table.changes = changes_.data();
    table.pairs = pairs_.data();
    table.pair_count = static_cast<std::uint32_t>(pairs_.size());
    table.couplings = couplings_.data();
    table.coupling_count = static_cast<std::uint32_t>(couplings_.size());
    table.epsilon = epsilon_;
    // The variance of a linear birth-death process is then too large by epsilon/8 of it.
    table.turnover = std::cbrt(epsilon_);
    return table;
}

}  // namespace fano
