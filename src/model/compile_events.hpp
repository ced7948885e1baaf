// Events to programs, and the moments at which their triggers can turn.
#pragma once

#include "model/symbols.hpp"
#include "model/tables.hpp"

namespace fano {

// Appends all events of the model; registers only, programs follow in emit_event_programs.
struct CompiledEvent {
    kernels::EventEntry entry{};
    ProgramBuilder::Register trigger = 0;
    std::vector<ProgramBuilder::Register> values;
    std::vector<ProgramBuilder::Register> volumes;  // of the concentrations among the assigned
    std::vector<ProgramBuilder::Register> crossings;
    std::vector<kernels::EventAssignment> assignments;
    bool uses_counts = false;
    bool uses_time = false;
};

CompiledEvent compile_event(Symbols const& symbols, ProgramBuilder& builder, Event const& event);
void append_event(CompiledEvent const& event, ProgramBuilder& builder, NetworkTables& tables);

}  // namespace fano
