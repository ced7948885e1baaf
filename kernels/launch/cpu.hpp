// Starts the direct method on the CPU. Included once in each translation unit that is built for one
// instruction set, which names its Lane and its entry point.
#pragma once

#include "kernels/langevin/langevin_network.hpp"
#include "kernels/launch/cpu_job.hpp"
#include "kernels/ssa/sparse_network.hpp"
#include "kernels/ssa/table_network.hpp"
#include "kernels/tau/leap_memory.hpp"
#include "kernels/tau/leap_network.hpp"

FANO_KERNELS_BEGIN

template <class Lane, bool timed, bool checked>
inline void run_network(CpuJob const& job) {
    using Real = typename Lane::Real;
    LaneView const& view = job.lanes;
    auto reals = [](double* p) { return reinterpret_cast<Real*>(p); };
    NetworkMemory<Lane> memory{};
    memory.registers = reals(view.registers);
    memory.upper = reals(job.upper);
    memory.accepted = reals(job.accepted);
    memory.chosen = reinterpret_cast<typename Lane::Mask*>(job.chosen);
    memory.triggers = reals(view.triggers);
    memory.bounds = reinterpret_cast<Interval<Real>*>(job.bounds);
    memory.rejected = reals(view.rejected);
    memory.fired = view.fired;
    TableNetwork<Lane, timed, checked> network{*job.table, memory};
    auto& state = *reinterpret_cast<LaneState<Lane>*>(view.time);
    RemoteKeeper keeper = job.keeper;
    run_direct<Lane>(job.seed, state, network, keeper);
}

// One cell at a time: no two cells of a large network fire the same reaction.
inline void run_large_network(CpuJob const& job) {
    SparseNetwork<Contiguous> network{*job.table, sparse_memory(job.lanes, job.bounds, nullptr)};
    auto& state = *reinterpret_cast<LaneState<ScalarLane>*>(job.lanes.time);
    RemoteKeeper keeper = job.keeper;
    run_direct<ScalarLane>(job.seed, state, network, keeper);
}

template <class Lane>
inline void run_leaps(CpuJob const& job) {
    LeapNetwork<Lane, TableRates, LeapMemory<Lane>> network{
        TableRates{*job.lanes.leap.table}, leap_memory<Lane>(job.lanes, job.upper, job.chosen)};
    auto& state = *reinterpret_cast<LaneState<Lane>*>(job.lanes.time);
    RemoteKeeper keeper = job.keeper;
    run_direct<Lane>(job.seed, state, network, keeper);
}

template <class Lane>
inline void run_langevin_equation(CpuJob const& job) {
    LangevinNetwork<Lane, TableLangevin, LangevinMemory<Lane>> network{
        TableLangevin{*job.lanes.langevin.table},
        langevin_memory<Lane>(job.lanes.registers, job.lanes.langevin)};
    auto& state = *reinterpret_cast<LaneState<Lane>*>(job.lanes.time);
    RemoteKeeper keeper = job.keeper;
    run_langevin<Lane>(job.seed, state, network, keeper);
}

template <class Lane>
inline void run_lanes(CpuJob const& job) {
    if (job.lanes.langevin.table != nullptr) return run_langevin_equation<Lane>(job);
    if (job.lanes.leap.table != nullptr) return run_leaps<Lane>(job);
    Features const& features = job.table->features;
    if (features.timed) return run_network<Lane, true, true>(job);
    if (features.guarded || features.state_triggers) return run_network<Lane, false, true>(job);
    run_network<Lane, false, false>(job);
}

FANO_KERNELS_END
