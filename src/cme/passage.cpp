// First passages by the times that a process spends in each state on its way, in which the edge of the box counts as lost.
#include "fano/passage.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "cme/boxes.hpp"
#include "cme/classes.hpp"
#include "cme/occupancy.hpp"
#include "fano/error.hpp"
#include "meanfield/stop.hpp"

namespace fano {

namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

// Sums over passages of 1, the time, and its square.
struct TimePowers {
    double sum[3] = {0, 0, 0};

    void add(TimePowers const& other) {
        for (int k = 0; k < 3; ++k) sum[k] += other.sum[k];
    }
    Passage passage(std::string condition) const {
        Passage found{std::move(condition), sum[0], undefined, undefined};
        if (!(sum[0] > 0)) return found;
        found.mean = sum[1] / sum[0];
        found.deviation = std::sqrt(std::max(0.0, sum[2] / sum[0] - found.mean * found.mean));
        return found;
    }
};

struct Solved {
    Box box;
    std::vector<TimePowers> to;  //!< [condition]
    double never = 0, lost = 0;
    Boxes::Sides outflow;      // probability
    double stay = 0;           //!< [time] on the way, on average
    std::uint64_t states = 0;  // that can be reached, the conditions apart
    std::string method;

    TimePowers any() const {
        TimePowers all;
        for (auto const& one : to) all.add(one);
        return all;
    }
};

class Passages {
public:
    Passages(Network const& network, CmeOptions const& options)
        : network_(network), options_(options), problem_(network, options), boxes_(problem_, options) {
        if (problem_.targets.size() == 0)
            throw InputError(network.file, 0, "a passage needs a condition to end at");
        if (problem_.laws.timed())
            throw InputError(network.file, 0,
                             "a propensity depends on time, so that there are no equations for when a "
                             "condition holds first; give --times");
    }

    PassageSolution run() {
        auto const begun = std::chrono::steady_clock::now();
        auto solved = solve(boxes_.first_with_starts());
        double difference = undefined;
        int fruitless = 0;  // times that the box was widened to no avail
        if (!problem_.boxed) {
            for (int round = 0; solved.lost > options_.tolerance; ++round) {
                if (round == 60)
                    throw SolverError(network_.file,
                                      "probability goes on leaving the box however wide it is; give a --box, "
                                      "or --times");
                if (hopeless(solved, fruitless)) throw SolverError(network_.file, despair(solved));
                double const lost = solved.lost;
                double const part = fruitless > 1 ? 1 : 0.3;
                solved = solve(boxes_.widened(solved.box, part, [&](std::size_t s, bool above) {
                    auto const& [below, over] = solved.outflow[s];
                    return (above ? over : below) > options_.tolerance / 100;
                }));
                fruitless = solved.lost > 0.99 * lost ? fruitless + 1 : 0;
            }
            auto wider = solve(boxes_.widened(solved.box, 0.3));
            difference = change(solved, wider);
            solved = std::move(wider);
        }
        PassageSolution found;
        for (std::uint32_t k = 0; k < problem_.targets.size(); ++k)
            found.passages.push_back(solved.to[k].passage(problem_.targets.label(k)));
        found.any = solved.any().passage("");
        found.never = solved.never;
        found.lost = solved.lost;
        found.difference = difference;
        found.box = boxes_.describe(solved.box);
        found.states = solved.states;
        found.method = solved.method;
        found.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        return found;
    }

private:
    // Whether a still wider box would tell no more: a thousand times wider ones did not, or it takes for ever to leave it.
    static bool hopeless(Solved const& solved, int fruitless) {
        return (fruitless >= 12 && solved.any().sum[0] > 0) || solved.stay > 1e100;
    }
    std::string despair(Solved const& solved) const {
        std::string box;
        for (auto const& b : boxes_.describe(solved.box))
            box += fmt::format("{}{} {}..{}", box.empty() ? "" : ", ", b.species, b.low, b.high);
        if (solved.any().sum[0] == 0)
            return fmt::format(
                "no condition holds in any state that is reached within {}, which is left after {:.3g} units "
                "of "
                "time on average; if a condition can hold, give a --box in which it does",
                box, solved.stay);
        return fmt::format(
            "{:.3g} of the probability leaves {} before a condition holds, and no less of it leaves wider "
            "boxes: it may never come back. Give a --box, for which this part is told beside the rest, or "
            "--times",
            solved.lost, box);
    }

