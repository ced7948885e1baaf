// A population of cells of an SBML document, which must be valid: what others should give is undefined.
#pragma once

#include <utility>

#include "tests/support/sbml_text.hpp"
#include "tests/systems/population.hpp"

namespace fano::test {

inline Population simulate_sbml(std::string const& document, std::uint64_t cells,
                                std::vector<double> const& times, EnsembleOptions options = {}) {
    EXPECT_EQ(sbml_errors(document), "");
    options.cells = cells;
    options.times = times;
    Network network = compile(read_sbml(document, "test.xml"));
    Ensemble ensemble = run_ensemble(network, options);
    return {std::move(network), std::move(ensemble)};
}

inline Population simulate_sbml(SbmlText const& model, std::uint64_t cells,
                                std::vector<double> const& times) {
    return simulate_sbml(model.text(), cells, times);
}

// What no chance decides must be so in every cell.
inline void expect_all_cells(Population const& population, std::size_t time, std::string const& output,
                             double value) {
    EXPECT_EQ(population.minimum(time, output), value) << output << " at " << population.ensemble.times[time];
    EXPECT_EQ(population.maximum(time, output), value) << output << " at " << population.ensemble.times[time];
}

}  // namespace fano::test
