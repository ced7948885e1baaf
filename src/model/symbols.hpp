// What each name of a model stands for once it is compiled: a slot that differs between cells or changes in
// time, a number, or a rule that is put in where the name is used.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fano/model.hpp"
#include "model/program_builder.hpp"

namespace fano {

class Symbols {
public:
    explicit Symbols(Model const& model);

    Model const& model() const { return model_; }
    // Quantities with a slot, species first; slot i belongs to slots()[i].
    std::vector<Quantity const*> const& slots() const { return slots_; }
    std::uint32_t species_count() const { return species_count_; }
    std::optional<std::uint32_t> slot(std::string const& id) const;

    // Slots whose first value is drawn or computed for each cell, in an order in which they can be computed.
    std::vector<std::uint32_t> const& births() const { return births_; }
    // The first value of a slot that is not in births().
    double initial(std::uint32_t slot) const;

    // The value that a name has in a formula. `line` is where the formula stands, for messages.
    ProgramBuilder::Register value(ProgramBuilder& builder, std::string const& id, int line) const;
    // The number of molecules of a species, whatever its symbol means.
    ProgramBuilder::Register count(ProgramBuilder& builder, std::string const& id, int line) const;
    ProgramBuilder::Register add(ProgramBuilder& builder, Expression const& expression, int line) const;

    // The formula with rules and constants put in, so that only slots and the time remain.
    Expression expand(Expression const& expression) const;
    // Whether a species stays what it is at birth.
    bool never_changes(Quantity const& species) const;
    [[noreturn]] void fail(int line, std::string const& message) const;

private:
    enum class State { unseen, open, done };

    Quantity const& quantity(std::string const& id, int line) const;
    bool event_target(std::string const& id) const;
    std::optional<double> first_value(Quantity const& quantity);
    void check_rules(Quantity const& quantity, std::map<std::string, State>& states) const;
    void order_births();
    void require_count(Quantity const& quantity, double value) const;

    Model const& model_;
    std::map<std::string, Quantity const*> by_id_;
    std::map<std::string, bool> event_targets_;
    std::map<std::string, std::optional<double>> first_values_;
    std::map<std::string, State> first_states_;
    std::vector<Quantity const*> slots_;
    std::map<std::string, std::uint32_t> slot_of_;
    std::vector<std::uint32_t> births_;
    std::uint32_t species_count_ = 0;
};

}  // namespace fano
