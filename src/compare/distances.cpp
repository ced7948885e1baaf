// Distances between two distributions of one output.
#include <algorithm>
#include <cmath>
#include <limits>

#include "compare/overlay.hpp"
#include "compare/significance.hpp"
#include "fano/compare.hpp"

namespace fano {

namespace {

void find_distances(Comparison& found, Overlay const& both) {
    double difference = 0;  // F - G up to the end of a bin
    for (std::size_t i = 0; i < both.axis.bins; ++i) {
        found.total_variation += std::abs(both.p[i] - both.q[i]) / 2;
        difference += both.p[i] - both.q[i];
        found.kolmogorov = std::max(found.kolmogorov, std::abs(difference));
        found.wasserstein += std::abs(difference) * both.axis.width;
    }
}

void judge(Comparison& found, Overlay const& both, double n, double m) {
    if (n == 0 && m == 0) return;
    constexpr double exact = std::numeric_limits<double>::infinity();
    bool const two = n > 0 && m > 0;
    std::vector<double> parts = n > 0 ? both.q : both.p;
    if (two)
        for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = (n * both.p[i] + m * both.q[i]) / (n + m);
    found.expected_total_variation = expected_total_variation(parts, n > 0 ? n : exact, m > 0 ? m : exact);
    ChiSquare const test = two     ? two_sample_chi_square(both.p, n, both.q, m)
                           : n > 0 ? goodness_of_fit(both.p, n, both.q)
                                   : goodness_of_fit(both.q, m, both.p);
    found.chi_square = test.statistic;
    found.degrees = test.degrees;
    found.p_value = test.p_value;
    found.kolmogorov_p = kolmogorov_p_value(found.kolmogorov, two ? n * m / (n + m) : n + m);
}

}  // namespace

Comparison compare(OutputDistribution const& a, OutputDistribution const& b) {
    auto const both = overlay(a, b);
    Comparison found;
    found.output = a.output;
    found.unit = a.unit;
    found.time_a = a.time;
    found.time_b = b.time;
    found.mean_difference = b.mean - a.mean;
    found.mean_error = std::hypot(a.mean_error, b.mean_error);
    found.certificate_a = a.certificate;
    found.certificate_b = b.certificate;
    found.nested_bins = both.nested;
    find_distances(found, both);
    judge(found, both, a.cells, b.cells);
    return found;
}

}  // namespace fano
