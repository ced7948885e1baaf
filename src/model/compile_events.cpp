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

// The comparisons of a trigger that involve the time, as left - right; nothing if the time stands elsewhere.
bool collect_comparisons(Expression const& e, std::vector<Affine>& found) {
    if (!e.uses_time()) return true;
    if (is_comparison(e.function()) && e.arguments().size() == 2) {
        auto const difference = affine(e.arguments()[0] - e.arguments()[1]);
        if (!difference) return false;
        found.push_back(*difference);
        return true;
    }
    if (!is_logical(e.function())) return false;
    for (auto const& argument : e.arguments())
        if (!collect_comparisons(argument, found)) return false;
    return true;
}

}  // namespace

CompiledEvent compile_event(Symbols const& symbols, ProgramBuilder& builder, Event const& event) {
    CompiledEvent result;
    auto& entry = result.entry;
    entry.initial_value = event.initial_value;
    entry.persistent = event.persistent;
    entry.values_from_trigger_time = event.values_from_trigger_time;

    Expression const trigger = symbols.expand(event.trigger);
    result.trigger = symbols.add(builder, trigger, event.line);
    if (!is_comparison(trigger.function()) && !is_logical(trigger.function()))
        result.trigger = builder.apply(Op::not_equal, result.trigger, builder.constant(0.0));
    result.uses_counts = builder.depends_on_slots(result.trigger);
    result.uses_time = builder.depends_on_time(result.trigger);
    std::vector<Affine> comparisons;
    if (!collect_comparisons(trigger, comparisons))
        symbols.fail(
            event.line,
            fmt::format("the trigger of event \"{}\", {}, uses the time other than in comparisons linear in "
                        "it, so the "
                        "moment at which it turns cannot be found exactly; write it with comparisons such as "
                        "t >= 10 or t - last >= period",
                        event.id, event.trigger.text()));
    for (auto const& c : comparisons)
        result.crossings.emplace_back(symbols.add(builder, c.offset, event.line),
                                      symbols.add(builder, c.slope, event.line));

    if (event.delay) {
        entry.has_delay = true;
        entry.delay_register = symbols.add(builder, *event.delay, event.line);
        if (builder.is_constant(entry.delay_register) && !(builder.constant_value(entry.delay_register) >= 0))
            symbols.fail(event.line, fmt::format("the delay of event \"{}\" is {}; a delay is not negative",
                                                 event.id, builder.constant_value(entry.delay_register)));
        entry.has_delay =
            !builder.is_constant(entry.delay_register) || builder.constant_value(entry.delay_register) > 0;
    }
    if (event.priority) {
        entry.has_priority = true;
        entry.priority_register = symbols.add(builder, *event.priority, event.line);
    }
    for (auto const& assignment : event.assignments) {
        auto const& target = *symbols.model().find(assignment.target);
        Register value = symbols.add(builder, assignment.value, event.line);
        bool const species = target.kind == QuantityKind::species;
        if (species && target.concentration)
            value = builder.apply(Op::multiply, value, symbols.value(builder, target.volume, event.line));
        result.values.push_back(value);
        result.assignments.push_back({*symbols.slot(assignment.target), value, species ? 1u : 0u});
    }
    return result;
}

void append_event(CompiledEvent const& event, ProgramBuilder& builder, NetworkTables& tables) {
    kernels::EventEntry entry = event.entry;
    auto program = [&](Register r) { return builder.program(std::span{&r, 1}); };
    entry.trigger_register = event.trigger;
    entry.trigger = program(event.trigger);
    if (entry.has_delay) entry.delay = program(entry.delay_register);
    if (entry.has_priority) entry.priority = program(entry.priority_register);
    entry.values = builder.program(event.values);
    entry.first_assignment = static_cast<std::uint32_t>(tables.assignments.size());
    entry.assignments = static_cast<std::uint32_t>(event.assignments.size());
    tables.assignments.insert(tables.assignments.end(), event.assignments.begin(), event.assignments.end());
    entry.first_crossing = static_cast<std::uint32_t>(tables.crossings.size());
    entry.crossings = static_cast<std::uint32_t>(event.crossings.size());
    for (auto const& [offset, slope] : event.crossings) {
        Register const both[] = {offset, slope};
        tables.crossings.push_back({builder.program(both), offset, slope});
    }
    tables.scalars.max_assignments = std::max(tables.scalars.max_assignments, entry.assignments);
    tables.events.push_back(entry);
}

}  // namespace fano
