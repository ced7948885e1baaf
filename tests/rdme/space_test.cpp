// What a [space] may hold, and what is said of those that cannot be.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rdme/lattice.hpp"
#include "rdme/lattices.hpp"
#include "rdme/pairs.hpp"
#include "support/scratch.hpp"

namespace {

using namespace fano;
using ::testing::HasSubstr;

std::string const rest = R"toml(
[species]
A = 100
B = 50
[parameters]
D = 2
[reactions.turn]
equation = "A -> B"
rate = 1
[reactions.meet]
equation = "A + B -> 0"
deterministic_rate = 0.5
)toml";

Model model(std::string const& space) { return read_toml(space + rest, "space.toml"); }

std::string complaint(std::string const& space) {
    try {
        auto const m = model(space);
        RdmeOptions options;
        options.times = {0};
        run_rdme(m, options);
    } catch (InputError const& error) {
        return error.what();
    }
    return "no complaint";
}

std::string const cube = "[space]\nvoxels = [10, 10, 10]\nedge = 0.1\n[space.diffusion]\nA = \"D\"\nB = 1\n";

TEST(Space, SaysWhatIsWrong) {
    struct Case {
        std::string space, said;
    };
    std::string const start = "[space]\nvoxels = [10, 10]\nedge = 0.1\n";
    std::string const halves =
        "[space.regions]\na = { box = { from = [0, 0], to = [0.5, 1] } }\nb = { complement = \"a\" }\n";
    for (auto const& [space, said] : {
             Case{"[space]\nvoxels = [4]\n", "needs two of"},
             Case{"[space]\nvoxels = [4, 4, 4, 4]\nedge = 1\n", "one, two or three numbers"},
             Case{"[space]\nvoxels = [4, 2.5]\nedge = 1\n", "whole number from 1"},
             Case{"[space]\nsize = [1, 1.05]\nedge = 0.1\n", "whole number of them"},
             Case{"[space]\nsize = [1, 2]\nvoxels = [10, 10]\n", "must be cubes"},
             Case{"[space]\nvoxels = [4]\nedge = 0\n", "more than 0"},
             Case{start + "boundary = \"periodical\"\n", "did you mean \"periodic\""},
             Case{start + "boundary = { \"x-\" = \"periodic\" }\n", "periodic both"},
             Case{start + "boundary = { z = \"periodic\" }\n", "there are x and y"},
             Case{start + "[space.diffusion]\nA = -1\n", "cannot be negative"},
             Case{start + "[space.diffusion]\nA = \"-D\"\n", "must be a finite number from 0"},
             Case{start + "[space.diffusion]\nX = 1\n", "not a declared species"},
             Case{start + "[space.diffusion]\nA = { core = 1 }\n", "no region \"core\""},
             Case{start + "[space.regions]\ncore = { sphere = { centre = [9, 9], radius = 0.2 } }\n",
                  "is empty"},
             Case{start + "[space.regions]\ncore = { sphere = { centre = [9, 9], radius = 0 } }\n",
                  "more than 0"},
             Case{start + "[space.regions]\ncore = { spere = { centre = [9, 9], radius = 1 } }\n",
                  "did you mean \"sphere\""},
             Case{start + "[space.regions]\nall = { union = [\"core\"] }\n", "not declared before it"},
             Case{start + "[space.regions]\ncore = { box = { from = [0, 0], to = [0.5, 0.5] } "
                          "}\n[space.diffusion]\n"
                          "A = { core = 1 }\n[space.initial]\nA = { point = [0.9, 0.9] }\n",
                  "where it cannot live"},
             Case{start + "[space.initial]\nA = { point = [1.5, 0] }\n", "lattice goes from 0 to 1"},
             Case{start + "[space.regions]\ncore = { box = { from = [0, 0], to = [0.5, 0.5] } "
                          "}\n[space.diffusion]\n"
                          "B = { core = 1 }\nA = 1\n",
                  "makes \"B\" where it cannot live"},
             Case{start +
                      "[space.regions]\na = { box = { from = [0, 0], to = [0.5, 0.5] } }\nb = { complement = "
                      "{ box = { from = [0, 0], to = [0.3, 0.3] } } }\n[space.diffusion]\nA = { a = 1, b = 2 "
                      "}\nB = 1\n",
                  "two diffusion coefficients"},
             Case{start + "[space.reactions]\nturns = \"a\"\n", "is no reaction (did you mean \"turn\"?)"},
             Case{start + "[space.regions]\na = { file = \"missing.npy\" }\n", "cannot be read"},
             Case{start + "[space.regions]\nuniform = { box = { from = [0, 0], to = [0.5, 0.5] } }\n",
                  "another name"},
             Case{start + halves + "[space.permeability]\n\"a|b\" = 1\n\"b|a\" = 2\n", "given twice; line 8"},
             Case{start + halves + "[space.reactions]\nturn = { between = [\"a\", \"a\"] }\n",
                  "nothing between"},
             Case{start + "[space.reactions]\nturn = { radius = -0.1 }\n", "more than 0"},
             Case{start + "[space.reactions]\nturn = { radius = 0.1 }\n", "1 molecules react"},
             Case{start + "boundary = { reservoir = {} }\n", "names no species"},
             Case{start + "boundary = { reservoir = { A = 1e13 } }\n[space.diffusion]\nA = 1\nB = 1\n",
                  "counts go up to"},
             Case{"[space]\nvoxels = [1500, 1500, 900]\nedge = 0.1\n", "GB are free"},
             Case{"[space]\nvoxels = [1]\nedge = 0.1\n[volumes]\ncell = 1\n", "drop [volumes]"},
         })
        EXPECT_THAT(complaint(space), HasSubstr(said)) << space;
    auto const without =
        read_toml("[species]\nA = 1\n[reactions.a]\nequation = \"A -> 0\"\nrate = 1\n", "flat.toml");
    RdmeOptions options;
    options.times = {0};
    try {
        run_rdme(without, options);
        ADD_FAILURE() << "no complaint";
    } catch (InputError const& error) {
        EXPECT_THAT(error.what(), HasSubstr("has no [space]"));
    }
    EXPECT_EQ(complaint(cube), "no complaint");
}

