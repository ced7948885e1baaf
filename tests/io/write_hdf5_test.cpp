// HDF5 results, read back with the HDF5 library itself.
#include <numeric>

#include <hdf5.h>
#include <hdf5_hl.h>

#include "fano/error.hpp"
#include "sample_ensemble.hpp"

namespace fano::test {
namespace {

class Reader {
public:
    explicit Reader(std::string const& file) : file_(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)) {}
    ~Reader() { H5Fclose(file_); }

    bool has(std::string const& name) const { return H5Lexists(file_, name.c_str(), H5P_DEFAULT) > 0; }
    std::vector<hsize_t> extents(std::string const& name) const {
        hid_t dataset = H5Dopen2(file_, name.c_str(), H5P_DEFAULT), space = H5Dget_space(dataset);
        std::vector<hsize_t> result(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
        H5Sget_simple_extent_dims(space, result.data(), nullptr);
        H5Sclose(space);
        H5Dclose(dataset);
        return result;
    }
    std::vector<double> numbers(std::string const& name) const {
        auto shape = extents(name);
        std::vector<double> result(
            std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>()));
        hid_t dataset = H5Dopen2(file_, name.c_str(), H5P_DEFAULT);
        H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, result.data());
        H5Dclose(dataset);
        return result;
    }
    std::vector<std::string> strings(std::string const& name) const {
        std::vector<char*> raw(extents(name).at(0));
        hid_t dataset = H5Dopen2(file_, name.c_str(), H5P_DEFAULT), type = H5Dget_type(dataset);
        EXPECT_EQ(H5Tget_cset(type), H5T_CSET_UTF8);
        H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw.data());
        std::vector<std::string> result(raw.begin(), raw.end());
        for (char* text : raw) H5free_memory(text);
        H5Tclose(type);
        H5Dclose(dataset);
        return result;
    }
    // The name of the dimension along an axis.
    std::string dimension(std::string const& name, unsigned axis) const {
        std::string result;
        auto visit = [](hid_t, unsigned, hid_t scale, void* into) -> herr_t {
            char text[200];
            H5DSget_scale_name(scale, text, sizeof text);
            *static_cast<std::string*>(into) = text;
            return 1;
        };
        hid_t dataset = H5Dopen2(file_, name.c_str(), H5P_DEFAULT);
        H5DSiterate_scales(dataset, axis, nullptr, visit, &result);
        H5Dclose(dataset);
        return result;
    }
    bool has_attribute(std::string const& object, std::string const& name) const {
        return H5Aexists_by_name(file_, object.c_str(), name.c_str(), H5P_DEFAULT) > 0;
    }
    std::string text_attribute(std::string const& object, std::string const& name) const {
        hid_t attribute = H5Aopen_by_name(file_, object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
        hid_t type = H5Aget_type(attribute);
        char* text = nullptr;
        H5Aread(attribute, type, &text);
        std::string result = text != nullptr ? text : "";
        H5free_memory(text);
        H5Tclose(type);
        H5Aclose(attribute);
        return result;
    }
    template <class T>
    T number_attribute(std::string const& object, std::string const& name, hid_t type) const {
        T result{};
        hid_t attribute = H5Aopen_by_name(file_, object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
        H5Aread(attribute, type, &result);
        H5Aclose(attribute);
        return result;
    }
    std::size_t bytes_per_number(std::string const& name) const {
        hid_t dataset = H5Dopen2(file_, name.c_str(), H5P_DEFAULT), type = H5Dget_type(dataset);
        auto result = H5Tget_size(type);
        bool integer = H5Tget_class(type) == H5T_INTEGER;
        H5Tclose(type);
        H5Dclose(dataset);
        return integer ? result : 100 + result;
    }

private:
    hid_t file_;
};

constexpr std::size_t float64 = 108;  // as bytes_per_number() has it

class WriteHdf5 : public FolderTest {
protected:
    Reader written(Ensemble const& ensemble) {
        write_hdf5(path("out.h5"), ensemble, sample_provenance());
        return Reader(path("out.h5"));
    }
};

using Shape = std::vector<hsize_t>;

TEST_F(WriteHdf5, MomentsAreTheTallysAlongLabelledDimensions) {
    auto ensemble = sample_ensemble();
    auto file = written(ensemble);
    EXPECT_EQ(file.numbers("time"), ensemble.times);
    EXPECT_EQ(file.strings("species"), (std::vector<std::string>{"G_on", "mRNA", "Protein", "balance"}));
    EXPECT_EQ(file.numbers("cells"), std::vector<double>(3, sample_cells));
    for (std::string name : {"mean", "variance", "skewness", "fano", "cv2"}) {
        EXPECT_EQ(file.extents(name), (Shape{3, 4}));
        EXPECT_EQ(file.dimension(name, 0), "time");
        EXPECT_EQ(file.dimension(name + "_error", 1), "species");
    }
    EXPECT_EQ(file.numbers("mean")[2 * 4 + 1], ensemble.tally.mean(2, 1).value);
    EXPECT_EQ(file.numbers("variance_error")[1 * 4 + 2], ensemble.tally.variance(1, 2).error);
    EXPECT_EQ(file.numbers("fano")[2 * 4 + 1], ensemble.tally.fano(2, 1).value);
    EXPECT_EQ(file.numbers("maximum")[2 * 4 + 1], 7485);
    EXPECT_EQ(file.numbers("minimum")[3], -0.5);
}

TEST_F(WriteHdf5, UndefinedIsNotANumber) {
    auto file = written(sample_ensemble());
    EXPECT_TRUE(std::isnan(file.numbers("fano")[1]));  // no mRNA in any cell at time 0
}

TEST_F(WriteHdf5, CovarianceIsSymmetricWithVariancesOnTheDiagonal) {
    auto ensemble = sample_ensemble();
    auto file = written(ensemble);
    auto values = file.numbers("covariance");
    EXPECT_EQ(file.dimension("covariance", 2), "species_other");
    EXPECT_EQ(values[(2 * 4 + 1) * 4 + 2], ensemble.tally.covariance(2, 1, 2).value);
    EXPECT_EQ(values[(2 * 4 + 2) * 4 + 1], ensemble.tally.covariance(2, 1, 2).value);
    EXPECT_EQ(values[(2 * 4 + 1) * 4 + 1], ensemble.tally.variance(2, 1).value);
    EXPECT_EQ(file.numbers("covariance_error")[(2 * 4 + 1) * 4 + 2],
              ensemble.tally.covariance(2, 1, 2).error);
}

TEST_F(WriteHdf5, HistogramsShareBinsOverTimeAndHoldEveryCell) {
    auto file = written(sample_ensemble());
    auto edges = file.numbers("mRNA_bin");
    auto width = file.number_attribute<double>("histogram_mRNA", "bin_width", H5T_NATIVE_DOUBLE);
    EXPECT_EQ(width, 2);  // 7485 does not fit into 4096 bins of one
    EXPECT_EQ(file.dimension("histogram_mRNA", 1), "mRNA_bin");
    auto cells = file.numbers("histogram_mRNA");
    ASSERT_EQ(cells.size(), 3 * edges.size());
    std::vector<double> expected(cells.size());
    for (std::size_t time = 0; time < 3; ++time)
        for (std::size_t cell = 0; cell < sample_cells; ++cell)
            ++expected[time * edges.size() + static_cast<std::size_t>(std::floor(
                                                 (sample_outputs(cell, time)[1] - edges[0]) / width))];
    EXPECT_EQ(cells, expected);
}

TEST_F(WriteHdf5, HistogramOfAnObservableHasItsEdges) {
    auto file = written(sample_ensemble());
    EXPECT_EQ(file.numbers("balance_bin"), (std::vector<double>{-0.5, -0.25, 0, 0.25, 0.5}));
    EXPECT_EQ(file.numbers("histogram_balance"), std::vector<double>(15, 100));
}

TEST_F(WriteHdf5, JointHistogramsHoldEveryCellInItsBin) {
    auto file = written(sample_ensemble());
    EXPECT_EQ(file.dimension("joint_mRNA_Protein", 1), "mRNA_joint_bin");
    EXPECT_EQ(file.dimension("joint_mRNA_Protein", 2), "Protein_joint_bin");
    auto rows = file.numbers("mRNA_joint_bin"), columns = file.numbers("Protein_joint_bin");
    auto row_width = file.number_attribute<double>("mRNA_joint_bin", "bin_width", H5T_NATIVE_DOUBLE);
    ASSERT_EQ(file.extents("joint_mRNA_Protein"), (Shape{3, rows.size(), columns.size()}));
    std::vector<double> expected(3 * rows.size() * columns.size());
    for (std::size_t time = 0; time < 3; ++time)
        for (std::size_t cell = 0; cell < sample_cells; ++cell) {
            auto outputs = sample_outputs(cell, time);
            auto row = static_cast<std::size_t>((outputs[1] - rows[0]) / row_width);
            auto column = static_cast<std::size_t>(outputs[2] - columns[0]);
            ++expected[(time * rows.size() + row) * columns.size() + column];
        }
    EXPECT_EQ(file.numbers("joint_mRNA_Protein"), expected);
    EXPECT_TRUE(file.has("joint_mRNA_balance"));
}

TEST_F(WriteHdf5, SnapshotsKeepEveryCell) {
    auto ensemble = sample_ensemble();
    auto file = written(ensemble);
    EXPECT_EQ(file.extents("snapshots"), (Shape{3, sample_cells, 4}));
    EXPECT_EQ(file.dimension("snapshots", 1), "cell");
    EXPECT_EQ(file.numbers("cell").front(), 1000);
    EXPECT_EQ(file.numbers("snapshots"), ensemble.snapshots);
    EXPECT_EQ(file.bytes_per_number("snapshots"), float64);
}

TEST_F(WriteHdf5, SnapshotsOfCountsAreIntegersWideEnough) {
    auto ensemble = bare_ensemble();
    ensemble.outputs.resize(2);
    ensemble.snapshots = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 2147483647.0};
    {
        auto file = written(ensemble);
        EXPECT_EQ(file.bytes_per_number("snapshots"), 4U);
        EXPECT_EQ(file.numbers("snapshots"), ensemble.snapshots);
    }
    ensemble.snapshots.back() = 2147483648.0;
    auto file = written(ensemble);
    EXPECT_EQ(file.bytes_per_number("snapshots"), 8U);
    EXPECT_EQ(file.numbers("snapshots"), ensemble.snapshots);
}

