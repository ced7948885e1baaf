// `fano rdme MODEL`: an ensemble of lattices, from the file to totals, fields and pictures.
#include "fano/rdme.hpp"

#include <memory>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/settings.hpp"
#include "fano/error.hpp"
#include "fano/rdme_files.hpp"
#include "fano/result.hpp"

namespace fano::cli {

namespace {

struct RdmeArguments {
    std::string model, times, device = "auto", method = "lattice", lattices = "1", pilot = "0", seed = "1";
    double step = 0, tolerance = 0.004;
    std::vector<std::string> set, out, snapshots;
    unsigned threads = 0;
    bool fields = false, mesh_correction = false, quiet = false;
};

RdmeOptions make_options(RdmeArguments const& arguments, Network const& network) {
    RdmeOptions options;
    options.method = parse_rdme_method(arguments.method);
    options.lattices = parse_count(arguments.lattices, "--lattices");
    options.seed = parse_count(arguments.seed, "--seed");
    options.step = arguments.step;
    options.tolerance = arguments.tolerance;
    options.pilot = parse_count(arguments.pilot, "--pilot");
    options.mesh_correction = arguments.mesh_correction;
    options.threads = arguments.threads;
    auto const choice = parse_device(arguments.device);
    options.device = choice.device;
    options.gpus = choice.gpus;
    options.times = choose_times(arguments.times, network);
    options.fields = arguments.fields;
    for (auto const& index : arguments.snapshots)
        options.snapshots.push_back(parse_count(index, "--snapshots"));
    return options;
}

void print_summary(Network const& network, RdmeResult const& result, RdmeMethod method) {
    auto const& totals = result.totals;
    std::size_t const last = totals.times.size() - 1;
    print_moments(stdout, totals, last, network.time_unit);
    auto const seconds = std::max(totals.seconds, 1e-9);
    if (method == RdmeMethod::exact)
        fmt::print("\n{} hops and {} reactions in {:.2f} s: {:.3g} events/s on {}; seed {}\n", result.hops,
                   result.reactions, totals.seconds, static_cast<double>(totals.events) / seconds,
                   totals.device, totals.seed);
    else
        fmt::print(
            "\n{} steps of at most {:.4g} ({}), {} reactions in {:.2f} s: {:.3g} voxel-species-steps/s on "
            "{}; seed {}\n",
            result.steps, result.step, result.step_reason, result.reactions, totals.seconds,
            static_cast<double>(result.steps) * static_cast<double>(result.space.voxel_count()) *
                static_cast<double>(result.species.size()) / seconds,
            totals.device, totals.seed);
    for (auto const& [reaction, error] : result.pair_errors)
        fmt::print("on account of the step, pairs take {:+.2g} % longer to react by \"{}\"\n", 100 * error,
                   reaction);
    for (auto const& trial : result.trials)
        fmt::print("measured: with steps of {:.4g} the mean of {} at {:.4g} is off by {:+.2g} % ± {:.2g} %\n",
                   trial.step, trial.output, trial.time, 100 * trial.difference, 100 * trial.error);
}

void rdme(RdmeArguments const& arguments, std::string const& command_line) {
    Model model = read_model(arguments.model);
    apply_settings(model, arguments.set);
    Network const network = compile(model);
    auto options = make_options(arguments, network);
    check_result_files(arguments.out, arguments.model,
                       [&](std::string const& file) { check_rdme_file(file, options); });
    StopOnSignal const signals;
    StopWriting const writing{StopOnSignal::flag()};
    options.stop = &StopOnSignal::flag();
    auto const result = [&] {
        Progress progress{100, "per cent", arguments.quiet};
        options.progress = [&](double done) { progress(100 * done); };
        return run_rdme(model, options);
    }();
    if (!arguments.quiet)
        for (auto const& note : result.notes) say("note: " + note);
    auto const provenance = describe(network, result.totals, command_line);
    for (auto const& file : arguments.out) write_rdme(file, result, provenance);
    if (arguments.quiet) return;
    print_summary(network, result, options.method);
    for (auto const& file : arguments.out) fmt::print("wrote {}\n", file);
}

}  // namespace

void add_rdme(CLI::App& app, std::string const& command_line) {
    auto* const command = app.add_subcommand(
        "rdme", "Simulate in space: the network in every voxel of a lattice, and diffusion");
    auto a = std::make_shared<RdmeArguments>();
    command->add_option("MODEL", a->model, "Model file with a [space]")->required();
    command->add_option("-n,--lattices", a->lattices, "How many lattices")->capture_default_str();
    command->add_option("--times", a->times,
                        "Sample times, FROM:TO:POINTS or a list; the model's own by default");
    command->add_option("--seed", a->seed, "Random seed")->capture_default_str();
    command->add_option("--set", a->set, "NAME=VALUE: another value for a parameter or initial count")
        ->allow_extra_args(false);
    command
        ->add_option("--method", a->method,
                     "lattice: steps of diffusion and reactions; exact: every hop and reaction one by one")
        ->capture_default_str();
    command->add_option("--step", a->step, "Of lattice: the longest step; chosen by default")
        ->check(number_from(1e-300, 1e300));
    command
        ->add_option("--tolerance", a->tolerance,
                     "Of lattice without --step: how much slower or faster pairs may react on account of the "
                     "step, and "
                     "how far means may be off that --pilot measures")
        ->check(number_from(1e-6, 0.5))
        ->capture_default_str();
    command
        ->add_option(
            "--pilot", a->pilot,
            "Of lattice without --step: so many lattices measure what half the step changes, and the step is "
            "halved until that is within the tolerance")
        ->capture_default_str();
    command->add_flag("--mesh-correction", a->mesh_correction,
                      "Rates that make pairs react on the lattice as fast as in space");
    command->add_option("--threads", a->threads, "CPU threads; all cores by default");
    command
        ->add_option(
            "--device", a->device,
            "auto, gpu, gpu:0,1, cpu, reference, sse2, avx2 or avx512; all give the same counts; auto is "
            "the processor")
        ->capture_default_str();
    command->add_flag("--fields", a->fields, "Keep mean and variance of every voxel");
    command
        ->add_option("--snapshots", a->snapshots, "Lattices whose counts are kept at every time, such as 0,1")
        ->delimiter(',')
        ->allow_extra_args(false);
    command
        ->add_option("-o,--out", a->out,
                     "Result file: .h5 (with .xdmf for ParaView), .csv, .json, or a picture, .png; may be "
                     "given several times")
        ->allow_extra_args(false);
    command->add_flag("-q,--quiet", a->quiet, "Print nothing but errors");
    command->callback([a, command_line] { rdme(*a, command_line); });
}

}  // namespace fano::cli
