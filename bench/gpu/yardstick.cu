// One thread a trajectory, the network as tables in constant memory, counts and propensities in arrays of the
// thread, cuRAND's MRG32k3a, double precision, samples to global memory. Fused multiply-add is allowed.
#include <stdexcept>
#include <string>
#include <utility>

#include <curand_kernel.h>

#include "yardstick.hpp"

namespace yardstick {

namespace {

constexpr int max_species = 16, max_reactions = 16, max_reactants = 2, max_changes = 3;

struct Network {
    int species, reactions;
    int initial[max_species];
    double rate[max_reactions];
    int reactants[max_reactions];
    int reactant[max_reactions][max_reactants];
    int changes[max_reactions];
    int changed[max_reactions][max_changes];
    int change[max_reactions][max_changes];
};

__constant__ Network network;

using Random = curandStateMRG32k3a;

__global__ void seed_threads(Random* random) {
    unsigned const thread = blockIdx.x * blockDim.x + threadIdx.x;
    curand_init(2026, thread, 0, random + thread);
}

// samples: [time][species][trajectory], so that threads at the same time write side by side.
__global__ void simulate(Random* random, double const* times, int time_count, unsigned long long trajectories,
                         int* samples, unsigned long long* events) {
    unsigned const thread = blockIdx.x * blockDim.x + threadIdx.x, threads = gridDim.x * blockDim.x;
    Random state = random[thread];
    unsigned long long fired = 0;
    for (unsigned long long trajectory = thread; trajectory < trajectories; trajectory += threads) {
        int count[max_species];
        double propensity[max_reactions];
        for (int s = 0; s < network.species; ++s) count[s] = network.initial[s];
        double t = 0;
        int next = 0;
        for (;;) {
            double total = 0;
            for (int r = 0; r < network.reactions; ++r) {
                double a = network.rate[r];
                for (int i = 0; i < network.reactants[r]; ++i) a *= count[network.reactant[r][i]];
                propensity[r] = a;
                total += a;
            }
            t -= log(curand_uniform_double(&state)) / total;
            while (next < time_count && times[next] < t) {
                for (int s = 0; s < network.species; ++s)
                    samples[(static_cast<unsigned long long>(next) * network.species + s) * trajectories +
                            trajectory] = count[s];
                ++next;
            }
            if (next == time_count) break;
            double pick = curand_uniform_double(&state) * total;
            int reaction = 0;
            while (reaction + 1 < network.reactions && pick > propensity[reaction])
                pick -= propensity[reaction++];
            for (int i = 0; i < network.changes[reaction]; ++i)
                count[network.changed[reaction][i]] += network.change[reaction][i];
            ++fired;
        }
    }
    random[thread] = state;
    atomicAdd(events, fired);
}

void check(cudaError_t error) {
    if (error != cudaSuccess)
        throw std::runtime_error(std::string{"the yardstick failed on the GPU: "} +
                                 cudaGetErrorString(error));
}

template <class Value>
class Memory {
public:
    explicit Memory(std::size_t size) { check(cudaMalloc(&data_, size * sizeof(Value))); }
    explicit Memory(std::vector<Value> const& values) : Memory(values.size()) {
        check(cudaMemcpy(data_, values.data(), values.size() * sizeof(Value), cudaMemcpyHostToDevice));
    }
    ~Memory() { (void)cudaFree(data_); }
    Memory(Memory const&) = delete;
    Memory& operator=(Memory const&) = delete;

    Value* data() const { return data_; }
    std::vector<Value> download(std::size_t first, std::size_t size) const {
        std::vector<Value> values(size);
        check(cudaMemcpy(values.data(), data_ + first, size * sizeof(Value), cudaMemcpyDeviceToHost));
        return values;
    }

private:
    Value* data_ = nullptr;
};

class Stopwatch {
public:
    Stopwatch() {
        check(cudaEventCreate(&start_));
        check(cudaEventCreate(&stop_));
        check(cudaEventRecord(start_));
    }
    ~Stopwatch() {
        (void)cudaEventDestroy(start_);
        (void)cudaEventDestroy(stop_);
    }
    Stopwatch(Stopwatch const&) = delete;
    Stopwatch& operator=(Stopwatch const&) = delete;

