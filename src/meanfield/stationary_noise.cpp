// The linear noise approximation in a steady state: covariance, autocovariance, spectrum.
#include <cmath>

#include <fmt/format.h>
#include <unsupported/Eigen/MatrixFunctions>

#include "fano/error.hpp"
#include "fano/lna.hpp"
#include "meanfield/lyapunov.hpp"
#include "meanfield/observables.hpp"
#include "meanfield/steady_mean.hpp"
#include "meanfield/stop.hpp"

namespace fano {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

void check(std::vector<double> const& values, std::string const& what) {
    for (double x : values)
        if (!(x >= 0) || !std::isfinite(x))
            throw InputError(fmt::format("{} must be finite and at least 0, not {}", what, x));
}

void refuse_time(Network const& network, RateLaws const& laws) {
    for (auto const& d : laws.derivative)
        if (d.by == laws.time_register)
            throw InputError(
                network.file, 0,
                fmt::format("there is no stationary state: the propensity of reaction \"{}\", {}, "
                            "depends on time; follow it over time without --stationary",
                            network.reactions[d.reaction].id, network.reactions[d.reaction].propensity));
}

// Fluctuations about a steady state. Counts are measured in units of `scale`, so that a promoter's one molecule is
// not lost beside a protein's million.
class Fluctuations {
public:
    Fluctuations(Linearisation const& linear, Reduction const& reduction, VectorXd const& mean)
        : reduction_(reduction), scale_(mean.cwiseMax(1.0)), free_scale_(scale_(reduction.free)) {
        jacobian_ = linear.jacobian();
        MatrixXd const unit = free_scale_.asDiagonal();
        free_jacobian_ = free_scale_.cwiseInverse().asDiagonal() * reduction.jacobian(jacobian_) * unit;
        VectorXd const strength = linear.propensities().cwiseMax(0.0).cwiseSqrt();
        source_ = free_scale_.cwiseInverse().asDiagonal() *
                  MatrixXd(linear.stoichiometry()(reduction.free, Eigen::all)) * strength.asDiagonal();
        link_ = reduction.link * unit;
    }

    // Of fluctuations in a cell whose conserved quantities are at their means.
    MatrixXd within_cells(std::atomic<bool> const* stop) const {
        return link_ * solve_lyapunov(free_jacobian_, source_ * source_.transpose(), stop) *
               link_.transpose();
    }

    // Conserved quantities z = x_bound - link x_free differ between cells as they did at time 0, where the counts had
    // these variances; the free species follow them, y = -J^-1 J_z z.
    MatrixXd between_cells(std::vector<double> const& initial) const {
        auto const n = reduction_.link.rows();
        MatrixXd conserved = MatrixXd::Zero(n, n), response = MatrixXd::Zero(n, n);
        for (auto b : reduction_.bound) {
            conserved(b, b) = response(b, b) = 1;
            for (std::size_t i = 0; i < reduction_.free.size(); ++i)
                conserved(b, reduction_.free[i]) -= reduction_.link(b, static_cast<Index>(i));
        }
        if (!reduction_.free.empty()) {
            MatrixXd const push = free_scale_.cwiseInverse().asDiagonal() *
                                  MatrixXd((jacobian_ * response)(reduction_.free, Eigen::all));
            response -= link_ * free_jacobian_.partialPivLu().solve(push);
        }
        MatrixXd const spread = response * conserved;
        VectorXd const variance = Eigen::Map<VectorXd const>(initial.data(), n);
        return spread * variance.asDiagonal() * spread.transpose();
    }

    MatrixXd propagator(double lag) const {
        MatrixXd const scaled =
            scale_.cwiseInverse().asDiagonal() * jacobian_ * MatrixXd(scale_.asDiagonal()) * lag;
        return scale_.asDiagonal() * scaled.exp() * MatrixXd(scale_.cwiseInverse().asDiagonal());
    }

    VectorXd spectrum(double frequency) const {
        if (reduction_.free.empty()) return VectorXd::Zero(link_.rows());
        Eigen::MatrixXcd resolvent = -free_jacobian_.cast<std::complex<double>>();
        resolvent.diagonal().array() += std::complex<double>{0, frequency};
        Eigen::MatrixXcd const response =
            resolvent.partialPivLu().solve(source_.cast<std::complex<double>>());
        return (link_.cast<std::complex<double>>() * response).rowwise().squaredNorm();
    }

private:
    Reduction const& reduction_;
    VectorXd scale_, free_scale_;
    MatrixXd jacobian_, free_jacobian_, source_, link_;
};

}  // namespace

StationaryNoise stationary_noise(Network const& network, std::vector<double> const& lags,
                                 std::vector<double> const& frequencies, std::atomic<bool> const* stop) {
    check(lags, "lags");
    check(frequencies, "frequencies");
    InitialState const initial = initial_state(network);
    Linearisation linear = linearise(network, initial);
    refuse_time(network, linear.laws());
    Reduction const reduction = reduce(linear.stoichiometry());
    VectorXd const mean = steady_mean(network, linear, reduction, initial.mean, stop);
    Fluctuations const fluctuations{linear, reduction, mean};
    MatrixXd const between = fluctuations.between_cells(initial.variance);
    MatrixXd const covariance = fluctuations.within_cells(stop) + between;

    StationaryNoise result;
    result.species = network.species;
    result.mean.assign(mean.begin(), mean.end());
    result.covariance.assign(covariance.data(), covariance.data() + covariance.size());
    result.notes = initial.notes;
    for (auto& note : doubts(network, linear, result)) result.notes.push_back(std::move(note));
    add_observables(network, initial, Nonlinear::by_slope, result);
    if (!between.isZero(0))
        result.notes.push_back(
            "cells differ for good in what conservation laws keep: that is in the covariance and the "
            "autocovariance, and left out of the spectrum, where it would be a line at frequency 0");
    result.lags = lags;
    for (double lag : lags) {
        heed(stop);
        // Transposed, as Eigen stores columns and the result is by rows.
        MatrixXd const c = (fluctuations.propagator(lag) * covariance).transpose();
        result.autocovariance.insert(result.autocovariance.end(), c.data(), c.data() + c.size());
    }
    result.frequencies = frequencies;
    for (double frequency : frequencies) {
        heed(stop);
        VectorXd const s = fluctuations.spectrum(frequency);
        result.spectrum.insert(result.spectrum.end(), s.begin(), s.end());
    }
    return result;
}

}  // namespace fano
