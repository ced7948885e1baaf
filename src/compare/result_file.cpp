// What `fano run` and `fano cme` write, read back.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "fano/compare.hpp"
#include "io/hdf5_reader.hpp"

namespace fano {

namespace {

// Each of certificate's parts is there where something may be missing.
constexpr char const* certificate_parts[] = {"sink_mass", "pruned_mass", "integration_error"};

}  // namespace

struct ResultFile::Contents {
    explicit Contents(std::string const& file) : reader(file) {}

    std::string dataset(std::string const& output, bool sampled) const {
        return (sampled ? "histogram_" : "probability_") + output;
    }
    // Every dataset that is asked for has its size checked, as anyone may have written the file.
    std::vector<double> read(std::string const& name, std::vector<std::size_t> const& extents) const {
        if (!reader.has(name))
            reader.fail(fmt::format("holds no {}, which fano writes; make it again", name));
        if (reader.extents(name) != extents)
            reader.fail(fmt::format("{} does not have the size that it should; make the file again", name));
        return reader.numbers(name);
    }

    Hdf5Reader reader;
    std::vector<double> mean, mean_error, certificate;
};

ResultFile::ResultFile(std::string name)
    : file(std::move(name)), contents_(std::make_unique<Contents>(file)) {
    auto& [reader, mean, mean_error, certificate] = *contents_;
    auto const word = [&](char const* attribute) { return reader.text("/", attribute).value_or(""); };
    auto const number = [&](char const* attribute) {
        return reader.number<std::uint64_t>("/", attribute).value_or(0);
    };
    if (!reader.text("/", "model_hash"))
        reader.fail("was not written by fano; give files of `fano run` or `fano cme` in HDF5");
    if (!reader.has("time") || !reader.has("species"))
        reader.fail("holds no distributions; those are in files of `fano run` and `fano cme` in HDF5");
    times = reader.numbers("time");
    if (!std::is_sorted(times.begin(), times.end()) ||
        std::any_of(times.begin(), times.end(), [](double t) { return std::isnan(t); }))
        reader.fail("time does not ascend; make the file again");
    outputs = reader.texts("species");
    auto const any = [&](bool of_cells) {
        return std::any_of(outputs.begin(), outputs.end(), [&](auto const& output) {
            return reader.has(contents_->dataset(output, of_cells));
        });
    };
    sampled = any(true);
    if (times.empty() || (!sampled && !any(false)))
        reader.fail(
            "holds neither histograms nor probabilities, only other results of fano; there is nothing "
            "to compare");
    units.resize(outputs.size());
    if (reader.has("species_unit")) units = reader.texts("species_unit");
    if (units.size() != outputs.size()) reader.fail("species_unit does not have an entry a species");
    model_file = word("model_file");
    model_name = word("model_name");
    model_hash = word("model_hash");
    time_unit = word("time_unit");

    mean = contents_->read("mean", {times.size(), outputs.size()});
    mean_error.resize(mean.size());
    certificate.resize(times.size());
    if (sampled) {
        mean_error = contents_->read("mean_error", {times.size(), outputs.size()});
        seed = number("seed");
        fingerprint = word("fingerprint");
        first_cell = number("first_cell");
        cells = number("ensemble_cells");
        return;
    }
    for (auto const* part : certificate_parts) {
        auto const values = contents_->read(part, {times.size()});
        for (std::size_t time = 0; time < times.size(); ++time) certificate[time] += values[time];
    }
}

ResultFile::ResultFile(ResultFile&&) noexcept = default;
ResultFile::~ResultFile() = default;

OutputDistribution ResultFile::distribution(std::size_t time, std::size_t output) const {
    auto const& [reader, mean, mean_error, certificate] = *contents_;
    OutputDistribution d{outputs[output], units[output], times[time]};
    auto const name = contents_->dataset(d.output, sampled), edges_name = d.output + "_bin";
    if (!reader.has(name) || !reader.has(edges_name))
        reader.fail(fmt::format("holds no {} along {}, which fano writes; make it again", name, edges_name));
    auto const edges = reader.numbers(edges_name);
    auto const width = reader.number<double>(name, "bin_width").value_or(1);
    d.weight = reader.row(name, time);
    bool const sound =
        !edges.empty() && edges.size() == d.weight.size() && std::isfinite(edges.front()) && width > 0 &&
        std::isfinite(width) &&
        std::all_of(d.weight.begin(), d.weight.end(), [](double w) { return w >= 0 && std::isfinite(w); });
    if (!sound) reader.fail(fmt::format("{} is not as fano writes it; make the file again", name));
    double const total = std::accumulate(d.weight.begin(), d.weight.end(), 0.0);
    if (!(total > 0)) reader.fail(fmt::format("{} is empty at time {}", name, d.time));
    d.low = edges.front();
    d.width = width;
    d.cells = sampled ? total : 0;
    d.mean = mean[time * outputs.size() + output];
    d.mean_error = mean_error[time * outputs.size() + output];
    d.certificate = certificate[time];
    return d;
}

bool ResultFile::stationary() const { return times.size() == 1 && std::isinf(times.front()); }

std::string ResultFile::size_text() const {
    return sampled ? fmt::format("{} cell{}", cells, cells == 1 ? "" : "s") : "exact";
}

}  // namespace fano
