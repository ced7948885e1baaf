// Straight-line programs over registers: how a table-driven network evaluates its expressions.
//
// A register holds one value a lane. One instruction works on a whole lane block, which spreads the cost of
// interpreting it over up to 32 cells. Every expression of a network has a register of its own, so programs
// share constants and need no allocation.
#pragma once

#include "kernels/core/interval.hpp"
#include "kernels/core/math.hpp"
#include "kernels/core/strided.hpp"

namespace fano::kernels {

enum class Op : u32 {
    add,
    subtract,
    multiply,
    divide,
    negate,
    add_constant,
    multiply_constant,
    power,
    power_whole,
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
    equal,
    not_equal,
    logical_and,
    logical_or,
    logical_not,
    choose,
};

struct Instruction {
    Op op;
    u32 target;
    u32 a, b, c;      // operand registers
    double constant;  // of add_constant, multiply_constant, power_whole
};

// A run of instructions in the network's code.
struct Program {
    u32 first = 0;
    u32 size = 0;
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

// The operations that most formulas do without.
template <class Registers>
FANO_COLD void evaluate_function(Instruction const& i, Registers registers) {
    using Value = element_of<Registers>;
    Value const& a = registers[i.a];
    Value const& b = registers[i.b];
    Value& target = registers[i.target];
    switch (i.op) {
        case Op::power:
            target = pow(a, b);
            break;
        case Op::power_whole:
            target = power_by_squaring(a, static_cast<u32>(i.constant));
            break;
        case Op::square_root:
            target = sqrt(a);
            break;
        case Op::exponential:
            target = exp(a);
            break;
        case Op::logarithm:
            target = log(a);
            break;
        case Op::logarithm10:
            target = log10(a);
            break;
        case Op::sine:
            target = sin(a);
            break;
        case Op::cosine:
            target = cos(a);
            break;
        case Op::tangent:
            target = tan(a);
            break;
        case Op::hyperbolic_tangent:
            target = tanh(a);
            break;
        case Op::absolute:
            target = absolute(a);
            break;
        case Op::floor:
            target = floor(a);
            break;
        case Op::ceiling:
            target = ceiling(a);
            break;
        case Op::minimum:
            target = minimum(a, b);
            break;
        case Op::maximum:
            target = maximum(a, b);
            break;
        case Op::less:
            target = truth_less(a, b);
            break;
        case Op::less_equal:
            target = truth_less_equal(a, b);
            break;
        case Op::equal:
            target = truth_equal(a, b);
            break;
        case Op::not_equal:
            target = Value(1.0) - truth_equal(a, b);
            break;
        case Op::logical_and:
            target = truth_and(a, b);
            break;
        case Op::logical_or:
            target = Value(1.0) - truth_and(truth_not(a), truth_not(b));
            break;
        case Op::logical_not:
            target = truth_not(a);
            break;
        case Op::choose:
            target = choose(a, b, registers[i.c]);
            break;
        case Op::add:
        case Op::subtract:
        case Op::multiply:
        case Op::divide:
        case Op::negate:
        case Op::add_constant:
        case Op::multiply_constant:
            break;  // see evaluate()
    }
}

// Evaluates a program over `registers`, an array of a Lane's Reals or of Intervals of them.
template <class Registers>
FANO_ROUTINE void evaluate(Instruction const* code, Program program, Registers registers) {
    using Value = element_of<Registers>;
    Instruction const* const end = code + program.first + program.size;
    for (Instruction const* i = code + program.first; i != end; ++i) {
        Value const& a = registers[i->a];
        Value const& b = registers[i->b];
        Value& target = registers[i->target];
        switch (i->op) {
            case Op::add:
                target = a + b;
                break;
            case Op::subtract:
                target = a - b;
                break;
            case Op::multiply:
                target = a * b;
                break;
            case Op::divide:
                target = a / b;
                break;
            case Op::negate:
                target = -a;
                break;
            case Op::add_constant:
                target = a + Value(i->constant);
                break;
            case Op::multiply_constant:
                target = a * Value(i->constant);
                break;
            default:
                evaluate_function(*i, registers);
        }
    }
}

FANO_KERNELS_END
