// Derivatives of register programs, by the rules of calculus; zeros are left out as they arise.
#include <cmath>

#include "fano/error.hpp"
#include "model/program_builder.hpp"

namespace fano {

using kernels::Instruction;
using kernels::Op;
using Register = ProgramBuilder::Register;

Register ProgramBuilder::sum(Register a, Register b) {
    if (is_constant(a) && constant_value(a) == 0.0) return b;
    if (is_constant(b) && constant_value(b) == 0.0) return a;
    return apply(Op::add, a, b);
}

Register ProgramBuilder::difference(Register a, Register b) {
    if (is_constant(a) && constant_value(a) == 0.0) return apply(Op::negate, b);
    return apply(Op::subtract, a, b);
}

Register ProgramBuilder::product(Register a, Register b) {
    for (Register r : {a, b})
        if (is_constant(r) && constant_value(r) == 0.0) return r;
    return apply(Op::multiply, a, b);
}

Register ProgramBuilder::derivative(Register of, Register by) {
    if (of == by) return constant(1.0);
    if (nodes_[of].kind != Kind::operation) return constant(0.0);
    if (auto const known = derivatives_.find({of, by}); known != derivatives_.end()) return known->second;
    Instruction const instruction = nodes_[of].instruction;
    return derivatives_[{of, by}] = differentiate(instruction, of, by);
}

Register ProgramBuilder::differentiate(Instruction const& i, Register value, Register by) {
    Register const da = derivative(i.a, by);
    Register const db = operand_count(i.op) > 1 ? derivative(i.b, by) : constant(0.0);
    auto const zero = [&](Register r) { return is_constant(r) && constant_value(r) == 0.0; };
    auto const square = [&](Register r) { return apply(Op::multiply, r, r); };
    auto const one = [&] { return constant(1.0); };
    if (i.op == Op::choose) {
        Register const dc = derivative(i.c, by);
        return zero(db) && zero(dc) ? dc : apply(Op::choose, i.a, db, dc);
    }
    if (zero(da) && zero(db)) return da;
    switch (i.op) {
        case Op::add:
            return sum(da, db);
        case Op::subtract:
            return zero(db) ? da : difference(da, db);
        case Op::multiply:
            return sum(product(da, i.b), product(i.a, db));
        case Op::divide: {
            Register const numerator = zero(db) ? da : difference(da, product(value, db));
            return apply(Op::divide, numerator, i.b);
        }
        case Op::negate:
            return apply(Op::negate, da);
        case Op::add_constant:
            return da;
        case Op::multiply_constant:
            return product(da, constant(i.constant));
        case Op::power: {
            Register const by_base =
                zero(da) ? da
                         : product(da, product(i.b, apply(Op::power, i.a, apply(Op::subtract, i.b, one()))));
            Register const by_exponent =
                zero(db) ? db : product(db, product(value, apply(Op::logarithm, i.a)));
            return sum(by_base, by_exponent);
        }
        case Op::power_whole: {
            auto const n = static_cast<std::uint32_t>(i.constant);
            return product(da, apply(Op::multiply, power_whole(i.a, n - 1), constant(i.constant)));
        }
        case Op::square_root:
            return apply(Op::divide, apply(Op::multiply, da, constant(0.5)), value);
        case Op::exponential:
            return product(da, value);
        case Op::logarithm:
            return apply(Op::divide, da, i.a);
        case Op::logarithm10:
            return apply(Op::divide, da, apply(Op::multiply, i.a, constant(std::log(10.0))));
        case Op::sine:
            return product(da, apply(Op::cosine, i.a));
        case Op::cosine:
            return apply(Op::negate, product(da, apply(Op::sine, i.a)));
        case Op::tangent:
            return product(da, apply(Op::add, square(value), one()));
        case Op::hyperbolic_tangent:
            return product(da, apply(Op::subtract, one(), square(value)));
        case Op::absolute:
            return apply(Op::choose, apply(Op::less, i.a, constant(0.0)), apply(Op::negate, da), da);
        case Op::minimum:
            return apply(Op::choose, apply(Op::less, i.b, i.a), db, da);
        case Op::maximum:
            return apply(Op::choose, apply(Op::less, i.a, i.b), db, da);
        case Op::floor:
        case Op::ceiling:
        case Op::less:
        case Op::less_equal:
        case Op::equal:
        case Op::not_equal:
        case Op::logical_and:
        case Op::logical_or:
        case Op::logical_not:
        case Op::choose:
            return constant(0.0);
    }
    throw Error(ExitCode::internal, "an unknown operation was to be differentiated");
}

bool ProgramBuilder::jumps(Register r) const {
    if (nodes_[r].kind != Kind::operation) return false;
    Instruction const& i = nodes_[r].instruction;
    switch (i.op) {
        case Op::floor:
        case Op::ceiling:
        case Op::less:
        case Op::less_equal:
        case Op::equal:
        case Op::not_equal:
        case Op::logical_and:
        case Op::logical_or:
        case Op::logical_not:
        case Op::choose:
            return true;
        default:
            break;
    }
    Register const operands[] = {i.a, i.b, i.c};
    for (int k = 0; k < operand_count(i.op); ++k)
        if (jumps(operands[k])) return true;
    return false;
}

}  // namespace fano
