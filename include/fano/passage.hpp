// First passages: how probable it is that a network ever gets to certain states, and when.
#pragma once

#include "fano/cme.hpp"

namespace fano {

// To one of the conditions that end a cell.
struct Passage {
    std::string condition;
    double probability = 0;  // of this one, before any other; at most `lost` less than the exact one
    // Of the time until then, over the cells for which it comes; not a number where there are none.
    double mean = 0;
    double deviation = 0;  // standard deviation
};

struct PassageSolution {
    std::vector<Passage> passages;  //!< [condition]
    Passage any{};                  // to whichever comes first
    double never = 0;  // probability to be caught where no condition holds and nothing leads to one
    double lost = 0;   // probability that left the box before it got anywhere
    // How much a wider box changed the mean times, relative to them: an estimate, no bound. Not a number if none was tried.
    double difference = 0;
    std::vector<CountBounds> box;
    std::uint64_t states = 0;  // on the way
    std::string method;
    double seconds = 0;  // wall clock
};

// For the conditions of options.until, by linear equations on a box that is widened until no more than the tolerance is
// lost. Times are not used: the distribution of the passage times up to given times is CmeDistribution::arrived of
// solve_cme(). Throws InputError where propensities depend on time, and as solve_cme().
PassageSolution solve_passage(Network const& network, CmeOptions const& options);

}  // namespace fano
