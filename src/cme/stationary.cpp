// Stationary and quasi-stationary distributions on boxes that widen until the edge does not matter.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "cme/likely_box.hpp"
#include "cme/long_term.hpp"
#include "cme/problem.hpp"
#include "cme/window.hpp"
#include "fano/cme.hpp"
#include "fano/error.hpp"
#include "meanfield/stop.hpp"

namespace fano {

namespace {

// A distribution on a box.
struct Solved {
    std::vector<Bounds> box;
    std::unique_ptr<Coordinates> coordinates;
    StateSet states;
    std::vector<double> p;
    std::vector<std::pair<double, double>>
        outflow;  //!< [species] [1/time] that would lead below and above the box
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
          limits_(problem_.boxed ? conserved_bounds(network, problem_.initial)
                                 : problem_.coordinates.bounds()) {
        if (problem_.laws.timed())
            throw InputError(network.file, 0,
                             "a propensity depends on time, so that there is no stationary state; "
                             "leave --stationary out");
    }

    CmeSolution run() {
        auto const begun = std::chrono::steady_clock::now();
        auto solved = solve(problem_.boxed ? problem_.coordinates.bounds()
                                           : within_limits(likely_box(network_, problem_.initial)),
                            nullptr);
        double doubling = std::numeric_limits<double>::quiet_NaN();
        if (!problem_.boxed) {
            solved = settle(std::move(solved));
            while (true) {
                auto wider = solve(widened(solved, 0.5, [](auto, auto) { return true; }), &solved);
                doubling = distance(solved, wider);
                bool const enough = doubling <= options_.tolerance;
                solved = std::move(wider);
                if (enough) break;
            }
        } else if (auto const twice = widened(solved, 0.5, [](auto, auto) { return true; });
                   volume(twice) <= most()) {
            doubling = distance(solved, solve(twice, &solved));
        }
        CmeSolution solution;
        problem_.describe(solution);
        auto at = summarise(network_, problem_.joint, std::numeric_limits<double>::infinity(),
                            [&](auto const& visit) { visit_rows(solved, visit); });
        at.time = std::numeric_limits<double>::infinity();
        at.states = solved.states.size();
        solution.at.push_back(std::move(at));
        solution.tolerance = options_.tolerance;
        solution.most_states = most_states_;
        solution.method = method_;
        StationaryReport report;
        for (std::size_t s = 0; s < solved.box.size(); ++s)
            if (solved.box[s].high < Bounds{}.high)
                report.box.push_back({network_.species[s], solved.box[s].low, solved.box[s].high});
        report.outflow = solved.all_outflow();
        report.doubling = doubling;
        report.residual = solved.residual;
        report.quasi = quasi_;
        report.escape = solved.escape;
        solution.stationary = std::move(report);
        if (solved.ends > 1)
            solution.notes.push_back(
                fmt::format("the network can end in {} separate sets of states; each has the "
                            "probability to end there from the initial state",
                            solved.ends));
        solution.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        return solution;
    }

private:
    std::vector<Bounds> within_limits(std::vector<Bounds> box) const {
        for (std::size_t s = 0; s < box.size(); ++s) {
            box[s].low = std::clamp(box[s].low, limits_[s].low, limits_[s].high);
            box[s].high = std::clamp(box[s].high, limits_[s].low, limits_[s].high);
        }
        return box;
    }

    double most() const { return static_cast<double>(problem_.most_states) / 8; }  // matrices and factors

    double volume(std::vector<Bounds> const& box) const {
        double count = 1;
        for (auto s : problem_.coordinates.axes()) count *= static_cast<double>(box[s].high - box[s].low + 1);
        return count;
    }

