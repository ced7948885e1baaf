// `fano ode MODEL`: the mean field, as a time course, as steady states, or as steady states over a parameter.
#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/settings.hpp"
#include "fano/error.hpp"
#include "fano/meanfield.hpp"
#include "fano/table.hpp"

namespace fano::cli {

namespace {

struct OdeArguments : SolverArguments {
    std::string over;
    double tolerance = 1e-9;
    bool steady = false;
};

constexpr auto stability_note =
    "stability is 1 where all eigenvalues have negative real parts, -1 where some has a positive one, and 0 "
    "where the largest real part is 0";

// Columns of steady states, a row each; the caller puts its own first and last.
class StateColumns {
public:
    explicit StateColumns(Network const& network) : rate_unit_(inverse(network.time_unit)) {
        for (std::size_t s = 0; s < network.species.size(); ++s)
            columns_.push_back({network.species[s], network.species_units[s], {}});
        for (auto const& observable : observables_of(network))
            columns_.push_back({observable.id, observable.unit, {}});
        columns_.push_back({"stability", "", {}});
        columns_.push_back({"leading eigenvalue", rate_unit_, {}});
        columns_.push_back({"its imaginary part", rate_unit_, {}});
    }

    void add(SteadyState const& state) {
        auto column = columns_.begin();
        for (double x : state.counts) (column++)->values.push_back(x);
        for (double x : state.observables) (column++)->values.push_back(x);
        (column++)->values.push_back(state.stability == Stability::stable     ? 1
                                     : state.stability == Stability::unstable ? -1
                                                                              : 0);
        auto const leading = state.eigenvalues.empty() ? 0 : state.eigenvalues.front();
        (column++)->values.push_back(leading.real());
        column->values.push_back(leading.imag());
    }

    std::vector<Column> between(Column first, std::vector<Column> const& last = {}) && {
        std::vector<Column> all{std::move(first)};
        all.insert(all.end(), columns_.begin(), columns_.end());
        all.insert(all.end(), last.begin(), last.end());
        return all;
    }
    std::string const& rate_unit() const { return rate_unit_; }

private:
    static std::string inverse(std::string const& unit) {
        return unit.empty() || unit == "1" ? unit : "1/" + unit;
    }

