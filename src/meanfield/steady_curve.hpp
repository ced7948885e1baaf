// Steady states over a parameter as one smooth curve in the space of counts and parameter, followed point by
// point.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <Eigen/Core>

#include "meanfield/steady_system.hpp"

namespace fano {

// A network for every value of a parameter, compiled when it is needed.
class NetworkFamily {
public:
    NetworkFamily(Model const& model, std::string const& parameter, double low, double high);

    double low() const { return low_; }
    double high() const { return high_; }
    // Valid until the next call.
    SteadySystem& at(double value);
    // The derivative of the residuals by the parameter, by differences inside [low, high].
    Eigen::VectorXd by_parameter(Eigen::VectorXd const& counts, double value);

private:
    struct Member;
    Model model_;
    std::string parameter_;
    double low_, high_;
    std::shared_ptr<Member> member_;
};

// Coordinates: counts, then the parameter. Lengths are taken in units of the counts themselves (of one
// molecule where they are fewer) and of the whole range of the parameter.
class SteadyCurve {
public:
    explicit SteadyCurve(NetworkFamily& family) : family_(family) {}

    Eigen::VectorXd unit(Eigen::VectorXd const& point) const;
    // Of length 1, on the side of `forward`.
    Eigen::VectorXd tangent(Eigen::VectorXd const& point, Eigen::VectorXd const& forward);
    // The point of the curve at `length` along the tangent; nothing if Newton's method does not get there.
    std::optional<Eigen::VectorXd> step(Eigen::VectorXd const& point, Eigen::VectorXd const& tangent,
                                        double length);
    double dot(Eigen::VectorXd const& a, Eigen::VectorXd const& b, Eigen::VectorXd const& unit) const {
        return a.cwiseQuotient(unit).dot(b.cwiseQuotient(unit));
    }

private:
    // Derivatives of the residuals by all coordinates, and a last row that measures along `forward`.
    Eigen::MatrixXd bordered(Eigen::VectorXd const& point, Eigen::VectorXd const& forward,
                             Eigen::VectorXd const& unit);

    NetworkFamily& family_;
};

}  // namespace fano
