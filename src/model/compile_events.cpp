// Events to programs. Comparisons that involve the time must be linear in it, so that the moment at which a
// trigger turns is known exactly; others are refused by name.
#include "model/compile_events.hpp"

#include <optional>

#include <fmt/format.h>

#include "fano/error.hpp"

namespace fano {

using kernels::Op;
using Register = ProgramBuilder::Register;

namespace {

// offset + slope * t, with t in neither.
struct Affine {
    Expression offset;
    Expression slope;
};

std::optional<Affine> affine(Expression const& e) {
    if (!e.uses_time()) return Affine{e, 0.0};
    if (e.function() == Function::time) return Affine{0.0, 1.0};
    auto const& arguments = e.arguments();
    std::vector<Affine> parts;
    for (auto const& argument : arguments) {
        auto part = affine(argument);
        if (!part) return std::nullopt;
        parts.push_back(*part);
    }
    Affine result = parts.front();
    auto free_of_time = [&](std::size_t i) { return !arguments[i].uses_time(); };
    switch (e.function()) {
        case Function::add:
            for (std::size_t i = 1; i < parts.size(); ++i)
                result = {result.offset + parts[i].offset, result.slope + parts[i].slope};
            return result;
        case Function::subtract:
            return Affine{result.offset - parts[1].offset, result.slope - parts[1].slope};
        case Function::negate:
            return Affine{Expression(0.0) - result.offset, Expression(0.0) - result.slope};
        case Function::multiply: {
            bool timed = !free_of_time(0);
            for (std::size_t i = 1; i < parts.size(); ++i) {
                if (timed && !free_of_time(i)) return std::nullopt;
                if (free_of_time(i)) {
                    result = {result.offset * arguments[i], result.slope * arguments[i]};
                } else {
                    Expression const factor = result.offset;
                    result = {factor * parts[i].offset, factor * parts[i].slope};
                    timed = true;
                }
            }
            return result;
        }
        case Function::divide:
            if (!free_of_time(1)) return std::nullopt;
            return Affine{result.offset / arguments[1], result.slope / arguments[1]};
        default:
            return std::nullopt;
    }
}

bool is_comparison(Function f) {
    return f == Function::less || f == Function::less_equal || f == Function::greater ||
           f == Function::greater_equal || f == Function::equal || f == Function::not_equal;
}

bool is_logical(Function f) {
    return f == Function::logical_and || f == Function::logical_or || f == Function::logical_not ||
           f == Function::choose;
}

// A comparison of offset + slope t with 0, written as one of t with the crossing, so that it turns at exactly
// the moment that is waited for.
Expression compare_time(Function comparison, Affine const& d, Expression const& crossing) {
    auto apply = [](Function f, Expression const& a, Expression const& b) {
        return Expression::apply(f, {a, b});
    };
    Function reversed = comparison;
    if (comparison == Function::less) reversed = Function::greater;
    if (comparison == Function::less_equal) reversed = Function::greater_equal;
    if (comparison == Function::greater) reversed = Function::less;
    if (comparison == Function::greater_equal) reversed = Function::less_equal;
    Expression const rising = apply(Function::greater, d.slope, 0.0),
                     falling = apply(Function::less, d.slope, 0.0);
    Expression const still = apply(comparison, d.offset, 0.0);
    Expression const otherwise =
        Expression::apply(Function::choose, {falling, apply(reversed, Expression::time(), crossing), still});
    return Expression::apply(Function::choose,
                             {rising, apply(comparison, Expression::time(), crossing), otherwise});
}

// The trigger with its comparisons that involve the time solved for it; the crossings are appended. Nothing if
// the time stands elsewhere.
std::optional<Expression> solve(Expression const& e, std::vector<Expression>& crossings) {
    if (!e.uses_time()) return e;
    if (is_comparison(e.function()) && e.arguments().size() == 2) {
        auto const difference = affine(e.arguments()[0] - e.arguments()[1]);
        if (!difference) return std::nullopt;
        crossings.push_back((Expression(0.0) - difference->offset) / difference->slope);
        return compare_time(e.function(), *difference, crossings.back());
    }
    if (!is_logical(e.function())) return std::nullopt;
    std::vector<Expression> solved;
    for (auto const& argument : e.arguments()) {
        auto const part = solve(argument, crossings);
        if (!part) return std::nullopt;
        solved.push_back(*part);
    }
    return Expression::apply(e.function(), solved);
}

}  // namespace

CompiledEvent compile_event(Symbols const& symbols, ProgramBuilder& builder, Event const& event) {
    CompiledEvent result;
    auto& entry = result.entry;
    entry.traits.initial_value = event.initial_value;
    entry.traits.persistent = event.persistent;
    entry.traits.values_from_trigger_time = event.values_from_trigger_time;

    std::vector<Expression> crossings;
    auto const trigger = solve(symbols.expand(event.trigger), crossings);
    if (!trigger)
        symbols.fail(
            event.line,
            fmt::format("the trigger of event \"{}\", {}, uses the time other than in comparisons linear "
                        "in it, so the moment at which it turns cannot be found exactly; write it with "
                        "comparisons such as t >= 10 or t - last >= period",
                        event.id, event.trigger.text()));
    result.trigger = symbols.add(builder, *trigger, event.line);
    if (!is_comparison(trigger->function()) && !is_logical(trigger->function()))
        result.trigger = builder.apply(Op::not_equal, result.trigger, builder.constant(0.0));
    // Parameters that events set need no watching: they change only when events are looked at anyway.
    for (auto slot : builder.slots_read(result.trigger)) result.uses_counts |= slot < symbols.species_count();
    result.uses_time = builder.depends_on_time(result.trigger);
    for (auto const& crossing : crossings)
        result.crossings.push_back(symbols.add(builder, crossing, event.line));

    if (event.delay) {
        entry.traits.has_delay = true;
        entry.delay_register = symbols.add(builder, *event.delay, event.line);
        if (builder.is_constant(entry.delay_register) && !(builder.constant_value(entry.delay_register) >= 0))
            symbols.fail(event.line, fmt::format("the delay of event \"{}\" is {}; a delay is not negative",
                                                 event.id, builder.constant_value(entry.delay_register)));
        entry.traits.has_delay =
            !builder.is_constant(entry.delay_register) || builder.constant_value(entry.delay_register) > 0;
    }
    if (event.priority) {
        entry.traits.has_priority = true;
        entry.priority_register = symbols.add(builder, *event.priority, event.line);
    }
    for (auto const& assignment : event.assignments) {
        auto const& target = *symbols.model().find(assignment.target);
        bool const species = target.kind == QuantityKind::species;
        kernels::EventAssignment compiled{{*symbols.slot(assignment.target), species ? 1u : 0u}, 0, 0, 0};
        compiled.reg = symbols.add(builder, assignment.value, event.line);
        result.values.push_back(compiled.reg);
        if (species && target.concentration) {
            compiled.scaled = 1;
            compiled.volume = symbols.value(builder, target.volume, event.line);
            result.volumes.push_back(compiled.volume);
        }
        result.assignments.push_back(compiled);
    }
    return result;
}

void append_event(CompiledEvent const& event, ProgramBuilder& builder, NetworkTables& tables) {
    kernels::EventEntry entry = event.entry;
    auto program = [&](Register r) { return builder.program(std::span{&r, 1}); };
    entry.trigger_register = event.trigger;
    entry.trigger = program(event.trigger);
    if (entry.traits.has_delay) entry.delay = program(entry.delay_register);
    if (entry.traits.has_priority) entry.priority = program(entry.priority_register);
    entry.values = builder.program(event.values);
    entry.volumes = builder.program(event.volumes);
    entry.first_assignment = static_cast<std::uint32_t>(tables.assignments.size());
    entry.traits.assignments = static_cast<std::uint32_t>(event.assignments.size());
    tables.assignments.insert(tables.assignments.end(), event.assignments.begin(), event.assignments.end());
    entry.first_crossing = static_cast<std::uint32_t>(tables.crossings.size());
    entry.traits.crossings = static_cast<std::uint32_t>(event.crossings.size());
    for (Register crossing : event.crossings) tables.crossings.push_back({program(crossing), crossing});
    tables.scalars.max_assignments = std::max(tables.scalars.max_assignments, entry.traits.assignments);
    tables.events.push_back(entry);
}

}  // namespace fano
