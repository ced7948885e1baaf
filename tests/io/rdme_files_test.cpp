// What lattices gave, written and read back.
#include <cmath>
#include <numbers>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "fano/fano.hpp"
#include "io/hdf5_reader.hpp"
#include "io/png.hpp"
#include "support/scratch.hpp"

namespace {

using namespace fano;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Two lattices of 3 x 2 voxels, two species, two times.
RdmeResult result_of(std::string const& text, bool fields, std::vector<std::uint64_t> snapshots) {
    RdmeOptions options;
    options.lattices = 2;
    options.times = {0, 0.5};
    options.fields = fields;
    options.snapshots = std::move(snapshots);
    return run_rdme(read_toml(text, "small.toml"), options);
}

std::string const small = R"toml(
[space]
voxels = [3, 2]
edge = 0.5
unit = "um"
[space.diffusion]
A = 0.1
[species]
A = 60
B = 7
[space.initial]
B = { point = [1.2, 0.7] }
)toml";

Provenance origin() { return {}; }

TEST(RdmeFiles, HoldFieldsProfilesAndSnapshots) {
    test::TemporaryDirectory const folder;
    auto const result = result_of(small, true, {1});
    write_rdme(folder / "r.h5", result, origin());
    Hdf5Reader const file{folder / "r.h5"};
    EXPECT_THAT(file.numbers("x"), ElementsAre(0.25, 0.75, 1.25));
    EXPECT_THAT(file.numbers("y"), ElementsAre(0.25, 0.75));
    EXPECT_EQ(file.text("x", "units"), "um");
    EXPECT_THAT(file.texts("space_species"), ElementsAre("A", "B"));
    EXPECT_THAT(file.extents("voxel_mean"), ElementsAre(2, 2, 2, 3));
    EXPECT_THAT(file.extents("counts"), ElementsAre(1, 2, 2, 2, 3));
    EXPECT_THAT(file.numbers("lattice"), ElementsAre(1));
    auto const mean = file.numbers("voxel_mean"), variance = file.numbers("voxel_variance");
    auto const counts = file.numbers("counts"), profile = file.numbers("profile_x"),
               up = file.numbers("profile_y");
    for (std::size_t i = 0; i < 24; ++i) {
        EXPECT_EQ(mean[i], static_cast<double>(result.fields.sum[i]) / 2);
        // Of two numbers a and b: (a - b)²/2.
        double const a = result.snapshots[0].counts[i], b = static_cast<double>(result.fields.sum[i]) - a;
        EXPECT_DOUBLE_EQ(variance[i], (a - b) * (a - b) / 2);
        EXPECT_EQ(counts[i], a);
    }
    // B is in the voxel (2, 1) and stays.
    for (std::size_t time : {0u, 1u}) {
        EXPECT_EQ(mean[(time * 2 + 1) * 6 + 5], 7);
        EXPECT_EQ(profile[(time * 2 + 1) * 3 + 2], 7);
        EXPECT_EQ(up[(time * 2 + 1) * 2 + 1], 7);
        EXPECT_EQ(profile[time * 6] + profile[time * 6 + 1] + profile[time * 6 + 2], 60);
    }
}

TEST(RdmeFiles, HoldTheStructureFactor) {
    test::TemporaryDirectory const folder;
    auto const result = result_of(small, false, {0, 1});
    write_rdme(folder / "r.h5", result, origin());
    Hdf5Reader const file{folder / "r.h5"};
    EXPECT_FALSE(file.has("voxel_mean"));
    EXPECT_THAT(file.numbers("k_x"), ElementsAre(0, ::testing::DoubleEq(2 * std::numbers::pi / 1.5)));
    auto const factor = file.numbers("structure_factor_x");  // [time][species][k]
    EXPECT_DOUBLE_EQ(factor[0], 60);                         // <N²>/<N>
    EXPECT_DOUBLE_EQ(factor[2], 7);
    EXPECT_NEAR(factor[3], 7, 1e-12);  // all in one slab
    double sum = 0;
    for (auto const& snapshot : result.snapshots) {
        double const a = snapshot.counts[0] + snapshot.counts[3], b = snapshot.counts[1] + snapshot.counts[4],
                     c = snapshot.counts[2] + snapshot.counts[5];
        sum += a * a + b * b + c * c - a * b - b * c - a * c;  // |a + b w + c w²|², w a third root of 1
    }
    EXPECT_NEAR(factor[1], sum / 120, 1e-12);
}

