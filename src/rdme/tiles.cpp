#include "rdme/tiles.hpp"

#include <fmt/format.h>

#include "fano/error.hpp"
#include "kernels/rdme/lattice_job.hpp"

namespace fano {

namespace {

std::uint64_t aligned(std::uint64_t bytes) { return (bytes + 15) / 16 * 16; }

std::uint64_t flow_bytes(CountFormat const& format) {
    return format.flow == CountFormat::Flow::packed ? 4 : format.flow == CountFormat::Flow::wide ? 8 : 24;
}

class Choice {
public:
    Choice(Grid const& grid, std::vector<CountFormat> const& formats, std::uint32_t shared_bytes)
        : grid_(grid), formats_(formats), shared_bytes_(shared_bytes) {
        for (auto const& format : formats) {
            count_bytes_ = std::max<std::uint64_t>(count_bytes_, format.bytes);
            flow_bytes_ = std::max(flow_bytes_, flow_bytes(format));
        }
    }

    std::optional<Tiling> whole() const {
        Tiling t;
        t.tile = grid_.size;
        t.tiles = {1, 1, 1};
        t.together = group;
        t.resident = true;
        std::uint64_t bytes = 0;
        for (auto const& format : formats_) {
            t.counts.push_back(static_cast<std::uint32_t>(bytes));
            bytes += aligned(std::uint64_t{grid_.voxels} * format.bytes);
            if (bytes > shared_bytes_) return std::nullopt;
        }
        return laid_out(t, bytes, grid_.voxels);
    }

    std::optional<Tiling> box(std::array<std::uint32_t, 3> const& tile) const {
        Tiling t;
        bool const whole_groups =
            grid_.size[0] % group == 0 && (tile[0] % group == 0 || tile[0] >= grid_.size[0]);
        t.together = whole_groups ? group : 1;
        std::uint64_t cells = 1;
        for (std::size_t a = 0; a < 3; ++a) {
            t.tile[a] = std::clamp(tile[a], 1u, grid_.size[a]);
            t.tiles[a] = (grid_.size[a] + t.tile[a] - 1) / t.tile[a];
            // Each stage of hops needs the draws of one more layer; groups stay whole.
            t.rim[a] = t.tiles[a] == 1 ? 0 : a == 0 && whole_groups ? group : 2;
            cells *= t.tile[a] + 2 * t.rim[a];
        }
        return laid_out(t, aligned(cells * count_bytes_), cells);
    }

    // The least cells for a voxel, of those with enough blocks; else the most blocks.
    Tiling best_box(std::uint64_t blocks) const {
        std::optional<Tiling> best;
        std::pair<std::uint64_t, double> rank{};
        auto const lengths = [&](std::size_t axis) {
            std::vector<std::uint32_t> all;
            for (std::uint32_t n = axis == 0 ? 4 : 1; n < grid_.size[axis]; n *= 2) all.push_back(n);
            all.push_back(grid_.size[axis]);
            return all;
        };
        for (auto const x : lengths(0))
            for (auto const y : lengths(1))
                for (auto const z : lengths(2)) {
                    auto const t = box({x, y, z});
                    if (!t) continue;
                    double cells = 1, voxels = 1;
                    for (std::size_t a = 0; a < 3; ++a) {
                        cells *= t->tile[a] + 2 * t->rim[a];
                        voxels *= static_cast<double>(grid_.size[a]) / t->tiles[a];
                    }
                    std::pair const of_this{std::min<std::uint64_t>(t->blocks(), blocks), -cells / voxels};
                    if (best && of_this <= rank) continue;
                    best = t;
                    rank = of_this;
                }
        if (!best)
            throw BackendError(
                "no part of the lattice fits into the GPU's shared memory; leave --device out");
        return *best;
    }

private:
    static constexpr std::uint32_t group = kernels::most_together;

    std::optional<Tiling> laid_out(Tiling t, std::uint64_t bytes, std::uint64_t cells) const {
        t.arrived = static_cast<std::uint32_t>(bytes);
        bytes += aligned(cells * count_bytes_);
        t.flows = static_cast<std::uint32_t>(bytes);
        bytes += aligned(cells * flow_bytes_);
        if (bytes > shared_bytes_) return std::nullopt;
        t.bytes = static_cast<std::uint32_t>(bytes);
        std::uint64_t const items = (cells + t.together - 1) / t.together;
        constexpr std::uint64_t warp = 32;
        t.threads = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(
            (items + warp - 1) / warp * warp, warp, kernels::LatticeJob::most_threads));
        return t;
    }

    Grid const& grid_;
    std::vector<CountFormat> const& formats_;
    std::uint64_t shared_bytes_, count_bytes_ = 1, flow_bytes_ = 4;
};

}  // namespace

Tiling choose_tiling(Grid const& grid, std::vector<CountFormat> const& formats, std::uint32_t shared_bytes,
                     std::uint64_t blocks, std::optional<std::array<std::uint32_t, 3>> tile) {
    Choice const choice{grid, formats, shared_bytes};
    if (tile) {
        if (auto const asked = choice.box(*tile)) return *asked;
        throw BackendError(
            fmt::format("a tile of {}x{}x{} voxels does not fit into {} bytes of shared memory", (*tile)[0],
                        (*tile)[1], (*tile)[2], shared_bytes));
    }
    // Smaller ones take less time for a step than a launch does.
    constexpr std::uint32_t small = 4096;
    if (auto const whole = choice.whole(); whole && (blocks <= 1 || grid.voxels <= small)) return *whole;
    return choice.best_box(blocks);
}

}  // namespace fano
