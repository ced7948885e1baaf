// Ordinary differential equations by SUNDIALS CVODE: variable-order BDF with Newton iteration, for stiff systems.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace fano {

struct OdeSystem {
    std::size_t size;
    // dy/dt. May leave a value that is not finite where y is out of reach: the step is then tried again, shorter.
    std::function<void(double time, double const* y, double* slope)> slope;
    // The slope's derivatives by y, by columns: [column * size + row], zeros on entry. Without it, by differences.
    std::function<void(double time, double const* y, double* jacobian)> jacobian{};
    // Of component i, and of the model's file: for messages.
    std::function<std::string(std::size_t)> name{};
    std::string file{};
};

struct OdeTolerance {
    double relative = 1e-9, absolute = 1e-9;
};

// y at each of the ascending times >= 0: [time][component]. y is `start` at time 0. Throws SolverError, which says
// at what time and why, and Interrupted soon after *stop becomes true, within a step as well.
std::vector<double> integrate(OdeSystem const& system, std::vector<double> const& start,
                              std::vector<double> const& times, OdeTolerance const& tolerance = {},
                              std::atomic<bool> const* stop = nullptr);

}  // namespace fano
