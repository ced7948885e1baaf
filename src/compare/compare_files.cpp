// What two files have in common, compared; and what a reader of the numbers has to know.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "compare/overlay.hpp"
#include "fano/compare.hpp"
#include "fano/error.hpp"
#include "fano/model.hpp"
#include "io/output_file.hpp"

namespace fano {

namespace {

using Places = std::vector<std::pair<std::size_t, std::size_t>>;

bool same_time(double a, double b) {
    if (std::isinf(a) || std::isinf(b)) return a == b;
    return std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b));
}

std::string list(std::vector<std::string> const& words) {
    constexpr std::size_t most = 12;
    if (words.size() <= most) return fmt::format("{}", fmt::join(words, ", "));
    return fmt::format("{}, ... {}", fmt::join(words.begin(), words.begin() + most - 1, ", "), words.back());
}

std::string list_times(ResultFile const& file) {
    std::vector<std::string> words;
    for (double const time : file.times) words.push_back(time_text(time, file.time_unit));
    return list(words);
}

// Times ascend.
Places common_times(ResultFile const& a, ResultFile const& b) {
    Places places;
    for (std::size_t i = 0, j = 0; i < a.times.size() && j < b.times.size();) {
        if (same_time(a.times[i], b.times[j]))
            places.emplace_back(i++, j++);
        else
            ++(a.times[i] < b.times[j] ? i : j);
    }
    return places;
}

Places choose_times(ResultFile const& a, ResultFile const& b, CompareOptions const& options) {
    Places places = common_times(a, b);
    if (places.empty() && (a.stationary() || b.stationary())) {
        // One distribution, which holds for any time: the last of the other file, or the one that is asked for.
        auto const& other = a.stationary() ? b : a;
        for (std::size_t i = 0; i < other.times.size(); ++i)
            if (options.time ? same_time(other.times[i], *options.time) : i + 1 == other.times.size())
                places.push_back(a.stationary() ? std::pair{std::size_t{0}, i}
                                                : std::pair{i, std::size_t{0}});
    } else if (options.time) {
        std::erase_if(places,
                      [&](auto const& place) { return !same_time(a.times[place.first], *options.time); });
    }
    if (places.empty())
        throw InputError(fmt::format(
            "the two files do not both have {}: {} has {}, and {} has {}. {}",
            options.time ? "time " + time_text(*options.time, a.time_unit) : "any one time", a.file,
            list_times(a), b.file, list_times(b),
            options.time ? "Choose another --time" : "Make one of them with the --times of the other"));
    return places;
}

std::size_t place_of(std::string const& output, ResultFile const& file) {
    auto const& outputs = file.outputs;
    return static_cast<std::size_t>(std::find(outputs.begin(), outputs.end(), output) - outputs.begin());
}

void choose_outputs(FileComparison& found, ResultFile const& a, ResultFile const& b,
                    std::vector<std::string> const& chosen) {
    std::vector<std::string> common;
    for (auto const& output : a.outputs)
        if (place_of(output, b) < b.outputs.size()) common.push_back(output);
    if (common.empty())
        throw InputError(
            fmt::format("the two files have no species or observable in common: {} has {}, and {} "
                        "has {}",
                        a.file, list(a.outputs), b.file, list(b.outputs)));
    for (auto const& output : chosen) {
        if (place_of(output, a) < a.outputs.size() && place_of(output, b) < b.outputs.size()) continue;
        bool const in_a = place_of(output, a) < a.outputs.size(),
                   in_b = place_of(output, b) < b.outputs.size();
        if (in_a || in_b)
            throw InputError(fmt::format("--species {}: {} does not have it; both files have {}", output,
                                         in_a ? b.file : a.file, list(common)));
        throw InputError(fmt::format("--species {}: neither file has it{}; both have {}", output,
                                     suggest(output, common), list(common)));
    }
    for (auto const& output : chosen.empty() ? common : chosen) {
        if (std::find(found.outputs.begin(), found.outputs.end(), output) != found.outputs.end()) continue;
        found.outputs.push_back(output);
        found.places.emplace_back(place_of(output, a), place_of(output, b));
    }
}

// Cells of one seed and number draw the same randomness, whatever the model.
bool share_cells(ResultFile const& a, ResultFile const& b) {
    return a.sampled && b.sampled && a.seed == b.seed && a.first_cell < b.first_cell + b.cells &&
           b.first_cell < a.first_cell + a.cells;
}

