// The part of a network's text that makes its steps: propensities, their bounds, the choice of a reaction and what
// it changes; and what is at fault when a cell cannot go on.
#pragma once

#include <string>
#include <vector>

#include "emit/code_writer.hpp"
#include "emit/emit_network.hpp"
#include "emit/formula_text.hpp"
#include "model/tables.hpp"

namespace fano {

// A text of the model's as a comment, which must end where the line ends.
std::string comment(std::string text);

// What the reaction that `pick` falls to changes; it is the first one with pick < upper[reaction].
void emit_changes(CodeWriter& writer, NetworkTables const& tables, FormulaText const& formulas);

class StepEmitter {
public:
    StepEmitter(CodeWriter& writer, Network const& network, FormulaText const& formulas,
                EmitOptions const& options);

    // Whether the cell keeps the time; if so, the statement that sets it.
    bool uses_time() const { return uses_time_; }
    void set_time(char const* time);

    // What run_direct calls, and the rates that depend on time.
    void write_step();
    // What the keeper calls: windows for rates that depend on time, and the fault where a rate makes no sense.
    void write_checks();

private:
    std::uint32_t reactions() const { return scalars_.reactions; }
    bool timed(std::uint32_t reaction) const { return tables_.timed[reaction] != 0; }

    void rates();
    std::string rate(std::uint32_t reaction, std::string const& value, std::string const& time) const;
    std::vector<std::string> propensities();
    void bound();
    void settle();
    void fire();
    void changed_triggers();
    void totals();
    void fault();

    CodeWriter& w_;
    Network const& network_;
    NetworkTables const& tables_;
    kernels::NetworkTable const& scalars_;
    FormulaText const& formulas_;
    bool count_reactions_, uses_time_, checked_;
};

}  // namespace fano
