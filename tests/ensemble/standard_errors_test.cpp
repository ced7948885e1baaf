// Whether the standard errors of a tally are the spread of its estimates over many small ensembles.
#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "fano/tally.hpp"

namespace {

using namespace fano;

struct Named {
    std::string name;
    std::function<Estimate(Tally const&)> read;
};

// 2000 replicates give a spread to 1/sqrt(2 * 2000) = 1.6 % (some more for skewed estimates); an error that is off
// by a tenth is found. Ensembles of 2000 cells keep terms beyond the leading one below that.
TEST(StandardError, IsTheSpreadOfTheEstimateOverReplicates) {
    std::vector<Named> const estimates = {
        {"mean", [](Tally const& t) { return t.mean(0, 0); }},
        {"variance", [](Tally const& t) { return t.variance(0, 0); }},
        {"fano", [](Tally const& t) { return t.fano(0, 0); }},
        {"cv2", [](Tally const& t) { return t.cv2(0, 0); }},
        {"skewness", [](Tally const& t) { return t.skewness(0, 0); }},
        {"covariance", [](Tally const& t) { return t.covariance(0, 0, 1); }},
        {"fano of an observable", [](Tally const& t) { return t.fano(0, 2); }},
    };
    constexpr int replicates = 2000, cells = 2000;
    std::mt19937_64 random(1);
    // Skewed: Poisson with a mean that varies from cell to cell; the second output shares part of the noise.
    std::gamma_distribution<double> rate(4, 3);
    std::vector<double> sum(estimates.size()), square(estimates.size()), error(estimates.size());
    for (int replicate = 0; replicate < replicates; ++replicate) {
        Tally tally(TallyLayout{1, {1, 1, 0x1p-20}, {}, true});
        for (int i = 0; i < cells; ++i) {
            double const mean = rate(random);
            double const x = std::poisson_distribution<int>(mean)(random);
            double const y = std::poisson_distribution<int>(mean / 2)(random);
            double const row[3] = {x, y, 0.3 * x};
            tally.add(0, 1, row);
        }
        tally.flush();
        for (std::size_t i = 0; i < estimates.size(); ++i) {
            Estimate const estimate = estimates[i].read(tally);
            sum[i] += estimate.value;
            square[i] += estimate.value * estimate.value;
            error[i] += estimate.error;
        }
    }
    for (std::size_t i = 0; i < estimates.size(); ++i) {
        double const spread = std::sqrt((square[i] - sum[i] * sum[i] / replicates) / (replicates - 1));
        EXPECT_NEAR(spread / (error[i] / replicates), 1, 0.1) << estimates[i].name;
    }
}

}  // namespace
