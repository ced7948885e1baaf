// Maximum likelihood.
#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Eigenvalues>
#include <fmt/format.h>
#include <unsupported/Eigen/NonLinearOptimization>

#include "fano/error.hpp"
#include "inference/deviance.hpp"
#include "meanfield/stop.hpp"

namespace fano {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Within their bounds, parameters are functions of angles:
// log theta = log low + (1 + sin u) / 2 * log(high / low).
class Search {
public:
    Search(Model const& model, Snapshots const& data, FitOptions const& options)
        : model_(model), data_(data), options_(options), parameters_(options.parameters) {
        if (options.fit_capture) {
            parameters_.push_back(*options.fit_capture);
            parameters_.back().name = "capture";
        }
        check();
    }

    Fit run() {
        Eigen::VectorXd u = best_start();
        Eigen::LevenbergMarquardt<Search> steps(*this);
        steps.parameters.ftol = 1e-10;
        steps.parameters.xtol = 1e-7;
        steps.parameters.gtol = 1e-11;
        steps.parameters.maxfev = 400;
        auto const status = steps.minimize(u);
        Fit fit;
        fit.converged = status > 0 && status != Eigen::LevenbergMarquardtSpace::TooManyFunctionEvaluation;
        if (!fit.converged)
            fit.notes.push_back("the search ended before it converged; narrow the bounds of the parameters");
        report(u, fit);
        return fit;
    }

    // What Eigen asks for.
    using Scalar = double;
    using InputType = Eigen::VectorXd;
    using ValueType = Eigen::VectorXd;
    using JacobianType = Eigen::MatrixXd;
    enum { InputsAtCompileTime = Eigen::Dynamic, ValuesAtCompileTime = Eigen::Dynamic };
    int inputs() const { return static_cast<int>(parameters_.size()); }
    int values() const { return static_cast<int>(deviance_residuals(data_)); }
    int operator()(Eigen::VectorXd const& u, Eigen::VectorXd& residual) {
        try {
            residual = at(u).residual;
        } catch (SolverError const&) {  // a place too far out: not there
            residual.setConstant(1e8);
        }
        return 0;
    }
    int df(Eigen::VectorXd const& u, Eigen::MatrixXd& slope) {
        slope = at(u).slope;
        auto const theta = values_at(u);
        for (Eigen::Index a = 0; a < u.size(); ++a) {
            auto const& p = parameters_[static_cast<std::size_t>(a)];
            slope.col(a) *=
                theta[static_cast<std::size_t>(a)] * std::cos(u[a]) / 2 * std::log(p.high / p.low);
        }
        return 0;
    }

private:
    void check() const {
        if (parameters_.empty()) throw InputError("there is nothing to fit; give --parameter NAME=LOW:HIGH");
        if (data_.rows.empty()) throw InputError("there are no cells to fit to");
        for (std::size_t i = 0; i < parameters_.size(); ++i) {
            auto const& [name, low, high] = parameters_[i];
            bool const capture = options_.fit_capture && i + 1 == parameters_.size();
            auto const option = capture ? fmt::format("--capture {}:{}", low, high)
                                        : fmt::format("--parameter {}={}:{}", name, low, high);
            if (!(low > 0 && low < high && std::isfinite(high)))
                throw InputError(
                    fmt::format("{}: bounds are more than 0, the lower one first, as the search goes by "
                                "factors",
                                option));
            if (capture && high > 1) throw InputError(option + ": a probability is at most 1");
            for (std::size_t j = 0; j < i; ++j)
                if (parameters_[j].name == name)
                    throw InputError(fmt::format("{}: {} is to be fitted already", option, name));
            if (capture) continue;
            auto const* const quantity = model_.find(name);
            if (quantity == nullptr) {
                std::vector<std::string> known;
                for (auto const& other : model_.quantities)
                    if (other.kind != QuantityKind::species) known.push_back(other.id);
                throw InputError(
                    model_.file, 0,
                    fmt::format("{}: there is no parameter \"{}\"{}", option, name, suggest(name, known)));
            }
            if (quantity->kind == QuantityKind::species)
                throw InputError(
                    fmt::format("{}: {} is a species, and its initial count is a whole number; fit "
                                "parameters",
                                option, name));
        }
    }

    std::vector<double> values_at(Eigen::VectorXd const& u) const {
        std::vector<double> theta;
        for (std::size_t a = 0; a < parameters_.size(); ++a) {
            auto const& p = parameters_[a];
            theta.push_back(p.low *
                            std::pow(p.high / p.low, (1 + std::sin(u[static_cast<Eigen::Index>(a)])) / 2));
        }
        return theta;
    }

