// What every format writes of a solution of the master equation.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "fano/result.hpp"
#include "io/fields.hpp"

namespace fano {

void write_solution_hdf5(std::string const& file, CmeSolution const& solution, Provenance const& provenance);
void write_solution_csv(std::string const& file, CmeSolution const& solution, Provenance const& provenance);

// Method, integrator, tolerance, seconds.
std::vector<Field> solution_fields(CmeSolution const& solution);

struct SolutionMoment {
    char const* name;
    char const* long_name;
    double (*of)(CmeDistribution const& distribution, std::size_t output);
    int power_of_unit;
};

inline constexpr std::array<SolutionMoment, 5> solution_moments{{
    {"mean", "mean", [](auto const& d, auto output) { return d.mean[output]; }, 1},
    {"variance", "variance", [](auto const& d, auto output) { return d.variance[output]; }, 2},
    {"fano", "Fano factor: variance / mean", [](auto const& d, auto output) { return d.fano(output); }, 1},
    {"cv2", "squared coefficient of variation: variance / mean^2",
     [](auto const& d, auto output) { return d.cv2(output); }, 0},
    {"skewness", "skewness", [](auto const& d, auto output) { return d.skewness[output]; }, 0},
}};

struct SolutionBound {
    char const* name;
    char const* long_name;
    double (*of)(Certificate const& certificate);
};

inline constexpr std::array<SolutionBound, 4> solution_bounds{{
    {"sink_mass", "probability that left the set of states", [](auto const& c) { return c.sink; }},
    {"pruned_mass", "probability of states that were given up", [](auto const& c) { return c.pruned; }},
    {"integration_error", "bound on the error of integration in time",
     [](auto const& c) { return c.integration; }},
    {"certificate", "bound on the sum of all errors of probabilities",
     [](auto const& c) { return c.total(); }},
}};

inline constexpr std::array quantile_levels{0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};

}  // namespace fano