    std::string rate_unit_;
    std::vector<Column> columns_;
};

std::vector<Table> time_course(OdeArguments const& arguments, Network const& network) {
    auto const course = solve_mean_field(network, choose_times(arguments.times, network), arguments.tolerance,
                                         &StopOnSignal::flag());
    Table table{"counts", {{"time", network.time_unit, course.times}}, course.notes};
    std::size_t const species = network.species.size(), observables = network.outputs.size() - species;
    for (std::size_t i = 0; i < network.outputs.size(); ++i) {
        Column column{network.outputs[i].id, network.outputs[i].unit, {}};
        for (std::size_t t = 0; t < course.times.size(); ++t)
            column.values.push_back(i < species ? course.counts[t * species + i]
                                                : course.observables[t * observables + i - species]);
        table.columns.push_back(std::move(column));
    }
    return {table};
}

std::vector<Table> steady_states(Network const& network) {
    auto const found = find_steady_states(network, 200, &StopOnSignal::flag());
    StateColumns columns{network};
    Column number{"state", "", {}};
    std::string const& unit = columns.rate_unit();
    Table spectrum{"eigenvalues", {{"state", "", {}}, {"real part", unit, {}}, {"imaginary part", unit, {}}}};
    for (auto const& state : found.states) {
        number.values.push_back(static_cast<double>(number.values.size() + 1));
        columns.add(state);
        for (auto const& eigenvalue : state.eigenvalues) {
            spectrum.columns[0].values.push_back(number.values.back());
            spectrum.columns[1].values.push_back(eigenvalue.real());
            spectrum.columns[2].values.push_back(eigenvalue.imag());
        }
    }
    auto notes = found.notes;
    notes.emplace_back(stability_note);
    return {{"steady_states", std::move(columns).between(std::move(number)), std::move(notes)}, spectrum};
}

struct Range {
    std::string parameter;
    double from, to;
};

Range parse_range(std::string const& text) {
    constexpr auto usage = "--continue NAME=FROM:TO";
    auto const equals = text.find('='), colon = text.find(':', equals == std::string::npos ? 0 : equals);
    if (equals == std::string::npos || equals == 0 || colon == std::string::npos)
        throw InputError(fmt::format("--continue {} is not a parameter with a range; write {}", text, usage));
    auto const number = [&](std::size_t begin, std::size_t end) {
        return parse_value(text.substr(begin, end - begin), "--continue " + text, usage);
    };
    return {text.substr(0, equals), number(equals + 1, colon), number(colon + 1, text.size())};
}

std::vector<Table> branches(OdeArguments const& arguments, Model const& model, Network const& network) {
    auto const [parameter, from, to] = parse_range(arguments.over);
    auto const found = continue_steady_states(model, parameter, from, to, &StopOnSignal::flag());
    auto const table = [&](std::string const& name, std::vector<Branch::Point> Branch::*points) {
        StateColumns columns{network};
        Column value{parameter, model.find(parameter)->unit, {}}, number{"branch", "", {}};
        for (std::size_t b = 0; b < found.branches.size(); ++b)
            for (auto const& point : found.branches[b].*points) {
                value.values.push_back(point.parameter);
                columns.add(point.state);
                number.values.push_back(static_cast<double>(b + 1));
            }
        return Table{name, std::move(columns).between(std::move(value), {number})};
    };
    std::vector<Table> tables{table("branches", &Branch::points), table("folds", &Branch::folds)};
    tables.front().notes = found.notes;
    tables.front().notes.emplace_back(stability_note);
    return tables;
}

// Some rows of a table, evenly spread.
Table thinned(Table table, std::size_t most_rows) {
    std::size_t const rows = table.columns.front().values.size();
    if (rows <= most_rows) return table;
    for (auto& column : table.columns) {
        std::vector<double> kept;
        for (std::size_t i = 0; i < most_rows; ++i)
            kept.push_back(column.values[i * (rows - 1) / (most_rows - 1)]);
        column.values = std::move(kept);
    }
    return table;
}

void print(std::vector<Table> const& tables) {
    for (auto const& table : tables) {
        std::size_t const rows = table.columns.front().values.size();
        constexpr std::size_t most_rows = 24;
        auto const of = rows > most_rows ? fmt::format(" ({} of {} rows)", most_rows, rows) : "";
        fmt::print("\n{}{}\n", table.name, rows == 0 ? ": none" : of);
        if (rows > 0) print_table(stdout, thinned(table, most_rows), most_rows);
    }
}

void ode(OdeArguments const& arguments, std::string const& command_line) {
    Model const model = read_model_for(arguments);
    Network const network = compile_for(model, arguments);
    StopOnSignal const signals;
    StopWriting const writing{StopOnSignal::flag()};
    auto const tables = !arguments.over.empty() ? branches(arguments, model, network)
                        : arguments.steady      ? steady_states(network)
                                                : time_course(arguments, network);
    auto const provenance = describe(network, command_line);
    for (auto const& file : arguments.out) write_tables(file, tables, provenance);
    if (arguments.quiet) return;
    print(tables);
    for (auto const& file : arguments.out) fmt::print("wrote {}\n", file);
}

}  // namespace

void add_ode(CLI::App& app, std::string const& command_line) {
    auto* const command = app.add_subcommand("ode", "Solve the rate equations: the model without noise");
    auto a = std::make_shared<OdeArguments>();
    auto* const times = add_solver_options(*command, *a);
    auto* const steady = command->add_flag("--steady", a->steady, "Find steady states and their stability");
    auto* const over = command->add_option(
        "--continue", a->over, "NAME=FROM:TO: follow steady states over a parameter, around folds");
    auto* const tolerance =
        command
            ->add_option("--tolerance", a->tolerance, "Of a step, relative and in molecules: 1e-14 to 1e-2")
            ->check(number_from(1e-14, 1e-2))
            ->capture_default_str();
    steady->excludes(times, over, tolerance);
    over->excludes(times, tolerance);
    command->callback([a, command_line] { ode(*a, command_line); });
}

}  // namespace fano::cli
