// The keeper of a worker with many lanes: attends, one after the other, to those that need it.
#pragma once

#include "kernels/langevin/langevin_cell.hpp"
#include "kernels/ssa/keeper.hpp"
#include "kernels/ssa/sparse_cell.hpp"
#include "kernels/tau/leap_cell.hpp"

namespace fano::kernels {

// One worker's lanes as the keeper sees them: arrays over lanes, whatever the width.
struct LaneView {
    u32 width;
    double* time;
    double* due;
    double* proposed;
    double* pick;
    double* window;
    u64* draw;
    u64* cell;
    double* registers;       //!< [register][lane]
    double* triggers;        //!< [event][lane]
    double* rejected;        //!< [lane]
    u64* fired;              //!< [lane][reaction], or null
    KeeperNotes* notes;      //!< [lane]
    PendingEvents* pending;  //!< [lane], with events only
    double* sums;            //!< the SumTree of a large network, which has one lane
    u32* stale;              // of a large network
    LeapLanes leap;          // of the method that leaps
    LangevinLanes langevin;  // of the Langevin equation
};

// Scalar memory for the keeper to work in. A large network's is that of its lane.
struct KeeperMemory {
    double* registers;  //!< [register], constants in place
    double* bounds;     //!< [register][low, high], constants in place (timed only)
    double* outputs;    //!< [output]
    LeapRoom leap;      // leaps only
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

// Of the one lane of a large network.
FANO_FUNCTION SparseMemory<Contiguous> sparse_memory(LaneView const& lane, double* bounds, double* outputs) {
    return {{lane.registers, {lane.registers, 1}, {lane.triggers, 1}, outputs, lane.rejected, lane.fired},
            lane.sums,
            reinterpret_cast<Interval<double>*>(bounds),
            {lane.fired, 1},
            lane.stale};
}

// Hooks: as Keeper asks, and stopped().
template <class Hooks>
class LaneKeeper {
public:
    LaneKeeper(NetworkTable const& table, KeeperOptions const& options, LaneView const& lanes,
               KeeperMemory const& memory, Hooks& hooks)
        : table_(table), options_(options), lanes_(lanes), memory_(memory), hooks_(hooks) {}

    void start() {
        for (u32 lane = 0; lane < lanes_.width; ++lane) with(lane, [](auto& keeper) { keeper.begin(); });
        for (u32 lane = 0; lane < lanes_.width; ++lane) lanes_.time[lane] = lanes_.proposed[lane];
    }

    bool active() const { return status_.running > 0 && !status_.failed; }

    // Lanes whose proposal lies beyond what is due, or is not a number.
    void late(u32 lanes) {
        for (; lanes != 0 && !status_.failed; lanes &= lanes - 1)
            with(static_cast<u32>(__builtin_ctz(lanes)), [](auto& keeper) { keeper.attend(); });
    }

    // Lanes in which a reaction changed a trigger.
    void triggered(u32 lanes) {
        for (; lanes != 0 && !status_.failed; lanes &= lanes - 1) {
            u32 const lane = static_cast<u32>(__builtin_ctz(lanes));
            double const time = lanes_.time[lane];
            with(lane, [&](auto& keeper) {
                if (!keeper.parked()) keeper.act(time);
            });
        }
    }

    // Now and then: has a cell run away, are we to stop?
    void pulse() {
        for (u32 lane = 0; lane < lanes_.width; ++lane)
            with(lane, [&](auto& keeper) {
                if (hooks_.stopped()) keeper.fail({Failure::stopped, 0, 0, 0.0, 0.0});
                if (!keeper.parked()) keeper.check_steps();
            });
    }

private:
    template <class Work>
    FANO_FUNCTION void with(u32 lane, Work const& work) {
        Strided<double> const own{memory_.registers, 1};
        if (lanes_.leap.table != nullptr) {
            LeapCell cell{table_,
                          scalar_memory(lane, own),
                          {lanes_.leap, lanes_.registers, lanes_.width, lane},
                          memory_.leap};
            return with_cell(cell, lane, work);
        }
        if (lanes_.langevin.table != nullptr) {
            LangevinCell cell{
                table_, scalar_memory(lane, own), lanes_.langevin, lanes_.registers, lanes_.width, lane};
            return with_cell(cell, lane, work);
        }
        if (table_.large) {
            SparseCell<Contiguous> cell{table_, sparse_memory(lanes_, memory_.bounds, memory_.outputs)};
            return with_cell(cell, lane, work);
        }
        DenseCell cell{table_, scalar_memory(lane, {lanes_.registers + lane, lanes_.width}),
                       reinterpret_cast<Interval<double>*>(memory_.bounds)};
        with_cell(cell, lane, work);
    }

    FANO_FUNCTION CellMemory<Contiguous> scalar_memory(u32 lane, Strided<double> slots) const {
        return {memory_.registers,
                slots,
                {lanes_.triggers + lane, lanes_.width},
                memory_.outputs,
                lanes_.rejected + lane,
                lanes_.fired == nullptr ? nullptr : lanes_.fired + lane * table_.reactions};
    }

    template <class Cell, class Work>
    FANO_FUNCTION void with_cell(Cell& cell, u32 lane, Work const& work) {
        CellView const view{lanes_.time[lane],
                            lanes_.due[lane],
                            lanes_.proposed[lane],
                            lanes_.pick[lane],
                            lanes_.window[lane],
                            lanes_.draw[lane],
                            lanes_.cell[lane],
                            lanes_.notes[lane],
                            lanes_.pending == nullptr ? nullptr : lanes_.pending + lane};
        Keeper<Cell, Hooks> keeper{cell, view, options_, status_, hooks_};
        work(keeper);
    }

    NetworkTable const& table_;
    KeeperOptions options_;
    LaneView lanes_;
    KeeperMemory memory_;
    Hooks& hooks_;
    KeeperStatus status_;
};

FANO_KERNELS_END
