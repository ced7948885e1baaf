// Tables and bars for the terminal.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

namespace fano::cli {

// The first row is the heading; columns are as wide as they need to be.
void print_aligned(std::FILE* out, std::vector<std::vector<std::string>> const& rows);

// A bar for each bin, or for several where there are many, as parts of their sum; ends that hold next to nothing are
// left out. `whole`: values are whole numbers.
void print_bars(std::FILE* out, std::vector<double> bins, double low, double width, bool whole);

}  // namespace fano::cli
