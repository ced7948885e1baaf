// The time course of the mean field.
#include <fmt/format.h>

#include "fano/error.hpp"
#include "fano/meanfield.hpp"
#include "meanfield/rate_equations.hpp"

namespace fano {

MeanField solve_mean_field(Network const& network, std::vector<double> const& times, double tolerance,
                           std::atomic<bool> const* stop) {
    if (!(tolerance >= 1e-14 && tolerance <= 1e-2))
        throw InputError(fmt::format(
            "a tolerance may be from 1e-14 to 1e-2, not {}; 1e-9 suits most networks", tolerance));
    RateEquations equations{network};
    auto const& start = equations.initial();
    MeanField course{times, {}, {}, equations.notes()};
    course.counts =
        integrate(equations.system(), {start.begin(), start.end()}, times, {tolerance, tolerance}, stop);
    for (std::size_t t = 0; t < times.size(); ++t) {
        auto const values =
            equations.observables(course.counts.data() + t * network.species.size(), times[t]);
        course.observables.insert(course.observables.end(), values.begin(), values.end());
    }
    return course;
}

}  // namespace fano
