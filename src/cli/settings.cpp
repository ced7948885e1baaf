// Reads options that several subcommands have.
#include "cli/settings.hpp"

#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>

#include <fmt/format.h>

#include "cli/noise_tables.hpp"
#include "cli/progress.hpp"
#include "fano/error.hpp"
#include "fano/result.hpp"

namespace fano::cli {

namespace {

// Not a number where the text is none.
double number_in(std::string const& text) {
    double value = 0;
    auto const [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && stop == text.data() + text.size()
               ? value
               : std::numeric_limits<double>::quiet_NaN();
}

// The same for every spelling of a name, and through links.
std::filesystem::path place_of(std::string const& file) {
    std::error_code failed;
    auto const place = std::filesystem::weakly_canonical(std::filesystem::absolute(file, failed), failed);
    return failed ? std::filesystem::path(file) : place;
}

}  // namespace

double parse_value(std::string const& text, std::string const& option, std::string const& usage) {
    double const value = number_in(text);
    if (!std::isfinite(value))
        throw InputError(fmt::format("{}: \"{}\" is not a finite number; write {}", option, text, usage));
    return value;
}

std::uint64_t parse_count(std::string text, std::string const& option) {
    std::erase(text, '_');
    std::uint64_t whole = 0;
    char const* const end = text.data() + text.size();
    if (auto const [stop, error] = std::from_chars(text.data(), end, whole);
        error == std::errc{} && stop == end)
        return whole;
    double value = 0;
    auto const [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || !(value >= 0) || value != std::floor(value) ||
        value > 9007199254740992.0)
        throw InputError(
            fmt::format("{} takes a whole number such as 1000000 or 1e6, not \"{}\"", option, text));
    return static_cast<std::uint64_t>(value);
}

std::uint64_t parse_most_states(std::string const& text) {
    if (text.empty()) return 0;
    double const most = parse_value(text, "--max-states " + text, "--max-states N");
    if (!(most >= 1 && most <= 1e15)) throw InputError(fmt::format("--max-states {}: from 1 to 1e15", text));
    return static_cast<std::uint64_t>(most);
}

void apply_settings(Model& model, std::vector<std::string> const& settings) {
    for (auto const& setting : settings) {
        auto const at = setting.find('=');
        if (at == std::string::npos || at == 0)
            throw InputError(fmt::format("--set {} has no value; write --set NAME=VALUE", setting));
        model.set(setting.substr(0, at),
                  parse_value(setting.substr(at + 1), "--set " + setting, "--set NAME=VALUE"));
    }
}

CLI::Validator number_from(double low, double high, bool whole) {
    return {[=](std::string const& text) {
                double const value = number_in(text);
                bool const good = value >= low && value <= high && (!whole || value == std::floor(value));
                return good ? std::string{}
                            : fmt::format("\"{}\" is not a {}number from {} to {}", text,
                                          whole ? "whole " : "", low, high);
            },
            ""};
}

CLI::Option* add_solver_options(CLI::App& command, SolverArguments& arguments) {
    command.add_option("MODEL", arguments.model, "Model file, TOML or SBML")->required();
    command
        .add_option("--set", arguments.set,
                    "NAME=VALUE: another value for a parameter, volume or initial count")
        ->allow_extra_args(false);
    command
        .add_option("-o,--out", arguments.out, "Result file: .csv, .json or .h5; may be given several times")
        ->allow_extra_args(false);
    command.add_flag("-q,--quiet", arguments.quiet, "Print nothing but errors");
    return command.add_option("--times", arguments.times,
                              "Times of the result, FROM:TO:POINTS or a list; the model's own by default");
}

Model read_model_for(SolverArguments const& arguments) {
    Model model = read_model(arguments.model);
    apply_settings(model, arguments.set);
    check_result_files(arguments.out, arguments.model);
    return model;
}

Network compile_for(Model const& model, SolverArguments const& arguments) {
    Network network = compile(model);
    if (!arguments.quiet)
        for (auto const& warning : network.warnings) say("note: " + warning);
    return network;
}

std::vector<double> choose_times(std::string const& option, Network const& network) {
    std::string const times = !option.empty() ? option : network.default_times;
    if (times.empty())
        throw InputError(
            fmt::format("{} names no sample times; give --times FROM:TO:POINTS, such as --times 0:100:101",
                        network.file));
    return parse_times(times);
}

std::vector<std::pair<std::string, std::string>> parse_joint(std::vector<std::string> const& pairs,
                                                             Network const& network) {
    std::vector<std::pair<std::string, std::string>> joint;
    for (auto const& pair : pairs) {
        auto const comma = pair.find(',');
        if (comma == std::string::npos)
            throw InputError(fmt::format("--joint {} is not a pair; write --joint A,B", pair));
        auto const& [a, b] = joint.emplace_back(pair.substr(0, comma), pair.substr(comma + 1));
        network.output(a);
        network.output(b);
        if (a == b)
            throw InputError(
                fmt::format("--joint {} names one species twice; its histogram is kept anyway", pair));
    }
    return joint;
}

std::vector<Output> observables_of(Network const& network) {
    return {network.outputs.begin() + static_cast<std::ptrdiff_t>(network.species.size()),
            network.outputs.end()};
}

Table observable_table(Network const& network, SecondMoments const& found) {
    Table table{"observables", {}};
    if (!found.times.empty()) table.columns.push_back({"time", network.time_unit, found.times});
    std::size_t const n = found.observables.size();
    auto const column = [&](std::string const& name, std::string const& unit, std::size_t i,
                            std::vector<double> const& values) {
        Column result{name, unit, {}};
        for (std::size_t row = i; row < values.size(); row += n) result.values.push_back(values[row]);
        if (!values.empty()) table.columns.push_back(std::move(result));
    };
    for (std::size_t i = 0; i < n; ++i) {
        auto const& [id, unit, count, quantum] = network.outputs[network.output(found.observables[i])];
        column(id, unit, i, found.observable_mean);
        column("variance " + id, squared(unit), i, found.observable_variance);
    }
    return table;
}

void check_result_files(std::vector<std::string> const& files, std::string const& model,
                        std::function<void(std::string const&)> const& check) {
    for (std::size_t i = 0; i < files.size(); ++i) {
        check(files[i]);
        if (place_of(files[i]) == place_of(model))
            throw InputError(files[i], 0, "is the model itself; choose another name for the result");
        for (std::size_t j = 0; j < i; ++j)
            if (place_of(files[i]) == place_of(files[j]))
                throw InputError(
                    files[i], 0,
                    files[i] == files[j]
                        ? "is named twice as a result file; name it once"
                        : fmt::format("is the same result file as {}, named twice; name it once", files[j]));
    }
}

}  // namespace fano::cli
