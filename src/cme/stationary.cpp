// Stationary and quasi-stationary distributions on boxes that widen until the edge does not matter.
#include <chrono>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "cme/boxes.hpp"
#include "cme/currents.hpp"
#include "fano/error.hpp"
#include "meanfield/stop.hpp"

namespace fano {

namespace {

// A distribution on a box.
struct Solved {
    Box box;
    std::vector<double> p;
    Boxes::Sides outflow;  //!< [1/time]
    double mean_exit = 0;  //!< [1/time] of all states
    double residual = 0, escape = 0;
    std::size_t ends = 1;  // sets of states that the network can end in

    double all_outflow() const {
        double sum = 0;
        for (auto const& [below, above] : outflow) sum += below + above;
        return sum;
    }
};

class Stationary {
public:
    Stationary(Network const& network, CmeOptions const& options, bool quasi)
        : network_(network),
          options_(options),
          quasi_(quasi),
          problem_(network, options),
          boxes_(problem_, options) {
        if (problem_.laws.timed())
            throw InputError(network.file, 0,
                             "a propensity depends on time, so that there is no stationary state; "
                             "leave --stationary out");
    }

    CmeSolution run() {
        auto const begun = std::chrono::steady_clock::now();
        auto solved = solve(boxes_.first(), nullptr);
        double doubling = std::numeric_limits<double>::quiet_NaN();
        if (!problem_.boxed) {
            solved = settle(std::move(solved));
            while (true) {
                auto wider = solve(boxes_.widened(solved.box, 0.5), &solved);
                doubling = distance(solved, wider);
                bool const enough = doubling <= options_.tolerance;
                solved = std::move(wider);
                if (enough) break;
            }
        } else if (auto const twice = boxes_.widened(solved.box, 0.5); boxes_.fits(twice)) {
            doubling = distance(solved, solve(twice, &solved));
        }
        CmeSolution solution;
        problem_.describe(solution);
        auto at = summarise(network_, problem_.joint, std::numeric_limits<double>::infinity(),
                            [&](auto const& visit) { visit_rows(solved, visit); });
        at.time = std::numeric_limits<double>::infinity();
        at.states = solved.box.states.size();
        solution.at.push_back(std::move(at));
        solution.tolerance = options_.tolerance;
        solution.most_states = most_states_;
        solution.method = method_;
        StationaryReport report;
        report.box = boxes_.describe(solved.box);
        report.outflow = solved.all_outflow();
        report.doubling = doubling;
        report.residual = solved.residual;
        report.quasi = quasi_;
        report.escape = solved.escape;
        if (!quasi_) report.currents = find_currents(network_, solved.box, solved.p);
        solution.stationary = std::move(report);
        if (doubling > options_.tolerance)
            solution.notes.push_back(
                fmt::format("a box twice as wide changes the distribution by {:.3g}, more than the "
                            "tolerance: this one is too small",
                            doubling));
        if (solved.ends > 1)
            solution.notes.push_back(
                fmt::format("the network can end in {} separate sets of states; each has the "
                            "probability to end there from the initial state",
                            solved.ends));
        solution.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        return solution;
    }

private:
    // Sides through which too much would leave are moved, until none is left.
    Solved settle(Solved solved) {
        for (int round = 0; round < 60; ++round) {
            double const rate = solved.mean_exit;
            auto const leaks = [&](double out) { return out > options_.tolerance / 100 * rate; };
            bool any = false;
            for (auto const& [below, above] : solved.outflow) any = any || leaks(below) || leaks(above);
            if (!any) return solved;
            auto const wider = boxes_.widened(solved.box, 0.15, [&](std::size_t s, bool above) {
                return leaks(above ? solved.outflow[s].second : solved.outflow[s].first);
            });
            solved = solve(wider, &solved);
        }
        throw SolverError(
            network_.file,
            "probability goes on leaving the box however wide it is: there may be no stationary "
            "distribution; give a --box, or use fano cme --times");
    }

