// Tangents and steps of pseudo-arclength continuation: Newton's method in a plane across the tangent.
#include "meanfield/steady_curve.hpp"

#include <algorithm>
#include <cmath>

#include "fano/error.hpp"

namespace fano {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

struct NetworkFamily::Member {
    Member(Model const& model, double parameter_value)
        : value(parameter_value), network(compile(model)), equations(network), system(equations) {}

    double value;
    Network network;
    RateEquations equations;
    SteadySystem system;
};

NetworkFamily::NetworkFamily(Model const& model, std::string const& parameter, double low, double high)
    : model_(model), parameter_(parameter), low_(low), high_(high) {}

SteadySystem& NetworkFamily::at(double value) {
    if (!member_ || member_->value != value) {
        model_.set(parameter_, value);
        member_ = std::make_shared<Member>(model_, value);
    }
    return member_->system;
}

VectorXd NetworkFamily::by_parameter(VectorXd const& counts, double value) {
    // The cube root of the rounding errors, where those and the curvature weigh the same.
    double const width = 6e-6 * std::max(std::abs(value), 1e-3 * (high_ - low_));
    double const left = std::max(low_, value - width), right = std::min(high_, value + width);
    VectorXd const low = at(left).residual(counts), high = at(right).residual(counts);
    return (high - low) / (right - left);
}

VectorXd SteadyCurve::unit(VectorXd const& point) const {
    VectorXd result = point.cwiseAbs().cwiseMax(1.0);
    result[result.size() - 1] = family_.high() - family_.low();
    return result;
}

MatrixXd SteadyCurve::bordered(VectorXd const& point, VectorXd const& forward, VectorXd const& unit) {
    Index const species = point.size() - 1;
    double const value = point[species];
    VectorXd const counts = point.head(species);
    MatrixXd matrix(species + 1, species + 1);
    matrix.topRightCorner(species, 1) = family_.by_parameter(counts, value);
    matrix.topLeftCorner(species, species) = family_.at(value).jacobian(counts);
    matrix.bottomRows(1) = forward.cwiseQuotient(unit.cwiseAbs2()).transpose();
    return matrix;
}

VectorXd SteadyCurve::tangent(VectorXd const& point, VectorXd const& forward) {
    VectorXd const units = unit(point);
    ScaledSolver const inverse{bordered(point, forward, units), units};
    VectorXd right = VectorXd::Zero(point.size());
    right[point.size() - 1] = 1;
    VectorXd const direction = inverse(right);
    return direction / inverse.norm(direction);
}

std::optional<VectorXd> SteadyCurve::step(VectorXd const& point, VectorXd const& tangent, double length) {
    constexpr int most_iterations = 10;
    Index const species = point.size() - 1;
    VectorXd const units = unit(point), aim = point + length * tangent;
    VectorXd now = aim;
    double last = 1;
    for (int iteration = 0; iteration < most_iterations; ++iteration) {
        double const value = now[species];
        if (!(value >= family_.low() && value <= family_.high())) return {};
        VectorXd right(species + 1);
        right.head(species) = -family_.at(value).residual(now.head(species));
        right[species] = -dot(tangent, now - aim, units);
        MatrixXd const matrix = bordered(now, tangent, units);
        if (!right.allFinite() || !matrix.allFinite()) return {};
        ScaledSolver const inverse{matrix, units};
        VectorXd const change = inverse(right);
        double const size = inverse.norm(change);
        // What rounding errors leave does not shrink any more.
        if (size <= 1e-13 || (size <= 1e-9 && size > 0.5 * last)) {
            VectorXd const reached = size < last ? VectorXd{now + change} : now;
            bool const near = inverse.norm(reached - aim) <= 0.5 * length;
            return near ? std::optional(reached) : std::nullopt;
        }
        if (!(size < 1)) return {};
        now += change;
        last = size;
    }
    return {};
}

}  // namespace fano
