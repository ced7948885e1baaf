// Probabilities of a Poisson variable where they matter, for uniformization.
#pragma once

#include <cstdint>
#include <vector>

namespace fano {

struct PoissonWeights {
    std::uint64_t first = 0;      // the count that the first weight is of
    std::vector<double> weights;  // their sum is 1 less what is left out
    double left_out = 0;

    std::uint64_t last() const { return first + weights.size() - 1; }
};

// All but `tolerance` of the probability. From the mode outwards, then divided by the sum: no logarithm of a gamma
// function, which would lose digits at large means. After Fox & Glynn, Commun. ACM 31, 440 (1988).
PoissonWeights poisson_weights(double mean, double tolerance);

}  // namespace fano
