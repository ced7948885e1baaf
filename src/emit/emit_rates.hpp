// Writes the rate laws of a network, and what its species allow a step, as a struct that kernels are compiled with:
// a LeapTable whose sizes and numbers the compiler knows.
#pragma once

#include "emit/code_writer.hpp"
#include "fano/network.hpp"
#include "tau/leap_tables.hpp"

namespace fano {

// Writes `struct Rates` for namespace fano::kernels, to stand after kernels/tau/leap_table.hpp. Its registers are the
// slots, the propensities by reaction, then the derivatives that limits read; they get the bits that the tables' code
// gives. Equal networks and tables give equal text.
void emit_rates(CodeWriter& writer, Network const& network, LeapTables const& tables);

}  // namespace fano
