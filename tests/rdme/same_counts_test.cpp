// The same counts in every voxel for every build, any number of threads and any share of the ensemble.
#include <gtest/gtest.h>

#include "rdme/lattices.hpp"

namespace {

using namespace fano;

RdmeOptions options() {
    RdmeOptions options;
    options.lattices = 3;
    options.seed = 77;
    options.times = {0, 0.003, 0.02};
    options.threads = 1;
    options.device = Device::reference;
    return options;
}

void expect_same_in_every_build(Model const& model, RdmeOptions asked, std::uint64_t least_reactions) {
    auto const reference = run_rdme(model, asked);
    EXPECT_GT(reference.reactions, least_reactions);
    for (Device device : {Device::sse2, Device::avx2, Device::avx512}) {
        if (!device_available(device)) continue;
        asked.device = device;
        auto const wide = run_rdme(model, asked);
        EXPECT_EQ(wide.totals.fingerprint, reference.totals.fingerprint) << device_name(device);
        EXPECT_EQ(wide.reactions, reference.reactions) << device_name(device);
    }
}

TEST(SameCounts, InEveryBuild) {
    auto const model = read_toml(test::everything_in_space, "test.toml");
    expect_same_in_every_build(model, options(), 1000);
}

// What is made from nothing goes on in empty voxels as well, but not in lanes that have none.
TEST(SameCounts, OfReactionsWhereMoleculesAreMadeFromNothing) {
    auto const model = read_toml(R"toml(
[space]
voxels = [9, 7]
edge = 1
[space.diffusion]
A = 1
[species]
A = 0
B = 40
[reactions.make]
equation = "0 -> A"
rate = 200
[reactions.grow]
equation = "A -> 2 A"
rate = 6
[reactions.eat]
equation = "A + B -> B"
deterministic_rate = 40
)toml",
                                 "test.toml");
    auto asked = options();
    asked.times = {0.5, 1};
    expect_same_in_every_build(model, asked, 100);
}

TEST(SameCounts, OnAnyNumberOfThreads) {
    auto const model = read_toml(test::everything_in_space, "test.toml");
    for (std::uint64_t const lattices : {1, 3}) {
        auto asked = options();
        asked.device = Device::cpu;
        asked.lattices = lattices;
        auto const one = run_rdme(model, asked);
        for (unsigned threads : {2u, 7u}) {
            asked.threads = threads;
            auto const many = run_rdme(model, asked);
            EXPECT_EQ(many.totals.fingerprint, one.totals.fingerprint) << threads;
            EXPECT_EQ(many.reactions, one.reactions) << threads;
        }
    }
}

TEST(SameCounts, InAnyShareOfTheEnsemble) {
    auto const model = read_toml(test::everything_in_space, "test.toml");
    for (auto const method : {RdmeMethod::lattice, RdmeMethod::exact}) {
        auto asked = options();
        asked.method = method;
        asked.device = Device::cpu;
        auto const whole = run_rdme(model, asked);
        std::uint64_t sum = 0;
        asked.lattices = 1;
        for (asked.first_lattice = 0; asked.first_lattice < 3; ++asked.first_lattice)
            sum += run_rdme(model, asked).totals.fingerprint;
        EXPECT_EQ(sum, whole.totals.fingerprint) << rdme_method_name(method);
    }
}

TEST(SameCounts, AreOthersWithAnotherSeed) {
    auto const model = read_toml(test::everything_in_space, "test.toml");
    auto asked = options();
    auto const one = run_rdme(model, asked);
    asked.seed = 78;
    EXPECT_NE(run_rdme(model, asked).totals.fingerprint, one.totals.fingerprint);
}

}  // namespace
