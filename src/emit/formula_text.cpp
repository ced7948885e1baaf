#include "emit/formula_text.hpp"

#include <cctype>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "model/program_builder.hpp"

namespace fano {

using kernels::Instruction;
using kernels::Op;

namespace {

// C++ precedence, as far as it is used here.
constexpr int sum_rank = 1, product_rank = 2, unary_rank = 3, call_rank = 4;
// Deeper expressions are broken up by local constants, which spares compilers and readers.
constexpr std::uint32_t deepest = 40;

char const* function_name(Op op) {
    switch (op) {
        case Op::power:
            return "pow";
        case Op::square_root:
            return "sqrt";
        case Op::exponential:
            return "exp";
        case Op::logarithm:
            return "log";
        case Op::logarithm10:
            return "log10";
        case Op::sine:
            return "sin";
        case Op::cosine:
            return "cos";
        case Op::tangent:
            return "tan";
        case Op::hyperbolic_tangent:
            return "tanh";
        case Op::absolute:
            return "absolute";
        case Op::floor:
            return "floor";
        case Op::ceiling:
            return "ceiling";
        case Op::minimum:
            return "minimum";
        case Op::maximum:
            return "maximum";
        case Op::less:
            return "truth_less";
        case Op::less_equal:
            return "truth_less_equal";
        case Op::equal:
            return "truth_equal";
        case Op::logical_and:
            return "truth_and";
        case Op::logical_not:
            return "truth_not";
        case Op::choose:
            return "choose";
        default:
            return nullptr;
    }
}

// An identifier that starts with `prefix`, whatever the model calls the thing.
std::string identifier(std::string const& prefix, std::string const& id, std::set<std::string>& taken) {
    std::string name = prefix;
    for (unsigned char c : id) name += std::isalnum(c) != 0 || c == '_' ? static_cast<char>(c) : '_';
    // Two underscores in a row belong to the compiler.
    for (std::size_t at; (at = name.find("__")) != std::string::npos;) name.erase(at, 1);
    for (int copy = 2; !taken.insert(name).second; ++copy) {
        if (copy > 2) name.erase(name.rfind("_copy"));
        name += fmt::format("_copy{}", copy);
    }
    return name;
}

// Of slots, then of the time.
std::vector<std::string> names_of(NetworkTables const& tables) {
    std::vector<std::string> names;
    std::set<std::string> taken;
    for (std::uint32_t slot = 0; slot < tables.scalars.slots; ++slot)
        names.push_back(
            identifier(slot < tables.scalars.species ? "n_" : "v_", tables.slot_names[slot], taken));
    names.push_back("time");
    return names;
}

}  // namespace

FormulaText::FormulaText(Network const& network)
    : FormulaText(network.tables->code, network.tables->constants, network.tables->scalars.registers,
                  names_of(*network.tables)) {}

FormulaText::FormulaText(std::span<Instruction const> code, std::span<kernels::ConstantEntry const> constants,
                         std::uint32_t registers, std::vector<std::string> names)
    : definition_(registers), constant_(registers), names_(std::move(names)) {
    names_.resize(registers);
    for (auto const& c : constants) constant_[c.reg] = c.value;
    for (auto const& i : code) definition_[i.target] = &i;
}

void FormulaText::keep(std::uint32_t reg, std::string const& name) {
    if (definition_[reg] == nullptr) return;
    definition_[reg] = nullptr;
    names_[reg] = name;
}

std::string FormulaText::number(double value) {
    if (std::isnan(value)) return "not_a_number";
    if (std::isinf(value)) return value > 0 ? "infinity" : "-infinity";
    std::string text = fmt::format("{}", value);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

// Writes registers as expressions; those in `locals` by their names.
class FormulaText::Writer {
public:
    Writer(FormulaText const& formulas, std::string const& type)
        : formulas_(formulas), type_(type == "double" ? "" : type) {}

    void name_local(std::uint32_t reg) { locals_[reg] = fmt::format("x{}", reg); }

    // The expression of a register that has a name, written out.
    std::string definition(std::uint32_t reg) const { return operation(*formulas_.definition_[reg]).text; }

    Written write(std::uint32_t reg) const {
        if (auto const local = locals_.find(reg); local != locals_.end()) return {local->second, call_rank};
        if (auto const& name = formulas_.names_[reg]; !name.empty()) return {name, call_rank};
        if (auto const* i = formulas_.definition_[reg]) return operation(*i);
        return constant(formulas_.constant_[reg]);
    }

private:
    Written constant(double value) const {
        if (!type_.empty()) return {fmt::format("{}({})", type_, number(value)), call_rank};
        return {number(value), std::signbit(value) ? unary_rank : call_rank};
    }

    static std::string wrapped(Written const& w, int least) {
        return w.rank >= least ? w.text : "(" + w.text + ")";
    }

    // Evaluation is left to right, so a right operand of the same rank needs parentheses.
    static Written binary(Written const& a, char const* sign, Written const& b, int rank) {
        return {fmt::format("{} {} {}", wrapped(a, rank), sign, wrapped(b, rank + 1)), rank};
    }

    Written operation(Instruction const& i) const {
        auto a = [&] { return write(i.a); };
        auto b = [&] { return write(i.b); };
        switch (i.op) {
            case Op::add:
                return binary(a(), "+", b(), sum_rank);
            case Op::subtract:
                return binary(a(), "-", b(), sum_rank);
            case Op::multiply:
                return binary(a(), "*", b(), product_rank);
            case Op::divide:
                return binary(a(), "/", b(), product_rank);
            case Op::negate:
                return {"-" + wrapped(a(), call_rank), unary_rank};
            case Op::add_constant:
                // x + (-2) and x - 2 have the same bits.
                if (i.constant < 0) return binary(a(), "-", constant(-i.constant), sum_rank);
                return binary(a(), "+", constant(i.constant), sum_rank);
            case Op::multiply_constant:
                // Products of numbers commute; those of intervals could differ in the sign of a zero.
                if (!type_.empty()) return binary(a(), "*", constant(i.constant), product_rank);
                return binary(constant(i.constant), "*", a(), product_rank);
            case Op::power_whole:
                return {fmt::format("power_by_squaring({}, {}u)", a().text, i.constant), call_rank};
            case Op::not_equal:
                return binary(constant(1.0), "-",
                              {fmt::format("truth_equal({}, {})", a().text, b().text), call_rank}, sum_rank);
            case Op::logical_or:
                return binary(
                    constant(1.0), "-",
                    {fmt::format("truth_and(truth_not({}), truth_not({}))", a().text, b().text), call_rank},
                    sum_rank);
            case Op::choose:
                return {fmt::format("choose({}, {}, {})", a().text, b().text, write(i.c).text), call_rank};
            default:
                break;
        }
        if (operand_count(i.op) == 1)
            return {fmt::format("{}({})", function_name(i.op), a().text), call_rank};
        return {fmt::format("{}({}, {})", function_name(i.op), a().text, b().text), call_rank};
    }

    FormulaText const& formulas_;
    std::string type_;
    std::map<std::uint32_t, std::string> locals_;
};

FormulaText::Block FormulaText::block(std::span<std::uint32_t const> registers,
                                      std::string const& type) const {
    std::map<std::uint32_t, std::uint32_t> uses;  // of operations, by what is computed here
    std::vector<std::uint32_t> waiting;
    auto use = [&](std::uint32_t reg) {
        if (definition_[reg] != nullptr && ++uses[reg] == 1) waiting.push_back(reg);
    };
    for (std::uint32_t reg : registers) use(reg);
    while (!waiting.empty()) {
        Instruction const& i = *definition_[waiting.back()];
        waiting.pop_back();
        std::uint32_t const operands[] = {i.a, i.b, i.c};
        for (int k = 0; k < operand_count(i.op); ++k) use(operands[k]);
    }
    Block result;
    Writer writer{*this, type};
    // Operands have smaller registers than what uses them.
    std::map<std::uint32_t, std::uint32_t> depth;
    for (auto const& [reg, count] : uses) {
        Instruction const& i = *definition_[reg];
        std::uint32_t const operands[] = {i.a, i.b, i.c};
        std::uint32_t deep = 0;
        for (int k = 0; k < operand_count(i.op); ++k) deep = std::max(deep, depth[operands[k]]);
        depth[reg] = deep + 1;
        if (count == 1 && deep + 1 < deepest) continue;
        result.statements.push_back(fmt::format("{} const x{} = {};", type, reg, writer.definition(reg)));
        writer.name_local(reg);
        depth[reg] = 0;
    }
    for (std::uint32_t reg : registers) result.results.push_back(writer.write(reg).text);
    return result;
}

std::size_t FormulaText::elementary_functions() const {
    std::size_t count = 0;
    for (auto const* i : definition_)
        if (i != nullptr && is_elementary(i->op)) ++count;
    return count;
}

std::vector<std::string> FormulaText::names_read(std::uint32_t reg) const {
    std::set<std::uint32_t> seen;
    std::vector<std::string> names;
    std::vector<std::uint32_t> waiting{reg};
    while (!waiting.empty()) {
        std::uint32_t const r = waiting.back();
        waiting.pop_back();
        if (seen.insert(r).second && definition_[r] != nullptr) {
            Instruction const& i = *definition_[r];
            std::uint32_t const operands[] = {i.a, i.b, i.c};
            waiting.insert(waiting.end(), operands, operands + operand_count(i.op));
        }
    }
    for (std::uint32_t r : seen)
        if (!names_[r].empty()) names.push_back(names_[r]);
    return names;
}

bool FormulaText::may_be_minus_zero(std::uint32_t reg) const {
    if (!names_[reg].empty()) return names_[reg][0] != 'n';
    Instruction const* const i = definition_[reg];
    if (i == nullptr) return std::signbit(constant_[reg]);
    if (i->op == Op::multiply_constant) return std::signbit(i->constant) || may_be_minus_zero(i->a);
    if (i->op == Op::multiply) return may_be_minus_zero(i->a) || may_be_minus_zero(i->b);
    return true;
}

}  // namespace fano
