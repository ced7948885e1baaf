// p(t): takes steps with one of several propagators, on a set of states that follows the probability. A step that
// loses more than its share of the tolerance is taken again on a larger set.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "backend/gpus.hpp"
#include "cme/choose_propagator.hpp"
#include "cme/initial.hpp"
#include "cme/problem.hpp"
#include "cme/summarise.hpp"
#include "cme/timed_propagator.hpp"
#include "cme/window.hpp"
#include "fano/cme.hpp"
#include "fano/error.hpp"
#include "meanfield/stop.hpp"

namespace fano {

namespace {

// The GPU that is asked for. Throws BackendError if there is none.
std::optional<GpuInfo> gpu_of(CmeOptions const& options) {
    if (options.device.device != Device::gpu) return std::nullopt;
    auto const& wanted = options.device.gpus;
    if (wanted.size() > 1)
        throw InputError(fmt::format(
            "a master equation is solved on one GPU; name one of them: --device gpu:{}", wanted[0]));
    auto const survey = survey_gpus();
    if (survey.gpus.empty()) throw BackendError(survey.why_none);
    for (auto const& gpu : survey.gpus)
        if (wanted.empty() || gpu.index == wanted[0]) return gpu;
    open_gpu(wanted[0]);  // says which there are
    return std::nullopt;
}

class Transient {
public:
    Transient(Network const& network, CmeOptions const& options)
        : options_(options),
          problem_(network, options),
          gpu_(gpu_of(options)),
          choose_(problem_.team, options, gpu_ ? generators_on_gpu(gpu_->index) : MakeDeviceGenerator{}),
          timed_(problem_, choose_, options.times.back()),
          sink_allowed_(0.45 * options.tolerance),
          pruned_allowed_(0.1 * options.tolerance),
          integration_allowed_(0.2 * options.tolerance),  // which may count twice: for itself, and as a sink
          end_(options.times.back()) {}

    CmeSolution run() {
        auto const begun = std::chrono::steady_clock::now();
        begin();
        for (double time : options_.times) {
            while (time_ < time) advance(time);
            report();
        }
        solution_.method = choose_.used();
        solution_.products = choose_.products();
        solution_.tolerance = options_.tolerance;
        problem_.describe(solution_);
        if (gpu_) solution_.device = gpu_->name + " and " + solution_.device;
        double const total = solution_.at.back().certificate.total();
        if (total > 2 * options_.tolerance && options_.box.empty())
            throw SolverError(fmt::format(
                "the set of states could not be made large enough: {:.3g} of the probability went to "
                "counts that are too large for a state of 64 bits, or left faster than it could be "
                "followed; try --integrator uniformization, a --box, or fano run",
                total));
        if (total > options_.tolerance)
            solution_.notes.push_back(
                fmt::format("the certificate is {:.3g} at the last time, more than the tolerance of {:.3g}{}",
                            total, options_.tolerance,
                            options_.box.empty() ? "" : ": the box is too small for what flows out of it"));
        solution_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        return std::move(solution_);
    }

private:
    void begin() {
        std::vector<Interval> intervals;
        double outside = 0;
        for (auto const& state : problem_.initial.states) {
            if (auto const place = problem_.place(state.counts))
                intervals.push_back(*place);
            else
                outside += state.probability;
        }
        if (outside > 0.5)
            throw InputError(problem_.network.file, 0, "the initial state is outside the box; widen --box");
        certificate_.pruned = problem_.initial.left_out + outside;
        for (auto const& target : problem_.targets.states()) intervals.push_back(target);
        set_states(problem_.boxed ? box_states(problem_.network, problem_.coordinates, problem_.most_states,
                                               problem_.targets)
                                  : StateSet{std::move(intervals)},
                   {});
        p_.assign(generator_->size(), 0);
        for (auto const& state : problem_.initial.states)
            if (auto const place = problem_.place(state.counts))
                p_[generator_->states().find(place->prefix, place->low)] += state.probability;
        double const exit = generator_->largest_exit();
        step_ = exit > 0 ? std::min(end_, 1 / exit) : end_;
        reached_ = step_;
    }

