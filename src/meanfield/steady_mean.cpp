// Integrates the mean over windows that grow, and after each tries Newton's method from where it has come to.
#include "meanfield/steady_mean.hpp"

#include <optional>

#include <Eigen/Eigenvalues>
#include <fmt/format.h>

#include "fano/error.hpp"
#include "meanfield/integrate.hpp"
#include "meanfield/stop.hpp"

namespace fano {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int most_windows = 60;
constexpr double window_growth = 4;
constexpr int most_ridges = 20;               // windows that end in the same unstable state
constexpr std::size_t most_slopes = 200'000;  // a limit cycle is given up after so many evaluations
constexpr double near = 1e-3;  // Newton's method may move each count by this share of 1 + count

VectorXd scale(VectorXd const& x) { return x.cwiseAbs().array() + 1.0; }

class Search {
public:
    Search(Network const& network, Linearisation& linear, Reduction const& reduction,
           std::atomic<bool> const* stop)
        : network_(network), linear_(linear), reduction_(reduction), stop_(stop) {}

    VectorXd run(VectorXd x) {
        linear_.at(x.data(), 0);
        double const rate = reduction_.jacobian(linear_.jacobian()).norm();
        double window = rate > 0 ? 1 / rate : 1;
        int ridges = 0;
        for (int k = 0; k < most_windows && slopes_ < most_slopes && ridges < most_ridges;
             ++k, window *= window_growth) {
            auto const end = advance(x, window);
            lost_ = !end;
            if (lost_) break;
            time_ += window;
            // What is conserved, without the rounding errors of many steps.
            x += reduction_.link * ((*end)(reduction_.free) - x(reduction_.free));
            auto const rest = newton(x);
            if (rest && stable(*rest)) return *rest;
            ridges = rest ? ridges + 1 : 0;
        }
        throw SolverError(network_.file,
                          fmt::format("{}; {}follow it over time without --stationary", reason(ridges > 0),
                                      ridges > 0 ? "start from other counts, or " : ""));
    }

private:
    std::string reason(bool ridge) const {
        if (ridge)
            return fmt::format(
                "the mean comes to rest by time {:.3g} in a steady state that is not stable, where "
                "fluctuations grow",
                time_);
        if (lost_)
            return fmt::format(
                "the mean finds no steady state: soon after time {:.3g} it grows without bound, or a "
                "propensity is not smooth or no finite number",
                time_);
        return fmt::format(
            "the mean finds no steady state up to time {:.3g}: it grows without end, oscillates, or ends "
            "where something is used up, which depends on the way there",
            time_);
    }

    // Nothing where the mean cannot be followed so far.
    std::optional<VectorXd> advance(VectorXd const& x, double window) {
        OdeSystem const system{static_cast<std::size_t>(x.size()),
                               [&](double, double const* y, double* out) {
                                   ++slopes_;
                                   linear_.at(y, 0);
                                   Eigen::Map<VectorXd>(out, x.size()) = linear_.drift();
                               },
                               [&](double, double const* y, double* out) {
                                   linear_.at(y, 0);
                                   Eigen::Map<MatrixXd>(out, x.size(), x.size()) = linear_.jacobian();
                               },
                               [&](std::size_t i) { return "the mean of " + network_.species[i]; },
                               network_.file};
        try {
            auto const y = integrate(system, {x.begin(), x.end()}, {window}, {1e-8, 1e-10}, stop_);
            return Eigen::Map<VectorXd const>(y.data(), x.size());
        } catch (SolverError const&) {
            return std::nullopt;
        }
    }

    // A root of the drift near x that conserves what x does.
    std::optional<VectorXd> newton(VectorXd const& start) {
        VectorXd x = start;
        double before = near;
        for (int k = 0; k < 50; ++k) {
            heed(stop_);
            linear_.at(x.data(), 0);
            VectorXd const unit = units(x);
            Eigen::FullPivLU<MatrixXd> const solve{jacobian(unit)};
            if (!solve.isInvertible()) return std::nullopt;
            VectorXd const drift = VectorXd(linear_.drift()(reduction_.free)).cwiseQuotient(unit);
            VectorXd const step = -(reduction_.link * unit.cwiseProduct(solve.solve(drift)));
            if (!step.allFinite()) return std::nullopt;
            x += step;
            if ((x - start).cwiseQuotient(scale(start)).lpNorm<Eigen::Infinity>() > near) return std::nullopt;
            double const size = step.cwiseQuotient(scale(x)).lpNorm<Eigen::Infinity>();
            // At the limit of rounding, steps no longer shrink.
            if (size < 1e-15 || (size < 1e-11 && size >= 0.5 * before)) {
                if (x.minCoeff() < -1e-9) return std::nullopt;
                x = x.cwiseMax(0.0);
                linear_.at(x.data(), 0);
                return x;
            }
            before = size;
        }
        return std::nullopt;
    }

    // In the state x, where the linearisation is.
    bool stable(VectorXd const& x) const {
        MatrixXd const j = jacobian(units(x));
        return j.eigenvalues().real().maxCoeff() < -1e-14 * j.norm();
    }

    // Of the free species, in units of the counts themselves, so that large ones do not make small ones look like
    // nothing.
    VectorXd units(VectorXd const& x) const { return scale(x)(reduction_.free); }
    MatrixXd jacobian(VectorXd const& unit) const {
        return unit.cwiseInverse().asDiagonal() * reduction_.jacobian(linear_.jacobian()) *
               MatrixXd(unit.asDiagonal());
    }

    Network const& network_;
    Linearisation& linear_;
    Reduction const& reduction_;
    std::atomic<bool> const* stop_;
    std::size_t slopes_ = 0;
    double time_ = 0;  // up to which the mean was followed
    bool lost_ = false;
};

}  // namespace

VectorXd steady_mean(Network const& network, Linearisation& linear, Reduction const& reduction,
                     std::vector<double> const& start, std::atomic<bool> const* stop) {
    VectorXd const x = Eigen::Map<VectorXd const>(start.data(), linear.species());
    linear.at(x.data(), 0);
    if (reduction.free.empty()) return x;
    return Search{network, linear, reduction, stop}.run(x);
}

}  // namespace fano
