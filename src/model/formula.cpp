// MathML and infix formulas to expressions: functions that fano has no instruction for are rewritten where that
// is exact in mathematics, and refused by name where it is not.
#include "model/formula.hpp"

#include <cmath>
#include <cstdlib>

#include <fmt/format.h>
#include <sbml/math/ASTNode.h>

#include "fano/error.hpp"
#include "fano/model.hpp"
#include "model/count.hpp"

namespace fano {

namespace {

using Arguments = std::vector<Expression>;

constexpr double avogadro = 6.02214179e23;  // the value that SBML Level 3 fixes
constexpr double pi = 3.14159265358979323846;
constexpr double euler = 2.71828182845904523536;
constexpr int deepest = 1000;
constexpr std::size_t any_number = static_cast<std::size_t>(-1);

Expression apply(Function function, Arguments arguments) {
    return Expression::apply(function, std::move(arguments));
}

// libSBML multiplies the mantissa by a power of ten, which rounds twice.
double exponential_number(double mantissa, long exponent) {
    return std::strtod(fmt::format("{}e{}", number_text(mantissa), exponent).c_str(), nullptr);
}

double number_of(ASTNode const& node) {
    switch (node.getType()) {
        case AST_REAL_E:
            return exponential_number(node.getMantissa(), node.getExponent());
        case AST_RATIONAL:
            return static_cast<double>(node.getNumerator()) / static_cast<double>(node.getDenominator());
        case AST_INTEGER:
            return static_cast<double>(node.getInteger());
        default:
            return node.getReal();
    }
}

bool is_truth(Expression const& e) {
    switch (e.function()) {
        case Function::number:
            return e.number() == 0.0 || e.number() == 1.0;
        case Function::less:
        case Function::less_equal:
        case Function::greater:
        case Function::greater_equal:
        case Function::equal:
        case Function::not_equal:
        case Function::logical_and:
        case Function::logical_or:
        case Function::logical_not:
            return true;
        default:
            return false;
    }
}

Expression truth(Expression const& e) { return is_truth(e) ? e : apply(Function::not_equal, {e, 0.0}); }

Expression hyperbolic_cosine(Expression const& x) {
    auto const up = apply(Function::exponential, {x});
    return (up + apply(Function::exponential, {apply(Function::negate, {x})})) / 2.0;
}

// By way of tanh: the difference of two exponentials would lose all digits near 0.
Expression hyperbolic_sine(Expression const& x) {
    return apply(Function::hyperbolic_tangent, {x}) * hyperbolic_cosine(x);
}

// a/b without its fraction, rounded towards 0.
Expression quotient(Expression const& a, Expression const& b) {
    auto const ratio = a / b;
    return apply(Function::choose, {apply(Function::less, {ratio, 0.0}), apply(Function::ceiling, {ratio}),
                                    apply(Function::floor, {ratio})});
}

Expression root(Expression const& degree, Expression const& x) {
    if (degree.is_number() && degree.number() == 2.0) return apply(Function::square_root, {x});
    return apply(Function::power, {x, Expression(1.0) / degree});
}

Expression logarithm(Expression const& base, Expression const& x) {
    if (base.is_number() && base.number() == 10.0) return apply(Function::logarithm10, {x});
    return apply(Function::logarithm, {x}) / apply(Function::logarithm, {base});
}

// a < b < c is a < b and b < c.
Expression chain(Function comparison, Arguments const& a) {
    Arguments links;
    for (std::size_t i = 0; i + 1 < a.size(); ++i) links.push_back(apply(comparison, {a[i], a[i + 1]}));
    return links.size() == 1 ? links.front() : apply(Function::logical_and, std::move(links));
}

Expression exclusive_or(Arguments const& a) {
    if (a.empty()) return 0.0;
    auto result = truth(a.front());
    for (std::size_t i = 1; i < a.size(); ++i) result = apply(Function::not_equal, {result, truth(a[i])});
    return result;
}

// Arguments: value, condition, value, condition, ..., value otherwise.
Expression piecewise(Arguments const& a) {
    if (a.size() % 2 == 0) {
        throw InputError(
            "piecewise has no value for when none of its conditions holds. Add one: an <otherwise> in "
            "MathML, a last argument in piecewise(value, condition, otherwise)");
    }
    Expression result = a.back();
    for (std::size_t i = a.size() - 1; i >= 2; i -= 2)
        result = apply(Function::choose, {a[i - 1], a[i - 2], result});
    return result;
}

std::string node_name(ASTNode const& node) {
    if (node.getName() != nullptr && *node.getName() != '\0') return node.getName();
    return fmt::format("operator of type {}", static_cast<int>(node.getType()));
}

[[noreturn]] void refuse(ASTNode const& node) {
    auto const name = node_name(node);
    switch (node.getType()) {
        case AST_FUNCTION_DELAY:
            throw InputError(
                "delay() is not supported: the next event of a cell may depend on its present state only. "
                "Put the delay into an event, or into intermediate species");
        case AST_FUNCTION_RATE_OF:
            throw InputError(
                "rateOf() is not supported: counts change in jumps and have no derivative. Write the rate "
                "as a formula of the counts");
        case AST_FUNCTION_FACTORIAL:
            throw InputError("factorial is not supported. Write the product, such as X*(X - 1)/2");
        case AST_LAMBDA:
            throw InputError("lambda can stand only at the start of a function definition");
        default:
            throw InputError(
                fmt::format("the function \"{}\" is not supported. Rewrite the formula with + - * / ^, "
                            "exp, ln, log10, sqrt, sin, cos, tan, the hyperbolic functions, abs, floor, "
                            "ceil, min, max, comparisons and piecewise",
                            name));
    }
}

class Reader {
public:
    explicit Reader(CallFunction const& call) : call_(call) {}

