// Expressions: what they fold to, how they read, and that parse_expression() reads back what text() wrote.
#include "fano/expression.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "fano/error.hpp"
#include "model/program_builder.hpp"

namespace {

using namespace fano;

bool same_number(double a, double b) {
    return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b);
}

bool same(Expression const& a, Expression const& b) {
    if (a.function() != b.function() || a.arguments().size() != b.arguments().size()) return false;
    if (a.is_number()) return same_number(a.number(), b.number());
    if (a.function() == Function::name) return a.name() == b.name();
    for (std::size_t i = 0; i < a.arguments().size(); ++i) {
        if (!same(a.arguments()[i], b.arguments()[i])) return false;
    }
    return true;
}

std::string reread(std::string const& text) { return parse_expression(text).text(); }

// The value where x is 0.7, y is -2.5 and the rest is 3.
double value(Expression const& e) {
    ProgramBuilder builder{0};
    auto const result = builder.add(e, [&](std::string const& name) {
        return builder.constant(name == "x" ? 0.7 : name == "y" ? -2.5 : 3.0);
    });
    EXPECT_TRUE(builder.is_constant(result)) << e.text();
    return builder.constant_value(result);
}

double value(std::string const& text) { return value(parse_expression(text)); }

void expect_refused(std::string const& text, std::vector<std::string> const& words) {
    try {
        parse_expression(text);
    } catch (InputError const& error) {
        std::string const message = error.what();
        EXPECT_EQ(error.line(), 0);
        EXPECT_EQ(error.file(), "");
        for (auto const& word : words)
            EXPECT_NE(message.find(word), std::string::npos) << word << "\nin: " << message;
        return;
    }
    ADD_FAILURE() << "accepted: " << text;
}

auto const x = Expression::name("x");
auto const y = Expression::name("y");
auto const z = Expression::name("z");

Expression apply(Function function, std::vector<Expression> arguments) {
    return Expression::apply(function, std::move(arguments));
}

TEST(Expression, IsZeroByDefault) {
    EXPECT_TRUE(Expression().is_number());
    EXPECT_EQ(Expression().number(), 0);
}

TEST(Expression, FoldsOnlyWhatIsExact) {
    EXPECT_EQ((x * 1.0).text(), "x");
    EXPECT_EQ((1.0 * x).text(), "x");
    EXPECT_EQ((x + 0.0).text(), "x");
    EXPECT_EQ((0.0 + x).text(), "x");
    EXPECT_EQ((x - 0.0).text(), "x");
    EXPECT_EQ((x / 1.0).text(), "x");
    EXPECT_EQ((Expression(2.0) + 3.0).number(), 5);
    EXPECT_EQ((Expression(2.0) - 3.0).number(), -1);
    EXPECT_EQ((Expression(2.0) * 3.0).number(), 6);
    EXPECT_EQ((Expression(1.0) / 4.0).number(), 0.25);
    // x may be infinite, and x + 2 + 3 rounds twice.
    EXPECT_EQ((x * 0.0).text(), "x*0");
    EXPECT_EQ((x - x).text(), "x - x");
    EXPECT_EQ((x + 2.0 + 3.0).text(), "x + 2 + 3");
    EXPECT_EQ((Expression(2.0) + 3.0 + x).text(), "5 + x");
}

TEST(Expression, FlattensSumsFromTheLeftOnly) {
    auto const left = (x + y) + z;
    ASSERT_EQ(left.arguments().size(), 3u);
    EXPECT_EQ(left.text(), "x + y + z");
    auto const right = x + (y + z);
    ASSERT_EQ(right.arguments().size(), 2u);
    EXPECT_EQ(right.text(), "x + (y + z)");
    EXPECT_EQ(((x * y) * z).arguments().size(), 3u);
    EXPECT_EQ(apply(Function::minimum, {apply(Function::minimum, {x, y}), z}).text(), "min(x, y, z)");
}

