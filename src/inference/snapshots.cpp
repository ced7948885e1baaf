// Counts in cells, read from CSV or from the histograms of an ensemble.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include <fmt/format.h>

#include "fano/compare.hpp"
#include "fano/error.hpp"
#include "fano/inference.hpp"

namespace fano {

namespace {

constexpr char const* layout =
    "a table has a line of names (time, one a species, perhaps cells) and then numbers";

// Adds up cells with the same counts.
class Gathered {
public:
    void add(double time, std::vector<std::int64_t> counts, double cells) {
        if (cells > 0) cells_[{time, std::move(counts)}] += cells;
    }
    std::vector<Snapshots::Row> rows() const {
        std::vector<Snapshots::Row> list;
        for (auto const& [key, cells] : cells_) list.push_back({key.first, key.second, cells});
        return list;
    }

private:
    std::map<std::pair<double, std::vector<std::int64_t>>, double> cells_;
};

std::vector<std::string> split(std::string const& line) {
    std::vector<std::string> fields;
    std::istringstream in(line + ",");
    for (std::string field; std::getline(in, field, ',');) {
        auto const first = field.find_first_not_of(" \t\""), last = field.find_last_not_of(" \t\"");
        fields.push_back(first == std::string::npos ? "" : field.substr(first, last - first + 1));
    }
    return fields;
}

bool wanted(double time, SnapshotChoice const& choice) {
    return choice.stationary || choice.times.empty() ||
           std::any_of(choice.times.begin(), choice.times.end(),
                       [&](double t) { return std::abs(t - time) <= 1e-9 * std::abs(time); });
}

class CsvReader {
public:
    CsvReader(std::string const& file, SnapshotChoice const& choice) : file_(file), choice_(choice) {}

