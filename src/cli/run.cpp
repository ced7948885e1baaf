// `fano run MODEL`: an ensemble of cells, from the file to a table, a histogram and result files.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/settings.hpp"
#include "fano/error.hpp"
#include "fano/result.hpp"

namespace fano::cli {

namespace {

struct RunArguments {
    std::string model, times, device = "auto", method = "exact", json, plot;
    double epsilon = 0.03, step = 0;
    std::string scheme = "trapezoidal";
    std::string cells = "10000", seed = "1", max_events = "1e9", cell;
    std::vector<std::string> set, out, joint, trajectory;
    unsigned threads = 0, block_threads = 0;
    bool snapshots = false, reactions = false, dry_run = false, quiet = false, no_covariance = false,
         stiff = false;
};

EnsembleOptions make_options(RunArguments const& arguments, Network const& network) {
    EnsembleOptions options;
    options.cells = parse_count(arguments.cells, "--cells");
    options.seed = parse_count(arguments.seed, "--seed");
    options.max_events = parse_count(arguments.max_events, "--max-events");
    options.threads = arguments.threads;
    options.method = parse_method(arguments.method);
    options.epsilon = arguments.epsilon;
    options.stiff = arguments.stiff;
    options.step = arguments.step;
    options.scheme = parse_scheme(arguments.scheme);
    DeviceChoice const choice = parse_device(arguments.device);
    options.device = choice.device;
    options.gpus = choice.gpus;
    options.gpu_block_threads = arguments.block_threads;
    options.times = choose_times(arguments.times, network);
    options.snapshots = arguments.snapshots;
    options.count_reactions = arguments.reactions;
    options.covariance = !arguments.no_covariance;
    options.joint = parse_joint(arguments.joint, network);
    for (auto const& cell : arguments.trajectory)
        options.trajectories.push_back(parse_count(cell, "--trajectory"));
    if (!arguments.cell.empty()) {
        options.first_cell = parse_count(arguments.cell, "--cell");
        options.cells = 1;
        options.snapshots = true;
    }
    return options;
}

void print_plan(std::FILE* out, Network const& network, EnsembleOptions const& options) {
    MemoryPlan const plan = plan_memory(network, options);
    auto megabytes = [](std::uint64_t bytes) { return static_cast<double>(bytes) * 1e-6; };
    fmt::print(out, "{} cells of {}, {} sample times, {} outputs\n", options.cells, network.file,
               options.times.size(), network.outputs.size());
    fmt::print(out, "tally      at most {:10.1f} MB of memory\n", megabytes(plan.tally_bytes));
    fmt::print(out, "snapshots          {:10.1f} MB of memory\n", megabytes(plan.snapshot_bytes));
    fmt::print(out, "result     at most {:10.1f} MB on disk as HDF5\n", megabytes(plan.disk_bytes));
    fmt::print(out, "nothing was run\n");
}

std::vector<std::string> check_outputs(RunArguments const& arguments) {
    std::vector<std::string> files = arguments.out;
    if (!arguments.json.empty() && arguments.json != "-") files.push_back(arguments.json);
    check_result_files(files, arguments.model);
    return files;
}

void print_notes(RunArguments const& arguments, Network const& network, bool kept) {
    for (auto const& warning : network.warnings) say("note: " + warning);
    bool const asked = arguments.snapshots || !arguments.joint.empty() || !arguments.trajectory.empty();
    if (asked && !kept)
        say("note: snapshots, joint histograms and trajectories go to result files only; add --out FILE.h5 "
            "to keep them");
}

void print_summary(std::FILE* out, RunArguments const& arguments, Network const& network,
                   Ensemble const& ensemble) {
    std::size_t const last = ensemble.times.size() - 1;
    if (arguments.cell.empty()) {
        print_moments(out, ensemble, last, network.time_unit);
        print_histogram(
            out, ensemble, last,
            arguments.plot.empty() ? most_variable(ensemble, last) : network.output(arguments.plot));
    } else {
        print_cell(out, ensemble);
    }
    print_reaction_counts(out, ensemble);
    if (!ensemble.why_method.empty())
        fmt::print(out, "\nmethod {}, because {}\n", method_name(ensemble.method), ensemble.why_method);
    if (ensemble.method == Method::langevin)
        fmt::print(out, "\nLangevin equation, {} steps ({}, {})\n", ensemble.langevin.steps,
                   scheme_name(ensemble.scheme),
                   ensemble.step > 0 ? fmt::format("of {}", ensemble.step)
                                     : fmt::format("epsilon {}", ensemble.epsilon));
    if (ensemble.method == Method::tau)
        fmt::print(
            out, "\ntau-leaping, epsilon {}: {} leaps, {} of them stiff, {} shortened, and {} exact steps\n",
            ensemble.epsilon, ensemble.leaps.leaps, ensemble.leaps.stiff, ensemble.leaps.shortened,
            ensemble.leaps.exact_steps);
    bool const steps = ensemble.method == Method::langevin;
    auto const done = steps ? ensemble.langevin.steps : ensemble.events;
    char const* const unit = steps ? "steps" : "events";
    fmt::print(out, "\n{} {} in {:.2f} s: {:.3g} {}/s on {}; seed {}\n", done, unit, ensemble.seconds,
               static_cast<double>(done) / ensemble.seconds, unit, ensemble.device, ensemble.seed);
}

// What another method would have used.
void refuse_idle_options(CLI::App const& command, std::string const& method) {
    auto const given = [&](char const* option) { return command.count(option) > 0; };
    bool const langevin = method == method_name(Method::langevin);
    for (char const* option : {"--step", "--scheme"})
        if (given(option) && !langevin)
            throw InputError(fmt::format("{} is of --method cle, and --method is {}", option, method));
    if (given("--stiff") && method != method_name(Method::tau))
        throw InputError(fmt::format("--stiff is of --method tau, and --method is {}", method));
    if (given("--epsilon") && method == method_name(Method::exact))
        throw InputError("--epsilon is of the methods tau, auto and cle, and --method is exact");
    if (given("--step") && !(command.get_option("--step")->as<double>() > 0))
        throw InputError(fmt::format("--step {} is no length of time; it must be more than 0",
                                     command.get_option("--step")->as<std::string>()));
    if (given("--epsilon") && given("--step"))
        throw InputError("--step fixes the length of a step that --epsilon would choose; give one of them");
}

void run(RunArguments const& arguments, std::string const& command_line) {
    Model model = read_model(arguments.model);
    apply_settings(model, arguments.set);
    Network const network = compile(model);
    EnsembleOptions options = make_options(arguments, network);
    auto const files = check_outputs(arguments);
    if (!arguments.plot.empty()) network.output(arguments.plot);
    // JSON on stdout leaves it to nothing else.
    std::FILE* const out = arguments.json == "-" ? stderr : stdout;
    if (arguments.dry_run) return print_plan(out, network, options);
    if (!arguments.quiet) print_notes(arguments, network, !arguments.out.empty());

    StopOnSignal const signals;
    StopWriting const writing{StopOnSignal::flag()};
    options.stop = &StopOnSignal::flag();
    auto const ensemble = [&] {
        Progress progress{static_cast<double>(options.cells), "cells", arguments.quiet};
        options.progress = [&](std::uint64_t done) { progress(static_cast<double>(done)); };
        return run_ensemble(network, options);
    }();
    if (!arguments.quiet)
        for (auto const& warning : ensemble.warnings) say("warning: " + warning);
    // Files first: a terminal that is gone must not lose the result.
    Provenance const provenance = describe(network, ensemble, command_line);
    for (auto const& file : files) {
        if (!arguments.json.empty() && file == arguments.json)
            write_json(file, ensemble, provenance);
        else
            write_result(file, ensemble, provenance);
    }
    if (!arguments.quiet) {
        print_summary(out, arguments, network, ensemble);
        for (auto const& file : files) fmt::print(out, "wrote {}\n", file);
    }
    if (arguments.json == "-") write_json(std::cout, ensemble, provenance);
}

}  // namespace

void add_run(CLI::App& app, std::string const& command_line) {
    auto* const command = app.add_subcommand("run", "Simulate an ensemble of cells");
    auto a = std::make_shared<RunArguments>();
    command->add_option("MODEL", a->model, "Model file, TOML or SBML")->required();
    command->add_option("-n,--cells", a->cells, "How many cells, such as 1e6")->capture_default_str();
    command->add_option("--times", a->times,
                        "Sample times, FROM:TO:POINTS or a list; the model's own by default");
    command->add_option("--seed", a->seed, "Random seed")->capture_default_str();
    command->add_option("--set", a->set, "NAME=VALUE: another value for a parameter, volume or initial count")
        ->allow_extra_args(false);
    command
        ->add_option("-o,--out", a->out,
                     "Result file: .h5 (xarray), .csv or .json; may be given several times")
        ->allow_extra_args(false);
    command->add_option("--json", a->json, "Summary for scripts: FILE.json, or - for the standard output");
    command->add_flag("--snapshots", a->snapshots, "Keep every cell's counts at every sample time");
    command->add_option("--joint", a->joint, "A,B: joint histogram of two species at all times")
        ->allow_extra_args(false);
    command->add_option("--trajectory", a->trajectory, "Cells whose every change is kept, such as 0,5,17")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->add_flag("--reactions", a->reactions, "Count how often each reaction fires");
    command->add_option("--cell", a->cell, "Run this one cell of the ensemble alone and print it");
    command->add_option("--plot", a->plot,
                        "Species whose histogram is printed; the most variable one by default");
    command->add_option("--threads", a->threads, "CPU threads; all cores by default");
    command
        ->add_option("--method", a->method,
                     "exact; tau: tau-leaping, for large counts, within an error that --epsilon sets; auto: "
                     "whichever of the two suits; cle: the chemical Langevin equation")
        ->capture_default_str();
    command
        ->add_option("--epsilon", a->epsilon,
                     "Of tau and cle: the relative change of a propensity that a step may make")
        ->capture_default_str();
    command->add_flag("--stiff", a->stiff,
                      "Of tau: long leaps over fast reversible reactions in equilibrium");
    command->add_option("--step", a->step, "Of cle: fixed length of all steps, instead of --epsilon");
    command->add_option("--scheme", a->scheme, "Of cle: trapezoidal (weak order 2) or euler (1)")
        ->capture_default_str();
    command
        ->add_option("--device", a->device,
                     "auto, gpu, gpu:0,1, cpu, reference, sse2, avx2 or avx512; all give the same cells")
        ->capture_default_str();
    command->add_option("--block-threads", a->block_threads,
                        "Threads of a block on the GPU; by default what suits the kernel");
    command->add_option("--max-events", a->max_events, "Steps after which a cell counts as run away")
        ->capture_default_str();
    command->add_flag("--no-covariance", a->no_covariance, "Leave covariances out (many species)");
    command->add_flag("--dry-run", a->dry_run, "Print what the run would need, and stop");
    command->add_flag("-q,--quiet", a->quiet, "Print nothing but errors");
    command->callback([a, command, command_line] {
        refuse_idle_options(*command, a->method);
        run(*a, command_line);
    });
}

}  // namespace fano::cli