TEST(Space, RefusesStepsThatAreTooLong) {
    RdmeOptions options;
    options.times = {1};
    options.step = 1;
    EXPECT_THROW(run_rdme(model(cube), options), InputError);
}

TEST(Space, IsOneVolumeForMethodsWithoutIt) {
    auto const m = model(cube);
    auto const network = compile(m);
    // k/V of the whole cube; in a voxel k/h³.
    EXPECT_EQ(network.reactions[1].propensity, "0.5/volume*A*B");
    EXPECT_DOUBLE_EQ(m.find("volume")->initial.number(), 1.0);
    EXPECT_DOUBLE_EQ(voxel_model(m).find("volume")->initial.number(), 0.001);
}

// A stochastic constant is that of the whole lattice, well mixed.
TEST(Space, ScalesStochasticConstantsToAVoxel) {
    auto const m = read_toml(
        "[space]\nvoxels = [10]\nedge = 0.1\n[species]\nA = 10\n[reactions.a]\nequation = \"2 A -> 0\"\n"
        "rate = 3\n[reactions.b]\nequation = \"-> A\"\nrate = 20\n[reactions.c]\nequation = \"A -> 0\"\nrate "
        "= 7\n",
        "space.toml");
    auto const voxel = voxel_model(m);
    auto const value = [](Expression const& e) {
        return e.is_number() ? e.number() : e.arguments()[0].number() * e.arguments()[1].number();
    };
    EXPECT_DOUBLE_EQ(value(voxel.reactions[0].law), 30);
    EXPECT_DOUBLE_EQ(value(voxel.reactions[1].law), 2);
    EXPECT_DOUBLE_EQ(value(voxel.reactions[2].law), 7);
}

