// What counts of molecules in snapshots of cells say about parameters: derivatives of the master equation's
// distribution, Fisher information, likelihood, maximum likelihood.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "fano/model.hpp"

namespace fano {

inline constexpr double stationary_time = std::numeric_limits<double>::infinity();

// Probabilities of the counts of some species, all others summed over, and their derivatives.
struct CountDistribution {
    double time = 0;                              // or stationary_time
    std::vector<std::int64_t> low;                //!< [species] count of the first bin
    std::vector<std::size_t> size;                //!< [species] bins
    std::vector<double> probability;              //!< [bin], the last species' counts next to each other
    std::vector<std::vector<double>> derivative;  //!< [parameter][bin]
    double error = 0;                             // bound on sum |q - exact q|; stationary: an estimate
    std::vector<double> derivative_error;         //!< [parameter] estimate of sum |q' - exact q'|
    std::uint64_t states = 0;                     // that the master equation was solved on

    // Nothing if the counts are in no bin.
    std::optional<std::size_t> bin(std::vector<std::int64_t> const& counts) const;
    std::vector<std::int64_t> counts(std::size_t bin) const;
};

struct DerivativeOptions {
    std::vector<std::string> species;         // that are observed; at least one
    std::vector<std::string> parameters{};    // to differentiate by; none: distributions alone
    std::vector<double> times;                // ascending, >= 0; or only stationary_time
    double tolerance = 1e-9;                  // of the distribution, 1e-12 to 0.1
    std::uint64_t most_states = 0;            // 0: as memory allows
    unsigned threads = 0;                     // 0: all cores
    std::atomic<bool> const* stop = nullptr;  // set from outside to stop; Interrupted is thrown then
};

// One distribution a time. Throws InputError for models that solve_cme() refuses and for what has no
// derivative: a count, a parameter that is 0 or that sets a fixed initial count. SolverError, Interrupted.
std::vector<CountDistribution> count_distributions(Model const& model, DerivativeOptions const& options);

// Of what is left when each molecule is seen with this probability, in (0, 1]. `derivative`: appends the
// derivative by the probability.
CountDistribution captured(CountDistribution const& distribution, double probability,
                           bool derivative = false);

// [parameter][parameter] of so many independent cells at each distribution's time. Counts that are less
// probable than the distribution's error are left out.
std::vector<double> fisher_information(std::vector<CountDistribution> const& distributions,
                                       std::vector<double> const& cells);

// Counts in cells, each of which was looked at once.
struct Snapshots {
    struct Row {
        double time;                       // or stationary_time
        std::vector<std::int64_t> counts;  //!< [species]
        double cells;
    };
    std::vector<std::string> species;
    std::vector<Row> rows;             // sorted, no two alike
    std::vector<std::string> notes{};  // what the reader of the file should know

    std::vector<double> times() const;  // ascending
    std::vector<double> cells() const;  //!< [time]
};

struct SnapshotChoice {
    std::vector<std::string> species{};  // those of the file if empty
    std::vector<double> times{};         // all of the file if empty
    bool stationary = false;             // times do not matter
};

// CSV: columns "time", one a species, perhaps "cells" (1 if there is none). HDF5: histograms of one species
// in a file of `fano run`. Throws InputError with file and line.
Snapshots read_snapshots(std::string const& file, SnapshotChoice const& choice = {});

struct LogLikelihood {
    double value = 0;
    std::vector<double> gradient{};  //!< [parameter]
    double bounded = 0;              // cells whose count is less probable than the distribution's error
};

// Sum of cells * log q. A count that is less probable than the distribution's error has that error for its q,
// and no gradient: whether the model allows it is not known. Throws InputError if there is no distribution
// for a time.
LogLikelihood log_likelihood(std::vector<CountDistribution> const& distributions, Snapshots const& data);

struct FitParameter {
    std::string name;
    double low, high;  // 0 < low < high
};

struct FitStep {
    std::uint64_t evaluations;
    double log_likelihood;
    std::vector<double> values;  //!< [parameter]
};

struct FitOptions {
    std::vector<FitParameter> parameters;
    double capture = 1;  // with which a molecule is seen
    std::optional<FitParameter>
        fit_capture{};              // its bounds, up to 1, if it is to be fitted; the name is not used
    unsigned starts = 16;           // places that are tried before the search goes on from the best
    double tolerance = 1e-9;        // of the distributions
    std::uint64_t most_states = 0;  // 0: as memory allows
    unsigned threads = 0;           // 0: all cores
    std::atomic<bool> const* stop = nullptr;
    std::function<void(FitStep const&)> progress{};  // after every evaluation
};

struct Fit {
    std::vector<std::string> parameters;  // "capture" last if it was fitted
    std::vector<double> low, high;        //!< [parameter]
    std::vector<double> estimate;         //!< [parameter]
    std::vector<double> standard_error;   //!< [parameter] not a number where the data do not determine it
    std::vector<double> correlation;      //!< [parameter][parameter] of the estimates
    double log_likelihood = 0;
    double bounded = 0;             // cells whose count the fitted model makes less probable than its error
    std::uint64_t evaluations = 0;  // of the likelihood
    bool converged = false;
    std::vector<CountDistribution> fitted;  //!< [time] of what is seen
    std::vector<std::string> notes{};
};

// Maximum likelihood, by Levenberg-Marquardt steps in the logarithms of the parameters. Standard errors are
// from the expected Fisher information at the estimate. Throws as count_distributions() does.
Fit fit(Model const& model, Snapshots const& data, FitOptions const& options);

}  // namespace fano
