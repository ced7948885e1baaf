// Sorts the quantities of a model into slots, numbers and rules, and checks that none depends on itself.
#include "model/symbols.hpp"

#include <cmath>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "kernels/ssa/birth.hpp"

namespace fano {

namespace {

struct NotConstant {};

std::string kind_name(QuantityKind kind) {
    switch (kind) {
        case QuantityKind::species:
            return "species";
        case QuantityKind::parameter:
            return "parameter";
        case QuantityKind::volume:
            return "volume";
        case QuantityKind::observable:
            return "observable";
    }
    return "quantity";
}

}  // namespace

Symbols::Symbols(Model const& model) : model_(model) {
    for (auto const& q : model.quantities) {
        if (!by_id_.emplace(q.id, &q).second) fail(q.line, fmt::format("\"{}\" is declared twice", q.id));
        if (q.kind == QuantityKind::observable && !q.rule)
            fail(q.line, fmt::format("observable \"{}\" has no formula", q.id));
    }
    for (auto const& event : model.events)
        for (auto const& assignment : event.assignments) {
            auto const& target = quantity(assignment.target, event.line);
            if (target.rule)
                fail(event.line,
                     fmt::format(
                         "event \"{}\" sets \"{}\", which a rule defines at all times; drop one of the two",
                         event.id, target.id));
            event_targets_[assignment.target] = true;
        }

    std::map<std::string, State> rule_states;
    for (auto const& q : model.quantities) check_rules(q, rule_states);

    for (auto const& q : model.quantities) {
        if (q.rule || q.kind != QuantityKind::species) continue;
        slot_of_[q.id] = static_cast<std::uint32_t>(slots_.size());
        slots_.push_back(&q);
    }
    species_count_ = static_cast<std::uint32_t>(slots_.size());
    for (auto const& q : model.quantities) {
        if (q.rule) continue;
        auto const value = first_value(q);
        if (value && q.kind == QuantityKind::species) require_count(q, *value);
        if (value && !std::isfinite(*value))
            fail(q.line,
                 fmt::format("{} \"{}\" is {}; give it a finite number", kind_name(q.kind), q.id, *value));
        if (q.kind == QuantityKind::species || (value && !event_target(q.id))) continue;
        slot_of_[q.id] = static_cast<std::uint32_t>(slots_.size());
        slots_.push_back(&q);
    }
    order_births();
}

void Symbols::fail(int line, std::string const& message) const {
    throw InputError(model_.file, line, message);
}

Quantity const& Symbols::quantity(std::string const& id, int line) const {
    auto const found = by_id_.find(id);
    if (found != by_id_.end()) return *found->second;
    std::vector<std::string> names;
    for (auto const& [name, q] : by_id_) names.push_back(name);
    fail(line, fmt::format("\"{}\" is not declared{}", id, suggest(id, names)));
}

bool Symbols::event_target(std::string const& id) const { return event_targets_.contains(id); }

std::optional<std::uint32_t> Symbols::slot(std::string const& id) const {
    auto const found = slot_of_.find(id);
    return found == slot_of_.end() ? std::nullopt : std::optional{found->second};
}

bool Symbols::never_changes(Quantity const& species) const {
    return species.fixed && !event_target(species.id);
}

void Symbols::require_count(Quantity const& q, double value) const {
    double const whole = kernels::whole_number(value);
    if (std::isnan(whole))
        fail(q.line,
             fmt::format("species \"{}\" starts with {} molecules; a count is a whole number", q.id, value));
    if (whole < 0)
        fail(q.line,
             fmt::format("species \"{}\" starts with {} molecules; a count cannot be negative", q.id, value));
    if (whole > kernels::largest_count)
        fail(q.line,
             fmt::format("species \"{}\" starts with {} molecules; counts go up to 2147483647. Choose a "
                         "smaller volume, "
                         "or leave abundant species out of the reactions and put their effect into the rates",
                         q.id, value));
}

void Symbols::check_rules(Quantity const& q, std::map<std::string, State>& states) const {
    State& state = states[q.id];
    if (state == State::done || !q.rule) return;
    if (state == State::open)
        fail(q.line,
             fmt::format("the rule of \"{}\" depends on itself; break the cycle of assignments", q.id));
    state = State::open;
    q.rule->for_each_name([&](std::string const& name) { check_rules(quantity(name, q.line), states); });
    states[q.id] = State::done;
}

// The value at birth if it is the same for all cells.
std::optional<double> Symbols::first_value(Quantity const& q) {
    State& state = first_states_[q.id];
    if (state == State::done) return first_values_[q.id];
    if (state == State::open)
        fail(q.line,
             fmt::format("the initial value of \"{}\" depends on itself; break the cycle of assignments",
                         q.id));
    state = State::open;
    std::optional<double> result;
    try {
        if (q.distribution) {
            // Looked at only to find cycles.
            ProgramBuilder builder{0};
            auto resolve = [&](std::string const& id) {
                first_value(quantity(id, q.line));
                return builder.constant(1.0);
            };
            builder.add(q.distribution->a, resolve);
            builder.add(q.distribution->b, resolve);
            throw NotConstant{};
        }
        ProgramBuilder builder{0};
        bool varies = false;
        auto resolve = [&](std::string const& id) {
            Quantity const& other = quantity(id, q.line);
            auto value = first_value(other);
            varies = varies || !value;
            if (value && other.kind == QuantityKind::species && other.concentration && !other.rule) {
                auto const volume = first_value(quantity(other.volume, q.line));
                varies = varies || !volume;
                if (volume) *value /= *volume;
            }
            return builder.constant(value.value_or(1.0));
        };
        Expression const& formula = q.rule ? *q.rule : q.initial;
        auto const r = builder.add(formula, resolve);
        if (varies) throw NotConstant{};
        if (!builder.is_constant(r)) {  // only the time can be left, and it is 0
            std::vector<double> registers(builder.registers());
            for (auto const& [constant, value] : builder.constants()) registers[constant] = value;
            ProgramBuilder::Register const wanted[] = {r};
            auto const program = builder.program(wanted);
            kernels::evaluate(builder.code().data(), program, registers.data());
            result = registers[r];
        } else {
            result = builder.constant_value(r);
        }
    } catch (NotConstant const&) {
        result.reset();
    }
    first_states_[q.id] = State::done;
    first_values_[q.id] = result;
    return result;
}

double Symbols::initial(std::uint32_t slot) const {
    auto const value = first_values_.at(slots_[slot]->id).value_or(0.0);
    return slot < species_count_ ? std::nearbyint(value) : value;
}

void Symbols::order_births() {
    // A slot comes after the slots it reads; first_value() has found the cycles.
    std::map<std::string, bool> placed;
    std::function<void(Quantity const&)> place = [&](Quantity const& q) {
        if (placed[q.id]) return;
        placed[q.id] = true;
        auto visit = [&](std::string const& name) {
            Quantity const& other = quantity(name, q.line);
            place(other);
            if (!other.volume.empty() && other.concentration) place(quantity(other.volume, q.line));
        };
        if (q.distribution) {
            q.distribution->a.for_each_name(visit);
            q.distribution->b.for_each_name(visit);
        } else {
            (q.rule ? *q.rule : q.initial).for_each_name(visit);
        }
        auto const own = slot(q.id);
        if (own && !first_values_[q.id]) births_.push_back(*own);
    };
    for (auto const* q : slots_) place(*q);
}

ProgramBuilder::Register Symbols::count(ProgramBuilder& builder, std::string const& id, int line) const {
    Quantity const& q = quantity(id, line);
    if (q.rule) {
        auto const symbol = add(builder, *q.rule, q.line);
        return q.concentration ? builder.apply(kernels::Op::multiply, symbol, value(builder, q.volume, line))
                               : symbol;
    }
    auto const found = slot(id);
    if (q.kind == QuantityKind::species && never_changes(q) && first_values_.at(id))
        return builder.constant(initial(*found));
    return found ? *found : builder.constant(*first_values_.at(id));
}

ProgramBuilder::Register Symbols::value(ProgramBuilder& builder, std::string const& id, int line) const {
    Quantity const& q = quantity(id, line);
    if (q.rule) return add(builder, *q.rule, q.line);
    auto const amount = count(builder, id, line);
    if (!q.concentration) return amount;
    return builder.apply(kernels::Op::divide, amount, value(builder, q.volume, line));
}

ProgramBuilder::Register Symbols::add(ProgramBuilder& builder, Expression const& expression, int line) const {
    return builder.add(expression, [&](std::string const& id) { return value(builder, id, line); });
}

Expression Symbols::expand(Expression const& expression) const {
    return expression.substitute([&](std::string const& id) {
        Quantity const& q = quantity(id, 0);
        if (q.rule) return expand(*q.rule);
        return slot(id) ? Expression::name(id) : Expression(*first_values_.at(id));
    });
}

}  // namespace fano
