// Lattices made by hand, whose every number is known.
#pragma once

#include <array>

#include "fano/rdme_files.hpp"
#include "sample_ensemble.hpp"

namespace fano::test {

// Molecules of a species in a voxel of lattice `l` at a time: no two arrays that a writer could mistake for one
// another are the same.
inline std::uint32_t sample_count(std::size_t l, std::size_t time, std::size_t species, std::size_t voxel) {
    return static_cast<std::uint32_t>((voxel + 2 * l + 1) * (voxel + 1) % 7 + 10 * time + 100 * species * l);
}

// Species A and B and the observable "all", `lattices` of them from number 5, with fields and snapshots.
inline RdmeResult sample_result(int dimensions, std::array<std::uint32_t, 3> voxels, std::size_t lattices) {
    RdmeResult result;
    result.space.dimensions = dimensions;
    result.space.voxels = voxels;
    result.space.edge = 0.5;
    result.space.unit = "um";
    result.space.faces[0].kind = result.space.faces[1].kind = BoundaryKind::periodic;
    result.space.faces[2].kind = BoundaryKind::absorbing;
    result.species = {"A", "B"};
    result.step = 0.125;
    result.step_reason = "as asked for";
    result.steps = 48;
    result.totals = {
        .times = {0, 2.5},
        .outputs = {{"A", "molecules", true, 1}, {"B", "molecules", true, 1}, {"all", "", true, 1}},
        .tally = Tally(TallyLayout{2, {1, 1, 1}, {}, true}),
        .joint = {},
        .snapshots = {},
        .reactions = {},
        .reaction_counts = {},
        .trajectories = {},
        .cells = lattices,
        .first_cell = 5,
        .device = "cpu"};
    auto const n = result.space.voxel_count();
    result.fields.sum.resize(2 * 2 * n);
    result.fields.square.resize(2 * 2 * n);
    for (std::size_t l = 0; l < lattices; ++l) {
        result.snapshots.push_back({5 + l, {}});
        for (std::size_t time = 0; time < 2; ++time) {
            double totals[3] = {};
            for (std::size_t s = 0; s < 2; ++s)
                for (std::size_t v = 0; v < n; ++v) {
                    auto const count = sample_count(l, time, s, v);
                    auto const i = (time * 2 + s) * n + v;
                    result.fields.sum[i] += count;
                    result.fields.square[i] += std::uint64_t{count} * count;
                    result.snapshots.back().counts.push_back(count);
                    totals[s] += count;
                    totals[2] += count;
                }
            result.totals.tally.add(static_cast<std::uint32_t>(time), static_cast<std::uint32_t>(time) + 1,
                                    totals);
        }
    }
    result.totals.tally.flush();
    return result;
}

inline RdmeResult plane(std::size_t lattices = 3) { return sample_result(2, {3, 2, 1}, lattices); }
inline RdmeResult block(std::size_t lattices = 2) { return sample_result(3, {4, 3, 2}, lattices); }

}  // namespace fano::test
