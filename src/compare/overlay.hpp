// Two distributions of one output brought to one axis.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "fano/compare.hpp"
#include "io/bin_axis.hpp"

namespace fano {

// Both are over `axis` and sum to 1.
struct Overlay {
    BinAxis axis;
    std::vector<double> p, q;
    bool nested = true;  // each bin lies in one bin of the axis
};

// Without the empty bins at both ends.
Overlay overlay(OutputDistribution const& a, OutputDistribution const& b);

// What a picture shows: all but the outermost thousandth of the probability, in bins so wide that there are about
// `most_bins`.
Overlay for_picture(Overlay const& both, std::size_t most_bins);

// "100 h", "10", "infinity".
std::string time_text(double time, std::string const& unit);

}  // namespace fano
