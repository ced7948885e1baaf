// `fano compare A B`: distances between two result files, and a picture of both.
#include "fano/compare.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/settings.hpp"
#include "compare/overlay.hpp"
#include "fano/error.hpp"
#include "fano/result.hpp"
#include "io/output_file.hpp"

namespace fano::cli {

namespace {

struct CompareArguments {
    std::string a, b, picture, time;
    std::vector<std::string> species, out;
    bool quiet = false;
};

// Before any time is spent.
void check_files(CompareArguments const& arguments) {
    check_result_files(arguments.out, "");
    auto written = arguments.out;
    if (!arguments.picture.empty()) {
        if (std::filesystem::path(arguments.picture).extension() != ".svg")
            throw InputError(arguments.picture, 0, "pictures are SVG; choose a name that ends in .svg");
        OutputFile{arguments.picture};
        written.push_back(arguments.picture);
    }
    std::error_code ignored;
    for (auto const& file : written)
        for (auto const& input : {arguments.a, arguments.b})
            if (std::filesystem::equivalent(file, input, ignored))
                throw InputError(file, 0,
                                 "is one of the files to compare; choose another name for the result");
}

std::string number(double value, int digits = 3) {
    return std::isnan(value) ? "-" : fmt::format("{:.{}g}", value, digits);
}

std::string with_error(double value, double error) {
    return error > 0 ? fmt::format("{} ± {}", number(value), number(error, 2)) : number(value);
}

std::size_t shown_width(std::string const& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

// A line an output, of the last time.
void print_distances(FileComparison const& found) {
    std::vector<std::vector<std::string>> rows{{"output", "total variation", "by noise", "KS", "Wasserstein",
                                                "mean B - mean A", "chi-square (df)", "p value", "KS p"}};
    for (std::size_t i = 0; i < found.outputs.size(); ++i) {
        auto const& one = found.last(i);
        rows.push_back(
            {one.output, number(one.total_variation), number(one.expected_total_variation, 2),
             number(one.kolmogorov), number(one.wasserstein), with_error(one.mean_difference, one.mean_error),
             std::isnan(one.chi_square) ? "-"
                                        : fmt::format("{} ({:.0f})", number(one.chi_square, 4), one.degrees),
             number(one.p_value, 2), number(one.kolmogorov_p, 2)});
    }
    std::vector<std::size_t> widths(rows.front().size());
    for (auto const& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], shown_width(row[i]));
    for (auto const& row : rows) {
        std::string line = row[0] + std::string(widths[0] - shown_width(row[0]), ' ');
        for (std::size_t i = 1; i < row.size(); ++i)
            line += std::string(widths[i] - shown_width(row[i]) + 2, ' ') + row[i];
        fmt::print("{}\n", line);
    }
}

void print_comparison(ResultFile const& a, ResultFile const& b, FileComparison const& found) {
    constexpr std::size_t most_pictures = 4;
    fmt::print("A  {} ({})\nB  {} ({})\n\nAt time {}", a.file, a.size_text(), b.file, b.size_text(),
               time_text(found.time(found.times.size() - 1), found.time_unit));
    if (found.common_times > 1)
        fmt::print(", the last of {} in common; --out has all of them", found.common_times);
    fmt::print("\n");
    print_distances(found);
    for (auto const& note : found.notes) fmt::print("note: {}\n", note);
    auto const [time_a, time_b] = found.times.back();
    for (std::size_t i = 0; i < std::min(most_pictures, found.outputs.size()); ++i) {
        auto const& name = found.outputs[i];
        fmt::print("\n{}: █ both, ▒ more in A, ░ more in B\n", name);
        fmt::print("{}", overlay_text(a.distribution(time_a, found.places[i].first),
                                      b.distribution(time_b, found.places[i].second)));
    }
    if (found.outputs.size() > most_pictures)
        fmt::print("\n{} more outputs: --species draws one, --picture all\n",
                   found.outputs.size() - most_pictures);
}

void compare_command(CompareArguments const& arguments, std::string const& command_line) {
    check_files(arguments);
    StopOnSignal const signals;
    StopWriting const writing{StopOnSignal::flag()};
    ResultFile const a(arguments.a), b(arguments.b);
    CompareOptions options;
    options.outputs = arguments.species;
    options.last_time_only = arguments.out.empty();
    if (!arguments.time.empty()) options.time = parse_value(arguments.time, "--time", "--time TIME");
    auto const found = compare_files(a, b, options);
    if (!arguments.out.empty()) {
        auto provenance = describe(Network{}, command_line);
        provenance.model_file = a.model_file;
        provenance.model_name = a.model_name;
        provenance.model_hash = a.model_hash;
        provenance.time_unit = a.time_unit;
        for (auto const& file : arguments.out) write_tables(file, {comparison_table(found)}, provenance);
    }
    if (!arguments.picture.empty()) draw_comparison(arguments.picture, a, b, found);
    if (arguments.quiet) return;
    print_comparison(a, b, found);
    for (auto const& file : arguments.out) fmt::print("wrote {}\n", file);
    if (!arguments.picture.empty()) fmt::print("wrote {}\n", arguments.picture);
}

}  // namespace

void add_compare(CLI::App& app, std::string const& command_line) {
    auto* const command =
        app.add_subcommand("compare", "Distances between two result files, and a picture of both");
    auto a = std::make_shared<CompareArguments>();
    command->add_option("A", a->a, "Result of `fano run` or `fano cme`, HDF5")->required();
    command->add_option("B", a->b, "Another one")->required();
    command->add_option("--species", a->species, "Species or observable; may be given several times")
        ->allow_extra_args(false);
    command->add_option("--time", a->time, "A time of both files; the last by default");
    command->add_option("-o,--out", a->out, "Distances at all times, or at --time: .csv, .json or .h5")
        ->allow_extra_args(false);
    command->add_option("--picture", a->picture, "Both distributions at that time, FILE.svg");
    command->add_flag("-q,--quiet", a->quiet, "Print nothing but errors");
    command->callback([a, command_line] { compare_command(*a, command_line); });
}

}  // namespace fano::cli
