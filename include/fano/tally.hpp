// A Tally is what is kept of an ensemble: exact integer power sums and histograms of every output at every
// sample time. Integers add exactly, so tallies merge to the same bits in any order.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "fano/network.hpp"

namespace fano {

// An estimate with its standard error.
struct Estimate {
    double value;
    double error;
};

// Equal bins: bin i holds the values in [low + i * width, low + (i + 1) * width). For counts of width 1, bin i
// holds the count low + i.
struct Histogram {
    double low = 0;
    double width = 1;
    std::vector<std::uint64_t> cells;
};

// [i][j] of the first and the second output, row by row.
struct JointHistogram {
    double low[2] = {0, 0};
    double width[2] = {1, 1};
    std::size_t bins[2] = {0, 0};
    std::vector<std::uint64_t> cells;
};

struct TallyLayout {
    std::size_t times = 0;
    std::vector<double> quanta;                                  // [output]
    std::vector<std::pair<std::uint32_t, std::uint32_t>> joint;  // pairs of outputs
    bool covariance = true;
};

class Tally {
public:
    static constexpr std::size_t max_bins = 4096;  // of a histogram; beyond, bins widen by powers of two
    // Values of at least this many quanta cannot be summed exactly, and are refused.
    static constexpr double value_limit = 0x1p40;
    static constexpr std::size_t max_joint_bins = 256;  // along each axis

    explicit Tally(TallyLayout layout);
    Tally(Tally&&) noexcept;
    Tally& operator=(Tally&&) noexcept;
    Tally(Tally const&) = delete;
    Tally& operator=(Tally const&) = delete;
    ~Tally();

    // One cell's outputs at the sample times [first, last).
    void add(std::uint32_t first, std::uint32_t last, double const* outputs);
    // Adds all that `other` holds; the layouts must be equal.
    void merge(Tally&& other);
    // Works off what is buffered; needed before anything is read. Idempotent.
    void flush();

    TallyLayout const& layout() const;
    std::size_t outputs() const { return layout().quanta.size(); }

    // Number of cells seen at a time.
    std::uint64_t cells(std::size_t time) const;
    // Unbiased mean, variance and covariance; skewness is the moment estimator. Standard errors are the
    // leading term in 1/n, from sample moments up to the sixth order. NaN where undefined.
    Estimate mean(std::size_t time, std::size_t output) const;
    Estimate variance(std::size_t time, std::size_t output) const;
    Estimate covariance(std::size_t time, std::size_t a, std::size_t b) const;
    Estimate skewness(std::size_t time, std::size_t output) const;
    Estimate fano(std::size_t time, std::size_t output) const;  // variance / mean
    Estimate cv2(std::size_t time, std::size_t output) const;   // variance / mean^2
    double minimum(std::size_t time, std::size_t output) const;
    double maximum(std::size_t time, std::size_t output) const;
    Histogram histogram(std::size_t time, std::size_t output) const;
    JointHistogram joint(std::size_t time, std::size_t pair) const;

private:
    friend struct TallyImport;  // of sums that a GPU made
    struct Data;
    std::unique_ptr<Data> data_;
};

}  // namespace fano
