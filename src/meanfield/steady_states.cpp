// Looks for steady states from many starts, and keeps each once.
#include <algorithm>
#include <cmath>
#include <random>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "meanfield/steady_system.hpp"
#include "model/tables.hpp"

namespace fano {

namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr int most_slopes = 20'000;
constexpr int decades = 14;

// Where the time course leads, and how large counts become on the way.
struct Course {
    VectorXd end, largest;
};

struct Enough {};

// The times are decades of the fastest change at the start. A course that is not at rest after many slopes,
// such as a cycle, or that cannot be followed to its end is left where it is.
Course follow(RateEquations& equations, std::atomic<bool> const* stop) {
    Course course{equations.initial(), equations.initial().cwiseAbs()};
    OdeSystem system = equations.system();
    int slopes = 0;
    system.slope = [&](double time, double const* y, double* slope) {
        if (++slopes > most_slopes) throw Enough{};
        equations.slope(y, time, slope);
        course.end = Eigen::Map<VectorXd const>(y, equations.size());
        course.largest = course.largest.cwiseMax(course.end.cwiseAbs());
    };
    auto const& start = course.end;
    Eigen::MatrixXd rates = Eigen::MatrixXd::Zero(equations.size(), equations.size());
    equations.jacobian(start.data(), 0, rates.data());
    double const fastest = rates.cwiseAbs().maxCoeff();
    double const unit = fastest > 0 && std::isfinite(fastest) ? 1 / fastest : 1;
    std::vector<double> times;
    for (int k = 0; k <= decades; ++k) times.push_back(unit * std::pow(10.0, k));
    try {
        auto const counts = integrate(system, {start.begin(), start.end()}, times, {1e-11, 1e-11}, stop);
        course.end = Eigen::Map<VectorXd const>(&counts[counts.size() - start.size()], start.size());
    } catch (Enough const&) {
    } catch (SolverError const&) {
    }
    return course;
}

// Counts over many decades, some of them 0; the first step of Newton's method brings them to the conserved
// totals.
class RandomCounts {
public:
    explicit RandomCounts(VectorXd const& largest)
        : lowest_(std::log(1e-2)), highest_(std::log(100 * std::max(1.0, largest.maxCoeff()))) {}

    VectorXd operator()(Index species) {
        VectorXd counts(species);
        for (auto& x : counts) {
            double const part = uniform();
            x = uniform() < 0.1 ? 0 : std::exp(lowest_ + part * (highest_ - lowest_));
        }
        return counts;
    }

private:
    // The same on every machine, which the standard library's distributions are not.
    double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

    double lowest_, highest_;
    std::mt19937_64 engine_{1};
};

class Search {
public:
    Search(RateEquations& equations, std::atomic<bool> const* stop)
        : system_(equations, stop), species_(equations.network().species) {}

    // `keep_degenerate` keeps a root that is not isolated too.
    void from(VectorXd const& start, bool keep_degenerate) {
        auto root = system_.solve(start);
        if (!root) return;
        if (root->minCoeff() < 0) negative_ = root;
        root = system_.physical(*root);
        if (!root || is_known(*root)) return;
        if (!system_.isolated(*root)) {
            degenerate_ = true;
            if (!keep_degenerate) return;
        }
        roots_.push_back(*root);
    }

    std::vector<SteadyState> states() {
        std::sort(roots_.begin(), roots_.end(), [](auto const& a, auto const& b) {
            return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
        });
        std::vector<SteadyState> list;
        for (auto const& root : roots_) list.push_back(system_.describe(root));
        return list;
    }

    bool empty() const { return roots_.empty(); }
    bool degenerate() const { return degenerate_; }

    // Why there may be none: another kind of root, or what still moves where the time course was left.
    std::string reason(VectorXd const& end, VectorXd const& slope, VectorXd const& turnover) const {
        Index which = 0;
        if (negative_) {
            negative_->minCoeff(&which);
            return fmt::format(
                "The equations come to rest at {:.3g} \"{}\"; pairs of equal molecules can do that, whose "
                "propensity X (X - 1)/2 is negative where there is less than one",
                (*negative_)[which], name(which));
        }
        VectorXd const moving = (slope.cwiseAbs().array() > 1e-6 * turnover.array()).select(slope, 0);
        moving.cwiseAbs().maxCoeff(&which);
        return fmt::format(
            "At the end of the time course there are {:.3g} \"{}\", changing by {:.3g} a unit of "
            "time; look for birth without death",
            end[which], name(which), slope[which]);
    }

private:
    std::string const& name(Index species) const { return species_[static_cast<std::size_t>(species)]; }
    bool is_known(VectorXd const& root) const {
        return std::any_of(roots_.begin(), roots_.end(), [&](VectorXd const& known) {
            auto const sizes = known.cwiseAbs().cwiseMax(root.cwiseAbs()).array();
            return ((known - root).cwiseAbs().array() <= 1e-6 * sizes + 1e-9).all();
        });
    }

    SteadySystem system_;
    std::vector<std::string> const& species_;
    std::vector<VectorXd> roots_;
    std::optional<VectorXd> negative_;
    bool degenerate_ = false;
};

}  // namespace

SteadyStates find_steady_states(Network const& network, int starts, std::atomic<bool> const* stop) {
    RateEquations equations{network};
    if (network.tables->scalars.features.timed)
        throw InputError(network.file, 0,
                         "some propensity depends on time, so that nothing need come to rest; a steady state "
                         "is of constant rates only");
    Course const course = follow(equations, stop);
    Search search{equations, stop};
    search.from(course.end, true);
    search.from(equations.initial(), false);
    RandomCounts random{course.largest};
    for (int i = 0; i < starts; ++i) search.from(random(equations.size()), false);
    if (search.empty()) {
        VectorXd slope(equations.size());
        equations.slope(course.end.data(), 0, slope.data());
        throw SolverError(fmt::format(
            "no steady state of {} was found: Newton's method was started from the initial state, from where "
            "its time course leads and from {} random points, and none led to counts that are not negative. "
            "{}",
            network.file.empty() ? "the network" : network.file, starts,
            search.reason(course.end, slope, equations.turnover())));
    }
    SteadyStates result{search.states(), equations.notes()};
    if (search.degenerate())
        result.notes.push_back(
            "steady states are not all isolated: some fill a curve or are about to merge, and of those only "
            "the one where the time course leads is given");
    return result;
}

}  // namespace fano
