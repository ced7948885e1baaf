// Mean and covariance over time: one system of differential equations of the means, then the upper triangle of the
// covariance matrix by rows.
#include "fano/lna.hpp"

#include <cmath>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "meanfield/integrate.hpp"
#include "meanfield/linearise.hpp"
#include "meanfield/observables.hpp"
#include "meanfield/stop.hpp"

namespace fano {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr OdeTolerance tolerance{1e-11, 1e-11};
// A dense matrix of their square is factorised over and over.
constexpr Index most_equations = 6000;

class Equations {
public:
    Equations(Network const& network, InitialState const& initial, std::atomic<bool> const* stop)
        : network_(network),
          stop_(stop),
          linear_(linearise(network, initial)),
          n_(linear_.species()),
          size_(n_ + n_ * (n_ + 1) / 2) {}

    Index size() const { return size_; }
    Linearisation const& linear() const { return linear_; }
    // Of the covariance of species a and b in the state.
    Index place(Index a, Index b) const {
        if (a > b) std::swap(a, b);
        return n_ + a * n_ - a * (a - 1) / 2 + (b - a);
    }
    MatrixXd covariance(double const* y) const {
        MatrixXd c(n_, n_);
        for (Index a = 0; a < n_; ++a)
            for (Index b = a; b < n_; ++b) c(a, b) = c(b, a) = y[place(a, b)];
        return c;
    }

    void slope(double time, double const* y, double* out) {
        heed(stop_);
        linear_.at(y, time);
        MatrixXd const flow = linear_.jacobian() * covariance(y);
        MatrixXd const change = flow + flow.transpose() + linear_.diffusion();
        Eigen::Map<Eigen::VectorXd>(out, n_) = linear_.drift();
        for (Index a = 0; a < n_; ++a)
            for (Index b = a; b < n_; ++b) out[place(a, b)] = change(a, b);
    }

    // Exact but for how covariances change with the means, which needs second derivatives of the propensities and is
    // taken by differences.
    void jacobian(double time, double const* y, double* out) {
        linear_.at(y, time);
        MatrixXd const j = linear_.jacobian();
        auto entry = [&](Index row, Index column) -> double& { return out[column * size_ + row]; };
        for (Index a = 0; a < n_; ++a)
            for (Index b = a; b < n_; ++b)
                for (Index k = 0; k < n_; ++k) {
                    entry(place(a, b), place(k, b)) += j(a, k);
                    entry(place(a, b), place(a, k)) += j(b, k);
                }
        std::vector<double> shifted(y, y + size_), here(shifted.size()), there(shifted.size());
        slope(time, y, here.data());
        for (Index k = 0; k < n_; ++k) {
            double const step = 1e-7 * (1 + std::abs(y[k]));
            shifted[static_cast<std::size_t>(k)] = y[k] + step;
            slope(time, shifted.data(), there.data());
            shifted[static_cast<std::size_t>(k)] = y[k];
            for (Index row = 0; row < size_; ++row) {
                auto const i = static_cast<std::size_t>(row);
                entry(row, k) = row < n_ ? j(row, k) : (there[i] - here[i]) / step;
            }
        }
    }

    std::string name(Index i) const {
        auto const species = [&](Index s) { return network_.species[static_cast<std::size_t>(s)]; };
        if (i < n_) return "the mean of " + species(i);
        Index a = 0;
        while (place(a, n_ - 1) < i) ++a;
        return fmt::format("the covariance of {} and {}", species(a), species(a + i - place(a, a)));
    }

private:
    Network const& network_;
    std::atomic<bool> const* stop_;
    Linearisation linear_;
    Index n_, size_;
};

}  // namespace

SecondMoments linear_noise(Network const& network, std::vector<double> const& times,
                           std::atomic<bool> const* stop) {
    InitialState const initial = initial_state(network);
    Equations equations{network, initial, stop};
    if (equations.size() > most_equations)
        throw InputError(
            network.file, 0,
            fmt::format("{} species have {} means and covariances, and at most {} are followed over time; "
                        "ask for the stationary state, or simulate cells with fano run",
                        network.species.size(), equations.size(), most_equations));
    auto const size = static_cast<std::size_t>(equations.size());
    auto const n = network.species.size();
    std::vector<double> start(size);
    for (std::size_t s = 0; s < n; ++s) {
        start[s] = initial.mean[s];
        auto const i = static_cast<Index>(s);
        start[static_cast<std::size_t>(equations.place(i, i))] = initial.variance[s];
    }
    OdeSystem system{size, [&](double t, double const* y, double* out) { equations.slope(t, y, out); },
                     [&](double t, double const* y, double* out) { equations.jacobian(t, y, out); },
                     [&](std::size_t i) { return equations.name(static_cast<Index>(i)); }, network.file};
    auto const y = integrate(system, start, times, tolerance, stop);

    SecondMoments result;
    result.species = network.species;
    result.times = times;
    result.notes = initial.notes;
    for (std::size_t t = 0; t < times.size(); ++t) {
        double const* const row = y.data() + t * size;
        MatrixXd const c = equations.covariance(row);
        result.mean.insert(result.mean.end(), row, row + n);
        result.covariance.insert(result.covariance.end(), c.data(), c.data() + c.size());
    }
    for (auto& note : doubts(network, equations.linear(), result)) result.notes.push_back(std::move(note));
    add_observables(network, initial, Nonlinear::by_slope, result);
    return result;
}

}  // namespace fano