    std::vector<CountDistribution> distributions(std::vector<double> const& theta, bool derivatives) {
        heed(options_.stop);
        auto model = model_;
        DerivativeOptions derivative;
        for (std::size_t a = 0; a < options_.parameters.size(); ++a) {
            model.set(parameters_[a].name, theta[a]);
            if (derivatives) derivative.parameters.push_back(parameters_[a].name);
        }
        derivative.species = data_.species;
        derivative.times = data_.times();
        derivative.tolerance = options_.tolerance;
        derivative.most_states = options_.most_states;
        derivative.threads = options_.threads;
        derivative.stop = options_.stop;
        auto found = count_distributions(model, derivative);
        double const seen = options_.fit_capture ? theta.back() : options_.capture;
        if (seen != 1 || options_.fit_capture)
            for (auto& d : found) d = captured(d, seen, derivatives && options_.fit_capture);
        ++evaluations_;
        if (options_.progress) options_.progress({evaluations_, log_likelihood(found, data_).value, theta});
        return found;
    }

    // A search asks for residuals and then for their slopes in the same place.
    Deviance const& at(Eigen::VectorXd const& u) {
        if (last_u_.size() != u.size() || last_u_ != u) {
            last_ = deviance(distributions(values_at(u), true), data_);
            last_u_ = u;
        }
        return last_;
    }

    // The likeliest of points that fill the box evenly: Halton, Commun. ACM 7, 701 (1964). The first is its
    // middle.
    Eigen::VectorXd best_start() {
        constexpr unsigned primes[] = {2, 3, 5, 7, 11, 13, 17, 19};
        Eigen::VectorXd best;
        double highest = -infinity;
        std::string why;
        for (unsigned i = 0; i < std::max(options_.starts, 1U); ++i) {
            Eigen::VectorXd u(inputs());
            for (Eigen::Index a = 0; a < u.size(); ++a) {
                unsigned const base = primes[static_cast<std::size_t>(a) % std::size(primes)];
                double x = 0, part = 1;
                for (unsigned k = i; k > 0; k /= base) x += (part /= base) * (k % base);
                u[a] = i == 0 ? 0 : std::asin(0.9 * (2 * x - 1));
            }
            try {
                double const value = log_likelihood(distributions(values_at(u), false), data_).value;
                if (value > highest) {
                    highest = value;
                    best = u;
                }
            } catch (SolverError const& error) {
                why = error.what();
            }
        }
        if (best.size() == 0)
            throw SolverError("nowhere within the bounds can the model be solved; the last try: " + why);
        return best;
    }

    void report(Eigen::VectorXd const& u, Fit& fit) {
        std::size_t const n = parameters_.size();
        fit.estimate = values_at(u);
        fit.fitted = distributions(fit.estimate, true);
        auto const likelihood = log_likelihood(fit.fitted, data_);
        fit.log_likelihood = likelihood.value;
        fit.bounded = likelihood.bounded;
        fit.evaluations = evaluations_;
        auto const list = fisher_information(fit.fitted, data_.cells());
        Eigen::MatrixXd information(n, n);
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t b = 0; b < n; ++b)
                information(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(b)) =
                    list[a * n + b] * fit.estimate[a] * fit.estimate[b];  // by logarithms
        Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> const parts(information);
        constexpr double undetermined = 1e-10;  // of the largest: beyond what derivatives are exact to
        bool const known = parts.eigenvalues()[0] > undetermined * parts.eigenvalues()[inputs() - 1];
        Eigen::MatrixXd const covariance = information.inverse();
        double const none = std::numeric_limits<double>::quiet_NaN();
        for (std::size_t a = 0; a < n; ++a) {
            auto const& p = parameters_[a];
            fit.parameters.push_back(p.name);
            fit.low.push_back(p.low);
            fit.high.push_back(p.high);
            auto const variance = [&](std::size_t i) {
                return covariance(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(i));
            };
            fit.standard_error.push_back(known ? fit.estimate[a] * std::sqrt(variance(a)) : none);
            for (std::size_t b = 0; b < n; ++b)
                fit.correlation.push_back(
                    known ? covariance(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(b)) /
                                std::sqrt(variance(a) * variance(b))
                          : none);
            double const place = std::log(fit.estimate[a] / p.low) / std::log(p.high / p.low);
            if (std::min(place, 1 - place) < 1e-4)
                fit.notes.push_back(
                    fmt::format("{} ends at a bound, {:.6g}; the likelihood may be higher beyond it, and its "
                                "standard error does not hold",
                                p.name, fit.estimate[a]));
        }
        if (!known)
            fit.notes.push_back(
                "these data do not determine all parameters: some of their combinations hardly change the "
                "likelihood; fix a parameter with --set, or observe more species or times");
        if (fit.bounded > 0)
            fit.notes.push_back(
                fmt::format("{:g} cells have counts whose probability is below the error of the "
                            "distribution, which stands for it; a smaller --tolerance may tell it",
                            fit.bounded));
    }

    Model const& model_;
    Snapshots const& data_;
    FitOptions const& options_;
    std::vector<FitParameter> parameters_;
    std::uint64_t evaluations_ = 0;
    Eigen::VectorXd last_u_;
    Deviance last_;
};

}  // namespace

Fit fit(Model const& model, Snapshots const& data, FitOptions const& options) {
    return Search{model, data, options}.run();
}

}  // namespace fano
