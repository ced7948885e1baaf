// The functions of one build for lattices. Included once in each translation unit that is built for one instruction
// set, which names its Lane.
#pragma once

#include "kernels/rdme/lattice_kernels.hpp"

FANO_KERNELS_BEGIN

// Calls work(pointer to a count) for the type of counts.
template <class Work>
inline auto with_count_type(u32 bytes, Work const& work) {
    if (bytes == 1) return work(static_cast<unsigned char*>(nullptr));
    if (bytes == 2) return work(static_cast<unsigned short*>(nullptr));
    return work(static_cast<u32*>(nullptr));
}

template <class Lane, class Count>
inline void draw(DiffusionView const& view, HopTable const& table, DrawName const& name, Count const* counts,
                 u32 begin, u32 end) {
    if (view.packed != nullptr)
        return draw_voxels<Lane>(PackedWriter<u32>{view.packed, table.outcome}, table, name, counts, begin,
                                 end);
    if (view.wide != nullptr)
        return draw_voxels<Lane>(PackedWriter<u64>{view.wide, table.wide}, table, name, counts, begin, end);
    draw_voxels<Lane>(PlaneWriter{view, table}, table, name, counts, begin, end);
}

template <bool second, class Count>
inline u32 pull(DiffusionView const& view, StageCounts<Count> const& counts, u32 begin, u32 end) {
    if (view.packed != nullptr)
        return pull_voxels<second>(PackedExchange<u32>{view, view.packed}, counts, begin, end);
    if (view.wide != nullptr)
        return pull_voxels<second>(PackedExchange<u64>{view, view.wide}, counts, begin, end);
    return pull_voxels<second>(PlaneExchange{view}, counts, begin, end);
}

template <class Lane>
inline constexpr LatticeKernels lattice_kernels{
    Lane::width,
    [](DiffusionView const& view, HopTable const& table, DrawName const& name, u32 bytes, void const* counts,
       u32 begin, u32 end) {
        with_count_type(bytes, [&]<class Count>(Count*) {
            fano::kernels::draw<Lane>(view, table, name, static_cast<Count const*>(counts), begin, end);
        });
    },
    [](DiffusionView const& view, u32 bytes, void const* before, void* arrived, void* rest, u32 begin,
       u32 end) {
        return with_count_type(bytes, [&]<class Count>(Count*) {
            return pull<false>(view,
                               StageCounts<Count>{static_cast<Count const*>(before), nullptr,
                                                  static_cast<Count*>(arrived), static_cast<Count*>(rest)},
                               begin, end);
        });
    },
    [](DiffusionView const& view, u32 bytes, void const* arrived, void const* rest, void* after, u32 begin,
       u32 end) {
        return with_count_type(bytes, [&]<class Count>(Count*) {
            return pull<true>(
                view,
                StageCounts<Count>{static_cast<Count const*>(arrived), static_cast<Count const*>(rest),
                                   nullptr, static_cast<Count*>(after)},
                begin, end);
        });
    },
    [](DiffusionView const& view, u32 bytes, WrappedFace const* faces, u64 size, void* counts) {
        return with_count_type(bytes, [&]<class Count>(Count*) {
            return wrap_voxels(view, faces, size, static_cast<Count*>(counts));
        });
    },
    [](ReactionView const& view, ReactionMemory& memory, u32 begin, u32 end) {
        VoxelReactions<Lane>{view, memory}.run(begin, end);
    },
};

FANO_KERNELS_END