    Expression read(ASTNode const& node, int depth) const {
        if (depth > deepest) {
            throw InputError(
                fmt::format("the formula is nested more than {} deep. Break it into several", deepest));
        }
        if (node.isNumber()) return number_of(node);
        switch (node.getType()) {
            case AST_NAME:
                return Expression::name(node.getName());
            case AST_NAME_TIME:
                return Expression::time();
            case AST_NAME_AVOGADRO:
                return avogadro;
            case AST_CONSTANT_PI:
                return pi;
            case AST_CONSTANT_E:
                return euler;
            case AST_CONSTANT_TRUE:
                return 1.0;
            case AST_CONSTANT_FALSE:
                return 0.0;
            default:
                break;
        }
        Arguments arguments;
        for (unsigned i = 0; i < node.getNumChildren(); ++i) {
            arguments.push_back(read(*node.getChild(i), depth + 1));
        }
        return combine(node, arguments);
    }

private:
    Expression combine(ASTNode const& node, Arguments const& a) const {
        auto one = [&](Function f) { return apply(f, {take(node, a, 1, 1)[0]}); };
        auto any = [&](Function f, double none) { return a.empty() ? Expression(none) : apply(f, a); };
        auto compare = [&](Function f) { return chain(f, take(node, a, 2, any_number)); };
        auto const x = a.empty() ? Expression() : a[0];
        auto cosh = [&] { return hyperbolic_cosine(take(node, a, 1, 1)[0]); };
        auto sinh = [&] { return hyperbolic_sine(take(node, a, 1, 1)[0]); };
        switch (node.getType()) {
            case AST_PLUS:
                return any(Function::add, 0.0);
            case AST_TIMES:
                return any(Function::multiply, 1.0);
            case AST_MINUS:
                take(node, a, 1, 2);
                return apply(a.size() == 1 ? Function::negate : Function::subtract, a);
            case AST_DIVIDE:
                return apply(Function::divide, take(node, a, 2, 2));
            case AST_POWER:
            case AST_FUNCTION_POWER:
                return apply(Function::power, take(node, a, 2, 2));
            case AST_FUNCTION_ROOT:
                take(node, a, 1, 2);
                return a.size() == 1 ? root(2.0, x) : root(a[0], a[1]);
            case AST_FUNCTION_EXP:
                return one(Function::exponential);
            case AST_FUNCTION_LN:
                return one(Function::logarithm);
            case AST_FUNCTION_LOG:
                take(node, a, 1, 2);
                return a.size() == 1 ? logarithm(10.0, x) : logarithm(a[0], a[1]);
            case AST_FUNCTION_SIN:
                return one(Function::sine);
            case AST_FUNCTION_COS:
                return one(Function::cosine);
            case AST_FUNCTION_TAN:
                return one(Function::tangent);
            case AST_FUNCTION_SEC:
                return Expression(1.0) / one(Function::cosine);
            case AST_FUNCTION_CSC:
                return Expression(1.0) / one(Function::sine);
            case AST_FUNCTION_COT:
                return Expression(1.0) / one(Function::tangent);
            case AST_FUNCTION_SINH:
                return sinh();
            case AST_FUNCTION_COSH:
                return cosh();
            case AST_FUNCTION_TANH:
                return one(Function::hyperbolic_tangent);
            case AST_FUNCTION_SECH:
                return Expression(1.0) / cosh();
            case AST_FUNCTION_CSCH:
                return Expression(1.0) / sinh();
            case AST_FUNCTION_COTH:
                return Expression(1.0) / one(Function::hyperbolic_tangent);
            case AST_FUNCTION_ABS:
                return one(Function::absolute);
            case AST_FUNCTION_FLOOR:
                return one(Function::floor);
            case AST_FUNCTION_CEILING:
                return one(Function::ceiling);
            case AST_FUNCTION_MIN:
                return apply(Function::minimum, take(node, a, 1, any_number));
            case AST_FUNCTION_MAX:
                return apply(Function::maximum, take(node, a, 1, any_number));
            case AST_FUNCTION_QUOTIENT:
                take(node, a, 2, 2);
                return quotient(a[0], a[1]);
            case AST_FUNCTION_REM:
                take(node, a, 2, 2);
                return a[0] - a[1] * quotient(a[0], a[1]);
            case AST_RELATIONAL_LT:
                return compare(Function::less);
            case AST_RELATIONAL_LEQ:
                return compare(Function::less_equal);
            case AST_RELATIONAL_GT:
                return compare(Function::greater);
            case AST_RELATIONAL_GEQ:
                return compare(Function::greater_equal);
            case AST_RELATIONAL_EQ:
                return compare(Function::equal);
            case AST_RELATIONAL_NEQ:
                return apply(Function::not_equal, take(node, a, 2, 2));
            case AST_LOGICAL_AND:
                return any(Function::logical_and, 1.0);
            case AST_LOGICAL_OR:
                return any(Function::logical_or, 0.0);
            case AST_LOGICAL_XOR:
                return exclusive_or(a);
            case AST_LOGICAL_NOT:
                return one(Function::logical_not);
            case AST_LOGICAL_IMPLIES:
                take(node, a, 2, 2);
                return apply(Function::logical_or, {apply(Function::logical_not, {a[0]}), a[1]});
            case AST_FUNCTION_PIECEWISE:
                return piecewise(take(node, a, 1, any_number));
            case AST_FUNCTION:
                return call_(node_name(node), a);
            default:
                refuse(node);
        }
    }

    // The arguments, if their number is right.
    static Arguments const& take(ASTNode const& node, Arguments const& a, std::size_t least,
                                 std::size_t most) {
        if (a.size() >= least && a.size() <= most) return a;
        auto const expected = least == most       ? fmt::format("{}", least)
                              : most == least + 1 ? fmt::format("{} or {}", least, most)
                                                  : fmt::format("{} or more", least);
        throw InputError(fmt::format("{} takes {} argument{}, not {}",
                                     node.isOperator() ? fmt::format("\"{}\"", node.getCharacter())
                                                       : fmt::format("{}()", node_name(node)),
                                     expected, least == 1 && most == 1 ? "" : "s", a.size()));
    }

    CallFunction const& call_;
};

}  // namespace

Expression to_expression(ASTNode const& node, CallFunction const& call) { return Reader{call}.read(node, 0); }

}  // namespace fano
