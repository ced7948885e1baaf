// Everything here takes time in proportion to the size of the network (and to the dependencies that it has).
#include "model/dependencies.hpp"

#include <algorithm>
#include <utility>

#include "kernels/ssa/sum_tree.hpp"
#include "model/program_builder.hpp"

namespace fano {

using kernels::Instruction;
using kernels::Program;

namespace {
constexpr std::uint32_t nowhere = kernels::none;
}  // namespace

ProgramSlices::ProgramSlices(std::vector<Instruction> const& code, Program program, std::uint32_t registers)
    : code_(code), writer_(registers, nowhere), seen_(registers, 0) {
    for (std::uint32_t i = program.first; i < program.first + program.size; ++i) writer_[code[i].target] = i;
}

std::vector<Instruction> ProgramSlices::slice(std::uint32_t result) {
    ++slices_;
    std::vector<std::uint32_t> needed;  // instructions
    auto visit = [&](std::uint32_t reg) {
        if (writer_[reg] == nowhere || std::exchange(seen_[reg], slices_) == slices_) return;
        needed.push_back(writer_[reg]);
    };
    visit(result);
    for (std::size_t next = 0; next < needed.size(); ++next)
        for (auto operand : {code_[needed[next]].a, code_[needed[next]].b, code_[needed[next]].c})
            visit(operand);
    std::sort(needed.begin(), needed.end());
    std::vector<Instruction> slice;
    for (auto i : needed) slice.push_back(code_[i]);
    return slice;
}

namespace {

using Slices = std::vector<std::vector<Instruction>>;  // [reaction]

// Numbers the registers anew, without those that only the propensities need, and rewrites the programs.
class RegisterPacking {
public:
    explicit RegisterPacking(NetworkTables& tables)
        : tables_(tables), packed_(tables.scalars.registers, nowhere) {
        for (std::uint32_t r = 0; r <= tables.scalars.time_register; ++r) keep(r);
    }

    void run(Slices const& slices) {
        rewrite_programs();
        keep_constants(slices);
        std::uint32_t const shared = next_;  // by all propensities
        std::uint32_t most = 0;
        for (std::size_t r = 0; r < slices.size(); ++r) {
            auto const size = static_cast<std::uint32_t>(slices[r].size());
            tables_.reaction[r].program = append(slices[r], shared);
            tables_.reaction[r].propensity = size > 0 ? shared + size - 1 : keep(tables_.propensity[r]);
            most = std::max(most, size);
        }
        std::erase_if(tables_.constants, [&](auto const& c) { return packed_[c.reg] == nowhere; });
        for (auto& c : tables_.constants) rename(c.reg);
        tables_.code = std::move(code_);
        tables_.scalars.registers = shared + most;
    }

private:
    std::uint32_t keep(std::uint32_t reg) {
        if (packed_[reg] == nowhere) packed_[reg] = next_++;
        return packed_[reg];
    }
    void rename(std::uint32_t& reg) { reg = keep(reg); }

    void rewrite(Program& program) {
        Program const old = program;
        program = {static_cast<std::uint32_t>(code_.size()), old.size};
        for (std::uint32_t i = old.first; i < old.first + old.size; ++i) {
            code_.push_back(tables_.code[i]);
            for (auto* reg : {&code_.back().a, &code_.back().b, &code_.back().c, &code_.back().target})
                rename(*reg);
        }
    }

    void rewrite_programs() {
        tables_.scalars.propensities = {};
        tables_.scalars.timed_propensities = {};
        rewrite(tables_.scalars.outputs);
        rewrite(tables_.scalars.triggers);
        for (auto& reg : tables_.output) rename(reg);
        for (auto& birth : tables_.births) {
            rewrite(birth.arguments);
            rename(birth.a);
            rename(birth.b);
        }
        for (auto& event : tables_.events) {
            for (auto* program :
                 {&event.trigger, &event.delay, &event.priority, &event.values, &event.volumes})
                rewrite(*program);
            for (auto* reg : {&event.trigger_register, &event.delay_register, &event.priority_register})
                rename(*reg);
        }
        for (auto& assignment : tables_.assignments) {
            rename(assignment.reg);
            rename(assignment.volume);
        }
        for (auto& crossing : tables_.crossings) {
            rewrite(crossing.program);
            rename(crossing.reg);
        }
    }

    void keep_constants(Slices const& slices) {
        std::vector<bool> constant(packed_.size());
        for (auto const& c : tables_.constants) constant[c.reg] = true;
        auto keep_if_constant = [&](std::uint32_t reg) {
            if (constant[reg]) keep(reg);
        };
        for (auto reg : tables_.propensity) keep_if_constant(reg);
        for (auto const& slice : slices)
            for (auto const& i : slice)
                for (auto operand : {i.a, i.b, i.c}) keep_if_constant(operand);
    }