TEST(RdmeFiles, HaveAnXdmfBesideThem) {
    test::TemporaryDirectory const folder;
    write_rdme(folder / "r.h5", result_of(small, true, {1}), origin());
    auto const text = test::read_file(folder / "r.xdmf");
    EXPECT_THAT(text, HasSubstr("Dimensions=\"2 3 4\""));  // corners
    EXPECT_THAT(text, HasSubstr("<Time Value=\"0.5\"/>"));
    EXPECT_THAT(text, HasSubstr("Name=\"B (lattice 1)\""));
    EXPECT_THAT(
        text,
        HasSubstr(
            "Dimensions=\"1 2 2 2 3\" NumberType=\"UInt\" Precision=\"4\" Format=\"HDF\">r.h5:/counts<"));
    EXPECT_THAT(text, HasSubstr(">0 1 1 0 0  1 1 1 1 1  1 1 1 2 3<"));  // species B at the second time
    EXPECT_THAT(text, HasSubstr("r.h5:/voxel_variance"));
}

TEST(RdmeFiles, HaveNoneWithoutVoxels) {
    test::TemporaryDirectory const folder;
    write_rdme(folder / "r.h5", result_of(small, false, {}), origin());
    EXPECT_FALSE(std::filesystem::exists(folder / "r.xdmf"));
    RdmeOptions const nothing;
    EXPECT_THROW(check_rdme_file(folder / "r.png", nothing), InputError);
}

// The rows of a PNG's picture, as its decoder sees them.
std::string pixels(std::string const& png, std::size_t size) {
    auto const data = png.find("IDAT");
    std::string result(size, '\0');
    uLongf length = size;
    EXPECT_EQ(uncompress(reinterpret_cast<Bytef*>(result.data()), &length,
                         reinterpret_cast<Bytef const*>(png.data() + data + 4), png.size() - data - 4 - 16),
              Z_OK);
    EXPECT_EQ(length, size);
    return result;
}

TEST(Pictures, ArePngs) {
    test::TemporaryDirectory const folder;
    Picture picture{3, 2, {1, 2, 3}};
    picture.at(2, 1) = {250, 251, 252};
    write_png(folder / "p.png", picture);
    auto const png = test::read_file(folder / "p.png");
    EXPECT_EQ(png.substr(0, 8), std::string("\x89PNG\r\n\x1a\n", 8));
    EXPECT_EQ(png.substr(16, 8), std::string("\0\0\0\3\0\0\0\2", 8));
    auto const rows = pixels(png, 20);
    EXPECT_EQ(rows.substr(0, 4), std::string("\0\1\2\3", 4));
    EXPECT_EQ(rows.substr(17), "\xfa\xfb\xfc");
}

TEST(Pictures, ShowTheMiddleOfTheLattice) {
    test::TemporaryDirectory const folder;
    write_rdme(folder / "p.png", result_of(small, false, {0}), origin());
    auto const png = test::read_file(folder / "p.png");
    // Two panels of 3 x 2 voxels, 200 pixels a voxel, four between them.
    std::uint32_t const width = 2 * 600 + 4, height = 400;
    EXPECT_EQ(png.substr(16, 8), std::string("\0\0\x4\xb4\0\0\x1\x90", 8));
    auto const rows = pixels(png, height * (3 * width + 1));
    auto const pixel = [&](std::uint32_t x, std::uint32_t y) {
        auto const at = y * (3 * width + 1) + 1 + 3 * x;
        return Colour{static_cast<std::uint8_t>(rows[at]), static_cast<std::uint8_t>(rows[at + 1]),
                      static_cast<std::uint8_t>(rows[at + 2])};
    };
    EXPECT_EQ(pixel(width - 1, 0), colour_of(1));  // B, at the right and, as y goes up, at the top
    EXPECT_EQ(pixel(width - 1, height - 1), colour_of(0));
    EXPECT_EQ(pixel(602, 5), (Colour{255, 255, 255}));
}

}  // namespace
