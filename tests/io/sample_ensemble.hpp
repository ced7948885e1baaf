// An ensemble made by hand, with every kind of result in it, and a folder for the files of one test.
#pragma once

#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "fano/result.hpp"
#include "tests/support/scratch.hpp"

namespace fano::test {

inline constexpr std::size_t sample_cells = 500;

// Counts of mRNA are 0 at time 0 and reach 7500 at time 20, where bins are wider than 1.
inline std::vector<double> sample_outputs(std::size_t cell, std::size_t time) {
    auto c = static_cast<double>(cell);
    return {static_cast<double>(cell % 2), c * static_cast<double>(5 * time + (time == 2 ? 5 : 0)),
            100 + static_cast<double>(cell % 7) * static_cast<double>(time),
            0.25 * static_cast<double>(cell % 5) - 0.5};
}

inline std::vector<Output> sample_output_list() {
    return {{"G_on", "molecules", true, 1},
            {"mRNA", "molecules", true, 1},
            {"Protein", "molecules", true, 1},
            {"balance", "fraction", false, 0.25}};
}

// All of it; tests take away what they do not want.
inline Ensemble sample_ensemble() {
    std::vector<double> const times{0, 0.1, 20};
    TallyLayout layout{times.size(), {1, 1, 1, 0.25}, {{1, 2}, {1, 3}}, true};
    Tally tally(layout);
    for (std::size_t cell = 0; cell < sample_cells; ++cell)
        for (std::uint32_t time = 0; time < times.size(); ++time)
            tally.add(time, time + 1, sample_outputs(cell, time).data());
    tally.flush();
    std::vector<double> snapshots;
    for (std::size_t time = 0; time < times.size(); ++time)
        for (std::size_t cell = 0; cell < sample_cells; ++cell)
            for (double value : sample_outputs(cell, time)) snapshots.push_back(value);
    return {.times = times,
            .outputs = sample_output_list(),
            .tally = std::move(tally),
            .joint = layout.joint,
            .snapshots = std::move(snapshots),
            .reactions = {"birth", "death, by \"age\""},
            .reaction_counts = {123456789012345, 7},
            .trajectories = {{1004, {0, 0.5, 1.25}, {0, 1, 2, 0.5, 1, 1, 2, 0.25, 1, 2, 2, -0.5}},
                             {1010, {0}, {0, 0, 0, 0}}},
            .cells = sample_cells,
            .first_cell = 1000,
            .seed = 18446744073709551615U,
            .events = 4000000000,
            .seconds = 2,
            .device = "cpu (avx512, 2 threads)",
            .threads = 2,
            .fingerprint = 0xfeed};
}

// Only times and names: the tally was off and nothing else was asked for.
inline Ensemble bare_ensemble() {
    return {.times = {0, 1},
            .outputs = sample_output_list(),
            .tally = Tally(TallyLayout{}),
            .joint = {},
            .snapshots = {},
            .reactions = {},
            .reaction_counts = {},
            .trajectories = {},
            .cells = 3,
            .device = {}};
}

inline Provenance sample_provenance() {
    Provenance provenance;
    provenance.version = "0.1.0";
    provenance.commit = "abc123";
    provenance.command = "fano run \u00b5.toml\n--cells 500";
    provenance.model_file = "\u00b5.toml";
    provenance.model_name = "telegraph";
    provenance.model_hash = "00000000deadbeef";
    provenance.time_unit = "minutes";
    provenance.device = "cpu (avx512, 2 threads)";
    provenance.date = "2024-01-01T00:00:00Z";
    provenance.seed = 18446744073709551615U;
    return provenance;
}

class FolderTest : public ::testing::Test {
protected:
    std::string path(std::string const& name) const { return (folder_ / name).string(); }
    std::size_t files() const {
        auto entries = std::filesystem::directory_iterator(folder_);
        return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
    }
    static std::string read(std::string const& file) { return fano::test::read_file(file); }
    static void put(std::string const& file, std::string const& text) { std::ofstream(file) << text; }

    fano::test::TemporaryDirectory directory_;
    std::filesystem::path folder_ = directory_.path();
};

// Lets no file of this process grow beyond `bytes`: for the writers, a full disk.
class FullDisk {
public:
    explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    rlimit before_{};
    void (*handler_)(int);
};

// The message with which `act` refuses, or nothing.
template <class Refusal, class Act>
std::string refusal(Act act) {
    try {
        act();
    } catch (Refusal const& error) {
        return error.what();
    }
    return {};
}

}  // namespace fano::test
