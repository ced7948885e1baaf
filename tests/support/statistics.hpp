// Statistical checks with a stated false-alarm rate: p-values of what was seen, and the family that collects
// them and answers for all at once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "fano/tally.hpp"
#include "tests/support/exact.hpp"

namespace fano::test {

// n, or a fiftieth of it (at least 1000) if the environment has FANO_TEST_CELLS=small, for instrumented
// builds.
std::uint64_t test_cells(std::uint64_t n);

// Number of cells with 0, 1, 2, ... molecules.
using Counts = std::vector<std::uint64_t>;
// Throws if the bins are wider than a molecule or hold negative values.
Counts counts_of(Histogram const& histogram);

// All p-values are two-sided where there are two sides, and 0 if something was seen that cannot be.
double normal_p(double z);
double poisson_p(std::uint64_t seen, double mean);
double binomial_p(std::uint64_t seen, std::uint64_t n, double p);
// Neighbouring cells are pooled until each expects `least`.
double chi_square_p(Counts const& seen, Probabilities const& expected, double least = 25);
// By the limit for continuous distributions, which is conservative for counts: a false alarm is rarer than p.
double kolmogorov_smirnov_p(Counts const& seen, Probabilities const& expected);

// Normal deviates of sample moments of n values; the exact moments give the standard error.
double mean_z(double sample, std::uint64_t n, Moments const& exact);
double variance_z(double sample, std::uint64_t n, Moments const& exact);
double fano_z(double sample, std::uint64_t n, Moments const& exact);

// The checks of one test. Together they raise a false alarm with at most the stated probability, because each
// is held to its share of it (Bonferroni).
class Checks {
public:
    explicit Checks(double false_alarm_rate = 1e-6) : false_alarm_rate_(false_alarm_rate) {}
    void add(std::string what, double p, std::string detail = {});
    // For what must be equal up to rounding and has no sampling error.
    void equal(std::string what, double value, double exact, double relative = 1e-9);
    [[nodiscard]] testing::AssertionResult hold() const;

private:
    struct Check {
        std::string what;
        double p;
        std::string detail;
    };
    double false_alarm_rate_;
    std::vector<Check> checks_;
};

}  // namespace fano::test
