// What every HDF5 result has: where it came from, times, species and their units.
#include "io/hdf5_parts.hpp"

#include <algorithm>

namespace fano {

namespace {

// xarray turns numbers whose unit is one of these words into dates; it leaves the symbols alone.
std::string symbol_of(std::string const& unit) {
    constexpr std::pair<char const*, char const*> symbols[] = {
        {"days", "d"},          {"hours", "h"},         {"minutes", "min"},    {"seconds", "s"},
        {"milliseconds", "ms"}, {"microseconds", "us"}, {"nanoseconds", "ns"},
    };
    for (auto const& [word, symbol] : symbols)
        if (unit == word) return symbol;
    return unit;
}

std::vector<std::string> names_of(std::vector<Output> const& outputs) {
    std::vector<std::string> names;
    for (auto const& output : outputs) names.push_back(output.id);
    return names;
}

}  // namespace

void describe_hdf5(Hdf5File& file, std::string const& path, std::string const& long_name,
                   std::string const& unit) {
    file.attribute(path, {"long_name", long_name});
    if (!unit.empty()) file.attribute(path, {"units", symbol_of(unit)});
}

void write_hdf5_origin(Hdf5File& file, Provenance const& provenance) {
    auto const origin = provenance_fields(provenance);
    file.attributes("/", origin);
    file.group("provenance");
    file.attributes("provenance", origin);
}

void write_hdf5_coordinates(Hdf5File& file, std::vector<double> const& times,
                            std::vector<Output> const& outputs, std::string const& time_unit) {
    std::vector<std::string> units;
    for (auto const& output : outputs) units.push_back(output.unit);
    file.dimension("time", times);
    describe_hdf5(file, "time", "time of the sample", time_unit);
    file.dimension("species", names_of(outputs));
    describe_hdf5(file, "species", "species or observable", "");
    file.dataset("species_unit", {"species"}, units);
    describe_hdf5(file, "species_unit", "unit of the species or observable", "");
}

void write_hdf5_other_species(Hdf5File& file, std::vector<Output> const& outputs) {
    file.dimension("species_other", names_of(outputs));
    describe_hdf5(file, "species_other", "species or observable", "");
}

std::string common_unit(std::vector<Output> const& outputs) {
    if (outputs.empty()) return {};
    auto same = [&](Output const& output) { return output.unit == outputs.front().unit; };
    return std::all_of(outputs.begin(), outputs.end(), same) ? outputs.front().unit : std::string();
}

std::string power_of_unit(std::string const& unit, int exponent) {
    if (exponent == 0) return "1";
    if (unit.empty() || unit == "1" || exponent == 1) return unit;
    return fmt::format("({})^{}", unit, exponent);
}

std::string write_hdf5_bins(Hdf5File& file, Output const& output, BinAxis const& axis,
                            std::string const& suffix) {
    auto name = file.free_name(output.id + suffix);
    file.dimension(name, axis.left_edges());
    describe_hdf5(file, name, "left edge of a bin of " + output.id, output.unit);
    file.attribute(name, {"bin_width", axis.width});
    return name;
}

}  // namespace fano
