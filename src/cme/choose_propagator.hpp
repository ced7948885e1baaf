// Which propagator takes the next step: the one that goes through time fastest, by what steps have taken.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "cme/device_generator.hpp"
#include "cme/propagator.hpp"

namespace fano {

class ChoosePropagator {
public:
    // `on_device`: where uniformization is to run on a GPU.
    ChoosePropagator(Team& team, CmeOptions const& options, MakeDeviceGenerator on_device = {});

    // Takes p forward by `time` or a part of it, as Propagator::advance. `remaining`: the time that is to be gone through.
    Advance operator()(Generator const& a, std::vector<double>& p, double time, double remaining,
                       double tolerance);

    // Whether the last step was by a method that was only tried.
    bool tried() const { return trial_; }
    std::string used() const;
    std::uint64_t products() const;

private:
    struct Candidate {
        Integrator integrator;
        std::unique_ptr<Propagator> propagator;
        double speed = 0;  // simulated time a second and state, when tried last
        double last_cost = 0, last_time = 0,
               last_states = 1;  // [s] of the last try, how far it went, on how many states
        double tried_at = -1;    // [s] of all work until then
        bool used = false, unfit = false;
    };

    Candidate& choose(Generator const& a, double time, double remaining);
    double expected_cost(Candidate const& c, Generator const& a, double time) const;

    Advance instead(Candidate& of, Generator const& a, std::vector<double>& p, double time, double remaining,
                    double tolerance);
    double cost_of_trial(Candidate const& c, Generator const& a, double time) const;

    bool fixed_, on_device_, trial_ = false;
    std::vector<Candidate> candidates_;
    double spent_ = 0;       // [s]
    double product_ = 2e-9;  // [s] of a product with A, a state
};

}  // namespace fano
