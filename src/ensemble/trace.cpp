// Trajectories: a chosen cell runs again alone, which gives the same cell, and every change of it is kept.
#include "ensemble/failure.hpp"
#include "ensemble/worker.hpp"
#include "kernels/langevin/langevin_network.hpp"
#include "kernels/ssa/sparse_network.hpp"
#include "kernels/ssa/table_network.hpp"
#include "kernels/tau/leap_memory.hpp"
#include "kernels/tau/leap_network.hpp"

namespace fano {

namespace {

using kernels::ScalarLane;

// A network that writes down what its registers hold before each step.
template <class Network>
class Recorder {
public:
    using State = kernels::LaneState<ScalarLane>;
    // `slots` of the cell, which may lie at the beginning of the registers that outputs are computed in.
    Recorder(Network network, kernels::NetworkTable const& table, double const* slots, double* registers,
             Trajectory& trajectory)
        : network_(network),
          table_(table),
          slots_(slots),
          registers_(registers),
          trajectory_(trajectory),
          now_(table.output_count) {}

    double bound(State const& state) {
        if (state.time < kernels::infinity) record(state.time);
        return network_.bound(state);
    }
    void leap(std::uint64_t seed, State& state) requires requires(Network& n) { n.leap(seed, state); }
    { network_.leap(seed, state); }
    void settle(State const& state) { network_.settle(state); }
    kernels::u32 fire(State const& state) { return network_.fire(state); }

    double step_length(State const& state) {
        if (state.time < kernels::infinity) record(state.time);
        return network_.step_length(state);
    }
    void advance(std::uint64_t seed, State const& state, double length) {
        network_.advance(seed, state, length);
    }

private:
    void record(double time) {
        if (slots_ != registers_) std::copy_n(slots_, table_.slots, registers_);
        registers_[table_.time_register] = time;
        kernels::evaluate(table_.code, table_.outputs, registers_);
        for (std::uint32_t o = 0; o < table_.output_count; ++o) now_[o] = registers_[table_.output[o]];
        auto& values = trajectory_.values;
        bool const first = trajectory_.time.empty();
        if (!first &&
            std::equal(now_.begin(), now_.end(), values.end() - static_cast<std::ptrdiff_t>(now_.size())))
            return;
        if (!first && trajectory_.time.back() == time) {  // several events at one time count as one change
            std::copy(now_.begin(), now_.end(), values.end() - static_cast<std::ptrdiff_t>(now_.size()));
            return;
        }
        trajectory_.time.push_back(time);
        values.insert(values.end(), now_.begin(), now_.end());
    }

    Network network_;
    kernels::NetworkTable const& table_;
    double const* slots_;
    double* registers_;
    Trajectory& trajectory_;
    std::vector<double> now_;
};

// One cell, of which nothing is sampled.
struct OneCell {
    std::uint64_t cell;
    std::atomic<bool> const* outside;
    std::vector<double> last;  // outputs at the end
    bool taken = false;
    kernels::FailureReport failure{};

    std::uint64_t take() { return std::exchange(taken, true) ? kernels::no_cell : cell; }
    void sample(std::uint64_t, std::uint32_t, std::uint32_t, double const* outputs) {
        std::copy_n(outputs, last.size(), last.begin());
    }
    void finish(std::uint64_t, std::uint64_t, kernels::TableCell const&) const {}
    bool stopped() const { return outside != nullptr && outside->load(std::memory_order_relaxed); }
    void fail(kernels::FailureReport const& report) { failure = report; }
};

template <class Network>
void trace_network(Network const& network, kernels::NetworkTable const& table, std::uint64_t seed,
                   LaneMemory& memory, kernels::LaneKeeper<OneCell>& keeper, Trajectory& trajectory) {
    bool const outputs_apart = memory.lanes.leap.table != nullptr || memory.lanes.langevin.table != nullptr;
    Recorder<Network> recorder{network, table, memory.lanes.registers,
                               outputs_apart ? memory.cell.registers : memory.lanes.registers, trajectory};
    auto& state = *reinterpret_cast<kernels::LaneState<ScalarLane>*>(memory.lanes.time);
    if constexpr (requires(Network & n) { n.step_length(state); })
        kernels::run_langevin<ScalarLane>(seed, state, recorder, keeper);
    else
        kernels::run_direct<ScalarLane>(seed, state, recorder, keeper);
}

template <bool timed, bool checked>
kernels::TableNetwork<ScalarLane, timed, checked> dense_network(kernels::NetworkTable const& table,
                                                                LaneMemory& memory) {
    return {table,
            {memory.lanes.registers, memory.upper, memory.accepted, reinterpret_cast<bool*>(memory.chosen),
             memory.lanes.triggers, reinterpret_cast<kernels::Interval<double>*>(memory.bounds),
             memory.lanes.rejected, nullptr}};
}

}  // namespace

Trajectory trace(Network const& network, EnsembleOptions const& options, std::uint64_t cell) {
    auto const table = network.tables->view();
    StepTables const steps{network, options};
    LaneMemory memory{table, 1, false, steps};
    OneCell hooks{cell, options.stop, std::vector<double>(table.output_count)};
    double const end = options.times.back();
    // Only Langevin steps depend on the sample times.
    std::vector<double> const times = steps.langevin() != nullptr ? options.times : std::vector{end};
    kernels::LaneKeeper<OneCell> keeper{
        table,
        {options.seed, times.data(), static_cast<std::uint32_t>(times.size()), options.max_events},
        memory.lanes,
        memory.cell,
        hooks};
    Trajectory trajectory{cell, {}, {}};
    auto const trace_with = [&](auto const& compiled) {
        trace_network(compiled, table, options.seed, memory, keeper, trajectory);
    };
    auto const& features = table.features;
    if (steps.leap() != nullptr)
        trace_with(kernels::LeapNetwork<ScalarLane, kernels::TableRates, kernels::LeapMemory<ScalarLane>>{
            kernels::TableRates{*memory.lanes.leap.table},
            kernels::leap_memory<ScalarLane>(memory.lanes, memory.upper, memory.chosen)});
    else if (steps.langevin() != nullptr)
        trace_with(
            kernels::LangevinNetwork<ScalarLane, kernels::TableLangevin, kernels::LangevinMemory<ScalarLane>>{
                kernels::TableLangevin{*memory.lanes.langevin.table},
                kernels::langevin_memory<ScalarLane>(memory.lanes.registers, memory.lanes.langevin)});
    else if (table.large)
        trace_with(kernels::SparseNetwork<kernels::Contiguous>{
            table, kernels::sparse_memory(memory.lanes, memory.bounds, nullptr)});
    else if (features.timed)
        trace_with(dense_network<true, true>(table, memory));
    else if (features.guarded || features.state_triggers)
        trace_with(dense_network<false, true>(table, memory));
    else
        trace_with(dense_network<false, false>(table, memory));
    if (hooks.failure.failure != kernels::Failure::none)
        throw_failure(network, hooks.failure, options.max_events);
    if (!steps.exact() && trajectory.time.back() < end) {  // within a leap, which goes on; or at a step's end
        trajectory.time.push_back(end);
        trajectory.values.insert(trajectory.values.end(), hooks.last.begin(), hooks.last.end());
    }
    return trajectory;
}

}  // namespace fano
