// Expressions as a person writes them, with as few parentheses as the grammar of parse_expression() needs to
// read the same tree, and a few more where people would stumble: a^(b^c), a*(-3).
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "fano/expression.hpp"
#include "model/count.hpp"

namespace fano {

namespace {

// How tightly an expression holds together. && and || are equal in libSBML's grammar.
enum Binding { logical = 1, comparison, sum, product, sign, power, whole };

Binding binding(Expression const& e) {
    switch (e.function()) {
        case Function::number:
            return std::signbit(e.number()) && !std::isnan(e.number()) ? sign : whole;
        case Function::logical_and:
        case Function::logical_or:
            return logical;
        case Function::less:
        case Function::less_equal:
        case Function::greater:
        case Function::greater_equal:
        case Function::equal:
        case Function::not_equal:
            return comparison;
        case Function::add:
        case Function::subtract:
            return sum;
        case Function::multiply:
        case Function::divide:
            return product;
        case Function::negate:
        case Function::logical_not:
            return sign;
        case Function::power:
            return power;
        default:
            return whole;
    }
}

// Symbol and function form of an operator, or the name of a function.
struct Spelling {
    char const* symbol;
    char const* name;
};

Spelling spelling(Function function) {
    switch (function) {
        case Function::add:
            return {" + ", ""};
        case Function::subtract:
            return {" - ", ""};
        case Function::multiply:
            return {"*", ""};
        case Function::divide:
            return {"/", ""};
        case Function::power:
            return {"^", ""};
        case Function::less:
            return {" < ", "lt"};
        case Function::less_equal:
            return {" <= ", "leq"};
        case Function::greater:
            return {" > ", "gt"};
        case Function::greater_equal:
            return {" >= ", "geq"};
        case Function::equal:
            return {" == ", "eq"};
        case Function::not_equal:
            return {" != ", "neq"};
        case Function::logical_and:
            return {" && ", ""};
        case Function::logical_or:
            return {" || ", ""};
        case Function::negate:
            return {"-", ""};
        case Function::logical_not:
            return {"!", ""};
        case Function::square_root:
            return {"", "sqrt"};
        case Function::exponential:
            return {"", "exp"};
        case Function::logarithm:
            return {"", "ln"};
        case Function::logarithm10:
            return {"", "log10"};
        case Function::sine:
            return {"", "sin"};
        case Function::cosine:
            return {"", "cos"};
        case Function::tangent:
            return {"", "tan"};
        case Function::hyperbolic_tangent:
            return {"", "tanh"};
        case Function::absolute:
            return {"", "abs"};
        case Function::floor:
            return {"", "floor"};
        case Function::ceiling:
            return {"", "ceil"};
        case Function::minimum:
            return {"", "min"};
        case Function::maximum:
            return {"", "max"};
        case Function::choose:
            return {"", "piecewise"};
        case Function::number:
        case Function::name:
        case Function::time:
            break;
    }
    return {"", ""};
}

// libSBML keeps the mantissa of 1.5e-7 as a double, so that 17 digits of it may not come back. Those few
// numbers are written out.
std::string written_number(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
    auto const text = number_text(value);
    auto const e = text.find('e');
    if (e == std::string::npos) return text;
    auto const mantissa = std::strtod(text.substr(0, e).c_str(), nullptr);
    if (std::strtod((number_text(mantissa) + text.substr(e)).c_str(), nullptr) == value) return text;
    char digits[1200];
    auto const end = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed).ptr;
    return {digits, end};
}

std::string write(Expression const& e, int least);

// An operand after an operator: a sign there is always in parentheses.
std::string write_right(Expression const& e, int least) {
    return write(e, binding(e) == sign ? static_cast<int>(whole) : least);
}

std::string write_list(char const* name, std::vector<Expression> const& arguments) {
    std::string text;
    for (auto const& a : arguments) text += (text.empty() ? "" : ", ") + write(a, 0);
    return fmt::format("{}({})", name, text);
}

std::string write_chain(std::vector<Expression> const& arguments, char const* symbol, int first, int rest) {
    auto text = write(arguments.front(), first);
    for (std::size_t i = 1; i < arguments.size(); ++i) text += symbol + write_right(arguments[i], rest);
    return text;
}

std::string write_pieces(Expression const& e) {
    std::vector<Expression> pieces;
    Expression rest = e;
    for (; rest.function() == Function::choose; rest = Expression(rest.arguments()[2])) {
        pieces.push_back(rest.arguments()[1]);
        pieces.push_back(rest.arguments()[0]);
    }
    pieces.push_back(rest);
    return write_list("piecewise", pieces);
}

std::string write_plain(Expression const& e) {
    auto const& arguments = e.arguments();
    auto const spelled = spelling(e.function());
    switch (e.function()) {
        case Function::number:
            return written_number(e.number());
        case Function::name:
            return e.name();
        case Function::time:
            return "t";
        case Function::add:
            return write_chain(arguments, spelled.symbol, sum, product);
        case Function::subtract:
            return write_chain(arguments, spelled.symbol, sum, product);
        case Function::multiply:
            return write_chain(arguments, spelled.symbol, product, power);
        case Function::divide:
            return write_chain(arguments, spelled.symbol, product, power);
        case Function::power:
            return write_chain(arguments, spelled.symbol, whole, whole);
        case Function::negate:
        case Function::logical_not:
            return spelled.symbol + write(arguments[0], power);
        case Function::less:
        case Function::less_equal:
        case Function::greater:
        case Function::greater_equal:
        case Function::equal:
        case Function::not_equal:
            // The grammar reads (a < b) < c as a < b && b < c.
            if (binding(arguments[0]) <= comparison) return write_list(spelled.name, arguments);
            return write_chain(arguments, spelled.symbol, sum, sum);
        case Function::logical_and:
        case Function::logical_or:
            return write_chain(arguments, spelled.symbol, comparison, comparison);
        case Function::choose:
            return write_pieces(e);
        default:
            return write_list(spelled.name, arguments);
    }
}

std::string write(Expression const& e, int least) {
    bool const functional = binding(e) == comparison && binding(e.arguments()[0]) <= comparison;
    auto const text = write_plain(e);
    return binding(e) < least && !functional ? "(" + text + ")" : text;
}

}  // namespace

std::string Expression::text() const { return write(*this, 0); }

}  // namespace fano
