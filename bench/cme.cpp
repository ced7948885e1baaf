// Question: at equal true error, how long do fano's propagators take for the master equation on a fixed box
// of states, and how long does CVODE with the same generator as a sparse matrix? And how near is a step of
// uniformization to what memory allows? Errors are sum |p - reference|, the reference by uniformization with
// an error of at most 1e-13, rounding apart. Every run has a process of its own and one thread.
//
// Usage: bench_cme [--limit SECONDS] [--export DIR] [birth_death] [toggle] [schlogl] [two_stage] [steps]
// --export writes generators, references and runs to DIR for cme_peers.py.
#include "bench/cme.hpp"

#include <cmath>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/cme_yardstick.hpp"
#include "bench/measure.hpp"
#include "cme/choose_propagator.hpp"

namespace {

constexpr double unknown = std::numeric_limits<double>::infinity();
constexpr double failed = std::numeric_limits<double>::quiet_NaN();
constexpr double targets[] = {1e-3, 1e-6, 1e-9, 1e-11};
// The last target is for the methods that get there at no great price; differences do not.
constexpr double last_of_differences = 1e-9;

struct Run {
    std::string method;
    bool ours;
    double tolerance;
    double seconds = failed, error = unknown;  // seconds unknown: it took longer than the limit
};

// As solve_cme does, but that uniformization, for which long steps cost nothing, takes one.
std::vector<double> propagate(bench::Boxed const& on, fano::Integrator integrator, double tolerance) {
    fano::Team team{1};
    fano::CmeOptions options;
    options.integrator = integrator;
    fano::ChoosePropagator advance{team, options};
    auto p = on.start;
    double const end = on.time();
    double time = 0;
    double step = integrator == fano::Integrator::uniformization ? end : 1 / on.generator.largest_exit();
    while (time < end) {
        double const part = std::min(step, end - time);
        double const done = advance(on.generator, p, part, end - time, tolerance * part / end).time;
        if (!(done > 0)) throw std::runtime_error("no step is short enough");
        time = done >= end - time ? end : time + done;
        if (done >= part) step *= 2;
    }
    return p;
}

double distance(std::vector<double> const& a, std::vector<double> const& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
    return sum;
}

// In a process of its own, which its alarm clock ends where it takes too long, whatever it is doing. Runs of
// less than a second are timed three times.
template <class Work>
void measure(Run& run, bench::Boxed const& on, unsigned limit, Work work) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("no pipe");
    std::fflush(stdout);
    pid_t const child = fork();
    if (child == 0) {
        alarm(limit);
        try {
            std::vector<double> seconds;
            double error = 0;
            do {
                auto const begun = bench::Clock::now();
                auto const p = work();
                seconds.push_back(bench::seconds_since(begun));
                error = distance(p, on.reference);
            } while (seconds.front() < 1 && seconds.size() < 3);
            double const found[] = {bench::median(seconds), error};
            _exit(write(ends[1], found, sizeof found) == sizeof found ? 0 : 1);
        } catch (std::exception const& e) {
            fmt::print(stderr, "{}: {}: {}\n", on.name, run.method, e.what());
        }
        _exit(1);
    }
    close(ends[1]);
    double found[2];
    if (read(ends[0], found, sizeof found) == sizeof found) run.seconds = found[0], run.error = found[1];
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) run.seconds = unknown;
}

std::string text_of(double seconds, unsigned limit) {
    if (std::isnan(seconds)) return "failed";
    return seconds == unknown ? fmt::format("> {} s", limit) : fmt::format("{:.4g}", seconds);
}

// Each method at every power of ten until it meets the last target, or the limit. fano's errors are below its
// tolerances, so that for its long runs every third power will do.
template <class Work>
void scan(std::vector<Run>& runs, bench::Boxed const& on, std::string const& method, bool ours,
          unsigned limit, Work work) {
    double const last = ours ? targets[std::size(targets) - 1] : last_of_differences;
    for (int power = 1; power <= 13;) {
        Run run{method, ours, std::pow(10, -power)};
        measure(run, on, limit, [&] { return work(run.tolerance); });
        fmt::print("| {} | {} | {:.0e} | {} | {:.2g} |\n", on.name, method, run.tolerance,
                   text_of(run.seconds, limit), run.error);
        std::fflush(stdout);
        runs.push_back(run);
        if (run.error <= last || run.seconds == unknown) break;
        power += ours && run.seconds > 10 ? 3 : 1;
    }
}

std::vector<Run> compare(bench::Boxed& on, fano::Generator::Matrix const& matrix, unsigned limit) {
    on.reference = propagate(on, fano::Integrator::uniformization, 1e-13);
    std::vector<Run> runs;
    for (auto const integrator : {fano::Integrator::uniformization, fano::Integrator::krylov,
                                  fano::Integrator::rational, fano::Integrator::automatic})
        scan(runs, on, fano::integrator_name(integrator), true, limit,
             [&](double tolerance) { return propagate(on, integrator, tolerance); });
    auto const a = bench::rows_of(matrix);
    using yardstick::Solver;
    constexpr std::pair<Solver, char const*> solvers[] = {{Solver::gmres, "CVODE GMRES"},
                                                          {Solver::gmres_diagonal, "CVODE GMRES/diagonal"},
                                                          {Solver::direct, "CVODE KLU"}};
    for (auto const& [solver, method] : solvers)
        scan(runs, on, method, false, limit, [&, linear = solver](double tolerance) {
            double const absolute = 0.01 * tolerance / static_cast<double>(on.start.size());
            return yardstick::backward_differences(a, on.start, on.time(), tolerance, absolute, linear);
        });
    return runs;
}

