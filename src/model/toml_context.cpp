// Names and checked values of a TOML model: see toml_context.hpp.
#include "model/toml_context.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "fano/model.hpp"
#include "model/equation.hpp"

namespace fano {

namespace {

// Symbols and functions of the formula grammar.
std::set<std::string> const reserved_names = {
    "t",        "time", "pi",         "exponentiale", "avogadro",  "true",   "false",  "inf",
    "infinity", "nan",  "notanumber", "abs",          "acos",      "arccos", "arcsin", "arctan",
    "asin",     "atan", "ceil",       "ceiling",      "cos",       "cosh",   "cot",    "coth",
    "csc",      "csch", "delay",      "exp",          "factorial", "floor",  "ln",     "log",
    "log10",    "max",  "min",        "piecewise",    "pow",       "power",  "root",   "sec",
    "sech",     "sin",  "sinh",       "sqr",          "sqrt",      "tan",    "tanh",
};

bool is_reserved(std::string const& name) {
    if (reserved_names.count(name) > 0) return true;
    // Whatever the parser reads as something other than this name could never be used.
    try {
        auto const read = parse_expression(name);
        return read.function() != Function::name || read.name() != name;
    } catch (InputError const&) {
        return true;
    }
}

}  // namespace

void TomlContext::fail(int line, std::string const& message) const { throw InputError(file_, line, message); }

void TomlContext::declare(std::string const& name, std::string const& what, int line) {
    if (!is_identifier(name)) {
        fail(line, fmt::format("\"{}\" cannot name a {}: a name starts with a letter or _ and goes on with "
                               "letters, digits and _",
                               name, what));
    }
    // Names of reactions and events do not occur in formulas.
    if (what != "reaction" && what != "event" && is_reserved(name)) {
        fail(line, fmt::format("\"{}\" cannot name a {}: it is reserved for formulas. Choose another name",
                               name, what));
    }
    auto const [known, fresh] = declared_.try_emplace(name, Declaration{what, line});
    if (!fresh) {
        auto const& other = known->second;
        fail(std::max(line, other.line),
             fmt::format(
                 "duplicate name \"{}\": it is a {} in line {} and a {} in line {}. Rename one of them", name,
                 other.what, other.line, what, line));
    }
    order_.push_back(name);
}

TomlContext::Declaration const* TomlContext::declaration(std::string const& name) const {
    auto const found = declared_.find(name);
    return found == declared_.end() ? nullptr : &found->second;
}

std::vector<std::string> TomlContext::quantities(std::string const& what) const {
    std::vector<std::string> names;
    for (auto const& name : order_) {
        auto const& kind = declared_.at(name).what;
        if (what.empty() ? kind != "reaction" && kind != "event" : kind == what) names.push_back(name);
    }
    return names;
}

void TomlContext::require_table(TomlValue const& value, std::string const& owner) const {
    if (!value.is_table())
        fail(value.line, fmt::format("{} must be a table, not {}", owner, value.kind_name()));
}

void TomlContext::check_keys(TomlValue const& table, std::string const& owner,
                             std::vector<std::string> const& allowed) const {
    for (auto const& member : table.items) {
        if (std::find(allowed.begin(), allowed.end(), member.key) != allowed.end()) continue;
        fail(member.line, fmt::format("{} has an unknown key \"{}\"{}. It may have {}", owner, member.key,
                                      suggest(member.key, allowed), list(allowed)));
    }
}

std::string TomlContext::text(TomlValue const& value, std::string const& what) const {
    if (!value.is_text()) {
        fail(value.line, fmt::format("{} must be a text in quotes, not {}", what, value.kind_name()));
    }
    return value.text;
}

double TomlContext::number(TomlValue const& value, std::string const& what) const {
    if (!value.is_number()) {
        fail(value.line, fmt::format("{} must be a number, not {}", what, value.kind_name()));
    }
    if (std::isnan(value.number)) fail(value.line, what + " is nan; give a number");
    if (std::isinf(value.number)) fail(value.line, what + " is infinite; give a finite number");
    return value.number;
}

bool TomlContext::flag(TomlValue const& table, std::string const& key, bool otherwise,
                       std::string const& owner) const {
    auto const* value = table.find(key);
    if (value == nullptr) return otherwise;
    if (value->kind != TomlValue::Kind::boolean) {
        fail(value->line,
             fmt::format("{} of {} must be true or false, not {}", key, owner, value->kind_name()));
    }
    return value->boolean;
}

Expression TomlContext::formula(TomlValue const& value, std::string const& what) const {
    if (value.is_number()) return number(value, what);
    if (!value.is_text()) {
        fail(value.line,
             fmt::format("{} must be a number or a formula in quotes, not {}", what, value.kind_name()));
    }
    if (value.text.find_first_not_of(" \t\r\n") == std::string::npos) {
        fail(value.line, what + " is empty; give a number or a formula");
    }
    Expression expression;
    try {
        expression = parse_expression(value.text);
    } catch (InputError const& error) {
        fail(value.line, fmt::format("{}: {}", what, error.what()));
    }
    if (auto const constant = constant_value(expression); constant && !std::isfinite(*constant)) {
        fail(value.line,
             fmt::format("{} is {}; give a finite number", what, std::isnan(*constant) ? "nan" : "infinite"));
    }
    expression.for_each_name([&](std::string const& name) {
        auto const* known = declaration(name);
        if (known == nullptr) {
            fail(value.line, fmt::format("{} uses \"{}\", which is not declared{}", what, name,
                                         suggest(name, quantities())));
        }
        if (known->what == "reaction" || known->what == "event") {
            fail(value.line, fmt::format("{} uses \"{}\", which names {} {} and has no value", what, name,
                                         known->what == "event" ? "an" : "a", known->what));
        }
    });
    return expression;
}

Expression TomlContext::birth_formula(TomlValue const& value, std::string const& what) const {
    auto expression = formula(value, what);
    if (expression.uses_time()) {
        fail(value.line,
             what +
                 " uses the time, but it is computed once, when a cell's time starts. Use the time "
                 "in a propensity, an observable or an event instead");
    }
    return expression;
}

std::optional<double> constant_value(Expression const& expression) {
    if (expression.is_number()) return expression.number();
    if (expression.function() == Function::negate && expression.arguments()[0].is_number()) {
        return -expression.arguments()[0].number();
    }
    return {};
}

std::string list(std::vector<std::string> const& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
        text += words[i];
    }
    return text;
}

}  // namespace fano