    // Sides through which too much would leave are moved, until none is left.
    Solved settle(Solved solved) {
        for (int round = 0; round < 60; ++round) {
            double const rate = mean_exit_;
            auto const leaks = [&](double out) { return out > options_.tolerance / 100 * rate; };
            bool any = false;
            for (auto const& [below, above] : solved.outflow) any = any || leaks(below) || leaks(above);
            if (!any) return solved;
            auto const wider = widened(solved, 0.15, [&](std::size_t s, bool above) {
                return leaks(above ? solved.outflow[s].second : solved.outflow[s].first);
            });
            solved = solve(wider, &solved);
        }
        throw SolverError(
            network_.file,
            "probability goes on leaving the box however wide it is: there may be no stationary "
            "distribution; give a --box, or use fano cme --times");
    }

    // The box trimmed to where there is probability, and wider by a part of its width on the sides that are wanted.
    template <class Wanted>
    std::vector<Bounds> widened(Solved const& solved, double part, Wanted wanted) const {
        auto box = solved.box;
        for (auto s : solved.coordinates->axes()) {
            auto const width = static_cast<double>(box[s].high - box[s].low + 1);
            auto const by = static_cast<std::int64_t>(std::ceil(std::max(2.0, part * width)));
            if (wanted(s, false)) box[s].low = std::max(box[s].low - by, limits_[s].low);
            if (wanted(s, true)) box[s].high = std::min(box[s].high + by, limits_[s].high);
        }
        return box;
    }

    Solved solve(std::vector<Bounds> box, Solved const* before) {
        heed(options_.stop);
        Solved solved;
        solved.box = std::move(box);
        solved.coordinates =
            std::make_unique<Coordinates>(network_, problem_.coordinates.axes().back(),
                                          problem_.initial.counts, problem_.initial.spread, solved.box);
        solved.states = box_states(network_, *solved.coordinates, static_cast<std::uint64_t>(most()));
        most_states_ = std::max(most_states_, solved.states.size());
        Laws laws{network_, *solved.coordinates};
        Generator const inner{network_, *solved.coordinates, laws, solved.states, {}, Edge::reflecting};
        Columns const a = inner.matrix();
        auto const from = starts(solved);
        bool const direct = expect_direct(inner);
        auto found = quasi_ ? find_lasting(a, from, direct, options_.stop)
                            : find_end(a, from, guess_for(before, solved), direct, options_.stop);
        if (quasi_ && found.p.empty())
            throw InputError(network_.file, 0,
                             "the network never ends: it has a stationary distribution and no "
                             "quasi-stationary one; leave --quasi-stationary out");
        method_ = fmt::format("{}{}", quasi_ ? "inverse iteration, " : "", direct ? "direct" : "gmres");
        solved.p = std::move(found.p);
        solved.residual = found.residual;
        solved.escape = found.escape;
        solved.ends = found.ends;
        inner.check(solved.p);
        find_outflow(laws, solved);
        return solved;
    }

    // Where the network begins. A box around where it stays need not hold that: then the middle of the box will do.
    Starts starts(Solved const& solved) const {
        auto const& coordinates = *solved.coordinates;
        Starts from;
        for (auto const& state : problem_.initial.states) {
            bool within = true;
            for (std::size_t s = 0; s < state.counts.size(); ++s)
                within = within && state.counts[s] >= static_cast<double>(solved.box[s].low) &&
                         state.counts[s] <= static_cast<double>(solved.box[s].high);
            if (!within) continue;
            auto const at = coordinates.state(state.counts);
            from.states.push_back(solved.states.find(at.prefix, at.low));
            from.probability.push_back(state.probability);
        }
        if (from.states.size() == problem_.initial.states.size()) return from;
        if (problem_.boxed && from.states.empty())
            throw InputError(network_.file, 0, "the initial state is outside the box; widen --box");
        auto const& row = solved.states.rows()[solved.states.rows().size() / 2];
        return {{row.first + row.size / 2}, {1}};
    }

    static bool expect_direct(Generator const& a) {
        double const width = static_cast<double>(a.size()) / static_cast<double>(a.longest_axis());
        return static_cast<double>(a.size()) * (1e-6 + 6e-8 * width) < 8;  // [s]
    }