TEST_F(WriteHdf5, SnapshotsLargerThanASlabAreWhole) {
    auto ensemble = bare_ensemble();
    ensemble.outputs.resize(2);
    ensemble.cells = 200'000;
    ensemble.snapshots.resize(2 * 2 * ensemble.cells);
    std::iota(ensemble.snapshots.begin(), ensemble.snapshots.end(), 0.0);
    EXPECT_EQ(written(ensemble).numbers("snapshots"), ensemble.snapshots);
}

TEST_F(WriteHdf5, TrajectoriesAreGroupsByCell) {
    auto ensemble = sample_ensemble();
    auto file = written(ensemble);
    EXPECT_EQ(file.numbers("trajectory/1004/time"), ensemble.trajectories[0].time);
    EXPECT_EQ(file.numbers("trajectory/1004/values"), ensemble.trajectories[0].values);
    EXPECT_EQ(file.extents("trajectory/1010/values"), (Shape{1, 4}));
    EXPECT_EQ(file.strings("trajectory/1010/species"), file.strings("species"));
}

TEST_F(WriteHdf5, ReactionsAreCountedByName) {
    auto file = written(sample_ensemble());
    EXPECT_EQ(file.strings("reaction").at(1), "death, by \"age\"");
    EXPECT_EQ(file.numbers("reaction_events"), (std::vector<double>{123456789012345, 7}));
}

