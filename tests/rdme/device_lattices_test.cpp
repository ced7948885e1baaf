// The kernels of lattices as written for GPUs, compiled by the host's compiler and run block by block: the counts of the
// reference build, for any tile, for formats that widen, for lattices that stay in a block's memory.
#include <algorithm>

#include <gtest/gtest.h>

#include "backend/gpus.hpp"
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

std::string with_voxels(std::string const& voxels) {
    std::string text = test::everything_in_space;
    std::string const own = "voxels = [31, 19, 27]";
    return text.replace(text.find(own), own.size(), "voxels = " + voxels);
}

TEST_F(DeviceLattice, SharesRandomBitsBetweenFourVoxelsOfARow) {
    auto const model = read_toml(with_voxels("[32, 20, 5]"), "test.toml");
    options_.fields = true;
    auto const reference = run_rdme(model, options_);
    expect_same(on_gpu(model, options_, TileSize{8, 4, 2}), reference);
    expect_same(on_gpu(model, options_, TileSize{12, 10, 1}), reference);
    expect_same(on_gpu(model, options_, TileSize{6, 7, 3}), reference);
}

// Predators and prey: counts that grow beyond 31, 255 and 1023 in a voxel and fall again; rates drawn for each lattice.
std::string waves(std::string const& space) {
    return "[space]\n" + space + R"toml(
edge = 1
boundary = "periodic"
[space.diffusion]
Prey = 2
Predator = 1
[species]
Prey = 100
Predator = 60
[parameters]
birth = { distribution = "gamma", mean = 60, cv = 0.2 }
[reactions.breed]
equation = "Prey -> 2 Prey"
rate = "birth"
[reactions.eat]
equation = "Prey + Predator -> 2 Predator"
deterministic_rate = 0.3
[reactions.die]
equation = "Predator -> 0"
rate = 40
)toml";
}

TEST_F(DeviceLattice, StaysInABlocksMemoryWhereItFits) {
    options_.lattices = 5;
    options_.fields = true;
    options_.times = {0, 0.02, 0.1, 0.25};
    for (char const* const space :
         {"voxels = [13]", "voxels = [2, 9]", "voxels = [1, 3, 2]", "voxels = [8, 5, 6]"}) {
        SCOPED_TRACE(space);
        auto const model = read_toml(waves(space), "test.toml");
        auto const reference = run_rdme(model, options_);
        expect_same(on_gpu(model, options_), reference);
        expect_same(on_gpu(model, options_, {}, 2), reference);
        expect_same(on_gpu(model, options_, TileSize{3, 2, 1}), reference);
    }
}

TEST_F(DeviceLattice, CountsThatOutgrowTheirBitsAreNotLost) {
    auto const model = read_toml(R"toml(
[space]
voxels = [6, 5]
edge = 1
[space.diffusion]
A = 1
[species]
A = 300
[reactions.grow]
equation = "A -> 2 A"
rate = 8
[reactions.fade]
equation = "2 A -> 0"
deterministic_rate = 0.00002
)toml",
                                 "test.toml");
    options_.lattices = 2;
    options_.times = {0.1, 0.35, 0.8, 2};
    options_.snapshots = {0};
    auto const reference = run_rdme(model, options_);
    auto const& counts = reference.snapshots.at(0).counts;
    ASSERT_GT(*std::max_element(counts.begin(), counts.end()), 65535u);
    auto const gpu = on_gpu(model, options_);
    expect_same(gpu, reference);
    EXPECT_EQ(gpu.snapshots.at(0).counts, counts);
}

TEST_F(DeviceLattice, WhereNothingReactsOrNothingMoves) {
    for (char const* const text :
         {"[space]\nvoxels = [9, 4]\nedge = 1\n[space.diffusion]\nA = 1\n[species]\nA = 500\n",
          "[space]\nvoxels = [9, 4]\nedge = 1\n[space.diffusion]\nA = 0\n[species]\nA = 500\n"
          "[reactions.split]\nequation = \"A -> 2 A\"\nrate = 20\n"}) {
        auto const model = read_toml(text, "test.toml");
        options_.fields = true;
        options_.times = {0.05, 0.4};
        auto const reference = run_rdme(model, options_);
        auto const gpu = on_gpu(model, options_, TileSize{4, 2, 1});
        EXPECT_EQ(gpu.totals.fingerprint, reference.totals.fingerprint);
        EXPECT_EQ(gpu.fields.square, reference.fields.square);
    }
}

std::string failure_of(Model const& model, RdmeOptions const& options) {
    try {
        on_gpu(model, options);
    } catch (Error const& error) {
        return error.what();
    }
    return "";
}

TEST_F(DeviceLattice, SaysWhatCannotBe) {
    std::string const head = "[space]\nvoxels = [4]\nedge = 1\n[space.diffusion]\nA = 1\n[species]\nA = 50\n";
    auto const negative =
        read_toml(head + "[reactions.odd]\nequation = \"A -> 0\"\npropensity = \"3 - A\"\n", "test.toml");
    auto const explosion =
        read_toml(head + "[reactions.grow]\nequation = \"A -> 1000000 A\"\nrate = 100\n", "test.toml");
    options_.times = {10};
    EXPECT_NE(failure_of(negative, options_).find("negative"), std::string::npos)
        << failure_of(negative, options_);
    EXPECT_NE(failure_of(explosion, options_).find("2147483647"), std::string::npos)
        << failure_of(explosion, options_);
}

TEST_F(DeviceLattice, StopsAndSaysWhenMemoryOrTheDeviceFails) {
    auto const model = read_toml(waves("voxels = [40]"), "test.toml");
    auto const with = [&](auto const& prepare) {
        auto gpu = std::make_unique<test::EmittedGpu>(1 << 14);
        prepare(*gpu);
        std::vector<std::unique_ptr<Accelerator>> devices;
        devices.push_back(std::move(gpu));
        return run_rdme_on(model, options_, std::move(devices));
    };
    std::atomic<bool> stop{true};
    options_.stop = &stop;
    EXPECT_THROW(with([](auto&) {}), Interrupted);
    options_.stop = nullptr;
    EXPECT_THROW(with([](auto& gpu) { gpu.fail_after(3); }), DeviceError);
    EXPECT_THROW(
        {
            std::vector<std::unique_ptr<Accelerator>> devices;
            devices.push_back(std::make_unique<test::EmittedGpu>(1000));
            run_rdme_on(model, options_, std::move(devices));
        },
        DeviceMemoryError);
}

TEST(DeviceLatticeOnAGpu, HasTheCountsOfTheProcessor) {
    auto const survey = survey_gpus();
    if (survey.gpus.empty()) GTEST_SKIP() << survey.why_none;
    auto options = test::lattice_options(RdmeMethod::lattice, 3, {0, 0.003, 0.02}, 77);
    options.fields = true;
    for (auto const& text : {std::string(test::everything_in_space), with_voxels("[32, 20, 5]"),
                             with_voxels("[9, 7, 4]"), waves("voxels = [8, 5, 6]"), waves("voxels = [13]")}) {
        auto const model = read_toml(text, "test.toml");
        options.device = Device::cpu;
        auto const cpu = run_rdme(model, options);
        options.device = Device::gpu;
        auto const gpu = run_rdme(model, options);
        EXPECT_EQ(gpu.totals.fingerprint, cpu.totals.fingerprint);
        EXPECT_EQ(gpu.reactions, cpu.reactions);
        EXPECT_EQ(gpu.fields.square, cpu.fields.square);
    }
}

}  // namespace