double share_of(std::string const& regions, std::string const& id) {
    auto const m = model("[space]\nvoxels = [50, 50, 50]\nedge = 0.02\n[space.regions]\n" + regions);
    Grid const grid{*m.space};
    Regions const all{m, grid};
    double in = 0;
    for (auto const x : all[id]) in += x;
    return in / grid.voxels;
}

TEST(Regions, HaveTheVolumeOfTheirShapes) {
    EXPECT_NEAR(share_of("a = { box = { from = [0, 0, 0.2], to = [1, 0.5, 0.6] } }", "a"), 0.2, 1e-12);
    EXPECT_NEAR(share_of("a = { sphere = { centre = [0.5, 0.5, 0.5], radius = 0.4 } }", "a"),
                4 * M_PI / 3 * 0.064, 1e-3);
    EXPECT_NEAR(share_of("a = { ellipsoid = { centre = [0.5, 0.5, 0.5], radii = [0.4, 0.3, 0.2] } }", "a"),
                4 * M_PI / 3 * 0.024, 1e-3);
    EXPECT_NEAR(
        share_of("a = { capsule = { from = [0.3, 0.5, 0.5], to = [0.7, 0.5, 0.5], radius = 0.2 } }", "a"),
        M_PI * 0.04 * 0.4 + 4 * M_PI / 3 * 0.008, 1e-3);
    EXPECT_NEAR(
        share_of("a = { cylinder = { from = [0.3, 0.5, 0.5], to = [0.7, 0.5, 0.5], radius = 0.2 } }", "a"),
        M_PI * 0.04 * 0.4, 1e-3);
}

TEST(Regions, AreCombined) {
    std::string const two =
        "a = { box = { from = [0, 0, 0], to = [0.6, 1, 1] } }\nb = { box = { from = [0.4, 0, 0], to = [1, 1, "
        "1] } }\n";
    EXPECT_NEAR(share_of(two + "c = { intersection = [\"a\", \"b\"] }", "c"), 0.2, 1e-12);
    EXPECT_NEAR(share_of(two + "c = { union = [\"a\", \"b\"] }", "c"), 1, 1e-12);
    EXPECT_NEAR(share_of(two + "c = { difference = [\"a\", \"b\"] }", "c"), 0.4, 1e-12);
    EXPECT_NEAR(share_of(two + "c = { complement = \"a\" }", "c"), 0.4, 1e-12);
    // All of the box's sides but that at x = 0.6 are the lattice's; a wall counts as outside.
    EXPECT_NEAR(share_of(two + "c = { surface = \"a\" }", "c"), 0.6 - 28 * 48 * 48 / 125000.0, 1e-12);
}

TEST(Regions, ComeFromFiles) {
    test::TemporaryDirectory const folder;
    auto const file = folder / "mask.npy";
    std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 2), }";
    header.resize(117, ' ');
    header += '\n';
    std::ofstream(file, std::ios::binary) << std::string("\x93NUMPY\x01\x00", 8) << static_cast<char>(118)
                                          << '\0' << header << std::string("\0\1\2\0\0\1", 6);
    auto const m = read_toml(
        "[space]\nvoxels = [3, 2]\nedge = 1\n[space.regions]\na = { file = \"mask.npy\" }\nb = { file = "
        "\"mask.npy\", value = 2 }\n" +
            rest,
        folder / "m.toml");
    Grid const grid{*m.space};
    Regions const regions{m, grid};
    EXPECT_EQ(regions["a"],
              (VoxelSet{0, 1, 0, 1, 0, 1}));  // x is the first index of the array, the fastest of the lattice
    EXPECT_EQ(regions["b"], (VoxelSet{0, 1, 0, 0, 0, 0}));
}

