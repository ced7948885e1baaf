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

template <bool second, class Count>
inline u32 pull(DiffusionView const& view, StageCounts<Count> const& counts, u32 begin, u32 end) {
    return view.packed != nullptr ? pull_voxels<Count, second, PackedExchange>(view, counts, begin, end)
                                  : pull_voxels<Count, second, PlaneExchange>(view, counts, begin, end);
}

template <class Lane>
inline constexpr LatticeKernels lattice_kernels{
    Lane::width,
    [](DiffusionView const& view, HopTable const& table, DrawName const& name, u32 bytes, void const* counts,
       u32 begin, u32 end) {
        with_count_type(bytes, [&]<class Count>(Count*) {
            auto const* const numbers = static_cast<Count const*>(counts);
            if (view.packed != nullptr)
                draw_packed<Lane>(view, table, name, numbers, begin, end);
            else
                draw_planes<Lane>(view, table, name, numbers, begin, end);
        });
    },
    [](DiffusionView const& view, u32 bytes, void const* before, void* arrived, void* rest, u32 begin, u32 end) {
        return with_count_type(bytes, [&]<class Count>(Count*) {
            return pull<false>(view,
                               StageCounts<Count>{static_cast<Count const*>(before), nullptr,
                                                  static_cast<Count*>(arrived), static_cast<Count*>(rest)},
                               begin, end);
        });
    },
    [](DiffusionView const& view, u32 bytes, void const* arrived, void const* rest, void* after, u32 begin, u32 end) {
        return with_count_type(bytes, [&]<class Count>(Count*) {
            return pull<true>(view,
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
