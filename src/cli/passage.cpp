// `fano passage MODEL --until CONDITION`: whether cells ever get there, and when.
#include "fano/passage.hpp"

#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "cli/cme_arguments.hpp"
#include "cli/commands.hpp"
#include "cli/noise_tables.hpp"
#include "cli/progress.hpp"
#include "cli/text.hpp"
#include "fano/error.hpp"

namespace fano::cli {

namespace {

struct PassageArguments : CmeArguments {
    std::vector<std::string> until;
};

std::string number(double x) { return std::isfinite(x) ? fmt::format("{:.7g}", x) : "-"; }

// "passages": a row a condition, and one for whichever comes first.
Table passage_table(PassageSolution const& found, Network const& network) {
    Table table{"passages",
                {{"condition", "", {}},
                 {"probability", "", {}},
                 {"mean time", network.time_unit, {}},
                 {"standard deviation", network.time_unit, {}}}};
    auto const add = [&](double row, Passage const& passage) {
        double const values[] = {row, passage.probability, passage.mean, passage.deviation};
        for (std::size_t i = 0; i < 4; ++i) table.columns[i].values.push_back(values[i]);
    };
    for (std::size_t k = 0; k < found.passages.size(); ++k) {
        add(static_cast<double>(k + 1), found.passages[k]);
        table.notes.push_back(fmt::format("condition {} is {}", k + 1, found.passages[k].condition));
    }
    if (found.passages.size() > 1) {
        add(0, found.any);
        table.notes.emplace_back("condition 0 is whichever comes first");
    }
    table.notes.push_back(fmt::format("probability to be caught elsewhere: {:.9g}", found.never));
    table.notes.push_back(fmt::format("probabilities are too small by at most {:.3g} together; box: {}",
                                      found.lost, box_text(found.box)));
    return table;
}

void print(PassageSolution const& found, Network const& network) {
    auto const unit = network.time_unit.empty() ? "" : " [" + network.time_unit + "]";
    std::vector<std::vector<std::string>> rows{
        {"condition", "probability", "mean time" + unit, "standard deviation" + unit}};
    auto const add = [&](std::string const& name, Passage const& p) {
        rows.push_back({name, fmt::format("{:.9g}", p.probability), number(p.mean), number(p.deviation)});
    };
    for (auto const& passage : found.passages) add(passage.condition, passage);
    if (found.passages.size() > 1) add("whichever comes first", found.any);
    if (found.never > 0)
        rows.push_back({"never: caught elsewhere", fmt::format("{:.9g}", found.never), "-", "-"});
    fmt::print("\nWhat ends a cell (times over the cells for which it does)\n");
    print_aligned(stdout, rows);
    fmt::print(
        "\nprobabilities are too small by at most {:.3g} together, which left the box (or rounding, if that "
        "is more)\n",
        found.lost);
    if (!std::isnan(found.difference))
        fmt::print("a wider box changed the mean time by {:.2g} of itself (an estimate, no bound)\n",
                   found.difference);
    fmt::print("box: {}\n{}{} states, {:.3g} s\n", box_text(found.box),
               found.method.empty() ? "" : found.method + ", ", found.states, found.seconds);
}

// How much of the probability has come where, over time.
void print(CmeSolution const& solution, Network const& network) {
    Table table{"arrived", {{"time", network.time_unit, {}}}};
    for (auto const& condition : solution.targets) table.columns.push_back({condition, "", {}});
    table.columns.push_back({"still under way", "", {}});
    table.columns.push_back({"error at most", "", {}});
    for (auto const& at : solution.at) {
        double under_way = 1;
        std::size_t column = 0;
        table.columns[column++].values.push_back(at.time);
        for (double part : at.arrived) {
            table.columns[column++].values.push_back(part);
            under_way -= part;
        }
        table.columns[column++].values.push_back(std::max(0.0, under_way));
        table.columns[column].values.push_back(at.certificate.total());
    }
    fmt::print("\nProbability to have ended, by time\n");
    print_table(stdout, table);
    print_certificate(solution, solution.at.back().certificate);
    fmt::print("{}, {:.3g} s on {}\n", solution.method.empty() ? "nothing to do" : solution.method,
               solution.seconds, solution.device);
    for (auto const& note : solution.notes) say("note: " + note);
}

void passage(PassageArguments const& arguments, std::string const& command_line) {
    auto const model = read_model_for(arguments);
    Network const network = compile_for(model, arguments);
    StopOnSignal const signals;
    StopWriting const writing{StopOnSignal::flag()};
    auto options = cme_options(arguments, network);
    options.until = compile_conditions(model, arguments.until);
    if (arguments.times.empty()) {
        refuse_transient_options(arguments, "passage without --times");
        if (!arguments.joint.empty())
            throw InputError("--joint needs --times: it is a distribution at a time");
        auto const found = solve_passage(network, options);
        auto files = arguments.out;
        if (!arguments.json.empty())
            throw InputError(
                "--json needs --times; the result without times is small: --out FILE.json has it");
        write_files(files, {passage_table(found, network)}, network, command_line);
        if (!arguments.silent()) print(found, network);
    } else {
        auto const solution = solve_with_progress(arguments, network, options);
        write_solution_files(arguments, solution, describe(network, solution, command_line));
        if (!arguments.silent()) print(solution, network);
    }
    if (arguments.silent()) return;
    for (auto const& file : arguments.out) fmt::print("wrote {}\n", file);
}

}  // namespace

void add_passage(CLI::App& app, std::string const& command_line) {
    auto* const command = app.add_subcommand(
        "passage", "How probable it is that cells ever get somewhere, and when they first do");
    auto a = std::make_shared<PassageArguments>();
    add_cme_options(*command, *a)
        ->description(
            "Times for the distribution of passage times; without them: probabilities and times in the long "
            "run");
    command
        ->add_option("--until", a->until,
                     "A condition on counts, such as \"X >= 50\"; several compete for who comes first")
        ->allow_extra_args(false)
        ->required();
    command->callback([a, command_line] { passage(*a, command_line); });
}

}  // namespace fano::cli
