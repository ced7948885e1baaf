// The kernel of the direct method on a GPU: one thread a cell, and the next cell of the queue when that has
// ended. The network is the text that src/emit writes, its counts held in registers. Built for hosts too, where a
// call is one thread.
#pragma once

#include "kernels/core/atomic.hpp"
#include "kernels/langevin/langevin_network.hpp"
#include "kernels/ssa/direct.hpp"
#include "kernels/ssa/keeper.hpp"

namespace fano::kernels {

// One batch of cells. All pointers are the device's.
struct CellsJob {
    KeeperOptions options;
    u64 first_cell;
    u64 cells;
    u32 threads;    // of the whole grid
    u64* next;      // cells handed out so far
    void* samples;  //!< [cell][time][output], u32 if all outputs are counts, else double
    u64* events;    // reactions fired
    u64* fired;     //!< [reaction][thread], or null
    u64* history;   // of leaps: as LeapCounts; of the Langevin equation: steps; or null
    u64* few;       //!< [few, negative][species] samples with few molecules (Langevin only)
    u32* failed;    // set once by the cell whose report is kept
    FailureReport* report;
    u32 const* stop;         // set by the host
    PendingEvents* pending;  //!< [thread], with events only
    double* event_values;    //!< [thread][pending + 1][assignment]
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

// A cell whose counts are members: nothing lies elsewhere, as it does for the keeper of many lanes.
struct CellInRegisters {
    static constexpr bool in_registers = true;
    FANO_FUNCTION void load() {}
    FANO_FUNCTION void store() {}
    FANO_FUNCTION void park() {}
};

// What the keeper of a thread asks for, whatever its samples are.
class ThreadHooks {
public:
    FANO_FUNCTION explicit ThreadHooks(CellsJob const& job) : job_(job) {}

    FANO_FUNCTION u64 take() {
        u64 const index = atomic_add(job_.next, 1);
        return index < job_.cells ? job_.first_cell + index : no_cell;
    }
    template <class Network>
    FANO_FUNCTION void finish(u64, u64 firings, Network const& network) {
        events_ += firings;
        if constexpr (requires { network.history(); }) {
            LeapCounts const history = network.history();
            atomic_add(job_.history, history.leaps);
            atomic_add(job_.history + 1, history.exact_steps);
            atomic_add(job_.history + 2, history.shortened);
            atomic_add(job_.history + 3, history.stiff);
        } else if constexpr (requires { network.steps(); }) {
            atomic_add(job_.history, network.steps());
        }
    }
    FANO_FUNCTION void fail(FailureReport const& report) {
        if (atomic_set(job_.failed) == 0) *job_.report = report;
    }
    FANO_FUNCTION bool stopped() const {
        return *static_cast<u32 const volatile*>(job_.stop) != 0 ||
               *static_cast<u32 const volatile*>(job_.failed) != 0;
    }
    FANO_FUNCTION u64 events() const { return events_; }

protected:
    // Of the cell's samples from this time on, counted in samples.
    FANO_FUNCTION u64 row(u64 cell, u32 time, u32 output_count) const {
        return ((cell - job_.first_cell) * job_.options.time_count + time) * output_count;
    }
    CellsJob const& job_;

private:
    u64 events_ = 0;
};

template <class Network>
class CellsHooks : public ThreadHooks {
public:
    using ThreadHooks::ThreadHooks;
    using Sample = typename Network::Sample;

    FANO_FUNCTION void sample(u64 cell, u32 first, u32 last, double const* outputs) {
        Sample* to = static_cast<Sample*>(job_.samples) + row(cell, first, Network::output_count);
        for (u32 time = first; time < last; ++time, to += Network::output_count) {
            FANO_UNROLL
            for (u32 o = 0; o < Network::output_count; ++o) to[o] = static_cast<Sample>(outputs[o]);
        }
    }
};

// The one lane of a thread, as run_direct sees its keeper. Everything lies outside of it, so that compilers
// can keep it all in registers: no object here holds a pointer to a part of itself.
template <class Network, class HooksOfThread>
struct ThreadKeeper {
    using Hooks = HooksOfThread;
    using State = LaneState<ScalarLane>;
    CellsJob const& job;
    Network& network;
    State& state;
    KeeperNotes& notes;
    PendingEvents* pending;
    KeeperStatus& status;
    Hooks& hooks;

    FANO_FUNCTION bool active() const { return status.running != 0 && !status.failed; }
    FANO_FUNCTION void start() {
        attend(Task::begin);
        state.time = state.proposed;
    }
    FANO_FUNCTION void late(u32) { attend(Task::attend); }
    FANO_FUNCTION void triggered(u32) { attend(Task::act); }
    FANO_FUNCTION void pulse() { attend(Task::look_around); }

private:
    enum class Task { begin, attend, act, look_around };

    FANO_FUNCTION void attend(Task task) {
        if constexpr (Network::in_registers) {
            // On copies: where the work is called and not inlined, only they have to be in memory.
            Network cell = network;
            State at = state;
            KeeperStatus now = status;
            attend(task, cell, at, now);
            network = cell;
            state = at;
            status = now;
        } else {
            attend(task, network, state, status);
        }
    }

    FANO_LONG void attend(Task task, Network& cell, State& at, KeeperStatus& now) {
        CellView const view{at.time, at.due,  at.proposed, at.pick, at.window,
                            at.draw, at.cell, notes,       pending};
        Keeper<Network, Hooks> keeper{cell, view, job.options, now, hooks};
        switch (task) {
            case Task::begin:
                return keeper.begin();
            case Task::attend:
                return keeper.attend();
            case Task::act:
                if (!keeper.parked()) keeper.act(at.time);
                return;
            case Task::look_around:
                if (hooks.stopped()) keeper.fail({Failure::stopped, 0, 0, 0.0, 0.0});
                return keeper.check_steps();
        }
    }
};

template <class Network, class KeeperOfThread = ThreadKeeper<Network, CellsHooks<Network>>,
          class Job = CellsJob>
FANO_FUNCTION void run_cells(Job const& job, u32 thread) {
    LaneState<ScalarLane> state{};
    Network network{job, thread};
    PendingEvents* pending = nullptr;
    if constexpr (Network::may_have_events) {
        if (network.features().events) {
            pending = job.pending + thread;
            pending->values = job.event_values +
                              static_cast<u64>(thread) * (max_pending_events + 1) * network.max_assignments();
        }
    }
    KeeperNotes notes{};
    KeeperStatus status;
    typename KeeperOfThread::Hooks hooks{job};
    KeeperOfThread keeper{job, network, state, notes, pending, status, hooks};
    if constexpr (requires { network.step_length(state); })
        run_langevin<ScalarLane>(job.options.seed, state, network, keeper);
    else
        run_direct<ScalarLane>(job.options.seed, state, network, keeper);
    atomic_add(job.events, hooks.events());
}

FANO_KERNELS_END

// Defines the kernel that runs the cells of a network.
#if defined(__CUDACC__)
#define FANO_CELLS_KERNEL(Network)                                                     \
    extern "C" __global__ void __launch_bounds__(128, 2)                               \
        fano_cells(__grid_constant__ fano::kernels::CellsJob const job) {              \
        fano::kernels::run_cells<Network>(job, blockIdx.x * blockDim.x + threadIdx.x); \
    }
#else
#define FANO_CELLS_KERNEL(Network)                                                              \
    extern "C" void fano_cells(fano::kernels::CellsJob const* job, fano::kernels::u32 thread) { \
        fano::kernels::run_cells<Network>(*job, thread);                                        \
    }
#endif
