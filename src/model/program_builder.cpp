// Expressions to register programs: hash-consing, constant folding, a few strength reductions.
#include "model/program_builder.hpp"

#include <bit>
#include <cmath>

#include "fano/error.hpp"

namespace fano {

using kernels::Instruction;
using kernels::Op;

int operand_count(Op op) {
    switch (op) {
        case Op::add:
        case Op::subtract:
        case Op::multiply:
        case Op::divide:
        case Op::power:
        case Op::minimum:
        case Op::maximum:
        case Op::less:
        case Op::less_equal:
        case Op::equal:
        case Op::not_equal:
        case Op::logical_and:
        case Op::logical_or:
            return 2;
        case Op::choose:
            return 3;
        default:
            return 1;
    }
}

bool is_elementary(Op op) {
    switch (op) {
        case Op::power:
        case Op::exponential:
        case Op::logarithm:
        case Op::logarithm10:
        case Op::sine:
        case Op::cosine:
        case Op::tangent:
        case Op::hyperbolic_tangent:
            return true;
        default:
            return false;
    }
}

namespace {

bool commutes(Op op) { return op == Op::add || op == Op::multiply || op == Op::equal || op == Op::not_equal; }

}  // namespace

ProgramBuilder::ProgramBuilder(std::uint32_t slots) : slots_(slots), nodes_(slots + 1) {
    nodes_[slots].timed = true;
}

ProgramBuilder::Register ProgramBuilder::constant(double value) {
    auto const [entry, fresh] = constants_.try_emplace(std::bit_cast<std::uint64_t>(value), registers());
    if (fresh) {
        Node node;
        node.kind = Kind::constant;
        node.value = value;
        nodes_.push_back(node);
    }
    return entry->second;
}

ProgramBuilder::Register ProgramBuilder::operation(Instruction instruction, int operands) {
    Register const inputs[] = {instruction.a, instruction.b, instruction.c};
    Key const key{instruction.op, instruction.a, instruction.b, instruction.c,
                  std::bit_cast<std::uint64_t>(instruction.constant)};
    auto const [entry, fresh] = operations_.try_emplace(key, registers());
    if (!fresh) return entry->second;
    Node node;
    node.kind = Kind::operation;
    node.instruction = instruction;
    node.instruction.target = registers();
    for (int i = 0; i < operands; ++i) {
        node.timed |= nodes_[inputs[i]].timed;
    }
    nodes_.push_back(node);
    return entry->second;
}

ProgramBuilder::Register ProgramBuilder::apply(Op op, Register a, Register b, Register c) {
    int const operands = operand_count(op);
    Register inputs[] = {a, operands > 1 ? b : a, operands > 2 ? c : a};
    bool all_constant = true;
    for (int i = 0; i < operands; ++i) all_constant = all_constant && is_constant(inputs[i]);
    if (all_constant) {
        double values[4] = {nodes_[inputs[0]].value, nodes_[inputs[1]].value, nodes_[inputs[2]].value, 0.0};
        Instruction const instruction{op, 3, 0, 1, 2, 0.0};
        kernels::evaluate(&instruction, kernels::Program{0, 1}, values);
        return constant(values[3]);
    }
    if (op == Op::choose && is_constant(inputs[0]))
        return nodes_[inputs[0]].value != 0.0 ? inputs[1] : inputs[2];
    if (commutes(op) && (is_constant(inputs[0]) || (!is_constant(inputs[1]) && inputs[1] < inputs[0])))
        std::swap(inputs[0], inputs[1]);
    if (operands == 2 && is_constant(inputs[1])) {
        double const k = nodes_[inputs[1]].value;
        int exponent = 0;
        bool const power_of_two = std::frexp(k, &exponent) == 0.5 && exponent > -1000 && exponent < 1000;
        if ((op == Op::multiply || op == Op::divide || op == Op::power) && k == 1.0) return inputs[0];
        if ((op == Op::add || op == Op::subtract) && k == 0.0) return inputs[0];
        if (op == Op::add) return operation({Op::add_constant, 0, inputs[0], inputs[0], inputs[0], k}, 1);
        if (op == Op::subtract)
            return operation({Op::add_constant, 0, inputs[0], inputs[0], inputs[0], -k}, 1);
        if (op == Op::multiply)
            return operation({Op::multiply_constant, 0, inputs[0], inputs[0], inputs[0], k}, 1);
        if (op == Op::divide && power_of_two)
            return operation({Op::multiply_constant, 0, inputs[0], inputs[0], inputs[0], 1.0 / k}, 1);
        if (op == Op::power && k >= 0.0 && k <= 32.0 && k == std::floor(k))
            return power_whole(inputs[0], static_cast<std::uint32_t>(k));
        if (op == Op::power && k == 0.5) return apply(Op::square_root, inputs[0]);
    }
    return operation({op, 0, inputs[0], inputs[1], inputs[2], 0.0}, operands);
}

ProgramBuilder::Register ProgramBuilder::power_whole(Register x, std::uint32_t n) {
    if (is_constant(x)) return constant(kernels::power_by_squaring(nodes_[x].value, n));
    if (n == 0) return constant(1.0);
    if (n == 1) return x;
    return operation({Op::power_whole, 0, x, x, x, static_cast<double>(n)}, 1);
}

ProgramBuilder::Register ProgramBuilder::fold(std::vector<Expression> const& arguments, Op op,
                                              Resolve const& resolve) {
    Register result = add(arguments.front(), resolve);
    for (std::size_t i = 1; i < arguments.size(); ++i) result = apply(op, result, add(arguments[i], resolve));
    return result;
}

ProgramBuilder::Register ProgramBuilder::add(Expression const& expression, Resolve const& resolve) {
    auto const& arguments = expression.function() == Function::number ||
                                    expression.function() == Function::name ||
                                    expression.function() == Function::time
                                ? std::vector<Expression>{}
                                : expression.arguments();
    auto unary = [&](Op op) { return apply(op, add(arguments[0], resolve)); };
    auto swapped = [&](Op op) {
        Register const a = add(arguments[0], resolve);
        return apply(op, add(arguments[1], resolve), a);
    };
    switch (expression.function()) {
        case Function::number:
            return constant(expression.number());
        case Function::name:
            return resolve(expression.name());
        case Function::time:
            return time();
        case Function::add:
            return fold(arguments, Op::add, resolve);
        case Function::subtract:
            return fold(arguments, Op::subtract, resolve);
        case Function::multiply:
            return fold(arguments, Op::multiply, resolve);
        case Function::divide:
            return fold(arguments, Op::divide, resolve);
        case Function::negate:
            return unary(Op::negate);
        case Function::power:
            return fold(arguments, Op::power, resolve);
        case Function::square_root:
            return unary(Op::square_root);
        case Function::exponential:
            return unary(Op::exponential);
        case Function::logarithm:
            return unary(Op::logarithm);
        case Function::logarithm10:
            return unary(Op::logarithm10);
        case Function::sine:
            return unary(Op::sine);
        case Function::cosine:
            return unary(Op::cosine);
        case Function::tangent:
            return unary(Op::tangent);
        case Function::hyperbolic_tangent:
            return unary(Op::hyperbolic_tangent);
        case Function::absolute:
            return unary(Op::absolute);
        case Function::floor:
            return unary(Op::floor);
        case Function::ceiling:
            return unary(Op::ceiling);
        case Function::minimum:
            return fold(arguments, Op::minimum, resolve);
        case Function::maximum:
            return fold(arguments, Op::maximum, resolve);
        case Function::less:
            return fold(arguments, Op::less, resolve);
        case Function::less_equal:
            return fold(arguments, Op::less_equal, resolve);
        case Function::greater:
            return swapped(Op::less);
        case Function::greater_equal:
            return swapped(Op::less_equal);
        case Function::equal:
            return fold(arguments, Op::equal, resolve);
        case Function::not_equal:
            return fold(arguments, Op::not_equal, resolve);
        case Function::logical_and:
            return fold(arguments, Op::logical_and, resolve);
        case Function::logical_or:
            return fold(arguments, Op::logical_or, resolve);
        case Function::logical_not:
            return unary(Op::logical_not);
        case Function::choose: {
            Register const condition = add(arguments[0], resolve);
            Register const yes = add(arguments[1], resolve);
            return apply(Op::choose, condition, yes, add(arguments[2], resolve));
        }
    }
    throw Error(ExitCode::internal, "an expression has an unknown function");
}

namespace {

// Visits the registers that `results` depend on, operands before what uses them.
template <class Nodes, class Visit>
void visit_in_order(Nodes const& nodes, std::span<std::uint32_t const> results, Visit const& visit) {
    // Operands always have smaller registers than what uses them, so ascending order is enough.
    std::vector<bool> needed(nodes.size());
    for (auto r : results) needed[r] = true;
    for (std::size_t r = nodes.size(); r-- > 0;) {
        if (!needed[r] || nodes[r].instruction.target != r) continue;
        for (auto operand : {nodes[r].instruction.a, nodes[r].instruction.b, nodes[r].instruction.c})
            needed[operand] = true;
    }
    for (std::uint32_t r = 0; r < nodes.size(); ++r)
        if (needed[r]) visit(r);
}

}  // namespace

kernels::Program ProgramBuilder::program(std::span<Register const> results) {
    kernels::Program program{static_cast<std::uint32_t>(code_.size()), 0};
    visit_in_order(nodes_, results, [&](Register r) {
        if (nodes_[r].kind == Kind::operation) code_.push_back(nodes_[r].instruction);
    });
    program.size = static_cast<std::uint32_t>(code_.size()) - program.first;
    return program;
}

std::vector<std::uint32_t> ProgramBuilder::slots_read(Register r) const {
    std::vector<std::uint32_t> slots;
    Register const results[] = {r};
    visit_in_order(nodes_, results, [&](Register used) {
        if (used < slots_) slots.push_back(used);
    });
    return slots;
}

std::vector<std::pair<ProgramBuilder::Register, double>> ProgramBuilder::constants() const {
    std::vector<std::pair<Register, double>> list;
    for (auto const& [bits, r] : constants_) list.emplace_back(r, std::bit_cast<double>(bits));
    return list;
}

}  // namespace fano