    Solved solve(std::vector<Bounds> bounds) {
        heed(options_.stop);
        Solved solved;
        solved.box = boxes_.make(std::move(bounds));
        auto const& states = solved.box.states;
        Laws laws{network_, *solved.box.coordinates};
        Generator const open{network_,        *solved.box.coordinates, laws, states, {},
                             Edge::absorbing, problem_.targets};
        Columns const a = open.matrix();
        auto const first_target = states.first_target_state();
        solved.to.resize(problem_.targets.size());

        solved.lost = problem_.initial.left_out;
        std::vector<std::uint64_t> from;
        std::vector<double> source(states.size());
        for (auto const& state : problem_.initial.states) {
            auto const at = place(solved.box, state.counts);
            if (!at) {
                solved.lost += state.probability;
                continue;
            }
            from.push_back(states.find(at->prefix, at->low));
            source[from.back()] += state.probability;
        }
        if (from.empty())
            throw InputError(network_.file, 0, "the initial state is outside the box; widen --box");
        auto lost = open.leak_rates();
        auto const classes = find_classes(a, from);
        solved.states = static_cast<std::uint64_t>(
            std::count_if(classes.of.begin(), classes.of.begin() + static_cast<std::ptrdiff_t>(first_target),
                          [](auto c) { return c != Classes::none; }));
        std::vector<bool> transient(classes.closed.size());
        for (std::size_t c = 0; c < transient.size(); ++c) transient[c] = !classes.closed[c];
        for (std::size_t i = 0; i < lost.size(); ++i)
            if (lost[i] > 0 && classes.of[i] != Classes::none) transient[classes.of[i]] = true;

        // Moments of the time until something is over: k! times what flows there from (-A)^-(k + 1) source.
        auto const end = [&](std::uint64_t state, int power, double flow) {
            if (state >= first_target)
                solved.to[state - first_target].sum[power] += power == 2 ? 2 * flow : flow;
            else if (power == 0)
                solved.never += flow;
        };
        for (std::size_t i = 0; i < source.size(); ++i) {
            if (source[i] == 0 || transient[classes.of[i]]) continue;
            end(i, 0, source[i]);
            source[i] = 0;
        }
        solved.outflow.assign(network_.species.size(), {0, 0});
        auto const members = classes.states([&](std::uint32_t c) { return transient[c]; });
        if (members.empty()) return solved;
        Occupancy const occupancy{a, members, std::move(lost), options_.stop};
        solved.method = occupancy.method();
        for (int power = 0; power < 3; ++power) {
            auto const x = occupancy.times(source);
            if (power == 0) {
                open.check(x);
                for (double time : x) solved.stay += time;
                solved.lost += occupancy.lost(x);
                solved.outflow = boxes_.outflow(open, solved.box, x);
            }
            occupancy.visit_exits(x, [&](std::uint64_t state, double flow) { end(state, power, flow); });
            if (solved.any().sum[0] == 0) break;  // nothing that has a time
            source = x;
        }
        return solved;
    }

    // Where a state lies in a box: Problem::place() for other bounds.
    std::optional<Interval> place(Box const& box, std::vector<double> const& counts) const {
        for (std::size_t s = 0; s < counts.size(); ++s)
            if (counts[s] < static_cast<double>(box.bounds[s].low) ||
                counts[s] > static_cast<double>(box.bounds[s].high))
                return std::nullopt;
        auto const state = box.coordinates->state(counts);
        auto const target = problem_.targets.of(*box.coordinates, state);
        return target == Targets::none ? state : target_state(target);
    }

    static double change(Solved const& a, Solved const& b) {
        auto const x = a.any(), y = b.any();
        if (!(x.sum[0] > 0) || !(y.sum[1] > 0)) return 0;
        return std::abs(x.sum[1] / x.sum[0] - y.sum[1] / y.sum[0]) / (y.sum[1] / y.sum[0]);
    }

    Network const& network_;
    CmeOptions const& options_;
    Problem const problem_;
    Boxes const boxes_;
};

}  // namespace

PassageSolution solve_passage(Network const& network, CmeOptions const& options) {
    auto with_time = options;
    with_time.times = {1};
    return for_model(network, [&] { return Passages{network, with_time}.run(); });
}

}  // namespace fano
