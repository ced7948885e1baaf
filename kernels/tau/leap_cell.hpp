// One of the lanes that a LeapNetwork advances together, as the keeper works on it.
#pragma once

#include "kernels/ssa/table_cell.hpp"
#include "kernels/tau/leaping_cell.hpp"

FANO_KERNELS_BEGIN

// Where the lane's leap is.
struct LeapLane {
    LeapLanes const& all;
    double* registers;
    u32 width, lane;

    FANO_FUNCTION double& count(u32 i) const { return registers[i * width + lane]; }  // of all registers
    FANO_FUNCTION double& middle(u32 i) const { return all.middle[i * width + lane]; }
    FANO_FUNCTION double& firings(u32 r) const { return all.firings[r * width + lane]; }
    FANO_FUNCTION double& first(u32 r) const { return all.first[r * width + lane]; }
    FANO_FUNCTION double& leaping() const { return all.leaping[lane]; }
    FANO_FUNCTION double& exact_left() const { return all.exact_left[lane]; }
    FANO_FUNCTION double& fired() const { return all.fired[lane]; }
    FANO_FUNCTION double& leaps() const { return all.leaps[lane]; }
    FANO_FUNCTION double& exact_steps() const { return all.exact_steps[lane]; }
    FANO_FUNCTION double& shortened() const { return all.shortened[lane]; }
    FANO_FUNCTION double& stiff_leaps() const { return all.stiff_leaps[lane]; }
    FANO_FUNCTION u64& draws() const { return all.draws[lane]; }
};

// A lane of a worker's.
class LeapCell : public LeapingCell<LeapCell, TableCell> {
public:
    // `memory`: its slots are the registers.
    LeapCell(NetworkTable const& table, CellMemory<Contiguous> const& memory, LeapLane const& lane,
             LeapRoom const& room)
        : LeapingCell(table, memory), rates_(*lane.all.table), lane_(lane), room_(room) {}

    LeapLane const& lane() const { return lane_; }
    LeapRoom& room() { return room_; }
    TableRates const& rates() const { return rates_; }
    void count_firings(u32 reaction, u64 firings) {
        if (m_.fired != nullptr) m_.fired[reaction] += firings;
    }

private:
    TableRates rates_;
    LeapLane lane_;
    LeapRoom room_;
};

FANO_KERNELS_END
