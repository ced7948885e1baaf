// Reactions of an SBML model. A kinetic law is the propensity, as written; reversible ones are split in two.
#include <cmath>

#include <fmt/format.h>
#include <sbml/SBMLTypes.h>

#include "model/count.hpp"
#include "model/sbml_reversible.hpp"
#include "model/sbml_sections.hpp"
#include "model/sbml_stoichiometry.hpp"

namespace fano {

namespace {

Participant read_participant(SbmlContext& context, SpeciesReference const& reference,
                             std::string const& owner) {
    auto const& id = reference.getSpecies();
    auto const& species = context.quantity(id, reference, owner);
    if (species.kind != QuantityKind::species) {
        context.fail(reference, fmt::format("{} names \"{}\", which is not a species", owner, id));
    }
    if (!species.fixed) context.use(id, owner);
    auto const factor = conversion_factor(context, reference, owner);
    auto count = stoichiometry(context, reference, owner) * factor;
    // Products of numbers such as 0.1 and 10 may miss a whole number by a rounding.
    if (factor != 1 && std::abs(count - std::round(count)) < 1e-9) count = std::round(count);
    auto const converted = factor == 1 ? std::string() : " (with its conversion factor)";
    if (std::isfinite(count) && count != std::floor(count)) {
        context.fail(
            reference,
            fmt::format("fractional stoichiometry {} of \"{}\" in {}{}: counts are whole molecules. Scale "
                        "the reaction or split it into several",
                        number_text(count), id, owner, converted));
    }
    if (!(count > 0) || !std::isfinite(count)) {
        context.fail(
            reference,
            fmt::format("the stoichiometry {} of \"{}\" in {}{} must be a whole number above 0. Leave the "
                        "species out, or put it on the other side",
                        number_text(count), id, owner, converted));
    }
    return {id, count};
}

std::vector<Participant> read_side(SbmlContext& context, ListOfSpeciesReferences const& list,
                                   std::string const& owner) {
    std::vector<Participant> side;
    for (unsigned i = 0; i < list.size(); ++i) {
        side.push_back(read_participant(context, *static_cast<SpeciesReference const*>(list.get(i)), owner));
    }
    return side;
}

template <class LocalValue>
void read_local(SbmlContext& context, LocalValue const& parameter, std::string const& reaction,
                SbmlContext::Renames& locals) {
    auto const& id = parameter.getId();
    Quantity quantity;
    quantity.id = context.unique(reaction + "_" + id);
    quantity.line = context.line(parameter);
    quantity.unit = unit_text(context, parameter.getUnits());
    if (!locals.emplace(id, quantity.id).second) {
        context.fail(parameter, fmt::format("reaction \"{}\" has two local parameters \"{}\"", reaction, id));
    }
    if (parameter.isSetValue() && !std::isnan(parameter.getValue())) {
        quantity.initial = parameter.getValue();
    } else {
        context.add_unset(quantity.id);
    }
    context.model().quantities.push_back(std::move(quantity));
}

SbmlContext::Renames read_locals(SbmlContext& context, KineticLaw const& law, std::string const& reaction) {
    SbmlContext::Renames locals;
    if (context.level() >= 3) {
        for (unsigned i = 0; i < law.getNumLocalParameters(); ++i) {
            read_local(context, *law.getLocalParameter(i), reaction, locals);
        }
    } else {
        for (unsigned i = 0; i < law.getNumParameters(); ++i)
            read_local(context, *law.getParameter(i), reaction, locals);
    }
    return locals;
}

Expression read_law(SbmlContext& context, ::Reaction const& reaction, std::string const& owner) {
    auto const* law = reaction.getKineticLaw();
    if (law == nullptr || law->getMath() == nullptr) {
        context.fail(law == nullptr ? static_cast<SBase const&>(reaction) : *law,
                     fmt::format("{} has no kinetic law{}, so its rate is unknown. Give it one", owner,
                                 law == nullptr ? "" : " with a formula"));
    }
    if (law->isSetTimeUnits() || law->isSetSubstanceUnits()) {
        context.fail(
            *law,
            fmt::format(
                "the kinetic law of {} has units of its own (timeUnits or substanceUnits), which is not "
                "supported. Convert it to the units of the model",
                owner));
    }
    auto const locals = read_locals(context, *law, reaction.getId());
    return context.formula(*law->getMath(), *law, fmt::format("the kinetic law of {}", owner), locals);
}

// One reaction, or two for a reversible one.
void add_reversible(SbmlContext& context, ::Reaction const& source, Reaction forward,
                    std::string const& owner) {
    auto& reactions = context.model().reactions;
    auto split = split_difference(forward.law);
    auto const expanded = split ? forward.law : context.expand_rules(forward.law);
    if (!split) split = split_difference(expanded);
    if (!split && is_written_without_minus(expanded)) {
        context.note(
            fmt::format("{} is marked reversible, but its law {} has no backward part; it goes forward only",
                        owner, forward.law.text()));
        reactions.push_back(std::move(forward));
        return;
    }
    if (!split) {
        context.fail(
            source,
            fmt::format("{} is reversible, but its law {} is not written as a forward rate minus a backward "
                        "rate, so the two cannot be told apart. Write two reactions, each with its own law "
                        "and reversible=\"false\"",
                        owner, forward.law.text()));
    }
    Reaction backward;
    backward.id = context.unique(forward.id + "_reverse");
    backward.reactants = forward.products;
    backward.products = forward.reactants;
    backward.kind = forward.kind;
    backward.law = split->backward;
    backward.line = forward.line;
    forward.law = split->forward;
    reactions.push_back(std::move(forward));
    reactions.push_back(std::move(backward));
}

}  // namespace

void read_reactions(SbmlContext& context) {
    for (unsigned i = 0; i < context.source().getNumReactions(); ++i) {
        auto const& source = *context.source().getReaction(i);
        auto const owner = fmt::format("reaction \"{}\"", source.getId());
        if (source.isSetFast() && source.getFast()) {
            context.fail(
                source,
                fmt::format("{} is fast, which asks for an instantaneous equilibrium; fano fires single "
                            "reactions. Set fast=\"false\" and give both directions large rates",
                            owner));
        }
        Reaction reaction;
        reaction.id = source.getId();
        reaction.line = context.line(source);
        reaction.kind = LawKind::propensity;
        reaction.reactants = read_side(context, *source.getListOfReactants(), owner);
        reaction.products = read_side(context, *source.getListOfProducts(), owner);
        if (reaction.reactants.empty() && reaction.products.empty()) {
            context.fail(source,
                         owner + " has neither reactants nor products. Give it some, or leave it out");
        }
        reaction.law = read_law(context, source, owner);
        if (source.getReversible()) {
            add_reversible(context, source, std::move(reaction), owner);
        } else {
            context.model().reactions.push_back(std::move(reaction));
        }
    }
}

}  // namespace fano
