// exp(tA) p by several methods. Each bounds its error in the same way: A is the generator of a Markov process, so
// exp(tA) never enlarges sum |x|, and a curve u(t) whose residual is r = u' - A u is at most as far from exp(tA) u(0)
// as the integral of sum |r|.
#pragma once

#include <atomic>
#include <memory>

#include "cme/generator.hpp"
#include "fano/cme.hpp"

namespace fano {

struct Advance {
    double time;         // that p went forward; 0 if rounding errors alone are larger than the tolerance
    double error;        // bound on sum |p - exp(time A) p0|
    double missing = 0;  // the part of it that is known to be missing from p
    double rounding =
        0;  // what rounding errors may have done to the sum of p, where the error does not count them
};

class Propagator {
public:
    Propagator(Team& team, std::atomic<bool> const* stop) : team_(team), stop_(stop) {}
    virtual ~Propagator() = default;
    Propagator(Propagator const&) = delete;
    Propagator& operator=(Propagator const&) = delete;

    // Takes p forward by `time`, or by part of it, with an error of at most tolerance * part.
    virtual Advance advance(Generator const& a, std::vector<double>& p, double time, double tolerance) = 0;
    std::uint64_t products() const { return products_; }  // of A, or of its inverse, with a vector

protected:
    Team& team_;
    std::atomic<bool> const* stop_;
    std::uint64_t products_ = 0;
};

std::unique_ptr<Propagator> make_uniformization(Team& team, std::atomic<bool> const* stop);
std::unique_ptr<Propagator> make_krylov(Team& team, std::atomic<bool> const* stop);
std::unique_ptr<Propagator> make_rational(Team& team, std::atomic<bool> const* stop);

// Sums over all states in an order that does not depend on the number of threads.
double sum(std::span<double const> x);
double sum_of_sizes(std::span<double const> x);

}  // namespace fano
