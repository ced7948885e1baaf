// Question: how fast are lattices? For A + B <-> C in 32³ voxels, on one core: events a second of the exact method, the lattice method against
// it at the same accuracy (A at the end within 0.3 %), with one and with 30 molecules of A a voxel; and diffusion alone, against a plain loop that moves
// each voxel's molecules by binomials of the standard library. Prints ratios. With --gpu: lattices on a GPU alone, many small ones, which stay
// in the memory of its blocks, and one that is cut into tiles, with the bytes that a step must move.
#include <cmath>
#include <random>
#include <string>

#include <fmt/format.h>

#include "bench/measure.hpp"
#include "fano/fano.hpp"

namespace {

using namespace fano;

struct Timed {
    double seconds;  // a lattice, the fastest of several
    Estimate a;
    RdmeResult result;
};

Timed time_of(Model const& model, RdmeMethod method, std::uint64_t lattices, int repeats) {
    RdmeOptions options;
    options.method = method;
    options.lattices = lattices;
    options.times = {0.1};
    options.threads = 1;
    Timed best{1e300, {}, {}};
    for (int i = 0; i < repeats; ++i) {
        auto result = run_rdme(model, options);
        double const seconds = result.totals.seconds / static_cast<double>(lattices);
        if (seconds < best.seconds) best = {seconds, result.totals.tally.mean(0, 0), std::move(result)};
    }
    return best;
}

void association(double molecules, std::uint64_t exact_lattices) {
    auto model = read_model(bench::model_file("space/association"));
    model.set("A", molecules);
    model.set("B", molecules);
    auto const exact = time_of(model, RdmeMethod::exact, exact_lattices, 1);
    auto const lattice = time_of(model, RdmeMethod::lattice, 4 * exact_lattices, 3);
    double const events =
        static_cast<double>(exact.result.hops + exact.result.reactions) / static_cast<double>(exact_lattices);
    double const difference = lattice.a.value / exact.a.value - 1;
    fmt::print(
        "{:.0f} a voxel   exact {:8.3f} s ({:.2f} M events/s)   lattice {:7.4f} s   ratio {:5.1f}   A "
        "{:+.2f} % ± {:.2f} %\n",
        molecules / 32768, exact.seconds, events / exact.seconds * 1e-6, lattice.seconds,
        exact.seconds / lattice.seconds, 100 * difference,
        100 * std::hypot(lattice.a.error / lattice.a.value, exact.a.error / exact.a.value));
}

// One hop at most, face by face, into arrays of ints.
double plain_loop(int steps) {
    constexpr int n = 32;
    std::vector<int> now(n * n * n, 1), next(now.size());
    std::mt19937_64 bits(1);
    auto const start = bench::Clock::now();
    for (int step = 0; step < steps; ++step) {
        next = now;
        for (int v = 0; v < n * n * n; ++v) {
            int left = now[static_cast<std::size_t>(v)];
            int const place[3] = {v % n, v / n % n, v / n / n}, stride[3] = {1, n, n * n};
            for (int face = 0; face < 6 && left > 0; ++face) {
                std::binomial_distribution<int> hop(left, 1.0 / 12 / (1 - face / 12.0));
                int const k = hop(bits), axis = face / 2, end = face % 2 == 0 ? 0 : n - 1;
                left -= k;
                if (k == 0) continue;
                int const to = place[axis] == end ? v + (face % 2 == 0 ? n - 1 : 1 - n) * stride[axis]
                                                  : v + (face % 2 == 0 ? -1 : 1) * stride[axis];
                next[static_cast<std::size_t>(v)] -= k;
                next[static_cast<std::size_t>(to)] += k;
            }
        }
        std::swap(now, next);
    }
    return bench::seconds_since(start) / (static_cast<double>(steps) * n * n * n);
}

void diffusion() {
    auto const model = read_toml(
        "[space]\nvoxels = [32, 32, 32]\nedge = 0.1\nboundary = \"periodic\"\n[space.diffusion]\nA = 1\nB = "
        "1\n"
        "C = 1\n[species]\nA = 32768\nB = 32768\nC = 32768\n",
        "diffusion.toml");
    auto const lattice = time_of(model, RdmeMethod::lattice, 10, 3);
    double const steps = static_cast<double>(lattice.result.steps) / 10 * 32768 * 3;
    double const each = lattice.seconds / steps, plain = plain_loop(30);
    fmt::print(
        "diffusion alone, one molecule a voxel: {:.2f} ns a voxel, species and step of two stages ({:.2f}e9 "
        "steps/s, {:.2f}e9 stages/s); a "
        "plain loop {:.0f} ns a stage: ratio {:.0f}\n",
        each * 1e9, 1e-9 / each, 2e-9 / each, plain * 1e9, plain / (each / 2));
}

struct OnGpu {
    char const* title;
    char const* voxels;
    double molecules;  // a voxel and species
    std::uint64_t lattices;
    double time;
};

// The floor: counts are read and written once a step, or stay where they are.
void on_gpu(OnGpu const& job) {
    auto model =
        read_toml(fmt::format("[space]\nvoxels = {}\nedge = 0.1\nboundary = \"periodic\"\n"
                              "[space.diffusion]\nA = 1\nB = 1\nC = 1\n[species]\nA = 0\nB = 0\nC = 0\n",
                              job.voxels),
                  "diffusion.toml");
    double const voxels = static_cast<double>(model.space->voxel_count());
    for (char const* species : {"A", "B", "C"}) model.set(species, job.molecules * voxels);
    RdmeOptions options;
    options.lattices = job.lattices;
    options.device = Device::gpu;
    options.times = {job.time};
    RdmeResult result;
    // Placing molecules and compiling take as long with a tenth of the steps; the difference is that of steps.
    double const times[] = {job.time / 10, job.time};
    double taken[2] = {};
    std::uint64_t steps[2] = {};
    for (int i = 0; i < 2; ++i) {
        options.times = {times[i]};
        taken[i] = 1e300;
        for (int repeat = 0; repeat < 3; ++repeat) {
            result = run_rdme(model, options);
            taken[i] = std::min(taken[i], result.totals.seconds);
        }
        steps[i] = result.steps;
    }
    double const seconds = taken[1] - taken[0];
    double const each = static_cast<double>(steps[1] - steps[0]) * voxels * 3;
    fmt::print(
        "| {} | {:.3g} voxel-species-steps/s | {:.3g} B/s at 2 bytes a voxel-species-step in 8-bit counts | "
        "{} |\n",
        job.title, each / seconds, 2 * each / seconds, result.totals.device);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1 && std::string(argv[1]) == "--gpu") {
        try {
            on_gpu({"4096 of 16x16x16, resident", "[16, 16, 16]", 1, 4096, 0.2});
            on_gpu({"4096 of 64x64, resident", "[64, 64]", 1, 4096, 0.2});
            on_gpu({"one of 256x256x256, tiles", "[256, 256, 256]", 1, 1, 0.1});
            return 0;
        } catch (BackendError const& error) {
            fmt::print("{}\n", error.what());
            return 3;
        }
    }
    association(32768, 20);
    association(30 * 32768, 2);
    diffusion();
}
