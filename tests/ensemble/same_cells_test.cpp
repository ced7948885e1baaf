// The same cell everywhere: every build, thread count, share of the ensemble and set of sample times gives the
// same bits, for every model of the gallery. A file of fingerprints guards them against change.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "fano/fano.hpp"
#include "support/gallery.hpp"
#include "support/source_folder.hpp"

namespace {

using namespace fano;

constexpr std::uint64_t cells = 100;  // more than three blocks of the widest lanes, and not a multiple of any

class SameCells : public ::testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        network_ = test::gallery_network(GetParam());
        options_.cells = cells;
        options_.seed = 77;
        options_.threads = 1;
        options_.device = Device::reference;
        double const end = test::short_end_time(GetParam(), network_);
        for (int i = 0; i <= 10; ++i) options_.times.push_back(end * i / 10);
        options_.tally = false;
    }
    Ensemble run() const { return run_ensemble(network_, options_); }

    Network network_;
    EnsembleOptions options_;
};

TEST_P(SameCells, InEveryBuild) {
    auto const reference = run();
    for (Device device : {Device::sse2, Device::avx2, Device::avx512, Device::gpu}) {
        if (!device_available(device)) continue;
        options_.device = device;
        auto const wide = run();
        EXPECT_TRUE(wide.warnings.empty()) << wide.warnings.front();  // cells ran where they were meant to
        EXPECT_EQ(wide.fingerprint, reference.fingerprint) << device_name(device);
        EXPECT_EQ(wide.events, reference.events) << device_name(device);
    }
}

TEST_P(SameCells, OnAnyNumberOfThreads) {
    options_.device = Device::cpu;
    auto const one = run();
    for (unsigned threads : {2u, 7u}) {
        options_.threads = threads;
        auto const many = run();
        EXPECT_EQ(many.fingerprint, one.fingerprint) << threads;
        EXPECT_EQ(many.events, one.events) << threads;
    }
}

TEST_P(SameCells, InAnyShareOfTheEnsemble) {
    options_.device = Device::cpu;
    options_.tally = true;
    auto const whole = run();
    Ensemble sum;
    for (auto const& [first, count] : {std::pair{0u, 1u}, {1u, 36u}, {37u, 63u}}) {
        options_.first_cell = first;
        options_.cells = count;
        auto part = run();
        sum.fingerprint += part.fingerprint;
        sum.events += part.events;
        if (first == 0)
            sum.tally = std::move(part.tally);
        else
            sum.tally.merge(std::move(part.tally));
    }
    EXPECT_EQ(sum.fingerprint, whole.fingerprint);
    EXPECT_EQ(sum.events, whole.events);
    sum.tally.flush();
    for (std::size_t o = 0; o < network_.outputs.size(); ++o) {
        auto const equal = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
        EXPECT_TRUE(equal(sum.tally.variance(10, o).value, whole.tally.variance(10, o).value));
        EXPECT_TRUE(equal(sum.tally.skewness(10, o).error, whole.tally.skewness(10, o).error));
        EXPECT_EQ(sum.tally.histogram(10, o).cells, whole.tally.histogram(10, o).cells);
    }
}

TEST_P(SameCells, WhateverSampleTimesAreAskedFor) {
    options_.device = Device::cpu;
    options_.snapshots = true;
    auto const coarse = run();
    std::size_t const outputs = network_.outputs.size();
    std::vector<double> fine;
    for (std::size_t i = 0; i < options_.times.size(); ++i) {
        if (i > 0)
            for (int j = 1; j < 5; ++j)
                fine.push_back(options_.times[i - 1] + (options_.times[i] - options_.times[i - 1]) * j / 5.0);
        fine.push_back(options_.times[i]);
    }
    auto const coarse_times = options_.times;
    options_.times = fine;
    auto const dense = run();
    for (std::size_t t = 0; t < coarse_times.size(); ++t) {
        auto const at =
            static_cast<std::size_t>(std::find(fine.begin(), fine.end(), coarse_times[t]) - fine.begin());
        auto const row = static_cast<std::ptrdiff_t>(cells * outputs);
        EXPECT_TRUE(std::equal(coarse.snapshots.begin() + static_cast<std::ptrdiff_t>(t) * row,
                               coarse.snapshots.begin() + static_cast<std::ptrdiff_t>(t + 1) * row,
                               dense.snapshots.begin() + static_cast<std::ptrdiff_t>(at) * row))
            << "at time " << coarse_times[t];
    }
}

TEST_P(SameCells, AloneOrAmongOthers) {
    options_.device = Device::cpu;
    options_.snapshots = true;
    options_.first_cell = 12300;
    auto const many = run();
    options_.first_cell = 12345;
    options_.cells = 1;
    auto const alone = run();
    std::size_t const outputs = network_.outputs.size();
    for (std::size_t t = 0; t < options_.times.size(); ++t)
        for (std::size_t o = 0; o < outputs; ++o)
            EXPECT_EQ(alone.snapshots[t * outputs + o], many.snapshots[(t * cells + 45) * outputs + o]);
}

TEST_P(SameCells, AsTheFingerprintsOnRecord) {
    std::map<std::string, std::string> recorded;
    std::ifstream file{test::source_folder() / "tests/golden/fingerprints.txt"};
    for (std::string line; std::getline(file, line);) {
        std::istringstream words{line};
        std::string name, fingerprint;
        if (words >> name >> fingerprint) recorded[name] = fingerprint;
    }
    std::ostringstream now;
    now << std::hex << run().fingerprint;
    if (char const* const output = std::getenv("FANO_WRITE_FINGERPRINTS")) {
        std::ofstream{output, std::ios::app} << GetParam() << ' ' << now.str() << '\n';
        GTEST_SKIP() << "wrote " << output;
    }
    EXPECT_EQ(now.str(), recorded[GetParam()])
        << "cells have changed. If that is meant, rewrite tests/golden/fingerprints.txt as "
           "tests/golden/README.md says";
}

INSTANTIATE_TEST_SUITE_P(Gallery, SameCells, ::testing::ValuesIn(test::gallery()), test::test_name);

}  // namespace