TEST(Expression, DropsANeutralNumberBeforeItFlattens) {
    auto const sum = apply(Function::add, {0.0, x + y, z});
    EXPECT_EQ(sum.text(), "x + y + z");
    EXPECT_EQ(sum.arguments().size(), 3u);
    EXPECT_EQ(apply(Function::add, {2.0, -2.0, x + y}).text(), "x + y");
    EXPECT_EQ(apply(Function::multiply, {1.0, 1.0}).number(), 1);
}

TEST(Expression, FindsNamesAndTime) {
    auto const e = x * y + apply(Function::exponential, {x * Expression::time()});
    EXPECT_TRUE(e.uses("x"));
    EXPECT_FALSE(e.uses("z"));
    EXPECT_TRUE(e.uses_time());
    EXPECT_FALSE((x + y).uses_time());
    std::string names;
    e.for_each_name([&](std::string const& name) { names += name; });
    EXPECT_EQ(names, "xyx");
}

TEST(Expression, SubstitutesAllNamesAtOnce) {
    auto const swapped = (x - y).substitute([&](std::string const& name) { return name == "x" ? y : x; });
    EXPECT_EQ(swapped.text(), "y - x");
    auto const folded =
        (x * y).substitute([&](std::string const& name) { return name == "x" ? Expression(1.0) : y; });
    EXPECT_EQ(folded.text(), "y");
    auto const e = x * y;
    EXPECT_EQ(e.substitute([](std::string const& name) { return Expression::name(name); }).text(), "x*y");
}

TEST(Expression, ReadsAsAPersonWritesIt) {
    for (std::string const text : {"k*K^h/(K^h + P^h)",
                                   "x - (y - z)",
                                   "x - y - z",
                                   "x/(y*z)",
                                   "x/y*z",
                                   "x*(y/z)",
                                   "-x^2",
                                   "(-x)^2",
                                   "x^(-2)",
                                   "x - (-3)",
                                   "x*(-3)",
                                   "-(x + y)",
                                   "-x*y",
                                   "-(x*y)",
                                   "x^(y^z)",
                                   "(x^y)^z",
                                   "!(x < y && y < z) || x == 1",
                                   "(x < 1 || y < 1) && z != 2",
                                   "piecewise(1, x < y, 2, y < z, 3)",
                                   "min(x, max(y, z), 2)",
                                   "ln(x) + log10(y)",
                                   "sqrt(abs(x)) + floor(y) + ceil(z)",
                                   "sin(t)*cos(t)*tan(t)*tanh(t)*exp(t)",
                                   "x >= y",
                                   "x <= y",
                                   "x > y",
                                   "lt(x < y, z)",
                                   "x < (y < z)",
                                   "1e-05*x",
                                   "6.02214179e+23",
                                   "0.1",
                                   "inf",
                                   "-inf",
                                   "nan"}) {
        EXPECT_EQ(reread(text), text);
    }
}

TEST(Expression, FollowsTheUsualPrecedence) {
    EXPECT_EQ(value("2 + 3*4^2"), 50);
    EXPECT_EQ(value("-3^2"), -9);
    EXPECT_EQ(value("2^3^2"), 512);
    EXPECT_EQ(value("8/4/2"), 1);
    EXPECT_EQ(value("8 - 4 - 2"), 2);
    EXPECT_EQ(value("1 < 2 && !(2 < 1)"), 1);
    EXPECT_EQ(value("1 < 2 < 2"), 0);
    EXPECT_EQ(value("3 > 2 > 1"), 1);
}

