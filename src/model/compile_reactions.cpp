// Mass action, deterministic rates and literal propensities. The propensity of a mass-action reaction is the
// stochastic constant times the number of distinct combinations of reactant molecules; Gillespie, Physica A
// 188:404 (1992).
#include "model/compile_reactions.hpp"

#include <cmath>

#include <fmt/format.h>

#include "fano/error.hpp"

namespace fano {

using kernels::Op;
using Register = ProgramBuilder::Register;

namespace {

struct Side {
    std::string species;
    std::int64_t count;
};

// Molecules of each species on one side of a reaction, in the order of their first mention.
std::vector<Side> collect(Symbols const& symbols, Reaction const& reaction,
                          std::vector<Participant> const& participants) {
    std::vector<Side> side;
    for (auto const& p : participants) {
        auto const* species = symbols.model().find(p.species);
        if (species == nullptr || species->kind != QuantityKind::species)
            symbols.fail(reaction.line, fmt::format("reaction \"{}\" names \"{}\", which is not a species",
                                                    reaction.id, p.species));
        if (p.count != std::floor(p.count) || p.count < 0 || p.count > 2147483647.0)
            symbols.fail(
                reaction.line,
                fmt::format(
                    "reaction \"{}\" has the fractional stoichiometry {} of \"{}\"; molecules react as "
                    "whole numbers up to 2147483647. Scale the reaction or split it",
                    reaction.id, p.count, p.species));
        auto const count = static_cast<std::int64_t>(p.count);
        bool merged = false;
        for (auto& s : side)
            if (s.species == p.species) {
                s.count += count;
                merged = true;
            }
        if (!merged && count > 0) side.push_back({p.species, count});
    }
    return side;
}

std::string side_text(std::vector<Side> const& side) {
    std::string text;
    for (auto const& s : side) {
        if (!text.empty()) text += " + ";
        text += s.count == 1 ? s.species : fmt::format("{} {}", s.count, s.species);
    }
    return text.empty() ? "0" : text;
}

std::string volume_of(Symbols const& symbols, Reaction const& reaction, std::vector<Side> const& reactants,
                      std::vector<Side> const& products) {
    auto const& sides = reactants.empty() ? products : reactants;
    std::string volume;
    for (auto const& s : sides) {
        auto const& own = symbols.model().find(s.species)->volume;
        if (own.empty())
            symbols.fail(
                reaction.line,
                fmt::format("reaction \"{}\" has a deterministic rate, but species \"{}\" is in no volume; "
                            "add [volumes] with a volume, or give a stochastic `rate`",
                            reaction.id, s.species));
        if (!volume.empty() && volume != own)
            symbols.fail(
                reaction.line,
                fmt::format("reaction \"{}\" has a deterministic rate, but its reactants are in two volumes, "
                            "\"{}\" and \"{}\"; give a stochastic `rate` or a `propensity`",
                            reaction.id, volume, own));
        volume = own;
    }
    if (volume.empty())
        symbols.fail(reaction.line,
                     fmt::format("reaction \"{}\" has neither reactants nor products", reaction.id));
    return volume;
}

double factorial(std::int64_t n) {
    double product = 1;
    for (std::int64_t i = 2; i <= n; ++i) product *= static_cast<double>(i);
    return product;
}

// c * n (n-1) ... / m!, over the reactants.
Register combinations(Symbols const& symbols, ProgramBuilder& builder, Reaction const& reaction,
                      Register rate, std::vector<Side> const& reactants) {
    double divisor = 1;
    for (auto const& s : reactants) divisor *= factorial(s.count);
    Register result = divisor == 1 ? rate : builder.apply(Op::divide, rate, builder.constant(divisor));
    for (auto const& s : reactants) {
        Register const n = symbols.count(builder, s.species, reaction.line);
        for (std::int64_t i = 0; i < s.count; ++i)
            result = builder.apply(
                Op::multiply, result,
                i == 0 ? n : builder.apply(Op::subtract, n, builder.constant(static_cast<double>(i))));
    }
    return result;
}

std::string combinations_text(std::string const& rate, std::vector<Side> const& reactants) {
    std::string text = rate;
    for (auto const& s : reactants) {
        for (std::int64_t i = 0; i < s.count; ++i)
            text += i == 0 ? "*" + s.species : fmt::format("*({} - {})", s.species, i);
        if (s.count > 1) text += fmt::format("/{}", factorial(s.count));
    }
    return text;
}

// The formula with concentrations written as what they are, counts over volumes.
Expression in_counts(Symbols const& symbols, Expression const& law) {
    return law.substitute([&](std::string const& id) {
        auto const* const q = symbols.model().find(id);
        bool const concentration = q != nullptr && q->concentration && !q->rule;
        return concentration ? Expression::name(id) / Expression::name(q->volume) : Expression::name(id);
    });
}

std::string factor_text(Expression const& law) {
    auto const f = law.function();
    bool const atom = f == Function::number || f == Function::name || f == Function::time ||
                      f == Function::multiply || f == Function::power || f == Function::divide;
    return atom ? law.text() : "(" + law.text() + ")";
}

}  // namespace

CompiledReaction compile_reaction(Symbols const& symbols, ProgramBuilder& builder, Reaction const& reaction) {
    auto const reactants = collect(symbols, reaction, reaction.reactants);
    auto const products = collect(symbols, reaction, reaction.products);
    CompiledReaction result{};
    result.shown.id = reaction.id;
    result.shown.equation = side_text(reactants) + " -> " + side_text(products);

    Register const law = symbols.add(builder, reaction.law, reaction.line);
    if (builder.is_constant(law) &&
        !(builder.constant_value(law) >= 0 && std::isfinite(builder.constant_value(law))))
        symbols.fail(reaction.line,
                     fmt::format("the rate of reaction \"{}\" is {}; a rate is a finite number, not negative",
                                 reaction.id, builder.constant_value(law)));
    if (reaction.kind != LawKind::propensity)
        for (auto const& s : reactants)
            if (s.count > 20)
                symbols.fail(
                    reaction.line,
                    fmt::format(
                        "reaction \"{}\" takes {} molecules of \"{}\" at once; mass action goes up to 20. "
                        "Give a `propensity` instead",
                        reaction.id, s.count, s.species));
    switch (reaction.kind) {
        case LawKind::propensity:
            result.propensity = law;
            result.shown.propensity = in_counts(symbols, reaction.law).text();
            break;
        case LawKind::mass_action:
            result.propensity = combinations(symbols, builder, reaction, law, reactants);
            result.shown.propensity = combinations_text(factor_text(reaction.law), reactants);
            break;
        case LawKind::deterministic: {
            std::string const volume = volume_of(symbols, reaction, reactants, products);
            Register const size = symbols.value(builder, volume, reaction.line);
            // c = k * volume^(1 - order) * product of m!: the ODE counts ordered encounters.
            std::int64_t order = 0;
            double ordered = 1;
            for (auto const& s : reactants) {
                order += s.count;
                ordered *= factorial(s.count);
            }
            Register rate = builder.apply(Op::multiply, law, builder.constant(ordered));
            if (order == 0) rate = builder.apply(Op::multiply, rate, size);
            for (std::int64_t i = 1; i < order; ++i) rate = builder.apply(Op::divide, rate, size);
            result.propensity = combinations(symbols, builder, reaction, rate, reactants);
            std::string text = factor_text(reaction.law);
            if (ordered != 1) text = fmt::format("{}*{}", ordered, text);
            if (order == 0) text += "*" + volume;
            if (order == 2) text += "/" + volume;
            if (order > 2) text += fmt::format("/{}^{}", volume, order - 1);
            result.shown.propensity = combinations_text(text, reactants);
            break;
        }
    }
    result.mass_action_with_fixed_rate = reaction.kind != LawKind::propensity && builder.is_constant(law);

    std::vector<StoichiometryEntry> changes;
    auto add = [&](std::vector<Side> const& side, int sign) {
        for (auto const& s : side) {
            auto const& species = *symbols.model().find(s.species);
            if (species.fixed) continue;
            auto const slot = symbols.slot(s.species);
            if (!slot)
                symbols.fail(reaction.line,
                             fmt::format("reaction \"{}\" changes \"{}\", which a rule defines at all times",
                                         reaction.id, s.species));
            bool merged = false;
            for (auto& c : changes)
                if (c.species == *slot) {
                    c.change += sign * s.count;
                    merged = true;
                }
            if (!merged) changes.push_back({*slot, sign * s.count});
        }
    };
    add(reactants, -1);
    add(products, +1);
    for (auto const& c : changes)
        if (c.change != 0) result.shown.changes.push_back(c);
    return result;
}

}  // namespace fano
