// Interval bounds of propensities show which of them need no check; trial states give the warnings.
#include "model/analyse.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "kernels/core/interval.hpp"
#include "model/dependencies.hpp"

namespace fano {

using Bounds = kernels::Interval<double>;

namespace {

constexpr double unbounded = 1e100;

// Registers of a network for trial evaluations, of numbers or of intervals.
template <class Value>
class Trial {
public:
    explicit Trial(NetworkTables const& tables) : tables_(tables), registers_(tables.scalars.registers) {
        for (auto const& c : tables.constants) registers_[c.reg] = Value(c.value);
    }
    Value& operator[](std::uint32_t r) { return registers_[r]; }
    void evaluate_propensities() {
        kernels::evaluate(tables_.code.data(), tables_.scalars.propensities, registers_.data());
    }
    // One propensity, by the instructions that it needs.
    Value propensity(std::uint32_t reaction, std::vector<kernels::Instruction> const& slice) {
        kernels::evaluate(slice.data(), {0, static_cast<std::uint32_t>(slice.size())}, registers_.data());
        return registers_[tables_.propensity[reaction]];
    }
    Value propensity(std::uint32_t reaction) { return registers_[tables_.propensity[reaction]]; }

private:
    NetworkTables const& tables_;
    std::vector<Value> registers_;
};

// What a slot can hold, as far as the model tells.
Bounds slot_domain(NetworkTables const& tables, std::uint32_t slot) {
    if (slot < tables.scalars.species) return Bounds{0.0, kernels::largest_count};
    for (auto const& a : tables.assignments)
        if (a.target.slot == slot) return Bounds{-unbounded, unbounded};
    for (auto const& b : tables.births) {
        if (b.slot != slot) continue;
        bool const positive = b.kind == kernels::BirthKind::lognormal ||
                              b.kind == kernels::BirthKind::gamma ||
                              b.kind == kernels::BirthKind::positive_normal;
        return positive ? Bounds{0.0, unbounded} : Bounds{-unbounded, unbounded};
    }
    return Bounds{tables.initial[slot], tables.initial[slot]};
}

// Runs `visit` for every way of splitting the counts of `species` into 0, 1 and "2 or more", which is enough to
// see that n(n-1) is not negative. Stops when visit returns false, and returns whether it never did.
template <class Visit>
bool for_each_split(Trial<Bounds>& trial, std::vector<std::uint32_t> const& species, Visit const& visit) {
    Bounds const parts[] = {Bounds{0.0, 0.0}, Bounds{1.0, 1.0}, Bounds{2.0, kernels::largest_count}};
    std::size_t const split = std::min<std::size_t>(species.size(), 5);
    std::size_t combinations = 1;
    for (std::size_t i = 0; i < split; ++i) combinations *= 3;
    bool good = true;
    for (std::size_t code = 0; code < combinations && good; ++code) {
        std::size_t rest = code;
        for (std::size_t i = 0; i < split; ++i, rest /= 3) trial[species[i]] = parts[rest % 3];
        good = visit();
    }
    for (std::size_t i = 0; i < split; ++i) trial[species[i]] = Bounds{0.0, kernels::largest_count};
    return good;
}

// Ascending.
std::vector<std::uint32_t> species_read(NetworkTables const& tables, std::uint32_t result,
                                        std::vector<kernels::Instruction> const& program) {
    std::vector<std::uint32_t> species{result};
    for (auto const& i : program) species.insert(species.end(), {i.a, i.b, i.c});
    std::erase_if(species, [&](auto reg) { return reg >= tables.scalars.species; });
    std::sort(species.begin(), species.end());
    species.erase(std::unique(species.begin(), species.end()), species.end());
    return species;
}

std::string state_text(std::vector<std::uint32_t> const& species, std::vector<std::string> const& names,
                       Trial<double>& trial) {
    std::string text;
    for (auto s : species) text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", names[s], trial[s]);
    return text.empty() ? "every state" : text;
}

}  // namespace

Watch find_watch(NetworkTables const& tables, std::vector<NetworkReaction> const& reactions,
                 std::vector<bool> const& trusted) {
    Watch watch;
    Trial<Bounds> bounds{tables};
    Trial<double> values{tables};
    for (std::uint32_t s = 0; s < tables.scalars.slots; ++s) {
        bounds[s] = slot_domain(tables, s);
        values[s] = tables.initial[s];
    }
    bounds[tables.scalars.time_register] = Bounds{0.0, unbounded};
    values[tables.scalars.time_register] = 0.0;
    ProgramSlices slices{tables.code, tables.scalars.propensities, tables.scalars.registers};

    // Mass action is sound by construction, unless the sum of all propensities can overflow.
    bounds.evaluate_propensities();
    std::vector<double> largest_total;  // up to and with a reaction
    for (std::uint32_t r = 0; r < tables.scalars.reactions; ++r)
        largest_total.push_back((r == 0 ? 0.0 : largest_total.back()) + bounds.propensity(r).high);
    for (std::uint32_t r = 0; r < tables.scalars.reactions; ++r) {
        if (trusted[r] && largest_total[r] < unbounded) continue;
        auto const program = slices.slice(tables.propensity[r]);
        auto const species = species_read(tables, tables.propensity[r], program);
        auto sound = [&] {
            Bounds const a = bounds.propensity(r, program);
            return a.low >= 0.0 && a.high < unbounded;
        };
        if (!for_each_split(bounds, species, sound)) {
            watch.reactions.push_back(r);
            // A warning needs a state in which the rate really is negative, not only a bound that allows it.
            for (double n : {0.0, 1.0, 2.0, 3.0, 10.0, 100.0, 1000.0, 1e6}) {
                for (auto s : species) values[s] = n;
                double const a = values.propensity(r, program);
                if (!(a < 0.0)) continue;
                watch.warnings.push_back(fmt::format(
                    "the rate of reaction \"{}\" can be negative: {} at {}. A run stops if that happens",
                    reactions[r].id, a, state_text(species, tables.slot_names, values)));
                break;
            }
            for (auto s : species) values[s] = tables.initial[s];
        }
        for (auto const& change : reactions[r].changes) {
            if (change.change >= 0) continue;
            auto others = species;
            std::erase(others, change.species);
            bool safe = true;
            for (std::int64_t n = 0; n < std::min<std::int64_t>(-change.change, 64) && safe; ++n) {
                bounds[change.species] = Bounds{static_cast<double>(n), static_cast<double>(n)};
                safe =
                    for_each_split(bounds, others, [&] { return bounds.propensity(r, program).high <= 0.0; });
            }
            bounds[change.species] = Bounds{0.0, kernels::largest_count};
            if (safe) continue;
            if (std::find(watch.species.begin(), watch.species.end(), change.species) == watch.species.end())
                watch.species.push_back(change.species);
            bool warned = false;
            for (double n : {1.0, 10.0, 1000.0}) {
                for (auto s : others) values[s] = n;
                for (std::int64_t own = 0; own < std::min<std::int64_t>(-change.change, 64) && !warned;
                     ++own) {
                    values[change.species] = static_cast<double>(own);
                    double const a = values.propensity(r, program);
                    if (!(a > 0.0)) continue;
                    warned = true;
                    watch.warnings.push_back(fmt::format(
                        "species \"{0}\" can go negative: reaction \"{1}\" takes {2} of it, but its rate is "
                        "{3:.4g} at {0} = {4}. A run "
                        "stops if that happens; multiply the rate by ({0} >= {2}) if the reaction should "
                        "just not take place",
                        tables.slot_names[change.species], reactions[r].id, -change.change, a, own));
                }
            }
            for (auto s : species) values[s] = tables.initial[s];
            values[change.species] = tables.initial[change.species];
        }
    }
    return watch;
}

std::vector<std::string> find_absorbing_states(NetworkTables const& tables,
                                               std::vector<std::string> const& species,
                                               std::vector<ConservationLaw> const& laws) {
    if (tables.scalars.features.timed || !tables.events.empty() || tables.scalars.reactions == 0) return {};
    Trial<double> trial{tables};
    for (std::uint32_t s = 0; s < tables.scalars.slots; ++s) trial[s] = tables.initial[s];
    // Of a parameter drawn at birth no value is known; hardly ever is it 0.
    for (auto const& birth : tables.births) trial[birth.slot] = 1.0;
    // All counts at 0, but for what the conservation laws keep: each law puts its whole sum on one species.
    std::vector<std::pair<ConservationLaw const*, double>> kept;
    std::size_t combinations = 1;
    for (auto const& law : laws) {
        double total = 0;
        for (auto const& term : law.terms)
            total += static_cast<double>(term.change) * tables.initial[term.species];
        if (total <= 0) continue;
        kept.emplace_back(&law, total);
        combinations *= law.terms.size();
        if (combinations > 10000) return {};
    }
    for (std::size_t code = 0; code < combinations; ++code) {
        std::vector<double> state(species.size(), 0.0);
        std::size_t rest = code;
        bool possible = true;
        for (auto const& [law, total] : kept) {
            auto const& term = law->terms[rest % law->terms.size()];
            rest /= law->terms.size();
            double const n = total / static_cast<double>(term.change);
            possible =
                possible && n == std::floor(n) && (state[term.species] == 0 || state[term.species] == n);
            state[term.species] = n;
        }
        for (auto const& [law, total] : kept) {
            double sum = 0;
            for (auto const& term : law->terms) sum += static_cast<double>(term.change) * state[term.species];
            possible = possible && sum == total;
        }
        if (!possible) continue;
        double sum = 0;
        for (std::uint32_t s = 0; s < species.size(); ++s) trial[s] = state[s];
        trial.evaluate_propensities();
        for (std::uint32_t r = 0; r < tables.scalars.reactions; ++r) sum += trial.propensity(r);
        if (sum != 0) continue;
        std::string text;
        for (std::size_t s = 0; s < species.size(); ++s)
            if (state[s] != 0)
                text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", species[s], state[s]);
        if (!text.empty()) text += ", all others 0";
        return {
            fmt::format("absorbing state: every reaction stops at {}", text.empty() ? "counts of 0" : text)};
    }
    return {};
}

}  // namespace fano
