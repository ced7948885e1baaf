// The small dense problem within a Krylov step: u' = M u, and how far its solution can be trusted.
#pragma once

#include <Eigen/Core>

namespace fano {

class SmallExponential {
public:
    SmallExponential(Eigen::MatrixXd matrix, Eigen::VectorXd start)
        : matrix_(std::move(matrix)), start_(std::move(start)) {}

    struct Found {
        double time = 0;   // 0: none
        double error = 0;  // factor times the integral of |reader u|
        Eigen::VectorXd state{};
    };

    // The longest time up to `time` at which the error is at most tolerance * its part of `time`; unless `any` is set, only
    // `time` itself will do.
    Found longest(double time, Eigen::RowVectorXd const& reader, double factor, double tolerance, bool any) const;

private:
    Eigen::MatrixXd matrix_;
    Eigen::VectorXd start_;
};

}  // namespace fano