TEST(Expression, KnowsTheFunctions) {
    EXPECT_NEAR(value("log(x)"), std::log(0.7), 1e-15);
    EXPECT_NEAR(value("ln(x)"), std::log(0.7), 1e-15);
    EXPECT_NEAR(value("log10(x)"), std::log10(0.7), 1e-15);
    EXPECT_NEAR(value("log(2, x)"), std::log2(0.7), 1e-15);
    EXPECT_NEAR(value("root(3, x)"), std::cbrt(0.7), 1e-15);
    EXPECT_NEAR(value("sqrt(x)"), std::sqrt(0.7), 1e-15);
    EXPECT_NEAR(value("sqr(x)"), 0.49, 1e-15);
    EXPECT_NEAR(value("pow(x, 3)"), 0.343, 1e-15);
    EXPECT_NEAR(value("sinh(x)"), std::sinh(0.7), 1e-15);
    EXPECT_NEAR(value("sinh(1e-12)"), 1e-12, 1e-27);
    EXPECT_NEAR(value("cosh(x)"), std::cosh(0.7), 1e-15);
    EXPECT_NEAR(value("sech(x)*cosh(x)"), 1, 1e-15);
    EXPECT_NEAR(value("csch(x)*sinh(x)"), 1, 1e-15);
    EXPECT_NEAR(value("coth(x)*tanh(x)"), 1, 1e-15);
    EXPECT_NEAR(value("sec(x)*cos(x)"), 1, 1e-15);
    EXPECT_NEAR(value("csc(x)*sin(x)"), 1, 1e-15);
    EXPECT_NEAR(value("cot(x)*tan(x)"), 1, 1e-15);
    EXPECT_EQ(value("abs(y)"), 2.5);
    EXPECT_EQ(value("floor(y)"), -3);
    EXPECT_EQ(value("ceil(y)"), -2);
    EXPECT_EQ(value("ceiling(y)"), -2);
    EXPECT_EQ(value("min(x, y, 1)"), -2.5);
    EXPECT_EQ(value("max(x, y, 1)"), 1);
    EXPECT_EQ(value("exp(0)"), 1);
    EXPECT_EQ(value("pi"), 3.14159265358979323846);
    EXPECT_EQ(value("exponentiale"), 2.71828182845904523536);
    EXPECT_EQ(value("avogadro"), 6.02214179e23);
    EXPECT_EQ(value("true"), 1);
    EXPECT_EQ(value("false"), 0);
}

TEST(Expression, RoundsQuotientsTowardsZero) {
    EXPECT_EQ(value("quotient(7, 2)"), 3);
    EXPECT_EQ(value("quotient(-7, 2)"), -3);
    EXPECT_EQ(value("rem(7, 2)"), 1);
    EXPECT_EQ(value("rem(-7, 2)"), -1);
    EXPECT_EQ(value("7 % 4"), 3);
}

TEST(Expression, KnowsLogic) {
    EXPECT_EQ(value("xor(true, true, true)"), 1);
    EXPECT_EQ(value("xor(3, 2)"), 0);  // both hold
    EXPECT_EQ(value("implies(true, false)"), 0);
    EXPECT_EQ(value("implies(false, false)"), 1);
    EXPECT_EQ(value("and(true, true, false)"), 0);
    EXPECT_EQ(value("or(false, false, true)"), 1);
    EXPECT_EQ(value("piecewise(1, x > 1, 2, x > 0.5, 3)"), 2);
    EXPECT_EQ(value("piecewise(1, x > 1, 2, x > 0.8, 3)"), 3);
}

TEST(Expression, KeepsEveryDigitOfANumber) {
    for (double const number :
         {1.2345e-7, 1.2345678901234567e-10, 6.02214076e23, 1e-300, 4.9e-324, 1.7976931348623157e308, 0.1,
          1.0 / 3, 9007199254740993.0, 1e22, 123456789012345678.0, 2147483648.0}) {
        auto const text = Expression(number).text();
        EXPECT_EQ(parse_expression(text).number(), number) << text;
    }
    EXPECT_EQ(parse_expression("1.2345e-7").number(), 1.2345e-7);
}

TEST(ParseExpression, TakesTForTheTime) {
    EXPECT_EQ(parse_expression("t").function(), Function::time);
    EXPECT_EQ(parse_expression("time").function(), Function::time);
    EXPECT_EQ(parse_expression("T").function(), Function::name);
    EXPECT_EQ(parse_expression("Time").function(), Function::name);
    EXPECT_EQ(parse_expression("Pi*E").text(), "Pi*E");
}

TEST(ParseExpression, SaysWhatIsNotAFormula) {
    expect_refused("", {"empty"});
    expect_refused(" \n", {"empty"});
    expect_refused("x +", {"\"x +\"", "position 3", "end of string"});
    expect_refused("(x", {"end of string"});
    expect_refused("2x", {"write *"});
    expect_refused("x y", {"position 3"});
    expect_refused("x = y", {"equality is =="});
    expect_refused("x @ y", {"position 3"});
    expect_refused("k*\xC3\xA4", {"ASCII"});
    expect_refused(std::string("x\0y", 3), {"zero byte"});
    expect_refused(std::string(100000, '(') + "x", {"not a formula", "deep"});
    expect_refused(std::string(100000, '-') + "x", {"deep"});
}

