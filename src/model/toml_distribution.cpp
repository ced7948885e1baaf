// The distributions that a model may use, their arguments and where they exist.
#include "model/toml_distribution.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "model/count.hpp"

namespace fano {

namespace {

struct Form {
    char const* name;
    DistributionKind kind;
    std::array<char const*, 2> arguments;  // the second may be missing
};

constexpr Form of_counts[] = {
    {"poisson", DistributionKind::poisson, {"mean", nullptr}},
    {"binomial", DistributionKind::binomial, {"n", "p"}},
    {"negative_binomial", DistributionKind::negative_binomial, {"mean", "fano"}},
    {"uniform", DistributionKind::uniform, {"low", "high"}},
};
constexpr Form of_values[] = {
    {"lognormal", DistributionKind::lognormal, {"mean", "cv"}},
    {"gamma", DistributionKind::gamma, {"mean", "cv"}},
    {"normal", DistributionKind::normal, {"mean", "sd"}},
    {"uniform", DistributionKind::uniform, {"low", "high"}},
};

std::vector<std::string> arguments_of(Form const& form) {
    std::vector<std::string> names;
    for (auto const* name : form.arguments) {
        if (name != nullptr) names.emplace_back(name);
    }
    return names;
}

Form const& find_form(TomlValue const& value, TomlContext const& context, std::span<Form const> forms,
                      std::string const& owner) {
    auto const name = context.text(value, "the distribution of " + owner);
    std::vector<std::string> known;
    for (auto const& form : forms) {
        if (form.name == name) return form;
        known.emplace_back(form.name);
    }
    context.fail(value.line, fmt::format("{} has an unknown distribution \"{}\"{}. Use one of {}", owner,
                                         name, suggest(name, known), list(known)));
}

void check_keys(TomlValue const& table, TomlContext const& context, Form const& form,
                std::string const& owner, std::vector<std::string> const& others) {
    auto const arguments = arguments_of(form);
    for (auto const& member : table.items) {
        auto const is_one_of = [&](auto const& names) {
            return std::find(names.begin(), names.end(), member.key) != names.end();
        };
        if (member.key == "distribution" || is_one_of(arguments) || is_one_of(others)) continue;
        if (member.key == "initial" || member.key == "value") {
            context.fail(member.line, fmt::format("{} has both a distribution and \"{}\". Keep one of them",
                                                  owner, member.key));
        }
        auto possible = arguments;
        possible.insert(possible.end(), others.begin(), others.end());
        context.fail(
            member.line,
            fmt::format("{} has an unknown key \"{}\"{}. A {} distribution takes {}; beside it may stand {}",
                        owner, member.key, suggest(member.key, possible), form.name, list(arguments),
                        list(others)));
    }
}

// A number given for an argument; formulas are checked when a cell is born.
struct Argument {
    Form const& form;
    char const* name;
    int line;
    std::optional<double> value;
    std::string const& owner;
    TomlContext const& context;

    [[noreturn]] void refuse(std::string const& why) const {
        context.fail(line, fmt::format("{} of the {} distribution of {} is {}: {}", name, form.name, owner,
                                       number_text(*value), why));
    }
    void require(bool (*allowed)(double), char const* condition) const {
        if (value && !allowed(*value)) refuse(fmt::format("it must be {}", condition));
    }
    void require_not_negative() const {
        require([](double x) { return x >= 0; }, "0 or more");
    }
    void require_positive() const {
        require([](double x) { return x > 0; }, "more than 0");
    }
    void require_count() const {
        if (!value) return;
        if (auto const problem = count_problem(*value); !problem.empty()) refuse(problem);
    }
};

void check_ranges(Argument const& a, Argument const& b, QuantityKind quantity) {
    switch (a.form.kind) {
        case DistributionKind::poisson:
            a.require_not_negative();
            break;
        case DistributionKind::binomial:
            a.require_count();
            b.require([](double p) { return p >= 0 && p <= 1; }, "from 0 to 1");
            break;
        case DistributionKind::negative_binomial:
            a.require_not_negative();
            b.require([](double fano) { return fano >= 1; }, "1 or more (1 is Poisson)");
            break;
        case DistributionKind::uniform:
            if (quantity == QuantityKind::species) {
                a.require_count();
                b.require_count();
            }
            if (quantity == QuantityKind::volume) a.require_positive();
            if (a.value && b.value && *a.value > *b.value) {
                a.refuse(fmt::format("it must not be above high, which is {}", number_text(*b.value)));
            }
            break;
        case DistributionKind::lognormal:
        case DistributionKind::gamma:
            a.require_positive();
            b.require_not_negative();
            break;
        case DistributionKind::normal:
            b.require_not_negative();
            // It is truncated at 0, so without spread the mean is the value.
            if (b.value && *b.value == 0) a.require_not_negative();
            if (quantity == QuantityKind::volume) a.require_positive();
            break;
    }
    if (quantity == QuantityKind::species && a.value && *a.value > largest_molecule_count) {
        a.refuse("counts go up to 2147483647");
    }
}

}  // namespace

Distribution read_distribution(TomlValue const& table, TomlContext const& context, QuantityKind kind,
                               std::string const& owner, std::vector<std::string> const& others) {
    auto const forms = kind == QuantityKind::species ? std::span<Form const>(of_counts) : of_values;
    auto const& form = find_form(*table.find("distribution"), context, forms, owner);
    check_keys(table, context, form, owner, others);
    std::array<Expression, 2> values;
    std::array<int, 2> lines{table.line, table.line};
    for (std::size_t i = 0; i < 2 && form.arguments[i] != nullptr; ++i) {
        auto const* name = form.arguments[i];
        auto const* value = table.find(name);
        if (value == nullptr) {
            context.fail(table.line, fmt::format("the {} distribution of {} has no \"{}\". It takes {}",
                                                 form.name, owner, name, list(arguments_of(form))));
        }
        values[i] = context.birth_formula(
            *value, fmt::format("{} of the {} distribution of {}", name, form.name, owner));
        lines[i] = value->line;
    }
    check_ranges({form, form.arguments[0], lines[0], constant_value(values[0]), owner, context},
                 {form, form.arguments[1], lines[1], constant_value(values[1]), owner, context}, kind);
    return {form.kind, values[0], values[1]};
}

}  // namespace fano
