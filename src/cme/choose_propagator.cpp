#include "cme/choose_propagator.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "fano/error.hpp"

namespace fano {

ChoosePropagator::ChoosePropagator(Team& team, CmeOptions const& options, MakeDeviceGenerator on_device)
    : fixed_(options.integrator != Integrator::automatic), on_device_(on_device != nullptr) {
    auto const add = [&](Integrator integrator, auto make) {
        if (!fixed_ || options.integrator == integrator)
            candidates_.push_back({integrator, make(team, options.stop)});
    };
    add(Integrator::uniformization, [&](Team& members, std::atomic<bool> const* stop) {
        return on_device_ ? make_device_uniformization(members, stop, on_device)
                          : make_uniformization(members, stop);
    });
    add(Integrator::krylov, make_krylov);
    add(Integrator::rational, make_rational);
}

// [s] to go through `time`, as far as it is known; before a first try, a guess that does not promise too much.
double ChoosePropagator::expected_cost(Candidate const& c, Generator const& a, double time) const {
    auto const states = static_cast<double>(a.size());
    // A rational step takes about as long however far it goes, and p is smoother each time.
    if (c.integrator == Integrator::rational && c.tried_at >= 0 && c.last_time > 0 && c.last_states > 1000)
        return c.last_cost * std::pow(states / c.last_states, 1.5) * std::max(1.0, time / (4 * c.last_time));
    if (c.tried_at >= 0 && c.speed > 0) return time * states / c.speed;
    double const steps = a.largest_exit() * time;
    double const product = 3e-6 + product_ * states;
    switch (c.integrator) {
        case Integrator::uniformization:
            return product * (steps + 6 * std::sqrt(steps) + 10);
        case Integrator::krylov:
            return 0.004 + 6 * product * steps;
        default: {
            // Columns of a factor fill up with the distance between neighbours in the order of states: measured where
            // that is 5 to 200, and pessimistic beyond.
            double const width = states / static_cast<double>(a.longest_axis());
            return 0.002 + states * (1e-6 + 6e-8 * width + 20 * (3e-8 + 2e-9 * width));
        }
    }
}

// [s] of one step of a method that may not be the best, however far it gets.
double ChoosePropagator::cost_of_trial(Candidate const& c, Generator const& a, double time) const {
    auto const states = static_cast<double>(a.size());
    if (c.integrator == Integrator::krylov) return 0.004 + 60 * 3 * (product_ * states + 1e-6);
    if (c.integrator == Integrator::rational && c.tried_at >= 0 && c.last_states > 1000)
        return c.last_cost * std::pow(states / c.last_states, 1.5);
    return expected_cost(Candidate{c.integrator, nullptr}, a, time);
}

ChoosePropagator::Candidate& ChoosePropagator::choose(Generator const& a, double time, double remaining) {
    auto const cost = [&](Candidate const& c) { return expected_cost(c, a, time); };
    auto best = candidates_.begin();
    for (auto c = candidates_.begin(); c != candidates_.end(); ++c)
        if (!c->unfit && cost(*c) < cost(*best)) best = c;
    trial_ = false;
    // p becomes smoother with time, which lengthens the steps of some: now and then the others are tried again, where a
    // try costs little beside what is still to do.
    double const to_do = expected_cost(*best, a, remaining);
    for (auto& c : candidates_) {
        if (&c == &*best || c.unfit) continue;
        double const trial = cost_of_trial(c, a, time);
        bool const due = c.tried_at < 0 || spent_ - c.tried_at > 10 * trial;
        if (due && trial < to_do / 6) {
            trial_ = true;
            return c;
        }
    }
    return *best;
}

Advance ChoosePropagator::operator()(Generator const& a, std::vector<double>& p, double time,
                                     double remaining, double tolerance) {
    auto& chosen = fixed_ ? candidates_.front() : choose(a, time, remaining);
    auto const begun = std::chrono::steady_clock::now();
    auto const products = chosen.propagator->products();
    auto const done = chosen.propagator->advance(a, p, time, tolerance);
    if (done.time == 0 && time > 0) return instead(chosen, a, p, time, remaining, tolerance);
    double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    spent_ += seconds;
    chosen.tried_at = spent_;
    chosen.last_cost = seconds;
    chosen.last_time = done.time;
    chosen.last_states = static_cast<double>(a.size());
    chosen.speed = done.time * static_cast<double>(a.size()) / std::max(seconds, 1e-7);
    chosen.used = true;
    if (chosen.integrator == Integrator::uniformization && a.size() > 1000)
        product_ = seconds / (static_cast<double>(chosen.propagator->products() - products + 1) *
                              static_cast<double>(a.size()));
    return done;
}

// Rounding errors of this one are too large.
Advance ChoosePropagator::instead(Candidate& of, Generator const& a, std::vector<double>& p, double time,
                                  double remaining, double tolerance) {
    if (fixed_)
        throw SolverError(
            fmt::format("rounding errors of the {} integrator are larger than the tolerance allows; take a "
                        "larger --tolerance, or --integrator uniformization",
                        integrator_name(of.integrator)));
    of.unfit = true;
    return (*this)(a, p, time, remaining, tolerance);
}

std::string ChoosePropagator::used() const {
    std::string names;
    for (auto const& c : candidates_)
        if (c.used) {
            names += (names.empty() ? "" : " and ") + integrator_name(c.integrator);
            if (on_device_ && c.integrator == Integrator::uniformization) names += " on the GPU";
        }
    return names;
}

std::uint64_t ChoosePropagator::products() const {
    std::uint64_t sum = 0;
    for (auto const& c : candidates_) sum += c.propagator->products();
    return sum;
}

}  // namespace fano