// Headers that promise what is not there, or nothing that could be.
TEST(Regions, DamagedFilesAreRefused) {
    test::TemporaryDirectory const folder;
    auto const said = [&](std::string const& shape, std::string const& type, std::string const& bytes) {
        std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
        header.resize(117, ' ');
        header += '\n';
        std::ofstream(folder / "mask.npy", std::ios::binary)
            << std::string("\x93NUMPY\x01\x00", 8) << static_cast<char>(118) << '\0' << header << bytes;
        try {
            auto const m = read_toml(
                "[space]\nvoxels = [3, 2]\nedge = 1\n[space.regions]\na = { file = \"mask.npy\" }\n" + rest,
                folder / "m.toml");
            Regions const regions{m, Grid{*m.space}};
        } catch (InputError const& error) {
            return std::string(error.what());
        }
        return std::string("no complaint");
    };
    EXPECT_THAT(said("(3, 2)", "|u1", std::string(5, '\1')), HasSubstr("ends after 5 of its 6 bytes"));
    EXPECT_THAT(said("(60000, 60000, 10)", "<f8", "x"), HasSubstr("ends after 1 of its"));
    EXPECT_THAT(said("(-3, 2)", "|u1", std::string(6, '\1')), HasSubstr("which is none"));
    EXPECT_THAT(said("(99999999999999999999999999, 2)", "|u1", "x"), HasSubstr("which is none"));
    EXPECT_THAT(said("(3, 2)", "<f4", std::string("\0\0\xc0\x7f", 4) + std::string(20, '\0')),
                HasSubstr("no number"));
    EXPECT_THAT(said("(3,, 2)", "|u1", std::string(6, '\1')), HasSubstr("which is none"));
    EXPECT_EQ(said("(3, 2)", "|u1", std::string(6, '\1')), "no complaint");
}

TEST(Pairs, AreWarnedOfEdgesOutsideTheWindow) {
    auto const notes = [](std::string const& rate, std::string const& edge) {
        auto m = read_toml("[space]\nvoxels = [10, 10, 10]\nedge = " + edge +
                               "\n[space.diffusion]\nA = 1\nB = 1\n[species]\nA = 1000\nB = 10\n"
                               "[reactions.meet]\nequation = \"A + B -> 0\"\ndeterministic_rate = " +
                               rate + "\n",
                           "space.toml");
        RdmeOptions options;
        options.times = {0};
        auto const found = run_rdme(m, options).notes;
        std::string all;
        for (auto const& note : found) all += note + "\n";
        return all;
    };
    EXPECT_EQ(notes("0.01", "0.1"), "");
    EXPECT_THAT(notes("0.3", "0.1"), HasSubstr("27.5 % slower"));
    EXPECT_THAT(notes("3", "0.1"), HasSubstr("react before they mix"));
    EXPECT_THAT(notes("3", "0.1"), HasSubstr("not larger than the molecules"));
}

TEST(Pairs, AreCorrectedWithTheirReverse) {
    auto const corrected = [](std::string const& rate) {
        auto const m = read_toml(
            "[space]\nvoxels = [10, 10, 10]\nedge = 0.1\n[space.diffusion]\nA = 1\nB = 1\nC = 1\n[species]\n"
            "A = 1\nB = 1\nC = 0\n[reactions.meet]\nequation = \"A + B -> C\"\ndeterministic_rate = " +
                rate + "\n[reactions.part]\nequation = \"C -> A + B\"\nrate = 2\n",
            "space.toml");
        Lattice const lattice{m};
        std::vector<std::string> notes;
        Lattice const after{mesh_corrected(m, lattice, find_pairs(m, lattice), notes)};
        return std::pair{find_pairs(m, after)[0].constant, after.network.reactions[1].propensity};
    };
    // 1/k_h = 1/0.3 - 0.2527/(2 * 0.1)
    double const k = 1 / (1 / 0.3 - 1.2635);
    auto const [constant, reverse] = corrected("0.3");
    EXPECT_NEAR(constant, k / 0.001, 1e-9 * constant);
    EXPECT_NEAR(std::stod(reverse), 2 * k / 0.3, 1e-4) << reverse;
    try {
        corrected("0.9");
        ADD_FAILURE() << "no complaint";
    } catch (InputError const& error) {
        EXPECT_THAT(error.what(), HasSubstr("below 0.1137"));
    }
}

}  // namespace