TEST_F(WriteHdf5, ProvenanceIsInItsGroupAndOnTheFile) {
    auto file = written(sample_ensemble());
    for (std::string object : {"/", "provenance"}) {
        EXPECT_EQ(file.text_attribute(object, "command"), "fano run \u00b5.toml\n--cells 500");
        EXPECT_EQ(file.text_attribute(object, "model_hash"), "00000000deadbeef");
        EXPECT_EQ(file.text_attribute(object, "time_unit"), "minutes");
        EXPECT_EQ(file.number_attribute<std::uint64_t>(object, "seed", H5T_NATIVE_UINT64),
                  18446744073709551615U);
    }
    EXPECT_EQ(file.text_attribute("/", "fingerprint"), "000000000000feed");
    EXPECT_EQ(file.number_attribute<double>("/", "events_per_second", H5T_NATIVE_DOUBLE), 2e9);
}

// xarray would turn times in "minutes" into dates.
TEST_F(WriteHdf5, UnitOfTimeIsASymbol) {
    EXPECT_EQ(written(sample_ensemble()).text_attribute("time", "units"), "min");
}

TEST_F(WriteHdf5, UnitOfMomentsIsThereOnlyIfAllOutputsHaveIt) {
    auto ensemble = sample_ensemble();
    EXPECT_FALSE(written(ensemble).has_attribute("mean", "units"));
    ensemble.outputs.back().unit = "molecules";
    auto file = written(ensemble);
    EXPECT_EQ(file.text_attribute("mean", "units"), "molecules");
    EXPECT_EQ(file.text_attribute("variance", "units"), "(molecules)^2");
    EXPECT_EQ(file.text_attribute("cv2", "units"), "1");
    EXPECT_EQ(file.strings("species_unit"), std::vector<std::string>(4, "molecules"));
}

