// One of the lanes that a LangevinNetwork advances together, as the keeper works on it.
#pragma once

#include "kernels/langevin/continuous_cell.hpp"
#include "kernels/ssa/table_cell.hpp"

FANO_KERNELS_BEGIN

// A lane of a worker's.
class LangevinCell : public ContinuousCell<LangevinCell, TableCell> {
public:
    // `memory`: its slots are the registers; `counts`: those of all lanes.
    LangevinCell(NetworkTable const& table, CellMemory<Contiguous> const& memory, LangevinLanes const& lanes,
                 double* counts, u32 width, u32 lane)
        : ContinuousCell(table, memory),
          rates_(*lanes.table),
          lanes_(lanes),
          counts_(counts),
          width_(width),
          lane_(lane) {}

    TableLangevin const& rates() const { return rates_; }
    double& real_count(u32 i) const { return counts_[i * width_ + lane_]; }
    double& positive(u32 i) const { return lanes_.positive[i * width_ + lane_]; }
    u64& draws() const { return lanes_.draws[lane_]; }
    void note(u32 species, bool negative) const {
        ++lanes_.few[species];
        if (negative) ++lanes_.negative[species];
    }

private:
    TableLangevin rates_;
    LangevinLanes const& lanes_;
    double* counts_;
    u32 width_, lane_;
};

FANO_KERNELS_END
