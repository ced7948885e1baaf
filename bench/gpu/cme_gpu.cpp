// Question: how many states a second does a step of uniformization take on one GPU, by rows of states and by
// cuSPARSE, and how near is it to what memory allows? A step reads a number and writes one for each state, as a
// copy on the device does, which is measured beside it. Checks the results against the processor's; exits with 1
// if a check fails, with 3 without a GPU.
//
// Usage: bench_cme_gpu [--quick]   (boxes a tenth as large)
#include <cstdio>
#include <string_view>

#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include "backend/gpus.hpp"
#include "bench/cme.hpp"
#include "cme/device_generator.hpp"

namespace {

using fano::DeviceArray, fano::DeviceForm;

int failures = 0;

double round_seconds = 0.1;

// Of one call, the median of five rounds. `work` asks for a number of calls.
template <class Work>
double seconds_of(fano::Accelerator& gpu, Work work) {
    std::uint64_t calls = 8;
    std::vector<double> rounds;
    for (int round = -1; round < 5;) {
        gpu.wait();
        auto const begun = bench::Clock::now();
        work(calls);
        gpu.wait();
        double const seconds = bench::seconds_since(begun);
        if (seconds < round_seconds) {
            calls *= seconds < round_seconds / 10 ? 8 : 2;
            continue;
        }
        if (round >= 0) rounds.push_back(seconds / static_cast<double>(calls));  // the first warms up
        ++round;
    }
    return bench::median(rounds);
}

double copy_seconds(fano::Accelerator& gpu, DeviceArray<double> const& x, DeviceArray<double> const& y) {
    return seconds_of(gpu, [&](std::uint64_t calls) {
        for (; calls > 0; --calls)
            if (cudaMemcpyAsync(y.data(), x.data(), x.size() * sizeof(double), cudaMemcpyDeviceToDevice,
                                cudaStreamLegacy) != cudaSuccess)
                throw fano::BackendError(
                    "a copy from the GPU's memory to the GPU's memory failed; see nvidia-smi");
        cudaStreamSynchronize(cudaStreamLegacy);
    });
}

void expect_the_cpus(fano::Generator const& a, fano::DeviceGenerator& on_gpu, DeviceForm form) {
    std::vector<double> x(a.size()), expected(a.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = static_cast<double>(i % 97) / static_cast<double>(a.size());
    auto& gpu = on_gpu.device();
    DeviceArray<double> const from(gpu, x), to(gpu, a.size());
    fano::Update const u{1, 1 / a.largest_exit()};
    fano::Team team{2};
    a.update(team, u, x.data(), expected.data());
    on_gpu.update(u, from.data(), to.data());
    auto const y = to.download();
    double apart = 0, size = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        apart += std::abs(y[i] - expected[i]);
        size += expected[i];
    }
    if (apart <= 1e-13 * size) return;
    ++failures;
    fmt::print("FAILED: a step by {} differs from the processor's by {:.2g} of it\n", device_form_name(form),
               apart / size);
}

void print(std::string const& problem, std::uint64_t states, std::string const& what, double seconds,
           double copy) {
    fmt::print("| {} | {} | {} | {:.3g} | {:.4g} | {:.3f} |\n", problem, states, what, seconds * 1e6,
               static_cast<double>(states) / seconds * 1e-9, copy / seconds);
    std::fflush(stdout);
}

void measure(bench::Question const& question, int gpu_index) {
    bench::Boxed const on{question};
    auto const& a = on.generator;
    double copy = 0;
    for (auto form : {DeviceForm::rows, DeviceForm::csr, DeviceForm::sliced_ell}) {
        try {
            auto const on_gpu = fano::generators_on_gpu(gpu_index, form)(a);
            auto& gpu = on_gpu->device();
            expect_the_cpus(a, *on_gpu, form);
            DeviceArray<double> const x(gpu, on.start), y(gpu, a.size());
            DeviceArray<double> sum(gpu, a.size());
            sum.clear();
            DeviceArray<fano::kernels::RowSchedule> schedule(gpu, 1);
            if (copy == 0) {
                copy = copy_seconds(gpu, x, y);
                print(a.size() < 10'000'000 ? on.name + ", in caches" : on.name, a.size(),
                      fmt::format("copy ({:.3g} GB/s)", 16e-9 * static_cast<double>(a.size()) / copy), copy,
                      copy);
                gpu.upload(x.data(), on.start.data(), a.size() * sizeof(double));
            }
            auto const steps = [&](bool weighted, bool captured) {
                return seconds_of(gpu, [&](std::uint64_t calls) {
                    std::vector<double> const ones(weighted ? calls : 0, 1e-9);
                    DeviceArray<double> const table(gpu, ones);
                    schedule.upload({{table.data(), 0, ones.size(), 0}});
                    on_gpu->take(
                        {1 / a.largest_exit(), x.data(), y.data(), sum.data(), schedule.data(), captured},
                        calls);
                    gpu.wait();
                });
            };
            auto const name = device_form_name(form);
            bool const small = a.size() <= fano::most_captured_states;
            print(on.name, a.size(), name, steps(false, false), copy);
            print(on.name, a.size(), name + ", with weights", steps(true, false), copy);
            if (small) {
                print(on.name, a.size(), name + ", captured", steps(false, true), copy);
                print(on.name, a.size(), name + ", captured, with weights", steps(true, true), copy);
            }
        } catch (fano::BackendError const& error) {  // no cuSPARSE, or no room
            fmt::print("{} by {}: {}\n", on.name, device_form_name(form), error.what());
            failures += form == DeviceForm::rows;
        }
    }
}

// From p to p, with copies there and back.
void measure_advance(bench::Question const& question, int gpu_index) {
    bench::Boxed const on{question};
    fano::Team team{1};
    auto const seconds = [&](fano::Propagator& propagator, std::vector<double>& p) {
        auto const begun = bench::Clock::now();
        propagator.advance(on.generator, p, on.time(), 1e-9);
        return bench::seconds_since(begun);
    };
    auto const cpu = fano::make_uniformization(team, nullptr);
    auto const gpu = fano::make_device_uniformization(team, nullptr, fano::generators_on_gpu(gpu_index));
    auto by_cpu = on.start, warm = on.start, by_gpu = on.start;
    double const of_cpu = seconds(*cpu, by_cpu);
    seconds(*gpu, warm);
    double const of_gpu = seconds(*gpu, by_gpu);
    double apart = 0;
    for (std::size_t i = 0; i < by_gpu.size(); ++i) apart += std::abs(by_gpu[i] - by_cpu[i]);
    fmt::print(
        "| {} to time {} | {} | uniformization, one core of the processor | {:.4g} s | | |\n"
        "| | | the same on the GPU | {:.4g} s | | |\n",
        on.name, on.time(), on.generator.size(), of_cpu, of_gpu);
    if (apart <= 1e-12) return;
    ++failures;
    fmt::print("FAILED: uniformization differs from the processor's by {:.2g}\n", apart);
}

}  // namespace

int main(int count, char** arguments) {
    bool const quick = count > 1 && std::string_view{arguments[1]} == "--quick";
    if (quick) round_seconds = 0.03;
    try {
        auto const survey = fano::survey_gpus();
        if (survey.gpus.empty()) {
            fmt::print(stderr, "bench_cme_gpu: {}\n", survey.why_none);
            return 3;
        }
        auto const gpu = survey.gpus.front().index;
        fmt::print(
            "{}\n| problem | states | a step by | us a step | G states/s | of what a copy takes |\n"
            "|---|---|---|---|---|---|\n",
            survey.gpus.front().name);
        std::int64_t const highest = quick ? 999 : 9999;
        measure(bench::question("toggle"), gpu);
        measure({"two_stage", "../bench/cme_two_stage", {{"m", 0, highest}, {"P", 0, 9999}}, 1}, gpu);
        measure_advance(bench::question("toggle"), gpu);
        return failures == 0 ? 0 : 1;
    } catch (std::exception const& error) {
        fmt::print(stderr, "bench_cme_gpu: {}\n", error.what());
        return 1;
    }
}