    // One accepted step, at most to `until`.
    void advance(double until) {
        heed(options_.stop);
        for (int failures = 0;; ++failures) {
            double const step = std::min(step_, until - time_);
            if (problem_.laws.timed()) look_at(time_ + step / 2);
            // Where more would leave in this step, or the part of it that is likely, than may, it is better to know before.
            double const likely = std::min(step, 4 * reached_);
            auto const flux_before = fluxes(p_);
            if (failures == 0 && flux_before.open * likely > allowance(likely) / 100)
                widen(p_, {allowance(likely) / likely / 200, likely, reach_});
            auto next = p_;
            double const before = sum(p_);
            auto const done = propagate(next, step);
            generator_->check(next);
            // What the sum lost left, give or take what the error may have added.
            double const lost =
                before - sum(next) - done.missing - done.rounding + (done.error - done.missing);
            double const sink =
                generator_->leaks().empty() && !problem_.laws.timed() ? 0 : std::max(0.0, lost);
            // What left where the set could have been larger.
            auto const flux_after = fluxes(next);
            double const open = flux_before.open + flux_after.open,
                         walled = flux_before.walled + flux_after.walled;
            double const part = open + walled > 0 ? open / (open + walled) : 1;
            double const avoidable = std::max(0.0, sink - done.error) * part;
            if (avoidable > allowance(done.time)) {
                // Rates in the middle of a step say where it leads only if it ends where it was to end.
                if (problem_.laws.timed() && done.time < step) {
                    step_ = done.time;
                    look_at(time_ + step_ / 2);
                }
                reach_ = std::min(reach_ * 1.5, 20.0);
                if (failures == 2) step_ = std::min(step_, done.time) / 2;
                if (widen(next, {allowance(done.time) / done.time / 200, done.time, reach_})) continue;
                if (failures < 6) continue;  // probability that went by and left nothing to follow
            }
            avoidable_ += avoidable;
            p_.swap(next);
            certificate_.sink += sink;
            certificate_.integration += done.error;
            bool const whole = done.time >= until - time_;
            time_ = whole ? until : time_ + done.time;
            if (failures == 0 || failures >= 6) {
                reach_ = std::max(reach_ * 0.95, 2.0);
                if (done.time >= step_ * (1 - 1e-12)) step_ = 2 * done.time;
                if (!choose_.tried()) reached_ = done.time;
            }
            if (!problem_.boxed) shrink_window();
            if (options_.progress) options_.progress(time_ / end_);
            return;
        }
    }

    // p forward by `step` or a part of it.
    Advance propagate(std::vector<double>& p, double step) {
        if (!problem_.laws.timed())
            return choose_(*generator_, p, step, end_ - time_, integration_allowed_ * step / end_);
        return timed_(generator_->states(), p, time_, step, integration_allowed_ / end_);
    }

    // Probability that leaves [1/time]: where the set could be larger, and where bounds forbid that.
    struct Fluxes {
        double open = 0, walled = 0;
    };
    Fluxes fluxes(std::vector<double> const& p) const {
        Fluxes found;
        auto const& leaks = generator_->leaks();
        for (std::size_t i = 0; i < leaks.size(); ++i)
            (walled_[i] ? found.walled : found.open) += std::abs(generator_->flux(leaks[i], p));
        return found;
    }

    // What may leave in the next `step`, where it could be avoided: what is left of the budget until then.
    double allowance(double step) const {
        return std::max(sink_allowed_ * (time_ + step) / end_ - avoidable_,
                        0.01 * sink_allowed_ * step / end_);
    }

    bool widen(std::vector<double> const& p, Ahead const& ahead) {
        auto intervals =
            states_beyond(*generator_, problem_.coordinates, problem_.laws, p, ahead, problem_.targets);
        auto const own = generator_->states().intervals();
        intervals.insert(intervals.end(), own.begin(), own.end());
        StateSet wider{std::move(intervals)};
        if (wider.size() == generator_->size()) return false;
        set_states(std::move(wider), p_);
        return true;
    }

    void shrink_window() {
        if (generator_->size() < 256) return;
        auto [states, mass] =
            shrink(*generator_, p_, pruned_allowed_ * time_ / end_ - pruned_, sink_allowed_ / end_ / 8);
        if (states.size() == generator_->size()) return;
        pruned_ += mass;
        certificate_.pruned += mass;
        set_states(std::move(states), p_);
    }

    // Takes propensities at another time.
    void look_at(double time) {
        if (time == generator_->time()) return;
        instant_ = time;
        set_states(generator_->states(), p_);
    }

    void set_states(StateSet states, std::vector<double> const& p) {
        problem_.expect_memory_for(states.size());
        solution_.most_states = std::max(solution_.most_states, states.size());
        if (!p.empty()) p_ = transfer(generator_->states(), p, states);
        generator_ =
            std::make_unique<Generator>(problem_.network, problem_.coordinates, problem_.laws, states,
                                        Instant{instant_}, Edge::absorbing, problem_.targets);
        walled_.clear();
        for (auto const& leak : generator_->leaks())
            walled_.push_back(!leak.fits || !problem_.coordinates.clip(leak.target));
    }

    void report() {
        auto at = summarise(problem_.network, problem_.joint, time_,
                            [&](auto const& visit) { problem_.visit(generator_->states(), p_, visit); });
        for (auto i = generator_->states().first_target_state(); i < p_.size(); ++i)
            at.arrived.push_back(p_[i]);
        at.certificate = certificate_;
        at.states = generator_->size();
        solution_.at.push_back(std::move(at));
    }

    CmeOptions const& options_;
    Problem problem_;
    std::optional<GpuInfo> const gpu_;
    ChoosePropagator choose_;
    TimedPropagator timed_;
    std::unique_ptr<Generator> generator_;
    std::vector<double> p_;
    double const sink_allowed_, pruned_allowed_, integration_allowed_, end_;
    std::vector<bool> walled_;  //!< [leak] bounds keep the set from growing there
    double avoidable_ = 0;      // of the sink
    double instant_ = 0;        // at which propensities are taken
    double time_ = 0, step_ = 0, pruned_ = 0, reach_ = 4, reached_ = 0;
    Certificate certificate_;
    CmeSolution solution_;
};

}  // namespace

CmeSolution solve_cme(Network const& network, CmeOptions const& options) {
    return for_model(network, [&] { return Transient{network, options}.run(); });
}

}  // namespace fano
