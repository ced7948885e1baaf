// Events of an SBML model, with the defaults of Level 2 where an attribute came later.
#include <fmt/format.h>
#include <sbml/SBMLTypes.h>

#include "model/sbml_sections.hpp"

namespace fano {

namespace {

void check_target(SbmlContext& context, EventAssignment const& assignment, std::string const& owner) {
    auto const& id = assignment.getVariable();
    if (context.kind(id) == "species reference") {
        context.fail(
            assignment,
            fmt::format("{} changes the stoichiometry \"{}\", which is not supported: reactions change "
                        "counts by fixed whole numbers. Use two reactions, and a parameter that "
                        "switches between them",
                        owner, id));
    }
    auto const& target = context.quantity(id, assignment, owner);
    if (target.rule) {
        context.fail(
            assignment,
            fmt::format("{} sets \"{}\", which a rule defines at all times. Drop one of the two", owner, id));
    }
    if (target.kind == QuantityKind::species) context.use(id, owner);
    auto const& source = context.source();
    auto const* species = source.getSpecies(id);
    auto const* parameter = source.getParameter(id);
    auto const* compartment = source.getCompartment(id);
    bool const constant = (species != nullptr && species->getConstant()) ||
                          (parameter != nullptr && parameter->getConstant()) ||
                          (compartment != nullptr && compartment->getConstant());
    if (constant) {
        context.fail(
            assignment,
            fmt::format("{} sets \"{}\", which is constant. Give \"{}\" constant=\"false\"", owner, id, id));
    }
}

void read_assignment(SbmlContext& context, EventAssignment const& assignment, std::string const& owner,
                     Event& event) {
    auto const& id = assignment.getVariable();
    check_target(context, assignment, owner);
    for (auto const& other : event.assignments) {
        if (other.target == id)
            context.fail(assignment, fmt::format("{} sets \"{}\" twice. Keep one of the two", owner, id));
    }
    if (assignment.getMath() == nullptr) {
        context.note(fmt::format("{} has no formula for \"{}\"; the assignment was left out", owner, id));
        return;
    }
    auto const what = fmt::format("the assignment to \"{}\" in {}", id, owner);
    event.assignments.push_back({id, context.formula(*assignment.getMath(), assignment, what)});
}

void read_event(SbmlContext& context, ::Event const& source, unsigned index) {
    Event event;
    event.id = source.isSetId() ? source.getId() : context.unique(fmt::format("event_{}", index + 1));
    event.line = context.line(source);
    auto const owner = fmt::format("event \"{}\"", event.id);
    if (source.isSetTimeUnits()) {
        context.fail(
            source,
            owner +
                " has timeUnits of its own, which is not supported. Convert its delay to the time unit "
                "of the model");
    }
    auto const* trigger = source.getTrigger();
    if (trigger == nullptr || trigger->getMath() == nullptr) {
        context.note(owner + " has no trigger, so it never happens; it was left out");
        return;
    }
    event.trigger = context.formula(*trigger->getMath(), *trigger, "the trigger of " + owner);
    if (context.level() >= 3) {
        event.initial_value = trigger->getInitialValue();
        event.persistent = trigger->getPersistent();
    }
    event.values_from_trigger_time = source.getUseValuesFromTriggerTime();
    if (auto const* delay = source.getDelay(); delay != nullptr && delay->getMath() != nullptr) {
        event.delay = context.formula(*delay->getMath(), *delay, "the delay of " + owner);
    }
    if (auto const* priority = source.getPriority(); priority != nullptr && priority->getMath() != nullptr) {
        event.priority = context.formula(*priority->getMath(), *priority, "the priority of " + owner);
    }
    for (unsigned i = 0; i < source.getNumEventAssignments(); ++i) {
        read_assignment(context, *source.getEventAssignment(i), owner, event);
    }
    context.model().events.push_back(std::move(event));
}

}  // namespace

void read_events(SbmlContext& context) {
    for (unsigned i = 0; i < context.source().getNumEvents(); ++i)
        read_event(context, *context.source().getEvent(i), i);
}

}  // namespace fano