TEST_F(WriteHdf5, WithoutATallyOnlyCoordinatesAreLeft) {
    auto file = written(bare_ensemble());
    EXPECT_TRUE(file.has("time"));
    EXPECT_TRUE(file.has("species"));
    for (auto name : {"mean", "cells", "covariance", "histogram_mRNA", "snapshots", "reaction", "trajectory"})
        EXPECT_FALSE(file.has(name)) << name;
}

TEST_F(WriteHdf5, TallyWithoutCellsIsUndefinedNotMissing) {
    auto ensemble = bare_ensemble();
    ensemble.tally = Tally(TallyLayout{2, {1, 1, 1, 0.25}, {{0, 1}}, true});
    auto file = written(ensemble);
    EXPECT_EQ(file.numbers("cells"), (std::vector<double>{0, 0}));
    EXPECT_TRUE(std::isnan(file.numbers("mean").front()));
    EXPECT_EQ(file.numbers("histogram_mRNA"), (std::vector<double>{0, 0}));
}

TEST_F(WriteHdf5, NamesThatWouldClashAreToldApart) {
    auto ensemble = bare_ensemble();
    ensemble.outputs = {{"a", "", true, 1},
                        {"a_b", "", true, 1},
                        {"b_c", "", true, 1},
                        {"c", "", true, 1},
                        {"a_joint", "", true, 1}};
    ensemble.tally = Tally(TallyLayout{2, {1, 1, 1, 1, 1}, {{0, 2}, {1, 3}, {0, 0}}, false});
    double const outputs[] = {1, 2, 3, 4, 5, 1, 2, 3, 4, 5};
    ensemble.tally.add(0, 2, outputs);
    ensemble.tally.flush();
    auto file = written(ensemble);
    EXPECT_EQ(file.dimension("joint_a_b_c", 1), "a_joint_bin_2");
    EXPECT_EQ(file.dimension("joint_a_b_c_2", 1), "a_b_joint_bin");
    EXPECT_EQ(file.dimension("joint_a_a", 2), "a_joint_bin_other");
    EXPECT_EQ(file.dimension("histogram_a_joint", 1), "a_joint_bin");
}

TEST_F(WriteHdf5, ManyOutputsShareOneTimeAxis) {
    // More datasets along one dimension than fit into an attribute of the oldest file format.
    auto ensemble = bare_ensemble();
    constexpr std::size_t outputs = 4200;
    ensemble.outputs.clear();
    for (std::size_t i = 0; i < outputs; ++i)
        ensemble.outputs.push_back({"S" + std::to_string(i), "", true, 1});
    ensemble.tally = Tally(TallyLayout{2, std::vector<double>(outputs, 1), {}, false});
    ensemble.tally.add(0, 2, std::vector<double>(2 * outputs, 1).data());
    ensemble.tally.flush();
    EXPECT_EQ(written(ensemble).numbers("histogram_S4199"), (std::vector<double>{1, 1}));
}

}  // namespace
}  // namespace fano::test
