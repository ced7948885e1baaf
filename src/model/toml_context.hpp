// What all parts of the TOML reader share: the names that the file declares, and checked access to values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fano/expression.hpp"
#include "model/toml_tree.hpp"

namespace fano {

class TomlContext {
public:
    struct Declaration {
        std::string what;  // "species", "reaction"
        int line;
    };

    explicit TomlContext(std::string file) : file_(std::move(file)) {}

    [[noreturn]] void fail(int line, std::string const& message) const;

    // Takes a name; fails if it is no identifier, reserved or taken.
    void declare(std::string const& name, std::string const& what, int line);
    Declaration const* declaration(std::string const& name) const;
    // Declared names; all that have a value, or those of one kind.
    std::vector<std::string> quantities(std::string const& what = {}) const;

    // `owner` and `what` are subjects of messages: `species "P"`, `the rate of reaction "make"`.
    void require_table(TomlValue const& value, std::string const& owner) const;
    void check_keys(TomlValue const& table, std::string const& owner,
                    std::vector<std::string> const& allowed) const;
    std::string text(TomlValue const& value, std::string const& what) const;
    double number(TomlValue const& value, std::string const& what) const;
    // The member `key` of a table, or `otherwise`.
    bool flag(TomlValue const& table, std::string const& key, bool otherwise, std::string const& owner) const;
    // A number, or a formula in quotes whose names are all declared.
    Expression formula(TomlValue const& value, std::string const& what) const;
    // The same for what is computed once a cell, at its birth.
    Expression birth_formula(TomlValue const& value, std::string const& what) const;

private:
    std::string file_;
    std::map<std::string, Declaration> declared_;
    std::vector<std::string> order_;
};

// The value of an expression that is a number, with or without a sign.
std::optional<double> constant_value(Expression const& expression);

// "a, b and c"
std::string list(std::vector<std::string> const& words);

}  // namespace fano
