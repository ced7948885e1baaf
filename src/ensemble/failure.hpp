// Why a cell could not go on, told to a person.
#pragma once

#include "fano/error.hpp"
#include "fano/network.hpp"
#include "kernels/ssa/table.hpp"

namespace fano {

// `of`: what the report's cell is.
[[noreturn]] void throw_failure(Network const& network, kernels::FailureReport const& report,
                                std::uint64_t max_events, char const* of = "cell");

}  // namespace fano
