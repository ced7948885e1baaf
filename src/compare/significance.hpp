// How often distances as large as these arise from one and the same distribution.
#pragma once

#include <vector>

namespace fano {

struct ChiSquare {
    double statistic, degrees, p_value;  // all NaN where a single bin is left
};

// Two samples of n and m cells, as parts of n and m in each bin: whether one distribution may have made both.
// Neighbouring bins are merged until 5 cells of the smaller sample are expected in each.
ChiSquare two_sample_chi_square(std::vector<double> const& p, double n, std::vector<double> const& q,
                                double m);

// A sample of n cells, as parts of n, against probabilities q; bins are merged until 5 cells are expected in each.
ChiSquare goodness_of_fit(std::vector<double> const& p, double n, std::vector<double> const& q);

// The probability that sup |F - G| is at least `distance` where `cells` is n, or n m/(n + m) of two samples: the
// limit for many cells and continuous distributions, with Stephens' correction for few. For counts it is an upper
// bound.
double kolmogorov_p_value(double distance, double cells);

// The mean of half the sum of |p - q| over samples of n and m cells from the distribution `parts`, each |p - q|
// taken as that of a normal deviate; an infinite n or m stands for the distribution itself.
double expected_total_variation(std::vector<double> const& parts, double n, double m);

}  // namespace fano
