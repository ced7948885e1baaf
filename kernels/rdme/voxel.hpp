// Reactions in one voxel for the time of a step, as kernels/rdme/react.hpp does it for lanes of voxels. `Voxel` is the
// network as src/emit writes it for lattices.
#pragma once

#include "kernels/core/math.hpp"
#include "kernels/core/stream.hpp"
#include "kernels/ssa/table.hpp"

FANO_KERNELS_BEGIN

// A propensity times what the place multiplies it by; null: nothing.
FANO_FUNCTION double at_place(double propensity, double const* factor, u32 reaction) {
    if (factor == nullptr || propensity == 0.0) return propensity;
    return factor[reaction] == 0.0 ? 0.0 : propensity * factor[reaction];
}

// -log(1 - u) for u in (0, 1): 1 - u would lose what small u have.
template <class Real>
FANO_FUNCTION Real minus_log_of_rest(Real u) {
    auto const small = u < Real(0x1p-10);
    // u + u²/2 + u³/3 + ... to 2^-60 of u
    Real const series =
        u * (Real(1.0) +
             u * (Real(1.0 / 2) +
                  u * (Real(1.0 / 3) + u * (Real(1.0 / 4) + u * (Real(1.0 / 5) + u * Real(1.0 / 6))))));
    return select(small, series, -log(Real(1.0) - u));
}

// Of one voxel, in a step: then it is seen whether it should go on.
inline constexpr u64 events_between_looks = 1024;

struct VoxelStep {
    u64 key, number;  // number: times 2^32
    double length;
};

// Whether something may happen in a voxel whose propensities sum up to `total`, given 32 random bits.
FANO_FUNCTION bool may_react(VoxelStep const& step, double total, u32 word) {
    // U < 1 - exp(-a step) only if U < a step; U is at least bits / 2^32.
    return !(static_cast<double>(word) >= total * (step.length * 0x1p32));
}

// Returns how many reactions fired; `watch` is told of what cannot be, and says whether to go on.
template <class Voxel, class Watch>
FANO_ROUTINE u32 run_voxel(Voxel& cell, VoxelStep const& step, u32 voxel, double const* factor, double total,
                           u32 word, Watch const& watch) {
    constexpr u64 alone = u64{1} << 32;
    u64 number = 0;
    u32 fired = 0;
    double a = total;
    auto const sound = [&] {
        bool const good = a >= 0.0 && cell.sound();
        if (!good) watch.fail(cell.fault());
        return good;
    };
    auto block = draw_block<u64>(step.key, voxel + step.number, Purpose::voxel, alone + number);
    double const u = (static_cast<double>(word) + uniform<double>(block.w[0], block.w[1])) * 0x1p-32;
    double time = minus_log_of_rest(u) / a;
    double pick = uniform<double>(block.w[2], block.w[3]) * a;
    if (!sound()) return 0;
    while (time < step.length) {
        cell.fire(pick);
        ++fired;
        a = cell.total(factor);
        if (!sound()) return fired;
        ++number;
        if (number % events_between_looks == 0 && !watch.may_go_on(cell)) return fired;
        block = draw_block<u64>(step.key, voxel + step.number, Purpose::voxel, alone + number);
        time = time - log(uniform<double>(block.w[0], block.w[1])) / a;
        pick = uniform<double>(block.w[2], block.w[3]) * a;
    }
    return fired;
}

FANO_KERNELS_END
