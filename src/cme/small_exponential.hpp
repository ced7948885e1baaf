// The small dense problem within a Krylov step: u' = M u, and how far its solution can be trusted.
#pragma once

#include <Eigen/Core>

namespace fano {

// What is known of the error of a step that begins with the first unit vector.
struct SmallError {
    Eigen::RowVectorXd reader;    // the residual is factor * |reader u| ...
    double factor;                //
    Eigen::RowVectorXd rounding;  // ... + rounding |carry u|, component by component
    Eigen::MatrixXd carry{};      // the identity if it is empty
};

struct SmallStep {
    double time = 0;          // 0: none
    double error = 0;         // the integral of the residual
    Eigen::VectorXd state{};  // u
};

// The longest time up to `time` at which the error is at most tolerance * its part of `time`; unless `any` is set, only
// `time` itself will do. `stiff`: M is so large that squaring its exponential would lose digits.
SmallStep longest_step(Eigen::MatrixXd const& m, SmallError const& error, double time, double tolerance,
                       bool any, bool stiff);

}  // namespace fano
