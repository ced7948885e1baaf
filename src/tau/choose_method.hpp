// Exact or leaping, by what a pilot of cells does. Counts decide and not clocks, so that the same command chooses the
// same method, and gives the same cells, on every machine.
#pragma once

#include <string>

#include "fano/ensemble.hpp"

namespace fano {

struct MethodChoice {
    Method method;
    std::string why;  // a sentence
};

// Runs up to 64 of the cells that `options` asks for. Throws what run_ensemble throws, but not for a network that
// cannot leap: that is run exactly.
MethodChoice choose_method(Network const& network, EnsembleOptions const& options);

}  // namespace fano