    double seconds() {
        check(cudaEventRecord(stop_));
        check(cudaEventSynchronize(stop_));
        float milliseconds = 0;
        check(cudaEventElapsedTime(&milliseconds, start_, stop_));
        return milliseconds * 1e-3;
    }

private:
    cudaEvent_t start_ = nullptr, stop_ = nullptr;
};

GpuResult run(Network const& tables, std::uint64_t trajectories, std::vector<double> const& times) {
    check(cudaMemcpyToSymbol(network, &tables, sizeof tables));
    int device = 0, multiprocessors = 0, blocks_each = 0;
    constexpr int block = 128;
    check(cudaGetDevice(&device));
    check(cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, device));
    check(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks_each, simulate, block, 0));
    int const blocks = multiprocessors * blocks_each;
    std::uint64_t const threads = static_cast<std::uint64_t>(blocks) * block;
    trajectories = (trajectories + threads - 1) / threads * threads;

    auto const species = static_cast<std::size_t>(tables.species);
    Memory<Random> const random(threads);
    Memory<double> const sample_times(times);
    Memory<int> const samples(times.size() * species * trajectories);
    Memory<unsigned long long> const events(std::vector<unsigned long long>{0});
    seed_threads<<<blocks, block>>>(random.data());
    check(cudaGetLastError());
    check(cudaDeviceSynchronize());
    Stopwatch stopwatch;
    simulate<<<blocks, block>>>(random.data(), sample_times.data(), static_cast<int>(times.size()),
                                trajectories, samples.data(), events.data());
    check(cudaGetLastError());
    GpuResult result{trajectories, 0, stopwatch.seconds(), {}};
    result.events = events.download(0, 1)[0];
    for (std::size_t s = 0; s < species; ++s) {
        double sum = 0;
        for (int n : samples.download(((times.size() - 1) * species + s) * trajectories, trajectories))
            sum += n;
        result.mean.push_back(sum / static_cast<double>(trajectories));
    }
    return result;
}

struct Reaction {
    double rate;
    std::vector<int> reactants;
    std::vector<std::pair<int, int>> changes;  // species, by how much
};

Network tables_of(std::vector<int> const& initial, std::vector<Reaction> const& reactions) {
    Network tables{};
    tables.species = static_cast<int>(initial.size());
    tables.reactions = static_cast<int>(reactions.size());
    for (std::size_t s = 0; s < initial.size(); ++s) tables.initial[s] = initial[s];
    for (std::size_t r = 0; r < reactions.size(); ++r) {
        tables.rate[r] = reactions[r].rate;
        for (int s : reactions[r].reactants) tables.reactant[r][tables.reactants[r]++] = s;
        for (auto const& [s, by] : reactions[r].changes) {
            tables.changed[r][tables.changes[r]] = s;
            tables.change[r][tables.changes[r]++] = by;
        }
    }
    return tables;
}

}  // namespace

GpuResult telegraph_on_gpu(std::uint64_t trajectories, std::vector<double> const& times) {
    enum { G_off, G_on, mRNA };
    return run(tables_of({1, 0, 0}, {{0.5, {G_off}, {{G_off, -1}, {G_on, 1}}},
                                     {1, {G_on}, {{G_on, -1}, {G_off, 1}}},
                                     {20, {G_on}, {{mRNA, 1}}},
                                     {1, {mRNA}, {{mRNA, -1}}}}),
               trajectories, times);
}

GpuResult vilar_on_gpu(std::uint64_t trajectories, std::vector<double> const& times) {
    enum { DA, DA_bound, DR, DR_bound, MA, MR, A, R, C };
    return run(tables_of({1, 0, 1, 0, 0, 0, 0, 0, 0}, {{1, {DA, A}, {{DA, -1}, {A, -1}, {DA_bound, 1}}},
                                                       {50, {DA_bound}, {{DA, 1}, {A, 1}, {DA_bound, -1}}},
                                                       {1, {DR, A}, {{DR, -1}, {A, -1}, {DR_bound, 1}}},
                                                       {100, {DR_bound}, {{DR, 1}, {A, 1}, {DR_bound, -1}}},
                                                       {50, {DA}, {{MA, 1}}},
                                                       {500, {DA_bound}, {{MA, 1}}},
                                                       {0.01, {DR}, {{MR, 1}}},
                                                       {50, {DR_bound}, {{MR, 1}}},
                                                       {50, {MA}, {{A, 1}}},
                                                       {5, {MR}, {{R, 1}}},
                                                       {2, {A, R}, {{A, -1}, {R, -1}, {C, 1}}},
                                                       {1, {C}, {{C, -1}, {R, 1}}},
                                                       {10, {MA}, {{MA, -1}}},
                                                       {0.5, {MR}, {{MR, -1}}},
                                                       {1, {A}, {{A, -1}}},
                                                       {0.2, {R}, {{R, -1}}}}),
               trajectories, times);
}

}  // namespace yardstick
