// Formulas as trees: numbers, names, functions. Values, cheap to copy, never changed in place.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace fano {

enum class Function {
    number,
    name,
    time,
    add,
    subtract,
    multiply,
    divide,
    negate,
    power,
    square_root,
    exponential,
    logarithm,
    logarithm10,
    sine,
    cosine,
    tangent,
    hyperbolic_tangent,
    absolute,
    floor,
    ceiling,
    minimum,
    maximum,
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    not_equal,
    logical_and,
    logical_or,
    logical_not,
    choose,  // arguments: condition, value if it holds, value otherwise
};

class Expression {
public:
    Expression() : Expression(0.0) {}
    Expression(double number);
    static Expression name(std::string name);
    static Expression time();
    // `add`, `multiply`, `minimum`, `maximum`, `logical_and`, `logical_or` take two or more arguments.
    static Expression apply(Function function, std::vector<Expression> arguments);

    Function function() const;
    double number() const;                             // of a number
    std::string const& name() const;                   // of a name
    std::vector<Expression> const& arguments() const;  // of anything else

    bool is_number() const { return function() == Function::number; }
    bool uses(std::string const& name) const;
    bool uses_time() const;
    // Calls `visit` for each name that occurs, once an occurrence.
    void for_each_name(std::function<void(std::string const&)> const& visit) const;
    // Replaces names; `replacement` returns the name itself for those to keep.
    Expression substitute(std::function<Expression(std::string const&)> const& replacement) const;

    // As a person writes it: "k*K^h/(K^h + P^h)".
    std::string text() const;

private:
    struct Node;
    std::shared_ptr<Node const> node_;
};

Expression operator+(Expression const& a, Expression const& b);
Expression operator-(Expression const& a, Expression const& b);
Expression operator*(Expression const& a, Expression const& b);
Expression operator/(Expression const& a, Expression const& b);

// Reads an infix formula (libSBML's Level 3 grammar: + - * / ^ % comparisons && || ! and functions). `log` is
// the natural logarithm; `t` and `time` are the time. Throws InputError without a place.
Expression parse_expression(std::string const& text);

}  // namespace fano
