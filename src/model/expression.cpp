// Formulas as shared trees that never change. What apply() folds is what evaluation would give to the bit.
#include "fano/expression.hpp"

#include <cmath>
#include <optional>

namespace fano {

struct Expression::Node {
    Function function = Function::number;
    double number = 0;
    std::string name;
    std::vector<Expression> arguments;
};

namespace {

bool is_value(Expression const& e, double value) { return e.is_number() && e.number() == value; }

bool associates(Function f) {
    return f == Function::add || f == Function::multiply || f == Function::minimum ||
           f == Function::maximum || f == Function::logical_and || f == Function::logical_or;
}

// (a + b) + c is a + b + c. Only the first argument is opened: evaluation goes from left to right, and
// a + (b + c) may round differently.
void flatten(Function function, std::vector<Expression>& arguments) {
    while (!arguments.empty() && arguments.front().function() == function) {
        auto opened = arguments.front().arguments();
        opened.insert(opened.end(), arguments.begin() + 1, arguments.end());
        arguments = std::move(opened);
    }
}

// Leaves out zeros of a sum and ones of a product, and adds or multiplies the numbers that come first.
void fold(Function function, std::vector<Expression>& arguments) {
    bool const sum = function == Function::add;
    double const neutral = sum ? 0.0 : 1.0;
    for (bool folded = true; folded;) {
        std::erase_if(arguments, [&](Expression const& a) { return is_value(a, neutral); });
        flatten(function, arguments);
        folded = arguments.size() > 1 && arguments[0].is_number() && arguments[1].is_number();
        if (!folded) continue;
        double const a = arguments[0].number();
        double const b = arguments[1].number();
        arguments.erase(arguments.begin());
        arguments.front() = sum ? a + b : a * b;
    }
    if (arguments.empty()) arguments.emplace_back(neutral);
}

// What a function of one or two arguments folds to, if to anything.
std::optional<Expression> simplify(Function function, std::vector<Expression> const& arguments) {
    if (function == Function::negate) {
        auto const& a = arguments[0];
        if (a.is_number()) return -a.number();
        if (a.function() == Function::negate) return a.arguments()[0];
    }
    if (function == Function::subtract) {
        auto const& a = arguments[0];
        auto const& b = arguments[1];
        if (a.is_number() && b.is_number()) return a.number() - b.number();
        if (is_value(b, 0.0)) return a;
    }
    if (function == Function::divide) {
        auto const& a = arguments[0];
        auto const& b = arguments[1];
        if (a.is_number() && b.is_number()) return a.number() / b.number();
        if (is_value(b, 1.0)) return a;
    }
    return {};
}

}  // namespace

Expression::Expression(double number) {
    auto node = std::make_shared<Node>();
    node->number = number;
    node_ = std::move(node);
}

Expression Expression::name(std::string name) {
    auto node = std::make_shared<Node>();
    node->function = Function::name;
    node->name = std::move(name);
    Expression e;
    e.node_ = std::move(node);
    return e;
}

Expression Expression::time() {
    auto node = std::make_shared<Node>();
    node->function = Function::time;
    Expression e;
    e.node_ = std::move(node);
    return e;
}

Expression Expression::apply(Function function, std::vector<Expression> arguments) {
    if (associates(function)) {
        if (function == Function::add || function == Function::multiply) {
            fold(function, arguments);
        } else {
            flatten(function, arguments);
        }
        if (arguments.size() == 1) return arguments.front();
    } else if (auto simple = simplify(function, arguments)) {
        return *simple;
    }
    auto node = std::make_shared<Node>();
    node->function = function;
    node->arguments = std::move(arguments);
    Expression e;
    e.node_ = std::move(node);
    return e;
}

Function Expression::function() const { return node_->function; }
double Expression::number() const { return node_->number; }
std::string const& Expression::name() const { return node_->name; }
std::vector<Expression> const& Expression::arguments() const { return node_->arguments; }

bool Expression::uses(std::string const& name) const {
    if (function() == Function::name) return node_->name == name;
    for (auto const& a : arguments()) {
        if (a.uses(name)) return true;
    }
    return false;
}

bool Expression::uses_time() const {
    if (function() == Function::time) return true;
    for (auto const& a : arguments()) {
        if (a.uses_time()) return true;
    }
    return false;
}

void Expression::for_each_name(std::function<void(std::string const&)> const& visit) const {
    if (function() == Function::name) visit(node_->name);
    for (auto const& a : arguments()) a.for_each_name(visit);
}

Expression Expression::substitute(std::function<Expression(std::string const&)> const& replacement) const {
    if (function() == Function::name) return replacement(node_->name);
    if (arguments().empty()) return *this;
    std::vector<Expression> replaced;
    bool same = true;
    for (auto const& a : arguments()) {
        replaced.push_back(a.substitute(replacement));
        auto const& r = replaced.back();
        same = same && (r.node_ == a.node_ || (r.function() == Function::name &&
                                               a.function() == Function::name && r.name() == a.name()));
    }
    return same ? *this : apply(function(), std::move(replaced));
}

Expression operator+(Expression const& a, Expression const& b) {
    return Expression::apply(Function::add, {a, b});
}
Expression operator-(Expression const& a, Expression const& b) {
    return Expression::apply(Function::subtract, {a, b});
}
Expression operator*(Expression const& a, Expression const& b) {
    return Expression::apply(Function::multiply, {a, b});
}
Expression operator/(Expression const& a, Expression const& b) {
    return Expression::apply(Function::divide, {a, b});
}

}  // namespace fano