    Snapshots read() {
        std::ifstream in(file_);
        if (!in) throw InputError(file_, 0, "cannot be read; check the name given to --data");
        for (std::string line; std::getline(in, line);) {
            ++line_;
            if (!line.empty() && line.back() == '\r') line.pop_back();
            if (line_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
            if (line.find_first_not_of(" \t,") == std::string::npos || line.front() == '#') continue;
            if (names_.empty())
                heading(split(line));
            else
                row(split(line));
        }
        if (names_.empty()) throw InputError(file_, 0, fmt::format("is empty; {}", layout));
        data_.rows = cells_.rows();
        return std::move(data_);
    }

private:
    [[noreturn]] void fail(std::string const& message) const { throw InputError(file_, line_, message); }

    std::size_t column(std::string const& name) const {
        return static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
    }

    void heading(std::vector<std::string> names) {
        names_ = std::move(names);
        for (std::size_t i = 0; i < names_.size(); ++i) {
            if (names_[i].empty()) fail(fmt::format("column {} has no name; {}", i + 1, layout));
            if (column(names_[i]) != i)
                fail(fmt::format("two columns are named {}; name each differently", names_[i]));
        }
        if (!choice_.stationary && column("time") == names_.size())
            fail(
                "there is no column \"time\"; add it, or give --stationary if the cells are in their "
                "stationary state");
        data_.species = choice_.species;
        if (data_.species.empty())
            for (auto const& name : names_)
                if (name != "time" && name != "cells") data_.species.push_back(name);
        if (data_.species.empty()) fail(fmt::format("there is no column of counts; {}", layout));
        for (auto const& species : data_.species)
            if (column(species) == names_.size())
                fail(fmt::format("there is no column \"{}\"{}; it is among the species to read", species,
                                 suggest(species, names_)));
    }

    double number(std::vector<std::string> const& fields, std::string const& name) const {
        auto const& text = fields[column(name)];
        double value = 0;
        auto const [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || stop != text.data() + text.size() || !std::isfinite(value))
            fail(fmt::format("{} is \"{}\", which is no number", name, text));
        if (value < 0) fail(fmt::format("{} is {}, and must not be negative", name, text));
        return value;
    }

    double whole(std::vector<std::string> const& fields, std::string const& name) const {
        double const value = number(fields, name);
        if (value != std::floor(value) || value > 1e9)
            fail(fmt::format(
                "{} is {}, and must be a whole number up to 1e9: molecules are counted, and so are cells",
                name, fields[column(name)]));
        return value;
    }

    void row(std::vector<std::string> const& fields) {
        if (fields.size() != names_.size())
            fail(fmt::format("has {} numbers for {} columns", fields.size(), names_.size()));
        double const time = choice_.stationary ? stationary_time : number(fields, "time");
        std::vector<std::int64_t> counts;
        for (auto const& species : data_.species)
            counts.push_back(static_cast<std::int64_t>(whole(fields, species)));
        double const cells = column("cells") < names_.size() ? whole(fields, "cells") : 1;
        if (wanted(time, choice_)) cells_.add(time, std::move(counts), cells);
    }

    std::string const& file_;
    SnapshotChoice const& choice_;
    int line_ = 0;
    std::vector<std::string> names_;
    Snapshots data_;
    Gathered cells_;
};

Snapshots read_histograms(std::string const& name, SnapshotChoice const& choice) {
    ResultFile const file(name);
    if (!file.sampled)
        throw InputError(name, 0, "holds probabilities and no cells; give a file of fano run, or a table");
    auto species = choice.species;
    if (species.empty()) species = file.outputs;
    if (species.size() != 1)
        throw InputError(
            name, 0,
            fmt::format("holds a histogram for each of {} species and none of several together; choose "
                        "one with --species",
                        species.size()));
    auto const output = std::find(file.outputs.begin(), file.outputs.end(), species.front());
    if (output == file.outputs.end())
        throw InputError(name, 0,
                         fmt::format("holds no histogram of \"{}\"{}", species.front(),
                                     suggest(species.front(), file.outputs)));
    Snapshots data{species, {}, {}};
    Gathered cells;
    std::size_t times = 0;
    for (std::size_t t = 0; t < file.times.size(); ++t) {
        if (choice.stationary ? t + 1 < file.times.size() : !wanted(file.times[t], choice)) continue;
        auto const d = file.distribution(t, static_cast<std::size_t>(output - file.outputs.begin()));
        if (d.width != 1 || d.low != std::floor(d.low) || d.low < 0)
            throw InputError(name, 0,
                             fmt::format("the histogram of {} has bins of width {} from {}, and counts are "
                                         "needed; take another species or fewer molecules",
                                         d.output, d.width, d.low));
        for (std::size_t i = 0; i < d.weight.size(); ++i)
            cells.add(choice.stationary ? stationary_time : d.time,
                      {static_cast<std::int64_t>(d.low) + static_cast<std::int64_t>(i)}, d.weight[i]);
        ++times;
    }
    data.rows = cells.rows();
    if (times > 1)
        data.notes.push_back(
            fmt::format("{} holds the same cells at {} times and they are taken for different ones: standard "
                        "errors may be "
                        "too small; --times picks one",
                        name, times));
    return data;
}

bool is_hdf5(std::string const& file) {
    std::ifstream in(file, std::ios::binary);
    char head[4] = {};
    in.read(head, sizeof head);
    return in && std::string_view(head, 4) == "\x89HDF";
}

}  // namespace

Snapshots read_snapshots(std::string const& file, SnapshotChoice const& choice) {
    auto data = is_hdf5(file) ? read_histograms(file, choice) : CsvReader{file, choice}.read();
    if (data.rows.empty())
        throw InputError(
            file, 0,
            choice.times.empty() ? "holds no cells" : "holds no cells at the times given by --times");
    return data;
}

std::vector<double> Snapshots::times() const {
    std::vector<double> list;
    for (auto const& row : rows)
        if (list.empty() || list.back() != row.time) list.push_back(row.time);
    return list;
}

std::vector<double> Snapshots::cells() const {
    std::vector<double> list;
    double last = std::numeric_limits<double>::quiet_NaN();
    for (auto const& row : rows) {
        if (row.time != last) list.push_back(0);
        list.back() += row.cells;
        last = row.time;
    }
    return list;
}

}  // namespace fano
