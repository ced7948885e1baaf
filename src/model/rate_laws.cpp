#include "model/rate_laws.hpp"

#include <algorithm>

#include "model/program_builder.hpp"
#include "model/tables.hpp"

namespace fano {

namespace {

using Register = ProgramBuilder::Register;

// Adds the programs of a network's propensities to a builder of their own.
class Reader {
public:
    Reader(NetworkTables const& tables, ProgramBuilder& builder)
        : tables_(tables), builder_(builder), copied_(tables.scalars.registers) {
        for (Register r = 0; r <= tables.scalars.time_register; ++r) copied_[r] = r;
        for (auto const& c : tables.constants) copied_[c.reg] = builder.constant(c.value);
    }

    std::vector<Register> propensities() {
        std::vector<Register> list;
        if (tables_.scalars.large) {
            for (std::uint32_t r = 0; r < tables_.scalars.reactions; ++r) {
                copy(tables_.reaction[r].program);
                list.push_back(copied_[tables_.reaction[r].propensity]);
            }
        } else {
            copy(tables_.scalars.propensities);
            for (auto reg : tables_.propensity) list.push_back(copied_[reg]);
        }
        return list;
    }

private:
    void copy(kernels::Program program) {
        using kernels::Op;
        for (std::uint32_t i = program.first; i < program.first + program.size; ++i) {
            auto const& old = tables_.code[i];
            Register const a = copied_[old.a], b = copied_[old.b], c = copied_[old.c];
            copied_[old.target] = [&] {
                switch (old.op) {
                    case Op::add_constant:
                        return builder_.apply(Op::add, a, builder_.constant(old.constant));
                    case Op::multiply_constant:
                        return builder_.apply(Op::multiply, a, builder_.constant(old.constant));
                    case Op::power_whole:
                        return builder_.power_whole(a, static_cast<std::uint32_t>(old.constant));
                    default:
                        return builder_.apply(old.op, a, b, c);
                }
            }();
        }
    }

    NetworkTables const& tables_;
    ProgramBuilder& builder_;
    std::vector<Register> copied_;  //!< [the network's register]
};

}  // namespace

RateLaws rate_laws(Network const& network) {
    NetworkTables const& tables = *network.tables;
    ProgramBuilder builder{tables.scalars.slots};
    RateLaws laws{};
    laws.species = tables.scalars.species;
    laws.slots = tables.scalars.slots;
    laws.time_register = builder.time();
    laws.propensity = Reader{tables, builder}.propensities();
    laws.propensities = builder.program(laws.propensity);
    std::vector<Register> wanted;
    for (std::uint32_t r = 0; r < laws.propensity.size(); ++r) {
        Register const law = laws.propensity[r];
        if (builder.jumps(law)) laws.jumping.push_back(r);
        auto by = builder.slots_read(law);
        if (builder.depends_on_time(law)) by.push_back(builder.time());
        for (auto slot : by) {
            Register const d = builder.derivative(law, slot);
            if (builder.is_constant(d) && builder.constant_value(d) == 0.0) continue;
            laws.derivative.push_back({r, slot, d});
            wanted.push_back(d);
        }
    }
    // The propensities are there already: only what they do not compute is left.
    auto const all = builder.program(wanted);
    std::vector<bool> known(builder.registers());
    for (std::uint32_t i = 0; i < all.first + all.size; ++i) {
        auto const& instruction = builder.code()[i];
        if (known[instruction.target]) continue;
        known[instruction.target] = true;
        laws.code.push_back(instruction);
    }
    laws.derivatives = {all.first, static_cast<std::uint32_t>(laws.code.size()) - all.first};
    laws.registers = builder.registers();
    for (auto const& [reg, value] : builder.constants()) laws.constants.push_back({reg, value});
    return laws;
}

Rates::Rates(Network const& network) : laws_(rate_laws(network)), registers_(laws_.registers) {
    for (auto const& c : laws_.constants) registers_[c.reg] = c.value;
}

void Rates::set(double const* slots, double time) {
    std::copy_n(slots, laws_.slots, registers_.begin());
    registers_[laws_.time_register] = time;
}

void Rates::propensities() { kernels::evaluate(laws_.code.data(), laws_.propensities, registers_.data()); }

std::vector<kernels::Interval<double>> Rates::bounds(double const* slots, double from, double to) const {
    std::vector<kernels::Interval<double>> registers(laws_.registers, 0.0), found;
    for (auto const& c : laws_.constants) registers[c.reg] = c.value;
    for (std::uint32_t s = 0; s < laws_.slots; ++s) registers[s] = slots[s];
    registers[laws_.time_register] = {from, to};
    kernels::evaluate(laws_.code.data(), laws_.propensities, registers.data());
    for (auto reg : laws_.propensity) found.push_back(registers[reg]);
    return found;
}

void Rates::derivatives() { kernels::evaluate(laws_.code.data(), laws_.derivatives, registers_.data()); }

}  // namespace fano
