// Columns by species and by pair of species.
#include "cli/noise_tables.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace fano::cli {

namespace {

std::size_t rows_of(SecondMoments const& found) {
    return found.species.empty() ? 0 : found.mean.size() / found.species.size();
}

template <class Value>
Column column(std::string name, std::string unit, std::size_t rows, Value value) {
    Column result{std::move(name), std::move(unit), {}};
    for (std::size_t row = 0; row < rows; ++row) result.values.push_back(value(row));
    return result;
}

std::string number(double x) { return std::isnan(x) ? "-" : fmt::format("{:.6g}", x); }

}  // namespace

std::string squared(std::string const& unit) { return unit.empty() || unit == "1" ? unit : unit + "^2"; }

std::vector<Table> noise_tables(Network const& network, SecondMoments const& found) {
    std::size_t const n = found.species.size(), rows = rows_of(found);
    bool const second = !found.covariance.empty();
    Table counts{"counts", {}}, noise{"noise", {}}, covariances{"covariances", {}};
    if (!found.times.empty())
        for (auto* table : {&counts, &noise, &covariances})
            table->columns.push_back({"time", network.time_unit, found.times});
    counts.notes = found.notes;
    for (std::size_t s = 0; s < n; ++s) {
        auto const& name = found.species[s];
        auto const& unit = network.species_units[s];
        counts.columns.push_back(column(name, unit, rows, [&](auto row) { return found.mean_of(row, s); }));
        if (!second) continue;
        counts.columns.push_back(column("variance " + name, squared(unit), rows,
                                        [&](auto row) { return found.variance(row, s); }));
        noise.columns.push_back(
            column("Fano factor " + name, unit, rows, [&](auto row) { return found.fano(row, s); }));
        noise.columns.push_back(column("CV2 " + name, "", rows, [&](auto row) { return found.cv2(row, s); }));
        for (std::size_t b = s + 1; b < n; ++b)
            covariances.columns.push_back(column(name + "," + found.species[b], "", rows,
                                                 [&](auto row) { return found.covariance_of(row, s, b); }));
    }
    if (!second) return {counts};
    if (n == 1) return {counts, noise};
    return {counts, noise, covariances};
}

std::string at_time(Network const& network, double time) {
    bool const unit = !network.time_unit.empty() && network.time_unit != "1";
    return fmt::format("At time {}{}", time, unit ? " " + network.time_unit : "");
}

void print_noise(std::FILE* out, SecondMoments const& found, std::size_t row) {
    std::size_t width = 7;
    for (auto const& name : found.species) width = std::max(width, name.size());
    fmt::print(out, "{:<{}}  {:>12}  {:>12}  {:>12}  {:>12}\n", "species", width, "mean", "variance",
               "Fano factor", "CV^2");
    for (std::size_t s = 0; s < found.species.size(); ++s)
        fmt::print(out, "{:<{}}  {:>12}  {:>12}  {:>12}  {:>12}\n", found.species[s], width,
                   number(found.mean_of(row, s)), number(found.variance(row, s)), number(found.fano(row, s)),
                   number(found.cv2(row, s)));
}

void write_files(std::vector<std::string> const& files, std::vector<Table> const& tables,
                 Network const& network, std::string const& command_line) {
    auto const provenance = describe(network, command_line);
    for (auto const& file : files) write_tables(file, tables, provenance);
}

}  // namespace fano::cli
