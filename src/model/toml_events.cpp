// [events.NAME]: what happens to a cell when a condition becomes true.
#include <fmt/format.h>

#include "model/count.hpp"
#include "model/toml_sections.hpp"

namespace fano {

namespace {

bool is_condition(Expression const& expression) {
    switch (expression.function()) {
        case Function::less:
        case Function::less_equal:
        case Function::greater:
        case Function::greater_equal:
        case Function::equal:
        case Function::not_equal:
        case Function::logical_and:
        case Function::logical_or:
        case Function::logical_not:
        case Function::choose:
        case Function::number:
            return true;  // `true` is read as 1
        default:
            return false;
    }
}

Expression read_trigger(TomlValue const& table, TomlContext const& context, std::string const& owner) {
    auto const* value = table.find("trigger");
    if (value == nullptr) {
        context.fail(table.line, owner + " has no trigger. Give it one: trigger = \"time >= 10\"");
    }
    auto const what = "the trigger of " + owner;
    context.text(*value, what);
    auto trigger = context.formula(*value, what);
    if (!is_condition(trigger)) {
        context.fail(value->line,
                     fmt::format("{} is \"{}\", which is not a condition. Compare something, as in "
                                 "\"P > 100\" or \"time >= 10\"",
                                 what, value->text));
    }
    return trigger;
}

Assignment read_assignment(TomlValue const& value, TomlContext const& context, std::string const& owner) {
    auto const* known = context.declaration(value.key);
    if (known == nullptr) {
        context.fail(value.line, fmt::format("{} assigns to \"{}\", which is not declared{}", owner,
                                             value.key, suggest(value.key, context.quantities())));
    }
    auto const is = [&](char const* what) { return known->what == what; };
    if (!is("species") && !is("parameter") && !is("volume")) {
        context.fail(value.line,
                     fmt::format("{} assigns to {} \"{}\". Only species, parameters and volumes can be "
                                 "assigned to",
                                 owner, known->what, value.key));
    }
    auto const what = fmt::format("the value for \"{}\" in {}", value.key, owner);
    auto expression = context.formula(value, what);
    if (auto const number = constant_value(expression)) {
        auto problem = is("species") ? count_problem(*number) : std::string();
        if (is("volume") && !(*number > 0)) problem = "a volume must be more than 0";
        if (!problem.empty())
            context.fail(value.line, fmt::format("{} is {}: {}", what, number_text(*number), problem));
    }
    return {value.key, std::move(expression)};
}

}  // namespace

void read_events(TomlValue const& table, TomlContext const& context, Model& model) {
    for (auto const& entry : table.items) {
        auto const owner = fmt::format("event \"{}\"", entry.key);
        context.check_keys(entry, owner,
                           {"trigger", "assign", "delay", "priority", "persistent",
                            "use_values_from_trigger_time", "initial_value"});
        Event event;
        event.id = entry.key;
        event.line = entry.line;
        event.trigger = read_trigger(entry, context, owner);
        auto const* assign = entry.find("assign");
        if (assign != nullptr) context.require_table(*assign, "assign of " + owner);
        if (assign == nullptr || assign->items.empty()) {
            context.fail(assign == nullptr ? entry.line : assign->line,
                         owner + " assigns nothing. Give it values: assign = { P = 50 }");
        }
        for (auto const& value : assign->items) {
            event.assignments.push_back(read_assignment(value, context, owner));
        }
        if (auto const* delay = entry.find("delay")) {
            event.delay = context.formula(*delay, "the delay of " + owner);
            if (auto const number = constant_value(*event.delay); number && *number < 0) {
                context.fail(delay->line, fmt::format("the delay of {} is {}: it cannot be negative", owner,
                                                      number_text(*number)));
            }
        }
        if (auto const* priority = entry.find("priority")) {
            event.priority = context.formula(*priority, "the priority of " + owner);
        }
        event.initial_value = context.flag(entry, "initial_value", true, owner);
        event.persistent = context.flag(entry, "persistent", true, owner);
        event.values_from_trigger_time = context.flag(entry, "use_values_from_trigger_time", true, owner);
        model.events.push_back(std::move(event));
    }
}

}  // namespace fano
