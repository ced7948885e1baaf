// Traces every curve of steady states that enters a range of a parameter through one of its ends.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "meanfield/steady_curve.hpp"
#include "meanfield/stop.hpp"

namespace fano {

namespace {

using Eigen::VectorXd;

constexpr double first_step = 0.01, shortest_step = 1e-7, longest_step = 0.04;
constexpr std::size_t most_points = 20'000;
// The cosine of the largest turn of the curve in a step.
constexpr double least_cosine = 0.98;

class Tracer {
public:
    Tracer(NetworkFamily& family, std::atomic<bool> const* stop)
        : family_(family), curve_(family), stop_(stop) {}

    // From a state at one end of the range into it.
    Branch trace(std::vector<double> const& counts, double value) {
        branch_ = {};
        auto const species = static_cast<Eigen::Index>(counts.size());
        VectorXd point(species + 1), forward = VectorXd::Zero(species + 1);
        point << Eigen::Map<VectorXd const>(counts.data(), species), value;
        forward[species] = value == family_.low() ? 1 : -1;
        VectorXd tangent = curve_.tangent(point, forward);
        add(point);
        double length = first_step;
        while (length > shortest_step && branch_.points.size() < most_points) {
            heed(stop_);
            if (leaves(point + length * tangent)) {
                if (finish(point, tangent)) break;
                length /= 2;
                continue;
            }
            auto const next = inside(point, tangent, length);
            if (!next) {
                length /= 2;
                continue;
            }
            VectorXd const next_tangent = curve_.tangent(*next, tangent);
            if (curve_.dot(tangent, next_tangent, curve_.unit(*next)) < least_cosine) {
                length /= 2;
                continue;
            }
            if (tangent[species] * next_tangent[species] < 0) add_fold(point, tangent, length);
            point = *next;
            tangent = next_tangent;
            add(point);
            length = std::min(1.5 * length, longest_step);
        }
        return std::move(branch_);
    }

private:
    static double parameter(VectorXd const& point) { return point[point.size() - 1]; }
    bool leaves(VectorXd const& point) const {
        return parameter(point) < family_.low() || parameter(point) > family_.high();
    }

    // A point whose counts are not negative but for rounding.
    std::optional<VectorXd> inside(VectorXd const& point, VectorXd const& tangent, double length) {
        auto next = curve_.step(point, tangent, length);
        return next && (next->head(next->size() - 1).array() > -1e-9).all() ? next : std::nullopt;
    }

    // The last point, at an end of the range.
    bool finish(VectorXd const& point, VectorXd const& tangent) {
        auto const species = point.size() - 1;
        double const end = tangent[species] > 0 ? family_.high() : family_.low();
        VectorXd aim = point + (end - point[species]) / tangent[species] * tangent;
        auto root = family_.at(end).solve(aim.head(species));
        if (root) root = family_.at(end).physical(*root);
        if (!root) return false;
        VectorXd last(species + 1);
        last << *root, end;
        VectorXd const units = curve_.unit(point), off = last - aim, way = aim - point;
        if (curve_.dot(off, off, units) > 0.25 * curve_.dot(way, way, units) + 1e-12) return false;
        if (end != point[species]) add(last);
        return true;
    }

    void add(VectorXd const& point) { branch_.points.push_back(describe(point)); }

    Branch::Point describe(VectorXd const& point) {
        VectorXd const counts =
            point.head(point.size() - 1).unaryExpr([](double x) { return x < 1e-12 ? 0.0 : x; });
        return {parameter(point), family_.at(parameter(point)).describe(counts)};
    }

    // Bisects the length at which the tangent stands across the parameter.
    void add_fold(VectorXd const& point, VectorXd const& tangent, double length) {
        double low = 0, high = length;
        VectorXd fold = point;
        for (int i = 0; i < 40; ++i) {
            double const middle = 0.5 * (low + high);
            auto const there = curve_.step(point, tangent, middle);
            if (!there) break;
            fold = *there;
            bool const before = parameter(curve_.tangent(fold, tangent)) * parameter(tangent) > 0;
            (before ? low : high) = middle;
        }
        branch_.folds.push_back(describe(fold));
        branch_.folds.back().state.stability = Stability::marginal;  // but for rounding
    }

    NetworkFamily& family_;
    SteadyCurve curve_;
    std::atomic<bool> const* stop_;
    Branch branch_;
};

bool same(std::vector<double> const& a, std::vector<double> const& b) {
    return std::equal(a.begin(), a.end(), b.begin(), [](double x, double y) {
        return std::abs(x - y) <= 1e-6 * std::max(std::abs(x), std::abs(y)) + 1e-9;
    });
}

void check(Model const& model, std::string const& parameter, double from, double to) {
    auto const* const quantity = model.find(parameter);
    if (quantity != nullptr && quantity->kind == QuantityKind::species)
        throw InputError(
            fmt::format("\"{}\" is a species; steady states are followed over a parameter or a "
                        "volume",
                        parameter));
    if (!(std::isfinite(from) && std::isfinite(to) && from != to))
        throw InputError(
            fmt::format("steady states are followed over \"{}\" between two different finite "
                        "values, not from {} to {}",
                        parameter, from, to));
}

}  // namespace

Continuation continue_steady_states(Model const& model, std::string const& parameter, double from, double to,
                                    std::atomic<bool> const* stop) {
    check(model, parameter, from, to);
    NetworkFamily family{model, parameter, std::min(from, to), std::max(from, to)};
    Continuation result;
    std::string failure;
    for (double const end : {from, to}) {
        Model there = model;
        there.set(parameter, end);
        SteadyStates starts;
        try {
            starts = find_steady_states(compile(there), 200, stop);
        } catch (SolverError const& error) {
            failure = error.what();
            continue;
        }
        for (auto const& note : starts.notes)
            if (std::find(result.notes.begin(), result.notes.end(), note) == result.notes.end())
                result.notes.push_back(note);
        for (auto const& state : starts.states) {
            bool const known =
                std::any_of(result.branches.begin(), result.branches.end(), [&](auto const& b) {
                    auto const& last = b.points.back();
                    return last.parameter == end && same(last.state.counts, state.counts);
                });
            Eigen::Map<VectorXd const> const counts(state.counts.data(),
                                                    static_cast<Eigen::Index>(state.counts.size()));
            if (known || !family.at(end).isolated(counts)) continue;
            result.branches.push_back(Tracer{family, stop}.trace(state.counts, end));
            double const last = result.branches.back().points.back().parameter;
            if (last != from && last != to)
                result.notes.push_back(
                    fmt::format("branch {} ends at {} = {:.6g}: beyond, a count would turn negative or the "
                                "curve is not smooth",
                                result.branches.size(), parameter, last));
        }
    }
    if (result.branches.empty())
        throw SolverError(
            failure.empty()
                ? fmt::format("{}: the steady states at both ends of \"{}\" fill curves of their own, "
                              "and cannot be followed over it; choose another range or parameter",
                              model.file, parameter)
                : failure);
    return result;
}

}  // namespace fano
