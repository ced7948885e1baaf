// How lattices are cut for the blocks of a GPU.
#include "rdme/tiles.hpp"

#include <gtest/gtest.h>

#include "fano/error.hpp"
#include "rdme/lattices.hpp"

namespace {

using namespace fano;

Grid grid_of(std::string const& voxels) {
    auto const model =
        read_toml("[space]\nvoxels = " + voxels + "\nedge = 1\n[space.diffusion]\nA = 1\n[species]\nA = 1\n",
                  "test.toml");
    return Grid{*model.space};
}

constexpr std::uint32_t memory = 227 * 1024;

TEST(Tiles, KeepLatticesWholeWhereTheyFitAndThereAreMany) {
    std::vector<CountFormat> const small(3, CountFormat::of(20));
    auto const many = choose_tiling(grid_of("[24, 24, 24]"), small, memory, 1);
    EXPECT_TRUE(many.resident);
    EXPECT_EQ(many.blocks(), 1u);
    EXPECT_EQ(many.counts, (std::vector<std::uint32_t>{0, 13824, 27648}));
    EXPECT_EQ(many.bytes, 13824u * (3 + 1 + 4));
    // One of them must be cut to keep a device busy, one that is small is not.
    EXPECT_GE(choose_tiling(grid_of("[24, 24, 24]"), small, memory, 132).blocks(), 132u);
    EXPECT_TRUE(choose_tiling(grid_of("[16, 16, 16]"), small, memory, 132).resident);
}

TEST(Tiles, FitAndCoverTheLattice) {
    for (auto const seen : {20u, 200u, 1000u, 60000u, 1u << 20})
        for (char const* const voxels :
             {"[256, 256, 256]", "[31, 19, 27]", "[1000000]", "[999, 1001]", "[4, 4, 9000]"})
            for (std::uint32_t const shared : {48u * 1024, memory})
                for (std::uint64_t const blocks : {1, 132}) {
                    auto const grid = grid_of(voxels);
                    auto const t = choose_tiling(grid, {CountFormat::of(seen)}, shared, blocks);
                    EXPECT_LE(t.bytes, shared);
                    EXPECT_GE(t.blocks(), std::min<std::uint64_t>(blocks, t.resident ? 1 : 132));
                    EXPECT_TRUE(t.threads % 32 == 0 && t.threads <= 256);
                    for (std::size_t a = 0; a < 3; ++a) {
                        EXPECT_GE(t.tile[a] * t.tiles[a], grid.size[a]);
                        EXPECT_LT(t.tile[a] * (t.tiles[a] - 1), grid.size[a]);
                        EXPECT_EQ(t.rim[a] == 0, t.tiles[a] == 1);
                    }
                    EXPECT_TRUE(t.together == 1 || t.resident || grid.size[0] % 4 == 0);
                }
}

// The figures of docs/gpu-status.md.
TEST(Tiles, MoveTheBytesThatAreToldOfThem) {
    struct Case {
        std::uint32_t shared, seen;
        std::array<std::uint32_t, 3> tile;
        double bytes;  // a voxel, species and step: the tile and its rim read, the tile written
    };
    for (auto const& [shared, seen, tile, bytes] :
         {Case{memory, 20, {32, 16, 32}, 2.76}, Case{memory, 1000, {32, 16, 16}, 5.91},
          Case{48 * 1024, 20, {16, 8, 16}, 3.81}, Case{48 * 1024, 1000, {16, 8, 8}, 8.75}}) {
        auto const format = CountFormat::of(seen);
        auto const t = choose_tiling(grid_of("[256, 256, 256]"), {format}, shared, 132);
        EXPECT_EQ(t.tile, tile);
        double cells = 1, voxels = 1;
        for (std::size_t a = 0; a < 3; ++a) {
            cells *= t.tile[a] + 2 * t.rim[a];
            voxels *= t.tile[a];
        }
        EXPECT_NEAR(format.bytes * (cells / voxels + 1), bytes, 0.005);
    }
    std::vector<CountFormat> const three(3, CountFormat::of(31));
    EXPECT_EQ(choose_tiling(grid_of("[16, 16, 16]"), three, memory, 132).bytes, 32u * 1024);
}

TEST(Tiles, ThatDoNotFitAreRefused) {
    EXPECT_THROW(choose_tiling(grid_of("[64, 64, 64]"), {CountFormat::of(9)}, 48 * 1024, 1, {{64, 64, 64}}),
                 BackendError);
}

}  // namespace