// What the files are, whatever the distances.
void note_differences(FileComparison& found, ResultFile const& a, ResultFile const& b) {
    auto& notes = found.notes;
    if (a.model_hash != b.model_hash)
        notes.push_back(
            a.model_file == b.model_file
                ? fmt::format("{} was not the same, or had other parameters, when A and B were made",
                              a.model_file)
                : fmt::format("the files come from different models: {} and {}", a.model_file, b.model_file));
    auto const same_unit = [&](std::string const& what, std::string const& in_a, std::string const& in_b) {
        if (in_a != in_b)
            notes.push_back(fmt::format("{} in \"{}\" in A but in \"{}\" in B; the numbers are compared",
                                        what, in_a, in_b));
    };
    same_unit("times are", a.time_unit, b.time_unit);
    for (std::size_t i = 0; i < found.outputs.size(); ++i)
        same_unit(found.outputs[i] + " is", a.units[found.places[i].first], b.units[found.places[i].second]);
    auto const [time_a, time_b] = found.times.back();
    if (a.stationary() != b.stationary() && std::isinf(a.times[time_a]) != std::isinf(b.times[time_b]))
        notes.push_back(fmt::format("{} is stationary: compared with time {} of {}",
                                    a.stationary() ? "A" : "B", time_text(found.time(0), found.time_unit),
                                    a.stationary() ? "B" : "A"));
    if (a.sampled && !a.fingerprint.empty() && a.fingerprint == b.fingerprint)
        notes.push_back("both files hold the same cells");
    else if (share_cells(a, b))
        notes.push_back(fmt::format(
            "both files have cells of seed {} with the same numbers, which are not independent: p values and "
            "errors do not hold; give one of the runs another --seed",
            a.seed));
}

// What the distances cannot tell.
void note_limits(FileComparison& found) {
    std::vector<std::string> uncertain, straddling;
    double certificate = 0;
    auto const add = [](std::vector<std::string>& names, std::string const& name) {
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    };
    for (auto const& one : found.at) {
        if (!one.nested_bins) add(straddling, one.output);
        double const missing = one.certificate_a + one.certificate_b;
        if (one.total_variation == 0 || missing <= one.total_variation) continue;
        add(uncertain, one.output);
        certificate = std::max(certificate, missing);
    }
    if (!uncertain.empty())
        found.notes.push_back(
            fmt::format("the certificate (up to {:.2g}) is larger than the total variation of {}: the exact "
                        "distributions may be equal; solve with a smaller --tolerance",
                        certificate, list(uncertain)));
    if (!straddling.empty())
        found.notes.push_back(
            fmt::format("bins of the two files straddle each other for {}: distances are good to about a bin",
                        list(straddling)));
}

}  // namespace

double FileComparison::time(std::size_t row) const {
    auto const& one = at[row * outputs.size()];
    return std::min(one.time_a, one.time_b);
}

FileComparison compare_files(ResultFile const& a, ResultFile const& b, CompareOptions const& options) {
    FileComparison found;
    found.a = a.file;
    found.b = b.file;
    found.time_unit = a.time_unit;
    choose_outputs(found, a, b, options.outputs);
    found.times = choose_times(a, b, options);
    found.common_times = found.times.size();
    if (options.last_time_only) found.times.erase(found.times.begin(), found.times.end() - 1);
    for (auto const& [time_a, time_b] : found.times)
        for (auto const& [place_a, place_b] : found.places) {
            check_stop_writing();
            found.at.push_back(compare(a.distribution(time_a, place_a), b.distribution(time_b, place_b)));
        }
    note_differences(found, a, b);
    note_limits(found);
    return found;
}

Table comparison_table(FileComparison const& found) {
    Table table{"distances", {{"time", found.time_unit, {}}}, found.notes};
    table.notes.insert(table.notes.begin(), fmt::format("A is {}, B is {}", found.a, found.b));
    for (std::size_t row = 0; row < found.times.size(); ++row)
        table.columns.front().values.push_back(found.time(row));
    std::size_t const n = found.outputs.size();
    for (std::size_t i = 0; i < n; ++i) {
        auto const add = [&](char const* name, bool unit, double Comparison::*value) {
            Column column{fmt::format("{} {}", name, found.outputs[i]), unit ? found.at[i].unit : "", {}};
            for (std::size_t at = i; at < found.at.size(); at += n)
                column.values.push_back(found.at[at].*value);
            table.columns.push_back(std::move(column));
        };
        add("total variation", false, &Comparison::total_variation);
        add("expected by sampling noise", false, &Comparison::expected_total_variation);
        add("Kolmogorov-Smirnov", false, &Comparison::kolmogorov);
        add("Wasserstein", true, &Comparison::wasserstein);
        add("difference of means", true, &Comparison::mean_difference);
        add("error of difference", true, &Comparison::mean_error);
        add("chi-square", false, &Comparison::chi_square);
        add("degrees of freedom", false, &Comparison::degrees);
        add("p value", false, &Comparison::p_value);
        add("Kolmogorov-Smirnov p value", false, &Comparison::kolmogorov_p);
    }
    return table;
}

}  // namespace fano
