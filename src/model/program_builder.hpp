// Turns expressions into register programs. Equal subexpressions share a register, constants are folded with
// the kernels' own arithmetic, so a folded value has the bits that a kernel would compute.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "fano/expression.hpp"
#include "kernels/core/program.hpp"

namespace fano {

// How many of an instruction's operands it reads.
int operand_count(kernels::Op op);
// Whether it is log, exp, pow, sin and the like: long computations.
bool is_elementary(kernels::Op op);

class ProgramBuilder {
public:
    using Register = std::uint32_t;
    using Resolve = std::function<Register(std::string const&)>;

    // Registers [0, slots) hold quantities, register `slots` the time.
    explicit ProgramBuilder(std::uint32_t slots);

    Register constant(double value);
    Register time() const { return slots_; }
    // The register of an expression; `resolve` gives the register of a name.
    Register add(Expression const& expression, Resolve const& resolve);
    Register apply(kernels::Op op, Register a, Register b = 0, Register c = 0);
    // The partial derivative by a slot or the time. Comparisons, floor and ceiling count as constant between their
    // jumps; see jumps().
    Register derivative(Register of, Register by);
    // Whether a step of the counts or of time can make it jump: floor, ceiling, comparisons, choices.
    bool jumps(Register r) const;
    // x^n for a whole n from 0 to 32, by multiplication.
    Register power_whole(Register x, std::uint32_t n);

    bool is_constant(Register r) const { return nodes_[r].kind == Kind::constant; }
    double constant_value(Register r) const { return nodes_[r].value; }
    bool depends_on_time(Register r) const { return nodes_[r].timed; }
    // The slots that an expression reads.
    std::vector<std::uint32_t> slots_read(Register r) const;

    // Appends to the code a program that computes these registers.
    kernels::Program program(std::span<Register const> results);

    std::uint32_t registers() const { return static_cast<std::uint32_t>(nodes_.size()); }
    std::vector<kernels::Instruction> const& code() const { return code_; }
    std::vector<std::pair<Register, double>> constants() const;

private:
    enum class Kind { leaf, constant, operation };
    struct Node {
        Kind kind = Kind::leaf;
        kernels::Instruction instruction{};
        double value = 0;
        bool timed = false;
    };
    using Key = std::tuple<kernels::Op, Register, Register, Register, std::uint64_t>;

    Register operation(kernels::Instruction instruction, int operands);
    Register differentiate(kernels::Instruction const& i, Register value, Register by);
    Register sum(Register a, Register b);
    Register difference(Register a, Register b);
    Register product(Register a, Register b);
    Register fold(std::vector<Expression> const& arguments, kernels::Op op, Resolve const& resolve);

    std::uint32_t slots_;
    std::vector<Node> nodes_;
    std::vector<kernels::Instruction> code_;
    std::map<std::uint64_t, Register> constants_;
    std::map<Key, Register> operations_;
    std::map<std::pair<Register, Register>, Register> derivatives_;  //!< (of, by)
};

}  // namespace fano
