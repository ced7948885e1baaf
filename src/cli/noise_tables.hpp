// Means, variances and covariances as tables, for result files and for the terminal.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "fano/network.hpp"
#include "fano/second_moments.hpp"
#include "fano/table.hpp"

namespace fano::cli {

// "molecule^2"; empty if the unit is.
std::string squared(std::string const& unit);

// "counts": means and variances; "noise": Fano factors and squared coefficients of variation; "covariances": of each
// pair of species. The first column is the time; a stationary state has none, and one row.
std::vector<Table> noise_tables(Network const& network, SecondMoments const& found);

// "At time 10 h".
std::string at_time(Network const& network, double time);

// A line a species: mean, variance, Fano factor and CV^2 in one row of the result.
void print_noise(std::FILE* out, SecondMoments const& found, std::size_t row);

// Writes the tables to the files.
void write_files(std::vector<std::string> const& files, std::vector<Table> const& tables,
                 Network const& network, std::string const& command_line);

}  // namespace fano::cli
