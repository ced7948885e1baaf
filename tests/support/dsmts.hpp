// The discrete stochastic cases of the SBML Test Suite (Evans, Gillespie, Wilkinson, Bioinformatics 24:285,
// 2008): reading a case, running it, comparing means and standard deviations at every time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fano/ensemble.hpp"

namespace fano::testing {

struct DsmtsCase {
    std::string id;     // "00001"
    std::string model;  // path of the SBML file
    std::vector<double> times;
    std::vector<std::string> variables;
    std::vector<std::vector<double>> mean, sd;              //!< [variable][time]
    std::vector<std::vector<double>> mean_slack, sd_slack;  //!< half a unit of the last printed digit
};

// The comparison of one case. Z is the mean's deviation in standard errors, Y the variance's as the suite
// defines it; both after allowing for the rounding of the printed references.
struct DsmtsReport {
    std::string id;
    std::string name;
    std::size_t comparisons = 0;
    double largest_z = 0;
    double largest_y = 0;
    double largest_scaled_y =
        0;  // Y over its own standard deviation, which is not 1 where the kurtosis is not 3
    std::size_t over_three = 0;        // points with |Z| > 3, the suite's own bound for one point
    std::vector<std::string> inexact;  // points of zero variance that were not matched exactly
    double seconds = 0;
};

// The folder that FANO_DSMTS_DIR names, if it is set.
std::optional<std::string> dsmts_folder();
// All cases, `version` is "l3v1" or "l3v2". Throws std::runtime_error if a case cannot be read.
std::vector<DsmtsCase> read_dsmts(std::string const& folder, std::string const& version);
DsmtsReport run_dsmts(DsmtsCase const& one, std::uint64_t cells, std::uint64_t seed);
// The bound that none of `comparisons` standard normal deviates exceeds with probability 1 - false_alarm.
double corrected_bound(std::size_t comparisons, double false_alarm);

}  // namespace fano::testing
