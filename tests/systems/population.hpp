// A simulated population of cells and its comparison with an exact distribution.
//
// Where a test says that an error "would be caught", it means with a probability above 97 %: an error of 7.5
// standard errors at the full number of cells, two above the level at which a check refuses.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fano/ensemble.hpp"
#include "tests/support/statistics.hpp"

namespace fano::test {

struct Population {
    Network network;
    Ensemble ensemble;

    std::uint64_t cells() const { return ensemble.cells; }
    Counts counts(std::size_t time, std::string const& output) const;
    // Cells whose output has this value.
    std::uint64_t cells_with(std::size_t time, std::string const& output, std::size_t value) const;
    Estimate mean(std::size_t time, std::string const& output) const;
    Estimate variance(std::size_t time, std::string const& output) const;
    Estimate fano(std::size_t time, std::string const& output) const;
    double minimum(std::size_t time, std::string const& output) const;
    double maximum(std::size_t time, std::string const& output) const;
    // Firings of a reaction in all cells; needs EnsembleOptions::count_reactions.
    std::uint64_t firings(std::string const& reaction) const;
};

// Runs a TOML model. `options` says all that is not in the other arguments.
Population simulate(std::string const& toml, std::uint64_t cells, std::vector<double> const& times,
                    EnsembleOptions options = {});

// Five checks of one output at one time: chi-square and Kolmogorov-Smirnov of the whole distribution; mean,
// variance and Fano factor within their exact sampling errors. Fewer where a moment has no information.
void compare(Checks& checks, Population const& population, std::size_t time, std::string const& output,
             Probabilities const& exact);

}  // namespace fano::test
