// Where a Markov process on a finite set of states is in the long run.
#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "cme/balance.hpp"
#include "cme/generator.hpp"

namespace fano {

// About how long it takes to factorise a generator [s]: factors fill up with the distance between neighbours.
double factor_seconds(Generator const& a);

struct Starts {
    std::vector<std::uint64_t> states;
    std::vector<double> probability;  // their sum is 1
};

struct LongTerm {
    std::vector<double> p;  //!< [state]
    double residual = 0;    // of the balance equations, over the sum of all flows
    double escape = 0;      //!< [1/time]
    std::string method = "direct";
    std::size_t ends = 1;  // closed sets of states that can be reached
};

// The stationary distribution; where there are several ends, each with the probability to get there. `guess`: of a
// state's probability, or near enough. `factoring`: factor_seconds().
LongTerm find_end(Columns const& a, Starts const& from, std::function<double(std::uint64_t)> const& guess,
                  double factoring, std::atomic<bool> const* stop);

// The distribution that lasts longest over states that are left for good. Without p if there are none.
LongTerm find_lasting(Columns const& a, Starts const& from, double factoring, std::atomic<bool> const* stop);

}  // namespace fano
