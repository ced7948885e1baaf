// Distances between two result files: sampled by `fano run` or solved by `fano cme`, in any combination.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fano/table.hpp"

namespace fano {

// One output at one time. Bin i holds the values in [low + i * width, low + (i + 1) * width).
struct OutputDistribution {
    std::string output, unit;
    double time = 0;  // infinite: stationary
    double low = 0, width = 1;
    std::vector<double> weight{};  //!< [bin] numbers of cells, or probabilities
    double cells = 0;              // 0: probabilities, which are exact up to the certificate
    double mean = 0, mean_error = 0;
    double certificate = 0;  // bound on the sum of |p - exact p| over bins
};

// A file of `fano run` or `fano cme` in HDF5. Distributions are read when they are asked for.
class ResultFile {
public:
    // Throws InputError, saying what the file is instead.
    explicit ResultFile(std::string file);
    ResultFile(ResultFile&&) noexcept;
    ~ResultFile();

    OutputDistribution distribution(std::size_t time, std::size_t output) const;
    bool stationary() const;
    // "10000 cells" or "exact".
    std::string size_text() const;

    std::string file;
    bool sampled = false;
    std::vector<double> times;
    std::vector<std::string> outputs, units;
    std::string time_unit, model_file, model_name, model_hash;
    // Which cells they are, where they were sampled, and a number that only the same cells share.
    std::uint64_t seed = 0, first_cell = 0, cells = 0;
    std::string fingerprint;

private:
    struct Contents;
    std::unique_ptr<Contents> contents_;
};

struct Comparison {
    static constexpr double none = std::numeric_limits<double>::quiet_NaN();

    std::string output, unit;
    double time_a = 0, time_b = 0;
    double total_variation = 0;           // half the sum of |p - q|
    double expected_total_variation = 0;  // of two files of as many cells from one distribution, about
    double kolmogorov = 0;                // the largest |F - G|
    double wasserstein = 0;               // area between F and G, in the output's unit
    double mean_difference = 0;           // of B less that of A
    double mean_error = 0;                // its standard error
    // Chi-square test over merged bins, and the Kolmogorov-Smirnov test; none where both files are exact; no
    // chi-square where merging leaves one bin.
    double chi_square = none, degrees = none, p_value = none, kolmogorov_p = none;
    double certificate_a = 0, certificate_b = 0;
    bool nested_bins = true;  // otherwise bins of one file straddle those of the other
};

Comparison compare(OutputDistribution const& a, OutputDistribution const& b);

struct CompareOptions {
    std::vector<std::string> outputs{};  // all that the files share if empty
    std::optional<double> time{};        // all common times if none
    bool last_time_only = false;
};

struct FileComparison {
    std::string a, b;                                         // names of the files
    std::vector<std::string> outputs;                         // compared
    std::vector<std::pair<std::size_t, std::size_t>> times;   // places of each common time in A and in B
    std::vector<std::pair<std::size_t, std::size_t>> places;  //!< [output] places in A and in B
    std::vector<Comparison> at;                               //!< [time][output]
    std::size_t common_times = 0;                             // of which these are all or some
    std::string time_unit;
    std::vector<std::string> notes{};

    // Of the last time.
    Comparison const& last(std::size_t output) const { return at[at.size() - outputs.size() + output]; }
    // Finite if one of the files has a finite time.
    double time(std::size_t row) const;
};

// Throws InputError if there is no common time or output.
FileComparison compare_files(ResultFile const& a, ResultFile const& b, CompareOptions const& options = {});

// "distances": a row a time, columns such as "total variation mRNA".
Table comparison_table(FileComparison const& found);

// Both distributions of an output, in blocks for a terminal: 60 columns, 8 rows and the axis.
std::string overlay_text(OutputDistribution const& a, OutputDistribution const& b);

// All outputs at the last time that was compared as SVG, a panel each.
void draw_comparison(std::string const& file, ResultFile const& a, ResultFile const& b,
                     FileComparison const& found);

}  // namespace fano
