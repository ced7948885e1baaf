// What the parts of the SBML reader share: which ids mean what, functions, formulas and their places.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fano/model.hpp"
#include "model/sbml_document.hpp"

class ASTNode;

namespace fano {

class SbmlContext {
public:
    // Declares all ids of the document.
    SbmlContext(SbmlDocument const& document, Model& model);

    ::Model const& source() const { return document_.model(); }
    Model& model() const { return model_; }
    unsigned level() const { return document_.level(); }
    int line(::SBase const& element) const { return document_.line(element); }
    [[noreturn]] void fail(::SBase const& element, std::string const& message) const;
    void note(std::string const& text) const;

    // The species, parameter or compartment `id`; fails if it is something else or not declared.
    Quantity& quantity(std::string const& id, ::SBase const& user, std::string const& owner) const;
    // What an id names, as "species"; empty if it is not declared.
    std::string kind(std::string const& id) const;
    // An id that nothing else has, `id` itself if possible.
    std::string unique(std::string const& id);

    // A formula with functions expanded and local parameters renamed; all names in it are quantities.
    // `owner` says whose it is, as "the kinetic law of reaction \"R\"".
    using Renames = std::map<std::string, std::string>;
    Expression formula(::ASTNode const& math, ::SBase const& place, std::string const& owner,
                       Renames const& locals = {});
    // The value of an expression of numbers and of constants that nothing computes.
    std::optional<double> constant(Expression const& expression) const;
    // With the rules of all quantities put in.
    Expression expand_rules(Expression const& expression) const;

    // A quantity without a value, and whoever needs it.
    void add_unset(std::string const& id) { unset_.insert(id); }
    void set(std::string const& id) { unset_.erase(id); }
    void use(std::string const& id, std::string const& owner) { users_.try_emplace(id, owner); }
    void check_unset() const;

    // Stoichiometries by the id of their species reference, for formulas that use it.
    std::map<std::string, double> stoichiometries;

private:
    struct Function {
        std::vector<std::string> arguments;
        Expression body;
    };
    void declare(std::string const& id, std::string const& kind, ::SBase const& element);
    Function const& function(std::string const& name);
    Expression call(std::string const& name, std::vector<Expression> const& arguments);
    Expression resolve(std::string const& name, ::SBase const& place, std::string const& owner,
                       Renames const& locals);
    std::vector<std::string> quantity_ids() const;
    Expression expand_rules(Expression const& expression, std::set<std::string>& open) const;

    struct Declaration {
        std::string kind;
        int line;
    };
    SbmlDocument const& document_;
    Model& model_;
    std::map<std::string, Declaration> declared_;
    std::map<std::string, Function> functions_;
    std::vector<std::string> open_functions_;
    std::set<std::string> unset_;
    std::map<std::string, std::string> users_;
};

}  // namespace fano