    // What the box before had, or something near its middle.
    std::function<double(std::uint64_t)> guess_for(Solved const* before, Solved const& solved) const {
        if (before == nullptr)
            return [this, &solved](std::uint64_t state) { return near_the_middle(solved, state); };
        return [guess = moved(*before, solved)](std::uint64_t state) { return guess[state]; };
    }

    double near_the_middle(Solved const& solved, std::uint64_t state) const {
        auto const& row = solved.states.row_of(state);
        std::vector<double> counts(network_.species.size());
        solved.coordinates->counts(row.prefix, row.low + static_cast<std::int64_t>(state - row.first),
                                   counts.data());
        double far = 0;
        for (std::size_t s = 0; s < counts.size(); ++s)
            if (solved.box[s].high < Bounds{}.high) {
                double const middle = 0.5 * static_cast<double>(solved.box[s].low + solved.box[s].high);
                double const width = static_cast<double>(solved.box[s].high - solved.box[s].low + 1);
                far += std::abs(counts[s] - middle) / width;
            }
        return std::exp(-8 * far);
    }

    static void visit_rows(Solved const& solved, std::function<void(StateRow const&)> const& visit) {
        std::vector<double> counts(solved.coordinates->step().size());
        for (auto const& row : solved.states.rows()) {
            solved.coordinates->counts(row.prefix, row.low, counts.data());
            visit({counts, solved.coordinates->step(), std::span(solved.p).subspan(row.first, row.size)});
        }
    }

    // p of one box on the states of another.
    std::vector<double> moved(Solved const& from, Solved const& to) const {
        std::vector<Interval> intervals;
        std::vector<double> counts(network_.species.size());
        for (auto const& row : from.states.rows()) {
            from.coordinates->counts(row.prefix, row.low, counts.data());
            auto interval = to.coordinates->state(counts);
            interval.high = interval.low + static_cast<std::int64_t>(row.size) - 1;
            intervals.push_back(interval);
        }
        // Prefixes are packed otherwise in another box, but in the same order.
        return transfer(StateSet{std::move(intervals)}, from.p, to.states);
    }

    double distance(Solved const& a, Solved const& b) const {
        auto const on_b = moved(a, b);
        double sum = 0;
        for (std::size_t i = 0; i < on_b.size(); ++i) sum += std::abs(on_b[i] - b.p[i]);
        return sum;
    }

    void find_outflow(Laws& laws, Solved& solved) {
        Generator const open{network_, *solved.coordinates, laws, solved.states};
        solved.outflow.assign(network_.species.size(), {0, 0});
        std::vector<double> counts(network_.species.size());
        for (auto const& leak : open.leaks()) {
            double const flux = open.flux(leak, solved.p);
            auto const& row = solved.states.row_of(leak.first);
            solved.coordinates->counts(
                row.prefix, row.low + static_cast<std::int64_t>(leak.first - row.first), counts.data());
            for (auto const& change : network_.reactions[leak.reaction].changes) {
                auto const to = static_cast<std::int64_t>(counts[change.species]) + change.change;
                if (to < solved.box[change.species].low) solved.outflow[change.species].first += flux;
                if (to > solved.box[change.species].high) solved.outflow[change.species].second += flux;
            }
        }
        auto const exit = open.exits();
        mean_exit_ = 0;
        for (std::size_t i = 0; i < exit.size(); ++i) mean_exit_ += exit[i] * solved.p[i];
    }

    Network const& network_;
    CmeOptions const& options_;
    bool const quasi_;
    Problem problem_;
    std::vector<Bounds> const limits_;
    std::uint64_t most_states_ = 0;
    double mean_exit_ = 0;
    std::string method_;
};

}  // namespace

CmeSolution stationary_cme(Network const& network, CmeOptions const& options, bool quasi) {
    auto with_time = options;
    with_time.times = {1};
    return Stationary{network, with_time, quasi}.run();
}

}  // namespace fano
