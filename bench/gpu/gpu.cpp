// Question: how many events a second does one GPU run, against the kernel that is mostly written for it and
// against this machine's processor? How long does a user wait for ten million cells in a file, and for the
// first result of a new network? Checks what it ran; exits with 1 if a check fails, with 3 without a GPU.
#include <cmath>
#include <filesystem>
#include <string_view>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "backend/gpus.hpp"
#include "emit/emit_network.hpp"
#include "fano/fano.hpp"
#include "gpu/yardstick.hpp"
#include "measure.hpp"

namespace {

using namespace bench;

int failures = 0;

void expect(bool holds, std::string const& claim) {
    if (holds) return;
    ++failures;
    fmt::print("FAILED: {}\n", claim);
}

void expect_near(double value, double exact, double tolerance, std::string const& what) {
    expect(std::abs(value - exact) <= tolerance,
           fmt::format("{} is {:.6g}, not {:.6g} within {:.2g}", what, value, exact, tolerance));
}

class TemporaryFolder {
public:
    TemporaryFolder() {
        auto pattern = (std::filesystem::temp_directory_path() / "bench_gpu_XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr)
            throw fano::InputError("no temporary folder can be made like " + pattern);
        path_ = pattern;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(TemporaryFolder const&) = delete;
    TemporaryFolder& operator=(TemporaryFolder const&) = delete;

    std::string operator/(std::string const& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

struct Case {
    std::string model, times;
    std::string watched;  // the species by which fano and the yardstick are compared
    std::uint64_t cells;  // on the GPU
    std::uint64_t yardstick_cells;
    std::uint64_t cells_a_thread;  // on the processor
    yardstick::GpuResult (*by_yardstick)(std::uint64_t, std::vector<double> const&);
};

fano::Ensemble run(fano::Network const& network, std::string const& times, std::uint64_t cells,
                   fano::Device device, unsigned threads = 0) {
    fano::EnsembleOptions options;
    options.cells = cells;
    options.times = fano::parse_times(times);
    options.device = device;
    if (device == fano::Device::gpu) options.gpus = {0};
    options.threads = threads;
    auto ensemble = fano::run_ensemble(network, options);
    for (auto const& warning : ensemble.warnings) expect(false, "no warning: " + warning);
    return ensemble;
}

double speed(fano::Ensemble const& ensemble) {  // [1e9 events/s]
    return static_cast<double>(ensemble.events) / ensemble.seconds * 1e-9;
}

void measure(Case const& c, int rounds) {
    auto const network = fano::compile(fano::read_model(model_file(c.model)));
    auto const times = fano::parse_times(c.times);
    unsigned const all_threads = std::max(1u, std::thread::hardware_concurrency());

    // The same cells on both, which also warms the GPU up.
    auto const few = c.cells_a_thread * all_threads;
    auto const on_gpu = run(network, c.times, few, fano::Device::gpu);
    auto const on_processor = run(network, c.times, few, fano::Device::cpu);
    expect(on_gpu.fingerprint == on_processor.fingerprint && on_gpu.events == on_processor.events,
           fmt::format("the same {} cells of {} on the GPU and the processor", few, c.model));

    std::vector<double> classic, gpu, two, all;
    for (int round = 0; round < rounds; ++round) {
        auto const reference = c.by_yardstick(c.yardstick_cells, times);
        classic.push_back(static_cast<double>(reference.events) / reference.seconds * 1e-9);
        auto const ensemble = run(network, c.times, c.cells, fano::Device::gpu);
        gpu.push_back(speed(ensemble));
        two.push_back(speed(run(network, c.times, 2 * c.cells_a_thread, fano::Device::cpu, 2)));
        all.push_back(speed(run(network, c.times, few, fano::Device::cpu)));

        auto const species = network.output(c.watched);
        auto const mean = ensemble.tally.mean(times.size() - 1, species);
        double const both_errors =
            mean.error *
            std::sqrt(1 + static_cast<double>(c.cells) / static_cast<double>(reference.trajectories));
        expect_near(reference.mean[species], mean.value, 5 * both_errors,
                    fmt::format("the yardstick's mean of {} in {}", c.watched, c.model));
        if (c.model == "telegraph")
            expect_near(mean.value, 20.0 / 3, 0.01 * 20 / 3, "the mean of the telegraph's mRNA");
    }
    double const fano = median(gpu);
    fmt::print("| {:<9} | {:9.3f} | {:13.3f} | {:16.1f} | {:11.4f} | {:10.0f} | {:11.4f} | {:10.1f} |\n",
               c.model, median(classic), fano, fano / median(classic), median(two), fano / median(two),
               median(all), fano / median(all));
    std::fflush(stdout);
}

void print_shape(std::string const& model, fano::GpuInfo const& info) {
    auto const device = fano::open_gpu(info.index);
    auto const network = fano::compile(fano::read_model(model_file(model)));
    device->load(device->compile(emit_network(network), [] { return false; }), "fano_cells");
    auto const shape = device->shape(fano::KernelName::cells);
    auto const multiprocessors = static_cast<std::uint32_t>(info.multiprocessors);
    fmt::print("| {:<9} | {:9} | {:12} | {:15} | {:22} |\n", model, shape.registers, shape.local_bytes,
               shape.threads_a_block, shape.blocks / multiprocessors * shape.threads_a_block / 32);
}

// From the model file to a result file with moments, covariances and histograms.
void time_to_file(std::uint64_t cells, TemporaryFolder const& folder) {
    std::string const file = folder / "telegraph.h5";
    auto const start = Clock::now();
    auto const network = fano::compile(fano::read_model(model_file("telegraph")));
    auto const ensemble = run(network, "1:100:100", cells, fano::Device::gpu);
    fano::write_result(file, ensemble, fano::describe(network, ensemble, "bench_gpu"));
    double const seconds = seconds_since(start);
    fmt::print(
        "{:.0e} telegraph cells x {} times, launch to file: {:.3f} s, of which {:.3f} s simulate and tally; "
        "{:.1f} MB of HDF5\n",
        static_cast<double>(cells), ensemble.times.size(), seconds, ensemble.seconds,
        static_cast<double>(std::filesystem::file_size(file)) * 1e-6);
    auto const mean = [&](char const* species) {
        return ensemble.tally.mean(99, network.output(species)).value;
    };
    expect_near(mean("mRNA"), 20.0 / 3, 0.01 * 20 / 3, "the mean of mRNA in the file's ensemble");
    expect_near(mean("G_on"), 1.0 / 3, 0.01 / 3, "the mean of G_on in the file's ensemble");
}

// With another rate the network's text is new, and nothing of it is in the cache.
double first_result() {
    auto const start = Clock::now();
    auto model = fano::read_model(model_file("telegraph"));
    model.set("k_tx", 21);
    auto const network = fano::compile(model);
    auto const ensemble = run(network, "0:100:101", 1000, fano::Device::gpu);
    double const seconds = seconds_since(start);
    auto const mean = ensemble.tally.mean(100, network.output("mRNA"));
    expect_near(mean.value, 7, 5 * mean.error, "the mean of mRNA with k_tx = 21");
    return seconds;
}

void answer(bool quick, fano::GpuInfo const& gpu) {
    TemporaryFolder const folder;
    ::setenv("FANO_CACHE_DIR", (folder / "cache").c_str(), 1);
    // First of all, so that it holds the start of CUDA and of its compiler.
    double const cold = first_result(), warm = first_result();

    int const rounds = quick ? 1 : 3;
    fmt::print(
        "{}, {}; {} threads of the processor; 1e9 events/s in double precision; medians of {} rounds\n\n",
        gpu.name, gpu.architecture, std::thread::hardware_concurrency(), rounds);
    fmt::print(
        "| model     | yardstick | fano, one GPU | GPU / yardstick | two threads | GPU / two | all threads | "
        "GPU / all |\n|---|---|---|---|---|---|---|---|\n");
    measure({"telegraph", "0:100:101", "mRNA", quick ? 1'000'000u : 10'000'000u,
             quick ? 300'000u : 1'000'000u, 100'000, yardstick::telegraph_on_gpu},
            rounds);
    measure({"vilar", "0:20:101", "R", quick ? 150'000u : 500'000u, quick ? 100'000u : 300'000u, 1000,
             yardstick::vilar_on_gpu},
            rounds);
    fmt::print(
        "\n| model     | registers | local bytes | threads a block | warps a multiprocessor "
        "|\n|---|---|---|---|---|\n");
    print_shape("telegraph", gpu);
    print_shape("vilar", gpu);
    fmt::print("\n");
    time_to_file(quick ? 1'000'000 : 10'000'000, folder);
    fmt::print(
        "first result of a new network, 1000 cells: {:.3f} s with an empty cache, {:.3f} s from the cache\n",
        cold, warm);
}

}  // namespace

int main(int count, char** arguments) {
    bool const quick = count == 2 && std::string_view{arguments[1]} == "--quick";
    if (count > 1 && !quick) {
        fmt::print(stderr, "usage: bench_gpu [--quick]\n");
        return 2;
    }
    try {
        auto const survey = fano::survey_gpus();
        if (survey.gpus.empty()) throw fano::BackendError(survey.why_none);
        answer(quick, survey.gpus.front());
    } catch (fano::Error const& error) {
        fmt::print(stderr, "bench_gpu: {}\n", error.what());
        return static_cast<int>(error.code());
    } catch (std::exception const& error) {
        fmt::print(stderr, "bench_gpu: {}\n", error.what());
        return 1;
    }
    return failures == 0 ? 0 : 1;
}
