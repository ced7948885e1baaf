// Conditions on counts as observables of a network that is made for them.
#include <algorithm>

#include <fmt/format.h>

#include "fano/cme.hpp"
#include "fano/error.hpp"
#include "model/symbols.hpp"

namespace fano {

namespace {

bool is_condition(Expression const& e) {
    auto const f = e.function();
    return f >= Function::less && f <= Function::logical_not;
}

Expression read_condition(Model const& model, std::string const& text) {
    auto const fail = [&](std::string const& problem) {
        throw InputError(model.file, 0, fmt::format("condition \"{}\": {}", text, problem));
    };
    Expression condition;
    try {
        condition = parse_expression(text);
    } catch (InputError const& error) {
        fail(error.what());
    }
    std::vector<std::string> names;
    for (auto const& q : model.quantities) names.push_back(q.id);
    condition.for_each_name([&](std::string const& name) {
        if (model.find(name) == nullptr)
            fail(fmt::format("\"{}\" is not declared{}", name, suggest(name, names)));
    });
    if (!is_condition(condition)) fail("it compares nothing; write one such as \"X >= 50\"");
    auto const plain = Symbols{model}.expand(condition);
    if (plain.uses_time()) fail("it depends on time, and where cells end may depend on counts only");
    return plain;
}

}  // namespace

std::shared_ptr<Conditions const> compile_conditions(Model const& model,
                                                     std::vector<std::string> const& texts) {
    auto with = model;
    for (auto const& text : texts) {
        if (std::count(texts.begin(), texts.end(), text) > 1)
            throw InputError(model.file, 0, fmt::format("condition \"{}\" is given twice", text));
        Quantity quantity;
        quantity.id = text;
        quantity.kind = QuantityKind::observable;
        quantity.rule = read_condition(model, text);
        with.quantities.push_back(std::move(quantity));
    }
    return std::make_shared<Conditions const>(Conditions{texts, compile(with)});
}

}  // namespace fano
