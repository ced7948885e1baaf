// Compartments, species and parameters of an SBML model, and what gives them values: initial assignments and
// assignment rules. A species' symbol is a concentration unless SBML says otherwise; its initial value is a count.
#include <cmath>

#include <fmt/format.h>
#include <sbml/SBMLTypes.h>

#include "model/count.hpp"
#include "model/sbml_sections.hpp"

namespace fano {

namespace {

bool is_point(Compartment const& compartment) {
    return compartment.isSetSpatialDimensions() && compartment.getSpatialDimensionsAsDouble() == 0;
}

void read_compartment(SbmlContext const& context, Compartment const& compartment) {
    Quantity quantity;
    quantity.id = compartment.getId();
    quantity.kind = QuantityKind::volume;
    quantity.line = context.line(compartment);
    bool const solid =
        !compartment.isSetSpatialDimensions() || compartment.getSpatialDimensionsAsDouble() == 3;
    quantity.unit = unit_text(context, compartment.isSetUnits() || !solid || context.level() < 3
                                           ? compartment.getUnits()
                                           : context.source().getVolumeUnits());
    bool const computed = context.source().getInitialAssignment(quantity.id) != nullptr ||
                          context.source().getRule(quantity.id) != nullptr;
    bool const given = compartment.isSetSize() && !std::isnan(compartment.getSize());
    quantity.initial = given ? compartment.getSize() : 1.0;
    if (given && !computed && !is_point(compartment) && !(compartment.getSize() > 0)) {
        context.fail(compartment,
                     fmt::format("compartment \"{}\" has the size {}; a size must be more than 0",
                                 quantity.id, number_text(compartment.getSize())));
    }
    if (!given && !computed && !is_point(compartment)) {
        context.note(fmt::format("compartment \"{}\" has no size; it is taken as 1", quantity.id));
    }
    context.model().quantities.push_back(std::move(quantity));
}

void read_species(SbmlContext& context, Species const& species) {
    auto const& id = species.getId();
    auto const* compartment = context.source().getCompartment(species.getCompartment());
    if (compartment == nullptr) {
        std::vector<std::string> compartments;
        for (unsigned i = 0; i < context.source().getNumCompartments(); ++i) {
            compartments.push_back(context.source().getCompartment(i)->getId());
        }
        context.fail(species,
                     fmt::format("species \"{}\" is in compartment \"{}\", which is not declared{}", id,
                                 species.getCompartment(), suggest(species.getCompartment(), compartments)));
    }
    Quantity quantity;
    quantity.id = id;
    quantity.kind = QuantityKind::species;
    quantity.line = context.line(species);
    quantity.volume = compartment->getId();
    quantity.concentration = !species.getHasOnlySubstanceUnits() && !is_point(*compartment);
    quantity.fixed = species.getBoundaryCondition() || species.getConstant();
    if (species.isSetInitialAmount() && !std::isnan(species.getInitialAmount())) {
        quantity.initial = species.getInitialAmount();
    } else if (species.isSetInitialConcentration() && !std::isnan(species.getInitialConcentration())) {
        if (is_point(*compartment)) {
            context.fail(
                species,
                fmt::format("species \"{}\" has an initialConcentration, but its compartment \"{}\" has no "
                            "extent. Give it an initialAmount",
                            id, compartment->getId()));
        }
        quantity.initial =
            Expression(species.getInitialConcentration()) * Expression::name(compartment->getId());
        context.use(compartment->getId(), fmt::format("species \"{}\"", id));
    } else {
        context.add_unset(id);
    }
    context.model().quantities.push_back(std::move(quantity));
}

void read_parameter(SbmlContext& context, Parameter const& parameter) {
    Quantity quantity;
    quantity.id = parameter.getId();
    quantity.line = context.line(parameter);
    quantity.unit = unit_text(context, parameter.getUnits());
    if (parameter.isSetValue() && !std::isnan(parameter.getValue())) {
        quantity.initial = parameter.getValue();
    } else {
        context.add_unset(quantity.id);
    }
    context.model().quantities.push_back(std::move(quantity));
}

void read_initial_assignment(SbmlContext& context, InitialAssignment const& assignment) {
    auto const& id = assignment.getSymbol();
    if (context.kind(id) == "species reference") return;
    auto const owner = fmt::format("the initial assignment of \"{}\"", id);
    auto& quantity = context.quantity(id, assignment, owner);
    if (context.source().getRule(id) != nullptr) {
        context.fail(assignment,
                     fmt::format("\"{}\" has an initial assignment and a rule. Keep one of them", id));
    }
    if (assignment.getMath() == nullptr) {
        context.note(owner + " has no formula and was left out");
        return;
    }
    auto value = context.formula(*assignment.getMath(), assignment, owner);
    if (quantity.concentration) {
        value = value * Expression::name(quantity.volume);
        context.use(quantity.volume, owner);
    }
    quantity.initial = value;
    context.set(id);
}

[[noreturn]] void refuse_rule(SbmlContext const& context, Rule const& rule) {
    if (rule.isAlgebraic()) {
        context.fail(rule,
                     "algebraic rules are not supported: they define a value only implicitly. Solve it for "
                     "one quantity "
                     "and write an assignment rule");
    }
    auto const& id = rule.getVariable();
    auto const kind = context.kind(id);
    context.fail(
        rule,
        fmt::format(
            "the rate rule of {}{}\"{}\" is not supported: fano simulates reactions of single molecules, and "
            "a rate rule changes a value continuously. {}",
            kind, kind.empty() ? "" : " ", id,
            kind == "species" ? "Write it as reactions"
                              : "Write an assignment rule with the time in it, or an event"));
}

void read_rule(SbmlContext& context, Rule const& rule) {
    if (rule.isAlgebraic() || rule.isRate()) refuse_rule(context, rule);
    auto const& id = rule.getVariable();
    if (context.kind(id) == "species reference") return;
    auto const owner = fmt::format("the rule of \"{}\"", id);
    auto& quantity = context.quantity(id, rule, owner);
    if (quantity.rule) context.fail(rule, fmt::format("\"{}\" has two rules. Keep one of them", id));
    if (rule.getMath() == nullptr) {
        context.note(owner + " has no formula and was left out");
        return;
    }
    quantity.rule = context.formula(*rule.getMath(), rule, owner);
    context.set(id);
}

}  // namespace

void read_quantities(SbmlContext& context) {
    auto const& source = context.source();
    for (unsigned i = 0; i < source.getNumCompartments(); ++i)
        read_compartment(context, *source.getCompartment(i));
    for (unsigned i = 0; i < source.getNumSpecies(); ++i) read_species(context, *source.getSpecies(i));
    for (unsigned i = 0; i < source.getNumParameters(); ++i) read_parameter(context, *source.getParameter(i));
}

void read_assignments(SbmlContext& context) {
    auto const& source = context.source();
    for (unsigned i = 0; i < source.getNumRules(); ++i) read_rule(context, *source.getRule(i));
    for (unsigned i = 0; i < source.getNumInitialAssignments(); ++i) {
        read_initial_assignment(context, *source.getInitialAssignment(i));
    }
}

}  // namespace fano
