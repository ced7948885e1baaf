// Where the lattice method could go wrong in silence.
#include <gtest/gtest.h>

#include "rdme/lattices.hpp"

namespace {

using namespace fano;
using test::lattice_options;

std::string const line =
    "[space]\nvoxels = [6]\nedge = 1\n[space.regions]\nfirst = { box = { from = [0], to = [1] } }\n";

// Molecules that live for a fiftieth of a diffusive time seldom leave the voxel in which they are made; the step must be shorter than their
// lives. The neighbour has 3.9 where steps of h²/(12 D) would give it twice as many.
TEST(LatticeLimits, StepsAreShorterThanLives) {
    auto const model =
        read_toml(line +
                      "[space.diffusion]\nA = 1\n[space.reactions]\nmake = \"first\"\n[species]\nA = 0\n"
                      "[reactions.make]\nequation = \"-> A\"\npropensity = \"10000\"\n[reactions.lose]\n"
                      "equation = \"A -> 0\"\nrate = 50\n",
                  "short.toml");
    double mean[2];
    for (auto const method : {RdmeMethod::exact, RdmeMethod::lattice}) {
        auto options = lattice_options(method, 4000, {0.5});
        options.fields = true;
        mean[method == RdmeMethod::exact] = test::voxel_mean(run_rdme(model, options), 0, 0, 1);
    }
    EXPECT_NEAR(mean[0] / mean[1], 1, 0.06);  // standard error 0.011 of the quotient, 0.4 % of a step's error
}

TEST(LatticeLimits, CountsBeyond31BitsAreAnError) {
    auto const model = read_toml(
        "[space]\nvoxels = [3]\nedge = 1\nboundary = { x = { reservoir = { A = 2147483600 } } }\n"
        "[space.diffusion]\nA = 1\n[species]\nA = 0\n",
        "many.toml");
    EXPECT_THROW(run_rdme(model, lattice_options(RdmeMethod::lattice, 1, {20.0})), SimulationError);
}

// A propensity that is negative where its reaction cannot fire is nobody's concern.
TEST(LatticeLimits, OnlyReactionsThatMayFireMustMakeSense) {
    auto const model = read_toml(
        line +
            "[space.reactions]\nturn = \"first\"\n[space.initial]\nA = \"first\"\n[species]\nA = 200\nB = 0\n"
            "[reactions.turn]\nequation = \"-> B\"\npropensity = \"A - 100\"\n",
        "guard.toml");
    for (auto const method : {RdmeMethod::exact, RdmeMethod::lattice})
        EXPECT_GT(run_rdme(model, lattice_options(method, 1, {1.0})).reactions, 50u);
}

}  // namespace
