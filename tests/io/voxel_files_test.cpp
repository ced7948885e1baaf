// What files say of voxels: numbers and axes in HDF5, what XDMF says of them, tables.
#include <cmath>
#include <numbers>

#include <hdf5.h>
#include <hdf5_hl.h>

#include "fano/error.hpp"
#include "io/hdf5_reader.hpp"
#include "sample_lattices.hpp"

namespace fano::test {
namespace {

using Sizes = std::vector<std::size_t>;
using Numbers = std::vector<double>;
using Names = std::vector<std::string>;

class VoxelFiles : public FolderTest {
protected:
    Hdf5Reader written(RdmeResult const& result) const {
        write_rdme(path("out.h5"), result, sample_provenance());
        return Hdf5Reader(path("out.h5"));
    }
    // The names of the dimensions of a dataset.
    Names dimensions(std::string const& name) const {
        Names names;
        auto visit = [](hid_t, unsigned, hid_t scale, void* into) -> herr_t {
            char text[200];
            H5DSget_scale_name(scale, text, sizeof text);
            static_cast<Names*>(into)->emplace_back(text);
            return 1;
        };
        Hdf5Handle const file = opened();
        Hdf5Handle const data(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
        Hdf5Handle const space(H5Dget_space(data), H5Sclose);
        for (int axis = 0; axis < H5Sget_simple_extent_ndims(space); ++axis)
            H5DSiterate_scales(data, static_cast<unsigned>(axis), nullptr, visit, &names);
        return names;
    }
    // Whether a dataset is of whole numbers, in compressed chunks.
    std::pair<bool, bool> whole_and_compressed(std::string const& name) const {
        Hdf5Handle const file = opened();
        Hdf5Handle const data(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
        Hdf5Handle const type(H5Dget_type(data), H5Tclose), creation(H5Dget_create_plist(data), H5Pclose);
        return {H5Tget_class(type) == H5T_INTEGER,
                H5Pget_layout(creation) == H5D_CHUNKED && H5Pget_nfilters(creation) > 0};
    }
    std::string text(std::string const& name) const { return read(path(name)); }

private:
    // Beside a Hdf5Reader, which HDF5 allows if both close the file alike.
    Hdf5Handle opened() const {
        Hdf5Handle const access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
        return {H5Fopen(path("out.h5").c_str(), H5F_ACC_RDONLY, access), H5Fclose};
    }
};

TEST_F(VoxelFiles, TotalsAreThoseOfAnEnsemble) {
    auto const result = plane();
    auto const file = written(result);
    EXPECT_EQ(file.texts("species"), (Names{"A", "B", "all"}));
    EXPECT_EQ(file.extents("mean"), (Sizes{2, 3}));
    EXPECT_EQ(file.numbers("mean")[4], result.totals.tally.mean(1, 1).value);
    EXPECT_EQ(file.text("/", "command"), sample_provenance().command);
    EXPECT_EQ(file.number<std::uint64_t>("/", "ensemble_cells"), 3U);
}

TEST_F(VoxelFiles, PlaneHasTwoAxesInUnitsOfTheModel) {
    auto const file = written(plane());
    EXPECT_EQ(file.numbers("x"), (Numbers{0.25, 0.75, 1.25}));
    EXPECT_EQ(file.numbers("y"), (Numbers{0.25, 0.75}));
    EXPECT_FALSE(file.has("z"));
    EXPECT_EQ(file.text("x", "units"), "um");
    EXPECT_EQ(file.texts("space_species"), (Names{"A", "B"}));
    EXPECT_EQ(file.number<double>("/", "space_edge"), 0.5);
    EXPECT_EQ(file.text("/", "space_unit"), "um");
    EXPECT_EQ(file.number<double>("/", "step"), 0.125);
    EXPECT_EQ(file.number<std::uint64_t>("/", "space_dimensions"), 2U);
    EXPECT_EQ(file.text("/", "space_voxels"), "3 2");
    EXPECT_EQ(file.text("/", "space_boundaries"),
              "x-: periodic, x+: periodic, y-: absorbing, y+: reflecting");
    EXPECT_EQ(file.text("voxel_variance", "units"), "(molecules)^2");
}

TEST_F(VoxelFiles, HowItWasMadeIsAmongTheAttributes) {
    auto result = plane();
    result.notes = {"one", "two"};
    result.pair_errors = {{"dimerise", 0.01}, {"anneal", -0.02}};
    result.totals.method = Method::lattice;
    result.trials = {{0.25, "A", 0.5, 0.01, 0.002, 4, 0.003}, {0.125, "B", 1.5, -0.004, 0.001, 4, 0.002}};
    {
        auto const file = written(result);
        EXPECT_EQ(file.text("/", "method"), "lattice");
        EXPECT_EQ(file.text("/", "measured_output"), "B");
        EXPECT_EQ(file.number<double>("/", "measured_time"), 1.5);
        EXPECT_EQ(file.number<double>("/", "measured_difference"), -0.004);
        EXPECT_EQ(file.number<double>("/", "measured_error"), 0.001);
        EXPECT_EQ(file.text("/", "step_reason"), "as asked for");
        EXPECT_EQ(file.number<std::uint64_t>("/", "steps"), 48U);
        EXPECT_EQ(file.text("/", "notes"), "one\ntwo");
        EXPECT_EQ(file.texts("pair_reaction"), (Names{"dimerise", "anneal"}));
        EXPECT_EQ(file.numbers("pair_error"), (Numbers{0.01, -0.02}));
    }
    result.step = 0;
    result.step_reason.clear();
    result.totals.method = Method::subvolume;
    EXPECT_EQ(written(result).text("/", "method"), "next_subvolume");
}

TEST_F(VoxelFiles, VarianceOfLargeCountsIsExact) {
    // 3e9 and 3e9 + 1: their squares differ beyond the 53 bits of a double.
    auto result = plane(2);
    std::uint64_t const a = 3'000'000'000, b = a + 1;
    result.fields.sum[0] = a + b;
    result.fields.square[0] = a * a + b * b;
    EXPECT_EQ(written(result).numbers("voxel_variance")[0], 0.5);
}

TEST_F(VoxelFiles, FieldsLargerThanAChunkAreWhole) {
    auto const result = sample_result(2, {400, 300, 1}, 2);
    auto const file = written(result);
    auto const mean = file.numbers("voxel_mean");
    ASSERT_EQ(mean.size(), result.fields.sum.size());
    for (std::size_t i = 0; i < mean.size(); ++i)
        ASSERT_EQ(mean[i], static_cast<double>(result.fields.sum[i]) / 2) << i;
    auto const counts = file.numbers("counts");
    auto const& last = result.snapshots.back().counts;
    EXPECT_TRUE(
        std::equal(last.begin(), last.end(), counts.end() - static_cast<std::ptrdiff_t>(last.size())));
    EXPECT_EQ(whole_and_compressed("voxel_mean"), std::pair(false, true));
}

TEST_F(VoxelFiles, FieldsAreMeansAndUnbiasedVariancesOfEveryVoxel) {
    auto const file = written(plane());
    EXPECT_EQ(file.extents("voxel_mean"), (Sizes{2, 2, 2, 3}));
    EXPECT_EQ(dimensions("voxel_mean"), (Names{"time", "space_species", "y", "x"}));
    EXPECT_EQ(dimensions("voxel_variance"), dimensions("voxel_mean"));
    auto const mean = file.numbers("voxel_mean"), variance = file.numbers("voxel_variance");
    ASSERT_EQ(mean.size(), 24U);
    for (std::size_t i = 0; i < 24; ++i) {
        double c[3], m = 0, v = 0;
        for (std::size_t l = 0; l < 3; ++l) m += (c[l] = sample_count(l, i / 12, i / 6 % 2, i % 6)) / 3;
        for (double const x : c) v += (x - m) * (x - m) / 2;
        EXPECT_NEAR(mean[i], m, 1e-12) << i;
        EXPECT_NEAR(variance[i], v, 1e-10 * (1 + v)) << i;
    }
}

TEST_F(VoxelFiles, VarianceOfOneLatticeIsNotANumber) {
    auto const file = written(plane(1));
    EXPECT_EQ(file.numbers("voxel_mean")[4], sample_count(0, 0, 0, 4));
    for (double const v : file.numbers("voxel_variance")) EXPECT_TRUE(std::isnan(v));
}

TEST_F(VoxelFiles, ProfilesCountMoleculesInSlabs) {
    auto const result = block();
    auto const file = written(result);
    EXPECT_EQ(file.extents("voxel_mean"), (Sizes{2, 2, 2, 3, 4}));
    EXPECT_EQ(dimensions("voxel_mean"), (Names{"time", "space_species", "z", "y", "x"}));
    EXPECT_EQ(file.numbers("z"), (Numbers{0.25, 0.75}));
    Sizes const n{4, 3, 2};
    for (std::size_t axis = 0; axis < 3; ++axis) {
        std::string const letter(1, "xyz"[axis]), name = "profile_" + letter;
        EXPECT_EQ(dimensions(name), (Names{"time", "space_species", letter}));
        Numbers expected(4 * n[axis]);
        for (std::size_t row = 0; row < 4; ++row)
            for (std::size_t z = 0; z < 2; ++z)
                for (std::size_t y = 0; y < 3; ++y)
                    for (std::size_t x = 0; x < 4; ++x)
                        for (std::size_t l = 0; l < 2; ++l)
                            expected[row * n[axis] + Sizes{x, y, z}[axis]] +=
                                0.5 * sample_count(l, row / 2, row % 2, x + 4 * (y + 3 * z));
        EXPECT_EQ(file.numbers(name), expected) << name;
    }
}

TEST_F(VoxelFiles, SnapshotsAreWholeNumbersOfEveryVoxel) {
    auto const result = block();
    auto const file = written(result);
    EXPECT_EQ(file.numbers("lattice"), (Numbers{5, 6}));
    EXPECT_EQ(file.extents("counts"), (Sizes{2, 2, 2, 2, 3, 4}));
    EXPECT_EQ(dimensions("counts"), (Names{"lattice", "time", "space_species", "z", "y", "x"}));
    Numbers expected;
    for (auto const& snapshot : result.snapshots)
        expected.insert(expected.end(), snapshot.counts.begin(), snapshot.counts.end());
    EXPECT_EQ(file.numbers("counts"), expected);
    EXPECT_EQ(whole_and_compressed("counts"), std::pair(true, true));
}

TEST_F(VoxelFiles, StructureFactorIsTheMeanSquareOfAmplitudesOverTheMeanTotal) {
    auto const result = block();
    auto const file = written(result);
    EXPECT_EQ(dimensions("structure_factor_x"), (Names{"time", "space_species", "k_x"}));
    EXPECT_EQ(file.extents("structure_factor_y"), (Sizes{2, 2, 2}));
    double const basic = 2 * std::numbers::pi / (4 * 0.5);
    EXPECT_EQ(file.numbers("k_x"), (Numbers{0, basic, 2 * basic}));
    auto const factor = file.numbers("structure_factor_x");
    ASSERT_EQ(factor.size(), 12U);
    for (std::size_t row = 0; row < 4; ++row) {
        double squares[3] = {}, total = 0;
        for (std::size_t l = 0; l < 2; ++l) {
            double slab[4] = {};
            for (std::size_t v = 0; v < 24; ++v) slab[v % 4] += sample_count(l, row / 2, row % 2, v);
            total += slab[0] + slab[1] + slab[2] + slab[3];
            // exp(-i pi m x / 2) is 1, -i, -1, i for m = 1 and 1, -1, 1, -1 for m = 2
            squares[0] += std::pow(slab[0] + slab[1] + slab[2] + slab[3], 2);
            squares[1] += std::pow(slab[0] - slab[2], 2) + std::pow(slab[1] - slab[3], 2);
            squares[2] += std::pow(slab[0] - slab[1] + slab[2] - slab[3], 2);
        }
        for (std::size_t m = 0; m < 3; ++m)
            EXPECT_NEAR(factor[3 * row + m], squares[m] / total, 1e-10 * squares[0] / total)
                << row << ' ' << m;
    }
}

TEST_F(VoxelFiles, StructureFactorWithoutMoleculesIsNotANumber) {
    auto result = sample_result(1, {5, 1, 1}, 1);
    for (auto& count : result.snapshots[0].counts) count = 0;
    auto const file = written(result);
    EXPECT_EQ(file.extents("structure_factor_x"), (Sizes{2, 2, 3}));
    for (double const s : file.numbers("structure_factor_x")) EXPECT_TRUE(std::isnan(s));
}

TEST_F(VoxelFiles, WithoutVoxelsOnlyTotalsAndAxesAreThere) {
    auto result = plane();
    result.fields = {};
    result.snapshots.clear();
    auto const file = written(result);
    EXPECT_TRUE(file.has("mean"));
    EXPECT_TRUE(file.has("x"));
    for (char const* name : {"voxel_mean", "profile_x", "counts", "lattice", "structure_factor_x"})
        EXPECT_FALSE(file.has(name)) << name;
    EXPECT_EQ(files(), 1U);
}

TEST_F(VoxelFiles, SidecarOfAnEarlierRunGoes) {
    write_rdme(path("out.h5"), plane(), sample_provenance());
    EXPECT_EQ(files(), 2U);
    auto result = plane();
    result.fields = {};
    result.snapshots.clear();
    write_rdme(path("out.h5"), result, sample_provenance());
    EXPECT_EQ(files(), 1U);
}

std::size_t occurrences(std::string const& text, std::string const& of) {
    std::size_t found = 0;
    for (auto at = text.find(of); at != std::string::npos; at = text.find(of, at + 1)) ++found;
    return found;
}

TEST_F(VoxelFiles, XdmfNamesTheHyperslabsOfEveryTime) {
    written(block());
    auto const xdmf = text("out.xdmf");
    EXPECT_EQ(occurrences(xdmf, "CollectionType=\"Temporal\""), 1U);
    EXPECT_EQ(occurrences(xdmf, "<Time Value="), 2U);
    EXPECT_EQ(occurrences(xdmf, "<Time Value=\"2.5\"/>"), 1U);
    EXPECT_EQ(occurrences(xdmf, "TopologyType=\"3DCoRectMesh\" Dimensions=\"3 4 5\""), 2U);  // of corners
    EXPECT_EQ(occurrences(xdmf, ">0.5 0.5 0.5<"), 2U);
    EXPECT_EQ(occurrences(xdmf, "Center=\"Cell\""), 2U * 2 * (2 + 2));  // times, species, fields and lattices
    EXPECT_EQ(occurrences(xdmf, "Dimensions=\"2 2 2 3 4\""), 8U);       // of fields
    EXPECT_EQ(occurrences(xdmf, "Dimensions=\"2 2 2 2 3 4\""), 8U);     // of counts
    EXPECT_EQ(occurrences(xdmf, ">out.h5:/voxel_mean<"), 4U);
    EXPECT_EQ(occurrences(xdmf, ">out.h5:/voxel_variance<"), 4U);
    EXPECT_EQ(occurrences(xdmf, ">out.h5:/counts<"), 8U);
    // B of lattice 6 at the second time; A's mean there
    EXPECT_EQ(occurrences(xdmf, ">1 1 1 0 0 0  1 1 1 1 1 1  1 1 1 2 3 4<"), 1U);
    EXPECT_EQ(occurrences(xdmf, ">1 0 0 0 0  1 1 1 1 1  1 1 2 3 4<"), 2U);
}

TEST_F(VoxelFiles, XdmfGivesAPlaneTheThicknessOfAVoxel) {
    written(plane());
    auto const xdmf = text("out.xdmf");
    EXPECT_EQ(occurrences(xdmf, "TopologyType=\"3DCoRectMesh\" Dimensions=\"2 3 4\""), 2U);
    EXPECT_EQ(occurrences(xdmf, "ItemType=\"HyperSlab\" Dimensions=\"1 2 3\""), 2U * 2 * (2 + 3));
    EXPECT_EQ(occurrences(xdmf, ">1 1 0 0  1 1 1 1  1 1 2 3<"), 2U);
}

TEST_F(VoxelFiles, CsvAndJsonHoldTheTotals) {
    auto const result = plane();
    write_rdme(path("a.csv"), result, sample_provenance());
    write_csv(path("b.csv"), result.totals, sample_provenance());
    EXPECT_EQ(text("a.csv"), text("b.csv"));
    write_rdme(path("a.json"), result, sample_provenance());
    write_json(path("b.json"), result.totals, sample_provenance());
    EXPECT_EQ(text("a.json"), text("b.json"));
}

TEST_F(VoxelFiles, ProfilesAreTablesBesideTheTotals) {
    auto result = plane();
    result.species[1] = "B, bound";
    write_rdme(path("out.csv"), result, sample_provenance());
    std::istringstream table(text("out.profile_y.csv"));
    Names lines;
    for (std::string line; std::getline(table, line);)
        if (!line.starts_with("#")) lines.push_back(line);
    ASSERT_EQ(lines.size(), 1U + 2 * 2 * 2);
    EXPECT_EQ(lines[0], "time,species,y,mean");
    double sum = 0;  // of B in the upper row at the last time
    for (std::size_t l = 0; l < 3; ++l)
        for (std::size_t v = 3; v < 6; ++v) sum += sample_count(l, 1, 1, v);
    EXPECT_EQ(lines[8].substr(0, 20), "2.5,\"B, bound\",0.75,");
    EXPECT_EQ(std::stod(lines[8].substr(20)), sum / 3);
    EXPECT_TRUE(std::filesystem::exists(path("out.profile_x.csv")));
    EXPECT_FALSE(std::filesystem::exists(path("out.profile_z.csv")));

    result.fields = {};
    write_rdme(path("out.csv"), result, sample_provenance());
    EXPECT_FALSE(std::filesystem::exists(path("out.profile_x.csv")));
}

TEST_F(VoxelFiles, PictureWithoutVoxelsIsRefusedBeforeTheRun) {
    auto const message = refusal<InputError>([&] { check_rdme_file(path("out.png"), {}); });
    EXPECT_NE(message.find("--fields"), std::string::npos) << message;
    RdmeOptions options;
    options.fields = true;
    check_rdme_file(path("out.png"), options);
    options.fields = false;
    options.snapshots = {0};
    check_rdme_file(path("out.png"), options);
    check_rdme_file(path("out.h5"), {});
    EXPECT_EQ(files(), 0U);

    // The file beside it has a place as well.
    std::filesystem::create_directory(path("taken.xdmf"));
    check_rdme_file(path("taken.h5"), {});
    EXPECT_FALSE(refusal<InputError>([&] { check_rdme_file(path("taken.h5"), options); }).empty());
}

TEST_F(VoxelFiles, OtherEndingsAreRefused) {
    for (char const* name : {"out.txt", "out"}) {
        EXPECT_FALSE(refusal<InputError>([&] { write_rdme(path(name), plane(), {}); }).empty());
        auto const message = refusal<InputError>([&] { check_rdme_file(path(name), {}); });
        EXPECT_NE(message.find(".png"), std::string::npos) << message;
    }
    EXPECT_EQ(files(), 0U);
}

}  // namespace
}  // namespace fano::test
