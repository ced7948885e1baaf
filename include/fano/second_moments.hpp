// Means and covariances of the species over time: what the approximations without cells share.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace fano {

struct SecondMoments {
    std::vector<std::string> species;
    std::vector<double> times;       // empty in a stationary state, which is one row
    std::vector<double> mean;        //!< [time][species], molecules
    std::vector<double> covariance;  //!< [time][species][species], molecules squared
    // Of what the model reports beside its species' counts. Exact, given the means and covariances above, for
    // observables that are linear in the counts; what others have here, the method says.
    std::vector<std::string> observables{};
    std::vector<double> observable_mean{};      //!< [time][observable], in its unit
    std::vector<double> observable_variance{};  //!< [time][observable], in its unit squared
    std::vector<std::string> notes{};           // what was assumed, and where the answer is doubtful

    double covariance_of(std::size_t time, std::size_t a, std::size_t b) const {
        return covariance[(time * species.size() + a) * species.size() + b];
    }
    double mean_of(std::size_t time, std::size_t s) const { return mean[time * species.size() + s]; }
    double variance(std::size_t time, std::size_t s) const { return covariance_of(time, s, s); }
    // Variance over the mean; not a number where the mean is 0.
    double fano(std::size_t time, std::size_t s) const { return variance(time, s) / mean_of(time, s); }
    // Variance over the mean squared; not a number where the mean is 0.
    double cv2(std::size_t time, std::size_t s) const { return fano(time, s) / mean_of(time, s); }
};

}  // namespace fano
