// The kernels of lattices as written for GPUs, compiled by the host's compiler and run block by block: the counts of the
// reference build, for any tile, for formats that widen, for lattices that stay in a block's memory.
#include <gtest/gtest.h>

#include "rdme/lattices.hpp"
#include "rdme/run.hpp"
#include "support/emitted_gpu.hpp"

namespace {

using namespace fano;
using TileSize = DeviceLattices::TileSize;

RdmeResult on_gpu(Model const& model, RdmeOptions options, std::optional<TileSize> tile = {},
                  std::size_t gpus = 1) {
    std::vector<std::unique_ptr<Accelerator>> devices;
    for (std::size_t i = 0; i < gpus; ++i) devices.push_back(std::make_unique<test::EmittedGpu>());
    options.device = Device::gpu;
    return run_rdme_on(model, options, std::move(devices), tile);
}

class DeviceLattice : public ::testing::Test {
protected:
    void SetUp() override {
        if (!test::can_compile_on_host()) GTEST_SKIP() << test::why_not_compiled_on_host();
        options_ = test::lattice_options(RdmeMethod::lattice, 3, {0, 0.003, 0.02}, 77);
        options_.device = Device::reference;
        options_.threads = 1;
    }
    void expect_same(RdmeResult const& gpu, RdmeResult const& cpu) const {
        EXPECT_EQ(gpu.totals.fingerprint, cpu.totals.fingerprint);
        EXPECT_EQ(gpu.reactions, cpu.reactions);
        EXPECT_EQ(gpu.steps, cpu.steps);
        EXPECT_EQ(gpu.fields.sum, cpu.fields.sum);
        EXPECT_EQ(gpu.fields.square, cpu.fields.square);
        EXPECT_GT(cpu.reactions, 100u);
    }
    RdmeOptions options_;
};

TEST_F(DeviceLattice, HasTheCountsOfTheReferenceForAnyTile) {
    auto const model = read_toml(test::everything_in_space, "test.toml");
    options_.fields = true;
    options_.lattices = 2;
    auto const reference = run_rdme(model, options_);
    expect_same(on_gpu(model, options_), reference);
    expect_same(on_gpu(model, options_, TileSize{5, 3, 4}), reference);
    expect_same(on_gpu(model, options_, TileSize{31, 2, 1}), reference);
}

TEST_F(DeviceLattice, SharesRandomBitsBetweenFourVoxelsOfARow) {
    auto model = read_toml(test::everything_in_space, "test.toml");
    model.space->voxels = {32, 20, 5};
    options_.fields = true;
    auto const reference = run_rdme(model, options_);
    expect_same(on_gpu(model, options_, TileSize{8, 4, 2}), reference);
    expect_same(on_gpu(model, options_, TileSize{12, 20, 1}), reference);
    expect_same(on_gpu(model, options_, TileSize{6, 7, 3}), reference);
}

}  // namespace
