// Names and formulas of an SBML model: see sbml_context.hpp.
#include "model/sbml_context.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <sbml/SBMLTypes.h>

#include "fano/error.hpp"
#include "model/formula.hpp"
#include "model/program_builder.hpp"

namespace fano {

namespace {

std::string a(std::string const& kind) { return (kind == "event" ? "an " : "a ") + kind; }

}  // namespace

SbmlContext::SbmlContext(SbmlDocument const& document, Model& model) : document_(document), model_(model) {
    auto const& source = document.model();
    for (unsigned i = 0; i < source.getNumFunctionDefinitions(); ++i) {
        auto const& f = *source.getFunctionDefinition(i);
        declare(f.getId(), "function", f);
    }
    for (unsigned i = 0; i < source.getNumCompartments(); ++i) {
        auto const& c = *source.getCompartment(i);
        declare(c.getId(), "compartment", c);
    }
    for (unsigned i = 0; i < source.getNumSpecies(); ++i) {
        auto const& s = *source.getSpecies(i);
        declare(s.getId(), "species", s);
    }
    for (unsigned i = 0; i < source.getNumParameters(); ++i) {
        auto const& p = *source.getParameter(i);
        declare(p.getId(), "parameter", p);
    }
    for (unsigned i = 0; i < source.getNumReactions(); ++i) {
        auto const& r = *source.getReaction(i);
        declare(r.getId(), "reaction", r);
        for (auto const* side : {r.getListOfReactants(), r.getListOfProducts()}) {
            for (unsigned k = 0; k < side->size(); ++k) {
                auto const& reference = *static_cast<SpeciesReference const*>(side->get(k));
                if (reference.isSetId()) declare(reference.getId(), "species reference", reference);
            }
        }
        for (unsigned k = 0; k < r.getNumModifiers(); ++k) {
            auto const& modifier = *r.getModifier(k);
            if (modifier.isSetId()) declare(modifier.getId(), "modifier", modifier);
        }
    }
    for (unsigned i = 0; i < source.getNumEvents(); ++i) {
        auto const& e = *source.getEvent(i);
        if (e.isSetId()) declare(e.getId(), "event", e);
    }
}

void SbmlContext::fail(SBase const& element, std::string const& message) const {
    throw InputError(document_.file(), line(element), message);
}

void SbmlContext::note(std::string const& text) const {
    auto& notes = model_.notes;
    if (std::find(notes.begin(), notes.end(), text) == notes.end()) notes.push_back(text);
}

void SbmlContext::declare(std::string const& id, std::string const& kind, SBase const& element) {
    if (id.empty()) fail(element, fmt::format("this {} has no id. Give it one", kind));
    auto const [known, fresh] = declared_.try_emplace(id, Declaration{kind, line(element)});
    if (fresh) return;
    fail(element, fmt::format("the id \"{}\" is given to {} here and to {} in line {}. Rename one of them",
                              id, a(kind), a(known->second.kind), known->second.line));
}

std::string SbmlContext::kind(std::string const& id) const {
    auto const found = declared_.find(id);
    return found == declared_.end() ? std::string() : found->second.kind;
}

std::string SbmlContext::unique(std::string const& id) {
    auto candidate = id;
    for (int i = 2; !declared_.try_emplace(candidate, Declaration{"name", 0}).second; ++i) {
        candidate = fmt::format("{}_{}", id, i);
    }
    return candidate;
}

std::vector<std::string> SbmlContext::quantity_ids() const {
    std::vector<std::string> ids;
    for (auto const& q : model_.quantities) ids.push_back(q.id);
    return ids;
}

Quantity& SbmlContext::quantity(std::string const& id, SBase const& user, std::string const& owner) const {
    if (auto* found = model_.find(id)) return *found;
    auto const known = kind(id);
    if (known.empty()) {
        fail(user,
             fmt::format("{} names \"{}\", which is not declared{}", owner, id, suggest(id, quantity_ids())));
    }
    fail(user, fmt::format("{} names \"{}\", which is {}, not a species, parameter or compartment", owner, id,
                           a(known)));
}

SbmlContext::Function const& SbmlContext::function(std::string const& name) {
    if (auto const known = functions_.find(name); known != functions_.end()) return known->second;
    auto const* definition = source().getFunctionDefinition(name);
    if (definition == nullptr) {
        std::vector<std::string> names;
        for (auto const& [id, declaration] : declared_) {
            if (declaration.kind == "function") names.push_back(id);
        }
        throw InputError(fmt::format("the function \"{}\" is not declared{}", name, suggest(name, names)));
    }
    if (definition->getMath() == nullptr || definition->getBody() == nullptr) {
        throw InputError(fmt::format("the function \"{}\" has no formula", name));
    }
    if (std::find(open_functions_.begin(), open_functions_.end(), name) != open_functions_.end()) {
        throw InputError(fmt::format("the function \"{}\" calls itself, which SBML does not allow", name));
    }
    open_functions_.push_back(name);
    Function result;
    for (unsigned i = 0; i < definition->getNumArguments(); ++i) {
        result.arguments.emplace_back(definition->getArgument(i)->getName());
    }
    result.body = to_expression(*definition->getBody(), [this](auto const& inner, auto const& arguments) {
        return call(inner, arguments);
    });
    open_functions_.pop_back();
    result.body.for_each_name([&](std::string const& used) {
        auto const& known = result.arguments;
        if (std::find(known.begin(), known.end(), used) != known.end()) return;
        throw InputError(fmt::format("the function \"{}\" uses \"{}\", which is not one of its arguments{}",
                                     name, used, suggest(used, known)));
    });
    return functions_.emplace(name, std::move(result)).first->second;
}

Expression SbmlContext::call(std::string const& name, std::vector<Expression> const& arguments) {
    auto const& called = function(name);
    if (called.arguments.size() != arguments.size()) {
        throw InputError(fmt::format("the function \"{}\" takes {} argument{}, not {}", name,
                                     called.arguments.size(), called.arguments.size() == 1 ? "" : "s",
                                     arguments.size()));
    }
    return called.body.substitute([&](std::string const& used) {
        auto const at = std::find(called.arguments.begin(), called.arguments.end(), used);
        return arguments[static_cast<std::size_t>(at - called.arguments.begin())];
    });
}

Expression SbmlContext::resolve(std::string const& name, SBase const& place, std::string const& owner,
                                Renames const& locals) {
    if (auto const local = locals.find(name); local != locals.end()) {
        use(local->second, owner);
        return Expression::name(local->second);
    }
    if (auto const number = stoichiometries.find(name); number != stoichiometries.end())
        return number->second;
    auto const known = kind(name);
    if (known == "species" || known == "parameter" || known == "compartment") {
        use(name, owner);
        return Expression::name(name);
    }
    if (known == "reaction") {
        fail(place,
             fmt::format(
                 "{} uses the rate of reaction \"{}\". Counts change in jumps; write the kinetic law of "
                 "the reaction in its place",
                 owner, name));
    }
    if (!known.empty()) fail(place, fmt::format("{} uses \"{}\", {}, as a value", owner, name, a(known)));
    auto near = quantity_ids();
    for (auto const& [id, renamed] : locals) near.push_back(id);
    fail(place, fmt::format("{} uses \"{}\", which is not declared{}", owner, name, suggest(name, near)));
}

Expression SbmlContext::formula(ASTNode const& math, SBase const& place, std::string const& owner,
                                Renames const& locals) {
    Expression expression;
    try {
        expression = to_expression(
            math, [this](auto const& name, auto const& arguments) { return call(name, arguments); });
    } catch (InputError const& error) {
        fail(place, fmt::format("{}: {}", owner, error.what()));
    }
    return expression.substitute(
        [&](std::string const& name) { return resolve(name, place, owner, locals); });
}

std::optional<double> SbmlContext::constant(Expression const& expression) const {
    if (expression.uses_time()) return {};
    bool varies = false;
    ProgramBuilder builder{0};
    auto const value = builder.add(expression, [&](std::string const& id) {
        auto const* parameter = source().getParameter(id);
        bool const plain = parameter != nullptr && parameter->getConstant() && parameter->isSetValue() &&
                           source().getInitialAssignment(id) == nullptr && source().getRule(id) == nullptr;
        varies = varies || !plain;
        return builder.constant(plain ? parameter->getValue() : 1.0);
    });
    if (varies) return {};
    return builder.constant_value(value);
}

Expression SbmlContext::expand_rules(Expression const& expression) const {
    std::set<std::string> open;
    return expand_rules(expression, open);
}

Expression SbmlContext::expand_rules(Expression const& expression, std::set<std::string>& open) const {
    return expression.substitute([&](std::string const& id) {
        auto const* quantity = model_.find(id);
        if (quantity == nullptr || !quantity->rule) return Expression::name(id);
        if (!open.insert(id).second) {
            throw InputError(
                document_.file(), quantity->line,
                fmt::format("the rule of \"{}\" depends on itself; break the cycle of assignments", id));
        }
        auto const expanded = expand_rules(*quantity->rule, open);
        open.erase(id);
        return expanded;
    });
}

void SbmlContext::check_unset() const {
    for (auto const& id : unset_) {
        auto const& quantity = *model_.find(id);
        bool const species = quantity.kind == QuantityKind::species;
        auto const user = users_.find(id);
        if (user == users_.end()) {
            note(fmt::format("{} \"{}\" has no value and nothing depends on it; it is taken as 0",
                             species ? "species" : "parameter", id));
            continue;
        }
        throw InputError(
            document_.file(), quantity.line,
            fmt::format("{} \"{}\" has no {}, but {} needs it. Give it {}, an initial assignment or a rule",
                        species ? "species" : "parameter", id, species ? "initial amount" : "value",
                        user->second, species ? "an initialAmount" : "a value"));
    }
}

}  // namespace fano
