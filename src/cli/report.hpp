// What a run prints: a table of moments with errors, a histogram, a single cell.
#pragma once

#include <cstdio>
#include <string>

#include "fano/ensemble.hpp"

namespace fano::cli {

void print_moments(std::FILE* out, Ensemble const& ensemble, std::size_t time, std::string const& time_unit);
void print_histogram(std::FILE* out, Ensemble const& ensemble, std::size_t time, std::size_t output);
void print_reaction_counts(std::FILE* out, Ensemble const& ensemble);
// The samples of an ensemble of one cell.
void print_cell(std::FILE* out, Ensemble const& ensemble);
// The output that varies most at a time: what a histogram shows unless told otherwise.
std::size_t most_variable(Ensemble const& ensemble, std::size_t time);

}  // namespace fano::cli