    Solved solve(std::vector<Bounds> bounds, Solved const* before) {
        heed(options_.stop);
        Solved solved;
        solved.box = boxes_.make(std::move(bounds));
        most_states_ = std::max(most_states_, solved.box.states.size());
        Laws laws{network_, *solved.box.coordinates};
        Generator const inner{network_, *solved.box.coordinates, laws, solved.box.states,
                              {},       Edge::reflecting};
        Columns const a = inner.matrix();
        auto const from = starts(solved.box);
        double const factoring = factor_seconds(inner);
        auto found = quasi_ ? find_lasting(a, from, factoring, options_.stop)
                            : find_end(a, from, guess_for(before, solved.box), factoring, options_.stop);
        if (quasi_ && found.p.empty())
            throw InputError(network_.file, 0,
                             "the network never ends: it has a stationary distribution and no "
                             "quasi-stationary one; leave --quasi-stationary out");
        method_ = found.method;
        solved.p = std::move(found.p);
        solved.residual = found.residual;
        solved.escape = found.escape;
        solved.ends = found.ends;
        inner.check(solved.p);
        Generator const open{network_, *solved.box.coordinates, laws, solved.box.states};
        solved.outflow = boxes_.outflow(open, solved.box, solved.p);
        auto const exit = open.exits();
        for (std::size_t i = 0; i < exit.size(); ++i) solved.mean_exit += exit[i] * solved.p[i];
        return solved;
    }

    // Where the network begins. A box around where it stays need not hold that: then the middle of the box will do.
    Starts starts(Box const& box) const {
        Starts from;
        for (auto const& state : problem_.initial.states) {
            bool within = true;
            for (std::size_t s = 0; s < state.counts.size(); ++s)
                within = within && state.counts[s] >= static_cast<double>(box.bounds[s].low) &&
                         state.counts[s] <= static_cast<double>(box.bounds[s].high);
            if (!within) continue;
            auto const at = box.coordinates->state(state.counts);
            from.states.push_back(box.states.find(at.prefix, at.low));
            from.probability.push_back(state.probability);
        }
        if (from.states.size() == problem_.initial.states.size()) return from;
        if (problem_.boxed && from.states.empty())
            throw InputError(network_.file, 0, "the initial state is outside the box; widen --box");
        auto const& row = box.states.rows()[box.states.rows().size() / 2];
        return {{row.first + row.size / 2}, {1}};
    }

    // What the box before had, or something near its middle.
    std::function<double(std::uint64_t)> guess_for(Solved const* before, Box const& box) const {
        if (before == nullptr)
            return [this, &box](std::uint64_t state) { return near_the_middle(box, state); };
        return
            [guess = Boxes::moved(before->box, before->p, box)](std::uint64_t state) { return guess[state]; };
    }

    double near_the_middle(Box const& box, std::uint64_t state) const {
        auto const& row = box.states.row_of(state);
        std::vector<double> counts(network_.species.size());
        box.coordinates->counts(row.prefix, row.low + static_cast<std::int64_t>(state - row.first),
                                counts.data());
        double far = 0;
        for (std::size_t s = 0; s < counts.size(); ++s)
            if (box.bounds[s].high < Bounds{}.high) {
                double const middle = 0.5 * static_cast<double>(box.bounds[s].low + box.bounds[s].high);
                double const width = static_cast<double>(box.bounds[s].high - box.bounds[s].low + 1);
                far += std::abs(counts[s] - middle) / width;
            }
        return std::exp(-8 * far);
    }

    static void visit_rows(Solved const& solved, std::function<void(StateRow const&)> const& visit) {
        auto const& coordinates = *solved.box.coordinates;
        std::vector<double> counts(coordinates.step().size());
        for (auto const& row : solved.box.states.rows()) {
            coordinates.counts(row.prefix, row.low, counts.data());
            visit({counts, coordinates.step(), std::span(solved.p).subspan(row.first, row.size)});
        }
    }

    static double distance(Solved const& a, Solved const& b) {
        auto const on_b = Boxes::moved(a.box, a.p, b.box);
        double sum = 0;
        for (std::size_t i = 0; i < on_b.size(); ++i) sum += std::abs(on_b[i] - b.p[i]);
        return sum;
    }

    Network const& network_;
    CmeOptions const& options_;
    bool const quasi_;
    Problem problem_;
    Boxes const boxes_;
    std::uint64_t most_states_ = 0;
    std::string method_;
};

}  // namespace

CmeSolution stationary_cme(Network const& network, CmeOptions const& options, bool quasi) {
    auto with_time = options;
    with_time.times = {1};
    return for_model(network, [&] { return Stationary{network, with_time, quasi}.run(); });
}

}  // namespace fano
