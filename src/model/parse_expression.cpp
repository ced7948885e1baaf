// Infix formulas, through libSBML's Level 3 parser, and a look at what that parser would misread.
#include <cctype>
#include <cstdlib>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <sbml/math/ASTNode.h>
#include <sbml/math/L3Parser.h>
#include <sbml/math/L3ParserSettings.h>

#include "fano/error.hpp"
#include "fano/model.hpp"
#include "model/formula.hpp"

namespace fano {

namespace {

// A formula as messages quote it.
std::string quoted(std::string const& text) {
    return text.size() <= 100 ? fmt::format("\"{}\"", text) : fmt::format("\"{}...\"", text.substr(0, 100));
}

// What stands at one level of parentheses. `first` says that nothing stands before them that they are part of.
struct Level {
    std::string called;
    bool first = false;
    bool logical_and = false;
    bool logical_or = false;
    bool comparison = false;
};

std::set<std::string> const comparison_functions = {"lt", "leq", "gt", "geq", "eq", "neq"};

std::size_t skip_space_back(std::string const& text, std::size_t end) {
    while (end > 0 && std::isspace(static_cast<unsigned char>(text[end - 1]))) --end;
    return end;
}

// For the parenthesis at `open`: the name of the function it belongs to, and what stands before that.
Level open_level(std::string const& text, std::size_t open) {
    auto const end = skip_space_back(text, open);
    auto begin = end;
    while (begin > 0 && (std::isalnum(static_cast<unsigned char>(text[begin - 1])) || text[begin - 1] == '_'))
        --begin;
    Level level;
    level.called = text.substr(begin, end - begin);
    auto const before = skip_space_back(text, begin);
    level.first = before == 0 || std::string("(,&|").find(text[before - 1]) != std::string::npos;
    return level;
}

// libSBML gives && and || the same precedence, and reads (a < b) == c as a < b && b == c, even
// with more than one comparison in the parentheses.
void refuse_misread(std::string const& text) {
    std::vector<Level> levels(1);
    bool after_comparison = false;  // behind the ) of a comparison
    for (std::size_t i = 0; i < text.size(); ++i) {
        char const c = text[i];
        char const next = i + 1 < text.size() ? text[i + 1] : '\0';
        auto& level = levels.back();
        if (std::isspace(static_cast<unsigned char>(c))) continue;
        bool const compares = c == '<' || c == '>' || ((c == '=' || c == '!') && next == '=');
        if (compares && after_comparison) {
            throw InputError(
                fmt::format("{} compares the outcome of a comparison. Combine comparisons with &&, || and !",
                            quoted(text)));
        }
        after_comparison = false;
        if (c == '(') {
            levels.push_back(open_level(text, i));
        } else if (c == ')' && levels.size() > 1) {
            bool const compared =
                level.called.empty() ? level.comparison : comparison_functions.count(level.called) > 0;
            after_comparison = level.first && compared;
            levels.pop_back();
        } else if (c == ',') {
            level.logical_and = level.logical_or = level.comparison = false;
        } else if (compares) {
            level.comparison = true;
            if (next == '=') ++i;
        } else if ((c == '&' || c == '|') && next == c) {
            (c == '&' ? level.logical_and : level.logical_or) = true;
            if (level.logical_and && level.logical_or) {
                throw InputError(fmt::format(
                    "{} has && and || side by side. Say with parentheses which comes first", quoted(text)));
            }
            ++i;
        }
    }
}

[[noreturn]] void explain(std::string const& text) {
    std::unique_ptr<char, decltype(&std::free)> const raw(SBML_getLastParseL3Error(), &std::free);
    std::string why = raw ? raw.get() : "";
    for (char const c : text) {
        if (static_cast<unsigned char>(c) < 128) continue;
        throw InputError(fmt::format(
            "{} is not a formula: it has a letter or sign beyond ASCII. Write it with the letters "
            "a to z, digits, _ and the operators + - * / ^",
            quoted(text)));
    }
    // "Error when parsing input 'a b' at position 3:  syntax error, ..."
    auto const place = why.rfind("' at position ");
    auto const colon = place == std::string::npos ? place : why.find(':', place);
    if (colon == std::string::npos) throw InputError(fmt::format("{} is not a formula", quoted(text)));
    auto const position = why.substr(place + 14, colon - place - 14);
    auto const start = why.find_first_not_of(" :", colon);
    auto reason = start == std::string::npos ? std::string("it ends too early") : why.substr(start);
    if (reason.rfind("syntax error, ", 0) == 0) reason = reason.substr(14);
    if (reason.find("associate units") != std::string::npos) {
        reason = "a number is too large, or a name follows it; write * between them";
    } else if (reason.find("memory exhausted") != std::string::npos) {
        reason = "it is nested too deeply; break it into several";
    } else if (reason.find("$undefined") != std::string::npos) {
        reason = "this sign has no meaning here";
    } else if (reason.find("expecting '='") != std::string::npos) {
        reason = "unexpected =; equality is ==";
    }
    reason.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(reason.front())));
    throw InputError(fmt::format("{} is not a formula: at position {}, {}", quoted(text), position, reason));
}

std::vector<std::string> const functions = {
    "abs",  "and",   "ceil", "ceiling", "cos",   "cosh",     "cot",  "coth",  "csc",       "csch",    "eq",
    "exp",  "floor", "geq",  "gt",      "leq",   "ln",       "log",  "log10", "lt",        "max",     "min",
    "neq",  "not",   "or",   "pow",     "power", "quotient", "rem",  "root",  "piecewise", "implies", "sec",
    "sech", "sin",   "sinh", "sqr",     "sqrt",  "tan",      "tanh", "xor",
};

}  // namespace

Expression parse_expression(std::string const& text) {
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
        throw InputError("the formula is empty. Give a number or a formula such as k*X");
    }
    if (text.find('\0') != std::string::npos) throw InputError("the formula holds a zero byte");
    refuse_misread(text);
    bool const expand_minus = L3P_EXPAND_UNARY_MINUS;
    L3ParserSettings const settings(nullptr, L3P_PARSE_LOG_AS_LN, expand_minus, L3P_NO_UNITS,
                                    L3P_AVOGADRO_IS_CSYMBOL, L3P_COMPARE_BUILTINS_CASE_SENSITIVE, nullptr,
                                    L3P_MODULO_IS_REM, L3P_PARSE_L3V2_FUNCTIONS_DIRECTLY);
    std::unique_ptr<ASTNode> const tree(SBML_parseL3FormulaWithSettings(text.c_str(), &settings));
    if (!tree) explain(text);
    auto const unknown = [](std::string const& name, std::vector<Expression> const&) -> Expression {
        throw InputError(fmt::format("there is no function \"{}\"{}", name, suggest(name, functions)));
    };
    auto const expression = to_expression(*tree, unknown);
    return expression.substitute([](std::string const& name) {
        return name == "t" || name == "time" ? Expression::time() : Expression::name(name);
    });
}

}  // namespace fano
