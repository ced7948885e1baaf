// p(t) where rates depend on time.
#pragma once

#include "cme/choose_propagator.hpp"
#include "cme/problem.hpp"

namespace fano {

// Steps of the commutator-free Magnus method of order 4: two exponentials of rates averaged over the step. Blanes & Moan,
// Appl. Numer. Math. 56, 1519 (2006). A step is compared with two of half its length, which are kept; the difference counts
// as their error, of which it is about 15 times as much.
class TimedPropagator {
public:
    TimedPropagator(Problem& problem, ChoosePropagator& choose, double end)
        : problem_(problem), choose_(choose), end_(end) {}

    // p from `time` forward by `step` or a part of it, with an estimated error of at most `error_rate` times that.
    Advance operator()(StateSet const& states, std::vector<double>& p, double time, double step,
                       double error_rate);

private:
    double magnus(StateSet const& states, std::vector<double>& p, double time, double step,
                  double error_rate);
    double exponential(StateSet const& states, std::vector<double>& p, Instant const& when, double step,
                       double error_rate);

    // What a rate that is not as smooth near the ends of a step as between its Gauss points could make of p: a jump there
    // is seen by none of them.
    double unseen(StateSet const& states, std::vector<double> const& p, double time, double step);

    Problem& problem_;
    ChoosePropagator& choose_;
    double end_;
    double step_ = 0;  // that was good enough last
};

}  // namespace fano
