// The part of a network's text that its events need.
#pragma once

#include "emit/code_writer.hpp"
#include "emit/formula_text.hpp"
#include "model/tables.hpp"

namespace fano {

void emit_events(CodeWriter& writer, NetworkTables const& tables, FormulaText const& formulas);

}  // namespace fano
