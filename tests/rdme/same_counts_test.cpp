// The same counts in every voxel for every build, any number of threads and any share of the ensemble.
#include <gtest/gtest.h>

#include "rdme/lattices.hpp"

namespace {

using namespace fano;

// What can be at once: a region, a slow one, a membrane, every kind of face, reactions limited to places, counts that need 8, 16
// and 32 bits.
char const* const everything = R"toml(
[space]
voxels = [31, 19, 27]
edge = 0.1
boundary = { x = "periodic", "y-" = "absorbing", "y+" = { reservoir = { A = 5000 } }, z = "reflecting" }
[space.regions]
ball = { sphere = { centre = [1.1, 0.9, 0.5], radius = 0.4 } }
rest = { complement = "ball" }
[space.diffusion]
A = { ball = 0.2, rest = 1 }
B = 0.3
C = { rest = 0.7 }
M = 1
[space.permeability]
"ball|rest" = { A = 2, B = 0 }
[space.reactions]
bind = "rest"
shed = { between = ["rest", "ball"], per_area = true }
[space.initial]
B = { region = "rest" }
C = { region = "rest" }
M = { point = [0.05, 0.05, 0.05] }
[species]
A = 9000
B = 4000
C = 100
M = 200000
[reactions.bind]
equation = "A + B -> C"
deterministic_rate = 0.01
[reactions.split]
equation = "C -> A + B"
rate = 2
[reactions.shed]
equation = "B -> A"
rate = 0.1
)toml";

RdmeOptions options() {
    RdmeOptions options;
    options.lattices = 3;
    options.seed = 77;
    options.times = {0, 0.003, 0.02};
    options.threads = 1;
    options.device = Device::reference;
    return options;
}

TEST(SameCounts, InEveryBuild) {
    auto const model = read_toml(everything, "test.toml");
    auto asked = options();
    auto const reference = run_rdme(model, asked);
    EXPECT_GT(reference.reactions, 1000u);
    for (Device device : {Device::sse2, Device::avx2, Device::avx512}) {
        if (!device_available(device)) continue;
        asked.device = device;
        auto const wide = run_rdme(model, asked);
        EXPECT_EQ(wide.totals.fingerprint, reference.totals.fingerprint) << device_name(device);
        EXPECT_EQ(wide.reactions, reference.reactions) << device_name(device);
    }
}

TEST(SameCounts, OnAnyNumberOfThreads) {
    auto const model = read_toml(everything, "test.toml");
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
    auto const model = read_toml(everything, "test.toml");
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
    auto const model = read_toml(everything, "test.toml");
    auto asked = options();
    auto const one = run_rdme(model, asked);
    asked.seed = 78;
    EXPECT_NE(run_rdme(model, asked).totals.fingerprint, one.totals.fingerprint);
}

}  // namespace
