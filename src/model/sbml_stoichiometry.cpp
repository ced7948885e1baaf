// Stoichiometries as numbers: see sbml_stoichiometry.hpp.
#include "model/sbml_stoichiometry.hpp"

#include <cmath>

#include <fmt/format.h>
#include <sbml/SBMLTypes.h>

#include "model/sbml_sections.hpp"

namespace fano {

namespace {

double fixed_number(SbmlContext& context, ASTNode const* math, SBase const& place, std::string const& owner) {
    if (math == nullptr) context.fail(place, owner + " has no formula. Give it a number");
    auto const formula = context.formula(*math, place, owner);
    auto const value = context.constant(formula);
    if (!value) {
        context.fail(
            place,
            fmt::format("{} is {}, which is not a constant: reactions change counts by fixed whole numbers. "
                        "Write a reaction for each number",
                        owner, formula.text()));
    }
    formula.for_each_name([&](std::string const& name) {
        context.note(fmt::format(
            "{} was computed from \"{}\" when the file was read; setting \"{}\" later does not change it",
            owner, name, name));
    });
    return *value;
}

}  // namespace

double stoichiometry(SbmlContext& context, SpeciesReference const& reference, std::string const& owner) {
    auto const what = fmt::format("the stoichiometry of \"{}\" in {}", reference.getSpecies(), owner);
    auto const& source = context.source();
    if (reference.isSetId()) {
        auto const& id = reference.getId();
        if (auto const* rule = source.getRule(id)) {
            if (rule->isRate())
                context.fail(*rule, fmt::format("{} has a rate rule, which is not supported", what));
            return fixed_number(context, rule->getMath(), *rule, what);
        }
        if (auto const* assignment = source.getInitialAssignment(id)) {
            return fixed_number(context, assignment->getMath(), *assignment, what);
        }
    }
    if (auto const* math = reference.getStoichiometryMath()) {
        return fixed_number(context, math->getMath(), reference, what);
    }
    double const value = reference.getStoichiometry();
    if (std::isnan(value)) context.fail(reference, what + " is not given. Add a stoichiometry");
    return value / reference.getDenominator();
}

double conversion_factor(SbmlContext& context, SpeciesReference const& reference, std::string const& owner) {
    auto const& source = context.source();
    auto const* species = source.getSpecies(reference.getSpecies());
    bool const own = species != nullptr && species->isSetConversionFactor();
    if (!own && !source.isSetConversionFactor()) return 1;
    auto const id = own ? species->getConversionFactor() : source.getConversionFactor();
    SBase const& place = own ? static_cast<SBase const&>(*species) : source;
    auto const what = own ? fmt::format("the conversion factor of species \"{}\"", species->getId())
                          : std::string("the conversion factor of the model");
    context.quantity(id, place, what);
    auto const value = context.constant(Expression::name(id));
    if (!value) {
        context.fail(
            place,
            fmt::format("{}, \"{}\", must be a constant parameter with a value, as {} needs whole numbers of "
                        "molecules",
                        what, id, owner));
    }
    context.note(fmt::format(
        "{} was taken from \"{}\" when the file was read; setting \"{}\" later does not change it", what, id,
        id));
    return *value;
}

void read_stoichiometries(SbmlContext& context) {
    auto const& source = context.source();
    for (unsigned i = 0; i < source.getNumReactions(); ++i) {
        auto const& reaction = *source.getReaction(i);
        for (auto const* side : {reaction.getListOfReactants(), reaction.getListOfProducts()}) {
            for (unsigned k = 0; k < side->size(); ++k) {
                auto const& reference = *static_cast<SpeciesReference const*>(side->get(k));
                if (!reference.isSetId()) continue;
                auto const owner = fmt::format("reaction \"{}\"", reaction.getId());
                context.stoichiometries[reference.getId()] = stoichiometry(context, reference, owner);
            }
        }
    }
}

}  // namespace fano
