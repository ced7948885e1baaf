#include "bench/langevin_yardstick.hpp"

#include <algorithm>
#include <cmath>
#include <random>

namespace yardstick {

LangevinResult two_stages(std::uint64_t cells, double step, double end) {
    std::mt19937_64 random{1};
    std::normal_distribution<double> normal;
    auto const steps = static_cast<std::uint64_t>(std::lround(end / step));
    double sum = 0, squares = 0;
    for (std::uint64_t cell = 0; cell < cells; ++cell) {
        double m = 1000, p = 10000;
        for (std::uint64_t i = 0; i < steps; ++i) {
            auto const going = [&](double propensity) {
                double const mean = std::max(propensity, 0.0) * step;
                return mean + std::sqrt(mean) * normal(random);
            };
            double const made = going(1000), lost = going(m), translated = going(5 * m),
                         gone = going(0.5 * p);
            m += made - lost;
            p += translated - gone;
        }
        sum += p;
        squares += p * p;
    }
    auto const n = static_cast<double>(cells);
    return {cells * steps, (squares - sum * sum / n) / (n - 1)};
}

}  // namespace yardstick