// One array as NumPy reads it.
template <class T>
void write_array(std::filesystem::path const& file, T const* data, std::size_t size) {
    std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({},)}}",
                                     std::is_same_v<T, double> ? "<f8" : "<i4", size);
    header.append(64 - (10 + header.size() + 1) % 64, ' ');
    header += '\n';
    auto const length = static_cast<std::uint16_t>(header.size());
    std::ofstream out(file, std::ios::binary);
    out.write("\x93NUMPY\x01\x00", 8).write(reinterpret_cast<char const*>(&length), 2) << header;
    out.write(reinterpret_cast<char const*>(data), static_cast<std::streamsize>(size * sizeof(T)));
    if (!out) throw std::runtime_error(fmt::format("cannot write {}", file.string()));
}

void export_to(std::filesystem::path const& folder, bench::Boxed const& on,
               fano::Generator::Matrix const& matrix, std::vector<Run> const& runs) {
    auto const to = folder / on.name;
    std::filesystem::create_directories(to);
    auto const entries = static_cast<std::size_t>(matrix.nonZeros());
    double const time = on.time();
    write_array(to / "starts.npy", matrix.outerIndexPtr(), on.start.size() + 1);
    write_array(to / "columns.npy", matrix.innerIndexPtr(), entries);
    write_array(to / "values.npy", matrix.valuePtr(), entries);
    write_array(to / "start.npy", on.start.data(), on.start.size());
    write_array(to / "reference.npy", on.reference.data(), on.reference.size());
    write_array(to / "time.npy", &time, 1);
    std::ofstream out(to / "runs.tsv");
    for (auto const& run : runs)
        out << fmt::format("{}\t{}\t{}\t{}\t{}\n", run.method, run.ours ? "fano" : "peer", run.tolerance,
                           run.seconds, run.error);
}

// Seconds of the fastest run of a method that meets a target; unknown if more time might have met it,
// otherwise failed.
double best(std::vector<Run> const& runs, std::string const& method, double target) {
    double seconds = failed;
    for (auto const& run : runs)
        if (run.method == method && (run.error <= target || run.seconds == unknown))
            seconds = std::fmin(seconds, run.seconds);
    return seconds;
}

void summarise(std::string const& name, std::vector<Run> const& runs, unsigned limit) {
    std::vector<Run> methods;
    for (auto const& run : runs)
        if (methods.empty() || methods.back().method != run.method) methods.push_back(run);
    fmt::print("\n| problem | error at most |");
    for (auto const& m : methods) fmt::print(" {} |", m.method);
    fmt::print(" CVODE / fastest of fano |\n|---|---|");
    for (std::size_t i = 0; i < methods.size(); ++i) fmt::print("---|");
    fmt::print("---|\n");
    for (double const target : targets) {
        fmt::print("| {} | {:.0e} |", name, target);
        double ours = unknown, peer = unknown;
        bool complete = true;  // no peer left out for another reason than its time
        for (auto const& m : methods) {
            double const seconds = best(runs, m.method, target);
            fmt::print(" {} |", std::isnan(seconds) ? "" : text_of(seconds, limit));
            auto& fastest = m.ours ? ours : peer;
            fastest = std::fmin(fastest, seconds);
            complete = complete && (m.ours || !std::isnan(seconds));
        }
        if (peer < unknown && ours < unknown)
            fmt::print(" {:.3g} |\n", peer / ours);
        else
            fmt::print(" {} |\n", complete && ours < unknown ? fmt::format("> {:.3g}", limit / ours) : "");
    }
    fmt::print("\n");
}

}  // namespace

int main(int count, char** arguments) try {
    unsigned limit = 120;
    std::string folder;
    std::vector<std::string> names;
    for (int i = 1; i < count; ++i) {
        std::string const word = arguments[i];
        if (word == "--limit" && i + 1 < count)
            limit = static_cast<unsigned>(std::atoi(arguments[++i]));
        else if (word == "--export" && i + 1 < count)
            folder = arguments[++i];
        else
            names.push_back(word);
    }
    if (names.empty()) names = {"birth_death", "toggle", "schlogl", "two_stage", "steps"};
    for (auto const& name : names) {
        if (name == "steps") {
            bench::measure_steps();
            continue;
        }
        bench::Boxed on{name};
        auto const matrix = on.generator.matrix();
        fmt::print("| problem | method | tolerance | s | true error |\n|---|---|---|---|---|\n");
        auto const runs = compare(on, matrix, limit);
        summarise(name, runs, limit);
        if (!folder.empty()) export_to(folder, on, matrix, runs);
    }
} catch (std::exception const& e) {
    fmt::print(stderr, "bench_cme: {}\n", e.what());
    return 1;
}
