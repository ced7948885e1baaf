// The kernel of the direct method for large networks on a GPU: one thread a cell, the network read from
// tables, the cells in global memory, laid out so that neighbouring threads touch neighbouring memory (but
// for the sums, of which no two threads need the same). Built for hosts too, where a call is one thread.
#pragma once

#include "kernels/launch/cells.hpp"
#include "kernels/ssa/sparse_network.hpp"

namespace fano::kernels {

// Of all threads. Nothing in it needs a first value.
struct LargeCellsMemory {
    double* registers;  //!< [register][thread]
    double* bounds;     //!< [register][thread][low, high], with rates that depend on time only
    double* sums;       //!< [thread][SumTreeShape(reactions).size()]
    double* triggers;   //!< [event][thread]
    double* outputs;    //!< [output][thread]
    double* rejected;   //!< [thread]
    u32* stale;         //!< [thread]
};

struct LargeCellsJob : CellsJob {
    NetworkTable table;
    LargeCellsMemory memory;
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

// A thread's cell.
class LargeNetwork : public SparseNetwork<Strided> {
public:
    static constexpr bool in_registers = false;

    FANO_ROUTINE LargeNetwork(LargeCellsJob const& job, u32 thread)
        : SparseNetwork<Strided>(job.table, memory_of(job, thread)) {
        for (u32 i = 0; i < table_.constant_count; ++i) {
            ConstantEntry const constant = table_.constants[i];
            m_.registers[constant.reg] = constant.value;
            if (table_.features.timed) bounds_[constant.reg] = Interval<double>{constant.value};
        }
    }

private:
    FANO_FUNCTION static SparseMemory<Strided> memory_of(LargeCellsJob const& job, u32 thread) {
        LargeCellsMemory const& all = job.memory;
        u32 const threads = job.threads;
        Strided<double> const registers{all.registers + thread, threads};
        return {{registers,
                 registers,
                 {all.triggers + thread, threads},
                 {all.outputs + thread, threads},
                 all.rejected + thread,
                 nullptr},
                all.sums + static_cast<u64>(thread) * SumTreeShape{job.table.reactions}.size(),
                {reinterpret_cast<Interval<double>*>(all.bounds) + thread, threads},
                {job.fired == nullptr ? nullptr : job.fired + thread, threads},
                all.stale + thread};
    }
};

class LargeCellsHooks : public ThreadHooks {
public:
    FANO_FUNCTION explicit LargeCellsHooks(LargeCellsJob const& job) : ThreadHooks(job), table_(job.table) {}

    FANO_FUNCTION void sample(u64 cell, u32 first, u32 last, Strided<double> outputs) {
        if (table_.computed_outputs)
            write<double>(cell, first, last, outputs);
        else
            write<u32>(cell, first, last, outputs);
    }

private:
    template <class Sample>
    FANO_FUNCTION void write(u64 cell, u32 first, u32 last, Strided<double> outputs) {
        Sample* to = static_cast<Sample*>(job_.samples) + row(cell, first, table_.output_count);
        for (u32 time = first; time < last; ++time, to += table_.output_count)
            for (u32 o = 0; o < table_.output_count; ++o) to[o] = static_cast<Sample>(outputs[o]);
    }

    NetworkTable const& table_;
};

// Out of line: a step needs few registers, which leaves room for many threads while each waits for memory.
struct LargeThreadKeeper : ThreadKeeper<LargeNetwork, LargeCellsHooks> {
    FANO_COLD void start() { ThreadKeeper::start(); }
    FANO_COLD void late(u32 lane) { ThreadKeeper::late(lane); }
    FANO_COLD void triggered(u32 lane) { ThreadKeeper::triggered(lane); }
    FANO_COLD void pulse() { ThreadKeeper::pulse(); }
};

FANO_ROUTINE void run_large_cells(LargeCellsJob const& job, u32 thread) {
    run_cells<LargeNetwork, LargeThreadKeeper>(job, thread);
}

FANO_KERNELS_END