TEST(ParseExpression, RefusesFunctionsByName) {
    expect_refused("hil(x, y)", {"no function \"hil\""});
    expect_refused("Exp(x)", {"\"Exp\"", "did you mean \"exp\"?"});
    expect_refused("acos(x)", {"\"acos\""});
    expect_refused("factorial(x)", {"factorial", "X*(X - 1)/2"});
    expect_refused("delay(x, 1)", {"delay()"});
    expect_refused("rateOf(x)", {"rateOf()"});
    expect_refused("piecewise(1, x < y)", {"piecewise", "otherwise"});
    expect_refused("sin(x, y)", {"sin"});
}

// libSBML's grammar would read both in a way that hardly anybody means.
TEST(ParseExpression, RefusesWhatTheGrammarMisreads) {
    expect_refused("x < 1 || y < 1 && z < 1", {"parentheses"});
    expect_refused("f && (g || h && x)", {"parentheses"});
    expect_refused("(x < y) == z", {"comparison"});
    expect_refused("(x < y && y < z) == z", {"comparison"});
    expect_refused("lt(x, y) < z", {"comparison"});
    EXPECT_EQ(reread("abs(x < y) < z"), "abs(x < y) < z");
    EXPECT_EQ(reread("(x < 1 || y < 1) && z < 1"), "(x < 1 || y < 1) && z < 1");
    EXPECT_EQ(reread("max(x || y, y && z)"), "max(x || y, y && z)");
    EXPECT_EQ(reread("(x + y) < z"), "x + y < z");
}

TEST(ParseExpression, ReadsLongSums) {
    std::string text = "x";
    for (int i = 0; i < 10000; ++i) text += "+x";
    EXPECT_EQ(parse_expression(text).arguments().size(), 10001u);
}

// A random tree, built the way all are: through apply().
rc::Gen<Expression> trees(int depth) {
    auto const leaf = rc::gen::oneOf(
        rc::gen::map(rc::gen::element<std::string>("x", "y", "k_on", "P2"),
                     [](auto n) { return Expression::name(n); }),
        rc::gen::just(Expression::time()),
        rc::gen::map(rc::gen::arbitrary<double>(), [](double v) { return Expression(v); }),
        rc::gen::map(rc::gen::inRange(-3, 4), [](int v) { return Expression(static_cast<double>(v)); }));
    if (depth == 0) return leaf;
    auto const inner = rc::gen::oneOf(leaf, rc::gen::lazy([depth] { return trees(depth - 1); }));
    auto const of = [inner](std::size_t least, std::size_t most, std::vector<Function> const& functions) {
        return rc::gen::mapcat(rc::gen::inRange(least, most + 1), [=](std::size_t n) {
            return rc::gen::apply(
                [](Function f, std::vector<Expression> a) { return Expression::apply(f, std::move(a)); },
                rc::gen::elementOf(functions), rc::gen::container<std::vector<Expression>>(n, inner));
        });
    };
    using enum Function;
    return rc::gen::oneOf(
        of(2, 4, {add, multiply, minimum, maximum, logical_and, logical_or}),
        of(2, 2, {subtract, divide, power, less, less_equal, greater, greater_equal, equal, not_equal}),
        of(1, 1,
           {negate, square_root, exponential, logarithm, logarithm10, sine, cosine, tangent,
            hyperbolic_tangent, absolute, Function::floor, ceiling, logical_not}),
        of(3, 3, {choose}));
}

RC_GTEST_PROP(Expression, ReadsBackWhatItWrote, ()) {
    auto const written = *trees(4);
    auto const text = written.text();
    auto const read = parse_expression(text);
    RC_LOG() << text << "\n" << read.text() << "\n";
    RC_ASSERT(same(written, read));
}

}  // namespace
