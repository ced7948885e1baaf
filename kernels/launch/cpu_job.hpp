// What a CPU build of the direct method is handed: plain data, the same for every instruction set.
#pragma once

#include "kernels/ssa/lane_keeper.hpp"

namespace fano::kernels {

// The keeper behind function pointers, so that only the portable build holds its code.
struct RemoteKeeper {
    void* keeper;
    void (*on_start)(void*);
    bool (*on_active)(void const*);
    void (*on_late)(void*, u32);
    void (*on_triggered)(void*, u32);
    void (*on_pulse)(void*);

    void start() const { on_start(keeper); }
    bool active() const { return on_active(keeper); }
    void late(u32 lanes) const { on_late(keeper, lanes); }
    void triggered(u32 lanes) const { on_triggered(keeper, lanes); }
    void pulse() const { on_pulse(keeper); }
};

// Memory of one worker. Every array is 64-byte aligned and has `width` elements an entry.
struct CpuJob {
    NetworkTable const* table;
    LaneView lanes;
    double* upper;     //!< [reaction][lane]
    double* accepted;  //!< [reaction][lane]
    double* chosen;    //!< [reaction], room for a mask of any build
    double* bounds;    //!< [register][low, high][lane]
    u64 seed;
    RemoteKeeper keeper;
};

using RunLanes = void (*)(CpuJob const*);

}  // namespace fano::kernels
