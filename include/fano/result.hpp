// Writes what an ensemble or the master equation gave: HDF5 for xarray, CSV for spreadsheets, JSON for scripts.
// Every file carries where it came from, and appears under its name only when it is complete.
#pragma once

#include <atomic>
#include <iosfwd>
#include <string>

#include "fano/cme.hpp"
#include "fano/ensemble.hpp"

namespace fano {

struct Provenance {
    std::string version;  // of fano
    std::string commit;   // that it was built from
    std::string command;
    std::string model_file;
    std::string model_name;
    std::string model_hash;  // hexadecimal
    std::string time_unit;
    std::string device;
    std::string date;  // ISO 8601, UTC
    std::uint64_t seed = 0;
};

// "0.1.0 (commit)".
std::string version_text();

Provenance describe(Network const& network, Ensemble const& ensemble, std::string const& command);
Provenance describe(Network const& network, CmeSolution const& solution, std::string const& command);

// All throw InputError when the file cannot be written.
void write_hdf5(std::string const& file, Ensemble const& ensemble, Provenance const& provenance);
// FILE holds the moments; histograms go to FILE with ".histogram" before its ending, and so on.
void write_csv(std::string const& file, Ensemble const& ensemble, Provenance const& provenance);
void write_json(std::ostream& out, Ensemble const& ensemble, Provenance const& provenance);
void write_json(std::string const& file, Ensemble const& ensemble, Provenance const& provenance);
void write_json(std::ostream& out, CmeSolution const& solution, Provenance const& provenance);
void write_json(std::string const& file, CmeSolution const& solution, Provenance const& provenance);
// While one lives, writers that find `stop` set remove what they have begun and throw Interrupted.
class StopWriting {
public:
    explicit StopWriting(std::atomic<bool> const& stop);
    ~StopWriting();
    StopWriting(StopWriting const&) = delete;
    StopWriting& operator=(StopWriting const&) = delete;
};

// By the ending: .h5, .hdf5 and .nc are HDF5, .csv is CSV, .json is JSON.
void write_result(std::string const& file, Ensemble const& ensemble, Provenance const& provenance);
void write_solution(std::string const& file, CmeSolution const& solution, Provenance const& provenance);
// Fails early if `file` could not be written later.
void check_writable(std::string const& file);

}  // namespace fano
