// Reads options that several subcommands have.
#include "cli/settings.hpp"

#include <charconv>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "cli/progress.hpp"
#include "fano/error.hpp"
#include "fano/result.hpp"

namespace fano::cli {

double parse_value(std::string const& text, std::string const& option, std::string const& usage) {
    double value = 0;
    auto const [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || stop != text.data() + text.size() || !std::isfinite(value))
        throw InputError(fmt::format("{}: \"{}\" is not a finite number; write {}", option, text, usage));
    return value;
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

void check_result_files(std::vector<std::string> const& files, std::string const& model) {
    for (std::size_t i = 0; i < files.size(); ++i) {
        check_writable(files[i]);
        std::error_code ignored;
        if (std::filesystem::equivalent(files[i], model, ignored))
            throw InputError(files[i], 0, "is the model itself; choose another name for the result");
        for (std::size_t j = 0; j < i; ++j)
            if (files[i] == files[j])
                throw InputError(files[i], 0, "is named twice as a result file; name it once");
    }
}

}  // namespace fano::cli
