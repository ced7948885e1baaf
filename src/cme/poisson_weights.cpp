#include "cme/poisson_weights.hpp"

#include <algorithm>
#include <cmath>

namespace fano {

PoissonWeights poisson_weights(double mean, double tolerance) {
    // Beyond 1e-30 of the weight at the mode, what is left is below any tolerance.
    constexpr double negligible = 1e-30;
    auto const mode = static_cast<std::uint64_t>(mean);
    std::vector<double> down, up{1.0};
    for (std::uint64_t k = mode; k > 0; --k) {
        double const w = (down.empty() ? 1.0 : down.back()) * static_cast<double>(k) / mean;
        if (w < negligible) break;
        down.push_back(w);
    }
    for (std::uint64_t k = mode + 1;; ++k) {
        double const w = up.back() * mean / static_cast<double>(k);
        if (w < negligible) break;
        up.push_back(w);
    }
    std::vector<double> all(down.rbegin(), down.rend());
    all.insert(all.end(), up.begin(), up.end());
    // Smallest first, from both ends, so that nothing is lost in the sum.
    double total = 0;
    std::size_t low = 0, high = all.size();
    while (low < high) total += all[low] < all[high - 1] ? all[low++] : all[--high];
    for (double& w : all) w /= total;

    double left_out = 0;
    low = 0;
    high = all.size();
    while (high - low > 1) {
        double const smaller = std::min(all[low], all[high - 1]);
        if (left_out + smaller > tolerance) break;
        left_out += smaller;
        all[low] < all[high - 1] ? ++low : --high;
    }
    PoissonWeights found;
    found.first = mode - down.size() + low;
    found.weights.assign(all.begin() + static_cast<std::ptrdiff_t>(low),
                         all.begin() + static_cast<std::ptrdiff_t>(high));
    found.left_out = left_out;
    return found;
}

}  // namespace fano
