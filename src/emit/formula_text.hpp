// Writes formulas, which are programs of registers, as C++ expressions: the same operations in the same order, with
// names where a person would use names.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "fano/network.hpp"
#include "model/tables.hpp"

namespace fano {

class FormulaText {
public:
    explicit FormulaText(Network const& network);
    // Of another program, which must live as long; `names` are those of its first registers.
    FormulaText(std::span<kernels::Instruction const> code, std::span<kernels::ConstantEntry const> constants,
                std::uint32_t registers, std::vector<std::string> names);

    // From here on the value of an operation is read where it is kept. Other registers are as easily written out.
    void keep(std::uint32_t reg, std::string const& name);

    // The member that holds a quantity: "n_mRNA" for a count, "v_k_tx" for a parameter of the cell.
    std::string const& name(std::uint32_t slot) const { return names_[slot]; }
    // A number as C++ reads it back to the same bits.
    static std::string number(double value);

    // What a register's formula reads: names of slots, then "time".
    std::vector<std::string> names_read(std::uint32_t reg) const;
    // Whether a value could be -0, which adds to +0 as +0.
    bool may_be_minus_zero(std::uint32_t reg) const;

    // How many elementary functions (log, pow, ...) the network's formulas have.
    std::size_t elementary_functions() const;

    // Statements that compute several registers: parts that are used more than once become local constants.
    struct Block {
        std::vector<std::string> statements;  // "double const x12 = ...;"
        std::vector<std::string> results;     // expressions, one for each register asked for
    };
    Block block(std::span<std::uint32_t const> registers, std::string const& type = "double") const;

private:
    struct Written {
        std::string text;
        int rank;  // how tightly the outermost operator binds
    };
    class Writer;

    std::vector<kernels::Instruction const*>
        definition_;                  // [register], null for constants and what has a name
    std::vector<double> constant_;    // [register]
    std::vector<std::string> names_;  // [register], empty for what is written out
};

}  // namespace fano
