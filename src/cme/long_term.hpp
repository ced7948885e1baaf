// Where a Markov process on a finite set of states is in the long run.
#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "cme/balance.hpp"
#include "cme/generator.hpp"

namespace fano {

// Whether factors of a generator can be had within seconds: they fill up with the distance between neighbours.
bool expect_direct(Generator const& a);

struct Starts {
    std::vector<std::uint64_t> states;
    std::vector<double> probability;  // their sum is 1
};

struct LongTerm {
    std::vector<double> p;  //!< [state]
    double residual = 0;    // of the balance equations, over the sum of all flows
    double escape = 0;      //!< [1/time]
    std::size_t ends = 1;   // closed sets of states that can be reached
};

// The stationary distribution; where there are several ends, each with the probability to get there. `guess`: of a
// state's probability, or near enough. `direct`: whether factors of A are expected to fit.
LongTerm find_end(Columns const& a, Starts const& from, std::function<double(std::uint64_t)> const& guess,
                  bool direct, std::atomic<bool> const* stop);

// The distribution that lasts longest over states that are left for good. Without p if there are none.
LongTerm find_lasting(Columns const& a, Starts const& from, bool direct, std::atomic<bool> const* stop);

}  // namespace fano
