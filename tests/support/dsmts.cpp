// Reads and runs the published stochastic suite.
#include "support/dsmts.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include <boost/math/distributions/normal.hpp>

namespace fano::testing {

namespace {

std::vector<std::string> split(std::string const& line) {
    std::vector<std::string> parts;
    std::istringstream stream{line};
    for (std::string part; std::getline(stream, part, ',');) {
        auto const first = part.find_first_not_of(" \t\r"), last = part.find_last_not_of(" \t\r");
        parts.push_back(first == std::string::npos ? "" : part.substr(first, last - first + 1));
    }
    return parts;
}

// Half a unit of the last digit of a decimal as it is printed.
double half_unit(std::string const& text) {
    auto const point = text.find('.');
    if (point == std::string::npos) return 0.0;  // whole numbers are meant exactly
    auto const end = text.find_first_of("eE");
    double const digits = static_cast<double>((end == std::string::npos ? text.size() : end) - point - 1);
    double const exponent = end == std::string::npos ? 0.0 : std::stod(text.substr(end + 1));
    return 0.5 * std::pow(10.0, exponent - digits);
}

DsmtsCase read_case(std::filesystem::path const& folder, std::string const& version) {
    DsmtsCase one;
    one.id = folder.filename().string();
    one.model = (folder / (one.id + "-sbml-" + version + ".xml")).string();
    std::ifstream file{folder / (one.id + "-results.csv")};
    std::string line;
    if (!std::getline(file, line)) throw std::runtime_error("no results in " + folder.string());
    auto const header = split(line);
    std::map<std::string, std::size_t> column;
    for (std::size_t i = 0; i < header.size(); ++i) column[header[i]] = i;
    for (auto const& name : header)
        if (name.size() > 5 && name.substr(name.size() - 5) == "-mean")
            one.variables.push_back(name.substr(0, name.size() - 5));
    auto const n = one.variables.size();
    one.mean.resize(n);
    one.sd.resize(n);
    one.mean_slack.resize(n);
    one.sd_slack.resize(n);
    while (std::getline(file, line)) {
        auto const row = split(line);
        if (row.size() < header.size()) continue;  // blank lines at the end
        one.times.push_back(std::stod(row[0]));
        for (std::size_t v = 0; v < n; ++v) {
            auto const& mean = row[column.at(one.variables[v] + "-mean")];
            auto const& sd = row[column.at(one.variables[v] + "-sd")];
            one.mean[v].push_back(std::stod(mean));
            one.sd[v].push_back(std::stod(sd));
            one.mean_slack[v].push_back(half_unit(mean));
            one.sd_slack[v].push_back(half_unit(sd));
        }
    }
    return one;
}

}  // namespace

std::optional<std::string> dsmts_folder() {
    char const* const folder = std::getenv("FANO_DSMTS_DIR");
    if (folder == nullptr || *folder == '\0') return std::nullopt;
    return folder;
}

std::vector<DsmtsCase> read_dsmts(std::string const& folder, std::string const& version) {
    std::vector<DsmtsCase> cases;
    for (auto const& entry : std::filesystem::directory_iterator(folder))
        if (entry.is_directory() &&
            std::filesystem::exists(entry.path() / (entry.path().filename().string() + "-results.csv")))
            cases.push_back(read_case(entry.path(), version));
    if (cases.empty()) throw std::runtime_error(folder + " holds no cases of the stochastic suite");
    std::sort(cases.begin(), cases.end(), [](auto const& a, auto const& b) { return a.id < b.id; });
    return cases;
}

DsmtsReport run_dsmts(DsmtsCase const& one, std::uint64_t cells, std::uint64_t seed) {
    Network const network = compile(read_model(one.model));
    EnsembleOptions options;
    options.cells = cells;
    options.seed = seed;
    options.times = one.times;
    Ensemble const ensemble = run_ensemble(network, options);

    DsmtsReport report;
    report.id = one.id;
    report.name = network.name;
    report.seconds = ensemble.seconds;
    double const n = static_cast<double>(cells);
    for (std::size_t v = 0; v < one.variables.size(); ++v) {
        auto const output = network.output(one.variables[v]);
        for (std::size_t t = 0; t < one.times.size(); ++t) {
            Estimate const mean = ensemble.tally.mean(t, output),
                           variance = ensemble.tally.variance(t, output);
            double const mu = one.mean[v][t], sigma = one.sd[v][t];
            if (sigma == 0) {
                if (mean.value != mu || variance.value != 0)
                    report.inexact.push_back(one.variables[v] + " at " + std::to_string(one.times[t]) +
                                             ": mean " + std::to_string(mean.value) + ", variance " +
                                             std::to_string(variance.value));
                continue;
            }
            double const off = std::max(0.0, std::abs(mean.value - mu) - one.mean_slack[v][t]);
            double const z = std::sqrt(n) * off / sigma;
            // A deviation of the variance, less what the rounding of the printed sd can make.
            double const squared = sigma * sigma, slack = 2 * sigma * one.sd_slack[v][t];
            double const variance_off = std::max(0.0, std::abs(variance.value - squared) - slack);
            double const y = std::sqrt(n / 2) * variance_off / squared;
            report.comparisons += 2;
            report.over_three += z > 3 ? 1 : 0;
            report.largest_z = std::max(report.largest_z, z);
            report.largest_y = std::max(report.largest_y, y);
            double const error = variance.error > 0 ? variance.error : squared * std::sqrt(2 / n);
            report.largest_scaled_y = std::max(report.largest_scaled_y, variance_off / error);
        }
    }
    return report;
}

double corrected_bound(std::size_t comparisons, double false_alarm) {
    boost::math::normal const normal;
    return boost::math::quantile(
        boost::math::complement(normal, false_alarm / (2.0 * static_cast<double>(comparisons))));
}

}  // namespace fano::testing
