#include "emit/emit_rates.hpp"

#include <map>

#include "emit/emit_step.hpp"
#include "emit/formula_text.hpp"

namespace fano {

namespace {

using Register = std::uint32_t;

std::string kept(Register reg) { return fmt::format("v[{}]", reg); }

// Names of the registers that stand before constants and operations. No rate depends on time, so that any time will
// do where one mentions it, as in t - t.
std::vector<std::string> names_of_slots(std::uint32_t slots) {
    std::vector<std::string> names;
    for (std::uint32_t slot = 0; slot < slots; ++slot) names.push_back(kept(slot));
    names.push_back("0.0");
    return names;
}

class RatesEmitter {
public:
    RatesEmitter(CodeWriter& writer, Network const& network, LeapTables const& tables)
        : w_(writer),
          network_(network),
          table_(tables.view()),
          formulas_({table_.code, table_.derivatives.first + table_.derivatives.size}, tables.constants(),
                    table_.registers, names_of_slots(table_.slots)) {
        for (auto const& limit : limits())
            if (number_.try_emplace(limit.reg, registers()).second) derivatives_.push_back(limit.reg);
    }

    void write() {
        w_.open("struct Rates");
        sizes();
        w_.blank();
        arrays();
        w_.blank();
        evaluate_propensities();
        w_.blank();
        evaluate_derivatives();
        w_.close(";");
    }

private:
    std::span<kernels::LeapLimit const> limits() const { return {table_.limits, table_.limit_count}; }
    Register propensity(std::uint32_t reaction) const { return table_.slots + reaction; }
    std::uint32_t registers() const {
        return table_.slots + table_.reactions + static_cast<std::uint32_t>(derivatives_.size());
    }
    std::string comment_on(std::uint32_t reaction) const {
        auto const& r = network_.reactions[reaction];
        return comment(r.id + ": " + r.equation);
    }

    void sizes() {
        auto const size = [&](char const* name, std::uint32_t value) {
            w_.line("FANO_FUNCTION static constexpr u32 {}() {{ return {}; }}", name, value);
        };
        auto const real = [&](char const* name, double value) {
            w_.line("FANO_FUNCTION static constexpr double {}() {{ return {}; }}", name,
                    FormulaText::number(value));
        };
        size("species", table_.species);
        size("slots", table_.slots);
        size("registers", registers());
        size("reactions", table_.reactions);
        size("limits", table_.limit_count);
        size("losses", table_.loss_count);
        size("pairs", table_.pair_count);
        size("couplings", table_.coupling_count);
        real("epsilon", table_.epsilon);
        real("turnover", table_.turnover);
        w_.line("FANO_FUNCTION static constexpr u32 propensity(u32 r) {{ return slots() + r; }}");
    }

    void arrays() {
        auto const number = FormulaText::number;
        std::vector<std::string> rows;
        for (auto const& l : limits())
            rows.push_back(fmt::format(
                "{{{}, {}, {}, {}}},  // {} by {}", l.reaction, l.species, number_.at(l.reg), number(l.share),
                comment(network_.reactions[l.reaction].id), comment(network_.species[l.species])));
        array("LeapLimit", "limit", rows);
        rows.clear();
        for (auto const& l : std::span{table_.losses, table_.loss_count})
            rows.push_back(fmt::format("{{{}, {}, {}}},", l.reaction, l.species, number(l.amount)));
        array("LeapLoss", "loss", rows);
        std::span const first_change{table_.first_change, table_.species + 1};
        array("u32", "first_change", {fmt::format("{}", fmt::join(first_change, ", "))});
        rows.clear();
        for (auto const& c : std::span{table_.changes, table_.first_change[table_.species]})
            rows.push_back(fmt::format("{{{}, {}}},", c.reaction, number(c.amount)));
        array("Change", "change", rows);
        rows.clear();
        for (auto const& p : std::span{table_.pairs, table_.pair_count})
            rows.push_back(fmt::format("{{{}, {}}},", p.there, p.back));
        array("LeapPair", "pair", rows);
        rows.clear();
        for (auto const& c : std::span{table_.couplings, table_.coupling_count})
            rows.push_back(
                fmt::format("{{{}, {}, {}, {}}},", c.of, c.by, number_.at(c.reg), number(c.factor)));
        array("LeapCoupling", "coupling", rows);
    }

    void array(char const* type, char const* name, std::vector<std::string> const& rows) {
        if (rows.empty()) {
            w_.line("FANO_FUNCTION static constexpr {} {}(u32) {{ return {{}}; }}", type, name);
            return;
        }
        w_.open("FANO_FUNCTION static constexpr {} {}(u32 i)", type, name);
        w_.open("constexpr {} all[] =", type);
        for (auto const& row : rows) w_.line("{}", row);
        w_.close(";");
        w_.line("return all[i];");
        w_.close();
    }

    void evaluate_propensities() {
        std::span const wanted{table_.propensity, table_.reactions};
        auto const results = open("evaluate_propensities", wanted);
        for (std::uint32_t r = 0; r < table_.reactions; ++r)
            w_.line("{} = {};  // {}", kept(propensity(r)), results[r], comment_on(r));
        w_.close();
        for (std::uint32_t r = 0; r < table_.reactions; ++r) formulas_.keep(wanted[r], kept(propensity(r)));
    }

    void evaluate_derivatives() {
        w_.line("// Of the state whose propensities were evaluated last.");
        auto const results = open("evaluate_derivatives", derivatives_);
        for (std::size_t d = 0; d < derivatives_.size(); ++d)
            w_.line("{} = {};", kept(number_.at(derivatives_[d])), results[d]);
        w_.close();
    }

    // Opens a function that computes registers of the tables; their expressions come back.
    std::vector<std::string> open(char const* name, std::span<Register const> wanted) {
        w_.line("template <class Registers>");
        w_.open("FANO_FUNCTION static void {}(Registers&{})", name, wanted.empty() ? "" : " v");
        auto block = formulas_.block(wanted);
        for (auto const& statement : block.statements) w_.line("{}", statement);
        return std::move(block.results);
    }

    CodeWriter& w_;
    Network const& network_;
    kernels::LeapTable table_;
    FormulaText formulas_;
    std::vector<Register> derivatives_;    // those that limits read, each once
    std::map<Register, Register> number_;  // theirs in the text
};

}  // namespace

void emit_rates(CodeWriter& writer, Network const& network, LeapTables const& tables) {
    RatesEmitter{writer, network, tables}.write();
}

}  // namespace fano
