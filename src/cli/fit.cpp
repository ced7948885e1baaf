// `fano fit MODEL --data FILE`: the parameters under which counts in cells are likeliest.
#include <chrono>
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/settings.hpp"
#include "cli/text.hpp"
#include "fano/error.hpp"
#include "fano/inference.hpp"
#include "fano/result.hpp"

namespace fano::cli {

namespace {

struct FitArguments : SolverArguments {
    std::string data, capture, most_states;
    std::vector<std::string> parameters, species;
    double tolerance = 1e-9;
    unsigned starts = 16, threads = 0;
    bool stationary = false;
};

// LOW:HIGH.
FitParameter parse_range(std::string const& name, std::string const& text, std::string const& option,
                         std::string const& usage) {
    auto const colon = text.find(':');
    if (name.empty() || colon == std::string::npos)
        throw InputError(fmt::format("{} is not a name with bounds; write {}", option, usage));
    return {name, parse_value(text.substr(0, colon), option, usage),
            parse_value(text.substr(colon + 1), option, usage)};
}

FitOptions options_of(FitArguments const& arguments) {
    FitOptions options;
    for (auto const& text : arguments.parameters) {
        auto const equals = text.find('=');
        options.parameters.push_back(parse_range(equals == std::string::npos ? "" : text.substr(0, equals),
                                                 equals == std::string::npos ? "" : text.substr(equals + 1),
                                                 "--parameter " + text, "--parameter NAME=LOW:HIGH"));
    }
    auto const capture = "--capture " + arguments.capture;
    constexpr auto usage = "--capture C or --capture LOW:HIGH";
    if (arguments.capture.find(':') != std::string::npos)
        options.fit_capture = parse_range("capture", arguments.capture, capture, usage);
    else if (!arguments.capture.empty())
        options.capture = parse_value(arguments.capture, capture, usage);
    if (!(options.capture > 0 && options.capture <= 1))
        throw InputError(capture + ": a molecule is seen with a probability of more than 0 and at most 1");
    options.starts = arguments.starts;
    options.tolerance = arguments.tolerance;
    options.threads = arguments.threads;
    options.stop = &StopOnSignal::flag();
    return options;
}

std::string number(double x, int digits = 6) {
    return std::isnan(x) ? "-" : fmt::format("{:.{}g}", x, digits);
}

void print(Fit const& fit, Snapshots const& data) {
    std::vector<std::vector<std::string>> rows{
        {"parameter", "estimate", "standard error", "in %", "from", "to"}};
    for (std::size_t a = 0; a < fit.parameters.size(); ++a)
        rows.push_back({fit.parameters[a], number(fit.estimate[a], 7), number(fit.standard_error[a], 3),
                        number(100 * fit.standard_error[a] / fit.estimate[a], 3), number(fit.low[a]),
                        number(fit.high[a])});
    print_aligned(stdout, rows);
    if (fit.parameters.size() > 1) {
        rows = {{"correlation"}};
        for (auto const& name : fit.parameters) rows.front().push_back(name);
        for (std::size_t a = 0; a < fit.parameters.size(); ++a) {
            rows.push_back({fit.parameters[a]});
            for (std::size_t b = 0; b < fit.parameters.size(); ++b)
                rows.back().push_back(number(fit.correlation[a * fit.parameters.size() + b], 3));
        }
        fmt::print("\n");
        print_aligned(stdout, rows);
    }
    double cells = 0;
    for (double n : data.cells()) cells += n;
    fmt::print("\nlog-likelihood {:.10g} of {:g} cells at {} time{}, {} evaluations\n", fit.log_likelihood,
               cells, data.cells().size(), data.cells().size() == 1 ? "" : "s", fit.evaluations);
}

// What is seen according to the fit, beside what was seen.
Table distribution_table(Fit const& fit, Snapshots const& data, Network const& network) {
    Table table{"distribution", {}};
    bool const timed = fit.fitted.front().time != stationary_time;
    if (timed) table.columns.push_back({"time", network.time_unit, {}});
    for (auto const& species : data.species) table.columns.push_back({species, "", {}});
    table.columns.push_back({"probability", "", {}});
    table.columns.push_back({"cells", "", {}});
    for (auto const& d : fit.fitted) {
        std::vector<double> cells(d.probability.size());
        for (auto const& row : data.rows)
            if (auto const bin = d.bin(row.counts); row.time == d.time && bin) cells[*bin] = row.cells;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (d.probability[i] <= d.error && cells[i] == 0) continue;
            std::size_t column = 0;
            auto const add = [&](double value) { table.columns[column++].values.push_back(value); };
            if (timed) add(d.time);
            for (auto count : d.counts(i)) add(static_cast<double>(count));
            add(d.probability[i]);
            add(cells[i]);
        }
    }
    return table;
}

std::vector<Table> tables_of(Fit const& fit, Snapshots const& data, Network const& network) {
    Table estimates{"fit", {{"log-likelihood", "", {fit.log_likelihood}}}}, correlation{"correlation", {}};
    std::size_t const n = fit.parameters.size();
    for (std::size_t a = 0; a < n; ++a) {
        estimates.columns.push_back({fit.parameters[a], "", {fit.estimate[a]}});
        estimates.columns.push_back({"standard error " + fit.parameters[a], "", {fit.standard_error[a]}});
        Column column{fit.parameters[a], "", {}};
        for (std::size_t b = 0; b < n; ++b) column.values.push_back(fit.correlation[b * n + a]);
        correlation.columns.push_back(std::move(column));
    }
    estimates.columns.push_back({"evaluations", "", {static_cast<double>(fit.evaluations)}});
    estimates.notes = fit.notes;
    return {estimates, correlation, distribution_table(fit, data, network)};
}

// Tells how it goes, at most every two seconds.
class FitProgress {
public:
    FitProgress(FitOptions const& options) : options_(options) {}
    void operator()(FitStep const& step) {
        best_ = std::max(best_, step.log_likelihood);
        auto const now = std::chrono::steady_clock::now();
        if (now - last_ < std::chrono::seconds(2)) return;
        last_ = now;
        std::string values;
        for (std::size_t a = 0; a < step.values.size(); ++a)
            values += fmt::format(" {} = {:.4g}",
                                  a < options_.parameters.size() ? options_.parameters[a].name : "capture",
                                  step.values[a]);
        say(fmt::format("evaluation {}, log-likelihood {:.8g} (best so far {:.8g}) at{}", step.evaluations,
                        step.log_likelihood, best_, values));
    }

private:
    FitOptions const& options_;
    double best_ = -std::numeric_limits<double>::infinity();
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

void run_fit(FitArguments const& arguments, std::string const& command_line) {
    auto const model = read_model_for(arguments);
    auto options = options_of(arguments);
    options.most_states = parse_most_states(arguments.most_states);
    Network const network = compile_for(model, arguments);
    SnapshotChoice choice{arguments.species, {}, arguments.stationary};
    if (!arguments.times.empty()) choice.times = parse_times(arguments.times);
    auto const data = read_snapshots(arguments.data, choice);
    StopOnSignal const signals;
    StopWriting const writing{StopOnSignal::flag()};
    FitProgress progress(options);
    if (!arguments.quiet) {
        for (auto const& note : data.notes) say("note: " + note);
        options.progress = [&](FitStep const& step) { progress(step); };
    }
    auto const found = fit(model, data, options);
    auto const tables = tables_of(found, data, network);
    for (auto const& file : arguments.out) write_tables(file, tables, describe(network, command_line));
    if (arguments.quiet) return;
    print(found, data);
    for (auto const& note : found.notes) say("note: " + note);
    for (auto const& file : arguments.out) fmt::print("wrote {}\n", file);
}

}  // namespace

void add_fit(CLI::App& app, std::string const& command_line) {
    auto* const command =
        app.add_subcommand("fit", "Estimate parameters from counts in cells, by maximum likelihood");
    auto a = std::make_shared<FitArguments>();
    auto* const times = add_solver_options(*command, *a);
    times->description("Which times of the data to use, FROM:TO:POINTS or a list; all by default");
    command
        ->add_option("--data", a->data, "Counts: CSV with columns time, species, cells; or .h5 of fano run")
        ->required();
    command
        ->add_option("--parameter", a->parameters,
                     "NAME=LOW:HIGH: a parameter to fit, and where to look for it")
        ->required()
        ->allow_extra_args(false);
    command
        ->add_option("--species", a->species,
                     "A species that was counted; all columns of the data by default")
        ->allow_extra_args(false);
    command->add_option("--capture", a->capture,
                        "Probability to see a molecule, or LOW:HIGH to fit it (default: 1)");
    command
        ->add_flag("--stationary", a->stationary,
                   "The cells are in the stationary state; times do not matter")
        ->excludes(times);
    command
        ->add_option("--starts", a->starts,
                     "Places that are tried before the search begins at the best of them")
        ->check(number_from(1, 1e6, true))
        ->capture_default_str();
    command->add_option("--tolerance", a->tolerance, "Error of each distribution: 1e-12 to 0.1")
        ->check(number_from(1e-12, 0.1))
        ->capture_default_str();
    command->add_option("--max-states", a->most_states,
                        "Give up beyond so many states (default: as memory allows)");
    command->add_option("--threads", a->threads, "Threads (default: one a core)");
    command->callback([a, command_line] { run_fit(*a, command_line); });
}

}  // namespace fano::cli