    // A propensity's program: instruction k writes register first + k, the last one the propensity.
    Program append(std::vector<Instruction> const& slice, std::uint32_t first) {
        Program const program{static_cast<std::uint32_t>(code_.size()),
                              static_cast<std::uint32_t>(slice.size())};
        std::vector<std::uint32_t> targets;
        auto place = [&](std::uint32_t reg) {
            auto const found = std::lower_bound(targets.begin(), targets.end(), reg);
            bool const written = found != targets.end() && *found == reg;
            return written ? first + static_cast<std::uint32_t>(found - targets.begin()) : packed_[reg];
        };
        for (Instruction i : slice) {
            i.a = place(i.a);
            i.b = place(i.b);
            i.c = place(i.c);
            targets.push_back(i.target);  // ascending
            i.target = place(i.target);
            code_.push_back(i);
        }
        return program;
    }

    NetworkTables& tables_;
    std::vector<std::uint32_t> packed_;  //!< [old register]
    std::vector<Instruction> code_;
    std::uint32_t next_ = 0;
};

// How many sums above a leaf lie below the first that is above both it and another leaf.
std::uint32_t sums_below_meeting(std::uint32_t node, std::uint32_t other) {
    std::uint32_t sums = 0;
    while (node != other) {
        if (node > other) {
            node = kernels::SumTreeShape::above(node);
            ++sums;
        } else {
            other = kernels::SumTreeShape::above(other);
        }
    }
    return sums - 1;
}

// In order of their leaves, so that few sums are renewed twice: those above two neighbours only once.
void append_dependents(std::vector<std::uint32_t> reactions, NetworkTables& tables) {
    kernels::SumTreeShape const shape{tables.scalars.reactions};
    std::sort(reactions.begin(), reactions.end());
    reactions.erase(std::unique(reactions.begin(), reactions.end()), reactions.end());
    for (std::size_t i = 0; i < reactions.size(); ++i) {
        std::uint32_t const node = shape.leaf(reactions[i]);
        bool const last = i + 1 == reactions.size();
        std::uint32_t const levels =
            last ? shape.depth(node) : sums_below_meeting(node, shape.leaf(reactions[i + 1]));
        tables.dependents.push_back({reactions[i], levels});
    }
}

}  // namespace

std::uint32_t dense_size(NetworkTables const& tables) {
    auto const& program = tables.scalars.propensities;
    std::uint32_t functions = 0;
    for (std::uint32_t i = program.first; i < program.first + program.size; ++i)
        functions += is_elementary(tables.code[i].op) ? 1 : 0;
    return tables.scalars.reactions + functions * kernels::reactions_an_elementary_function;
}

void make_large(NetworkTables& tables, std::vector<NetworkReaction> const& reactions) {
    auto const& scalars = tables.scalars;
    ProgramSlices slicer{tables.code, scalars.propensities, scalars.registers};
    Slices slices;
    std::vector<std::vector<std::uint32_t>> readers(scalars.species);
    for (std::uint32_t r = 0; r < scalars.reactions; ++r) {
        slices.push_back(slicer.slice(tables.propensity[r]));
        auto read = [&](std::uint32_t reg) {
            if (reg < scalars.species && (readers[reg].empty() || readers[reg].back() != r))
                readers[reg].push_back(r);
        };
        read(tables.propensity[r]);
        for (auto const& i : slices.back())
            for (auto operand : {i.a, i.b, i.c}) read(operand);
    }
    auto const next_entry = [&](std::uint32_t timed) {
        tables.reaction.push_back({{},
                                   0,
                                   timed,
                                   static_cast<std::uint32_t>(tables.species_changes.size()),
                                   static_cast<std::uint32_t>(tables.dependents.size())});
    };
    for (std::uint32_t r = 0; r < scalars.reactions; ++r) {
        next_entry(tables.timed[r]);
        std::vector<std::uint32_t> dependents;
        for (auto const& c : reactions[r].changes) {
            tables.species_changes.push_back({c.species, static_cast<double>(c.change)});
            dependents.insert(dependents.end(), readers[c.species].begin(), readers[c.species].end());
        }
        append_dependents(std::move(dependents), tables);
    }
    next_entry(0);  // the end of the last one's
    RegisterPacking{tables}.run(slices);
    // What only the dense method reads.
    for (auto* list : {&tables.propensity, &tables.timed, &tables.first_change, &tables.guarded_reactions,
                       &tables.guarded_species})
        *list = {};
    tables.changes = {};
    tables.scalars.large = true;
}

}  // namespace fano
