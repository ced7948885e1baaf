// Solutions of the master equation in every format, read back.
#include <gmock/gmock.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <nlohmann/json.hpp>

#include "fano/error.hpp"
#include "sample_ensemble.hpp"

namespace fano::test {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// A count and an observable, at the beginning and for ever.
CmeSolution sample_solution() {
    CmeSolution solution;
    solution.outputs = {{"X", "molecules", true, 1}, {"half", "", false, 0.5}};
    solution.joint = {{0, 1}};
    solution.method = "krylov";
    solution.device = "cpu (2 threads)";
    solution.tolerance = 1e-8;
    solution.seconds = 0.5;
    solution.notes = {"as asked for,\nnot more"};
    CmeDistribution first;
    first.marginals = {{3, 1, {1}}, {1.5, 0.5, {1}}};
    first.joint = {{{3, 1.5}, {1, 0.5}, {1, 1}, {1}}};
    first.mean = {3, 1.5};
    first.variance = {0, 0};
    first.skewness = {std::nan(""), std::nan("")};
    first.covariance = {0, 0, 0, 0};
    first.states = 1;
    CmeDistribution last;
    last.time = infinity;
    last.marginals = {{0, 1, {0.25, 0, 0.5}}, {0, 0.5, {0.25, 0, 0.5}}};
    last.joint = {{{0, 0}, {1, 0.5}, {3, 3}, {0.25, 0, 0, 0, 0, 0, 0, 0, 0.5}}};
    last.mean = {4.0 / 3, 2.0 / 3};
    last.variance = {8.0 / 9, 2.0 / 9};
    last.skewness = {-0.7, -0.7};
    last.covariance = {8.0 / 9, 4.0 / 9, 4.0 / 9, 2.0 / 9};
    last.certificate = {1e-3, 2e-3, 4e-3};
    last.states = 3;
    solution.at = {first, last};
    return solution;
}

class WriteSolution : public FolderTest {
protected:
    std::string written(std::string const& name) const {
        write_solution(path(name), sample_solution(), sample_provenance());
        return path(name);
    }
    // The lines below the comments, heading first.
    std::vector<std::string> lines(std::string const& name) const {
        std::vector<std::string> result;
        std::ifstream stream(path(name));
        for (std::string line; std::getline(stream, line);)
            if (!line.starts_with("#")) result.push_back(line);
        return result;
    }
};

class Hdf5 {
public:
    explicit Hdf5(std::string const& file) : file_(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)) {}
    ~Hdf5() { H5Fclose(file_); }

    std::vector<hsize_t> shape(std::string const& name) const {
        int rank = 0;
        H5LTget_dataset_ndims(file_, name.c_str(), &rank);
        std::vector<hsize_t> extents(static_cast<std::size_t>(rank));
        H5LTget_dataset_info(file_, name.c_str(), extents.data(), nullptr, nullptr);
        return extents;
    }
    std::vector<double> numbers(std::string const& name) const {
        std::size_t size = 1;
        for (auto extent : shape(name)) size *= extent;
        std::vector<double> values(size);
        EXPECT_GE(H5LTread_dataset_double(file_, name.c_str(), values.data()), 0) << name;
        return values;
    }
    double number_attribute(std::string const& object, std::string const& name) const {
        double value = -1;
        H5LTget_attribute_double(file_, object.c_str(), name.c_str(), &value);
        return value;
    }
    std::string text_attribute(std::string const& object, std::string const& name) const {
        char* text = nullptr;
        H5LTget_attribute(file_, object.c_str(), name.c_str(), variable_text(), &text);
        std::string result = text != nullptr ? text : "";
        H5free_memory(text);
        return result;
    }

private:
    static hid_t variable_text() {
        static hid_t const type = [] {
            hid_t made = H5Tcopy(H5T_C_S1);
            H5Tset_size(made, H5T_VARIABLE);
            H5Tset_cset(made, H5T_CSET_UTF8);
            return made;
        }();
        return type;
    }
    hid_t file_;
};

using Shape = std::vector<hsize_t>;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(WriteSolution, Hdf5HoldsMomentsAndQuantilesOverTime) {
    Hdf5 const file(written("out.h5"));
    EXPECT_THAT(file.numbers("time"), ElementsAre(0, infinity));
    EXPECT_THAT(file.numbers("mean"), ElementsAre(3, 1.5, 4.0 / 3, 2.0 / 3));
    EXPECT_EQ(file.numbers("fano")[2], (8.0 / 9) / (4.0 / 3));
    EXPECT_TRUE(std::isnan(file.numbers("skewness")[0]));
    EXPECT_EQ(file.shape("covariance"), (Shape{2, 2, 2}));
    EXPECT_EQ(file.numbers("covariance")[5], 4.0 / 9);
    EXPECT_EQ(file.shape("quantile"), (Shape{2, 2, 7}));
    EXPECT_THAT(file.numbers("quantile_level"), ElementsAre(0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99));
    EXPECT_EQ(file.numbers("quantile")[7 * 2 + 2], 0);
    EXPECT_EQ(file.numbers("quantile")[7 * 2 + 3], 2);
    EXPECT_EQ(file.numbers("quantile")[7 * 3 + 3], 1);
}

TEST_F(WriteSolution, Hdf5ProbabilitiesShareBinsOverTime) {
    Hdf5 const file(written("out.nc"));
    EXPECT_THAT(file.numbers("X_bin"), ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(file.numbers("probability_X"), ElementsAre(0, 0, 0, 1, 0.25, 0, 0.5, 0));
    EXPECT_THAT(file.numbers("half_bin"), ElementsAre(0, 0.5, 1, 1.5));
    EXPECT_EQ(file.number_attribute("probability_half", "bin_width"), 0.5);
    EXPECT_EQ(file.shape("joint_probability_X_half"), (Shape{2, 4, 4}));
    auto const joint = file.numbers("joint_probability_X_half");
    EXPECT_EQ(joint[15], 1);
    EXPECT_EQ(joint[16], 0.25);
    EXPECT_EQ(joint[16 + 2 * 4 + 2], 0.5);
}

TEST_F(WriteSolution, Hdf5SaysHowGoodItIsAndWhereItCameFrom) {
    Hdf5 const file(written("out.hdf5"));
    EXPECT_THAT(file.numbers("sink_mass"), ElementsAre(0, 1e-3));
    EXPECT_THAT(file.numbers("pruned_mass"), ElementsAre(0, 2e-3));
    EXPECT_THAT(file.numbers("integration_error"), ElementsAre(0, 4e-3));
    EXPECT_THAT(file.numbers("certificate"), ElementsAre(0, 1e-3 + 2e-3 + 4e-3));
    EXPECT_THAT(file.numbers("states"), ElementsAre(1, 3));
    EXPECT_EQ(file.text_attribute("/", "method"), "cme");
    EXPECT_EQ(file.text_attribute("/", "integrator"), "krylov");
    EXPECT_EQ(file.number_attribute("/", "tolerance"), 1e-8);
    EXPECT_EQ(file.text_attribute("/", "note"), "as asked for,\nnot more");
    EXPECT_EQ(file.text_attribute("provenance", "model_name"), "telegraph");
    EXPECT_EQ(file.text_attribute("time", "units"), "min");
}

TEST_F(WriteSolution, CsvIsOneTableBesideFourOthers) {
    written("out.csv");
    EXPECT_EQ(files(), 5U);
    EXPECT_THAT(read(path("out.csv")), HasSubstr("\n# integrator: krylov\n"));
    EXPECT_THAT(read(path("out.joint.csv")), HasSubstr("\n# note: as asked for, not more\n"));
    auto const moments = lines("out.csv");
    ASSERT_EQ(moments.size(), 5U);
    EXPECT_EQ(moments[0], "time,species,mean,variance,fano,cv2,skewness,q05,q50,q95");
    EXPECT_EQ(moments[1], "0,X,3,0,0,0,NaN,3,3,3");
    EXPECT_TRUE(moments[4].starts_with("inf,half,0.66666666"));
    EXPECT_TRUE(moments[4].ends_with(",-0.7,0,1,1"));
    EXPECT_THAT(lines("out.probability.csv"),
                ElementsAre("time,species,low,width,probability", "0,X,3,1,1", "0,half,1.5,0.5,1",
                            "inf,X,0,1,0.25", "inf,X,2,1,0.5", "inf,half,0,0.5,0.25", "inf,half,1,0.5,0.5"));
    EXPECT_THAT(lines("out.certificate.csv"),
                ElementsAre("time,sink,pruned,integration,states", "0,0,0,0,1", "inf,0.001,0.002,0.004,3"));
    EXPECT_EQ(lines("out.covariance.csv")[1], "0,X,half,0");
    EXPECT_EQ(lines("out.joint.csv").back(), "inf,X,half,2,1,1,0.5,0.5");
}

TEST_F(WriteSolution, CsvLeavesNoTableOfAnEarlierResult) {
    written("out.csv");
    write_csv(path("out.csv"), sample_ensemble(), sample_provenance());
    EXPECT_FALSE(std::filesystem::exists(path("out.probability.csv")));
    EXPECT_TRUE(std::filesystem::exists(path("out.histogram.csv")));
    written("out.csv");
    EXPECT_FALSE(std::filesystem::exists(path("out.histogram.csv")));
}

TEST_F(WriteSolution, JsonHoldsWhatTheOthersDo) {
    auto const object = nlohmann::json::parse(read(written("out.json")));
    EXPECT_EQ(object["times"][0], 0);
    EXPECT_TRUE(object["times"][1].is_null());
    EXPECT_EQ(object["species"], (std::vector<std::string>{"X", "half"}));
    EXPECT_EQ(object["variance"][1][0], 8.0 / 9);
    EXPECT_EQ(object["covariance"][1][0][1], 4.0 / 9);
    EXPECT_EQ(object["quantile"][1][0][3], 2);
    EXPECT_TRUE(object["skewness"][0][0].is_null());
    EXPECT_EQ(object["probability"]["half"][1]["width"], 0.5);
    EXPECT_EQ(object["probability"]["X"][1]["probability"], (std::vector<double>{0.25, 0, 0.5}));
    EXPECT_EQ(object["joint"][0]["second"], "half");
    EXPECT_EQ(object["joint"][0]["at"][1]["probability"][2], (std::vector<double>{0, 0, 0.5}));
    EXPECT_EQ(object["certificate"][1], 1e-3 + 2e-3 + 4e-3);
    EXPECT_EQ(object["method"], "cme");
    EXPECT_EQ(object["notes"][0], "as asked for,\nnot more");
    EXPECT_EQ(object["provenance"]["model_hash"], "00000000deadbeef");
}

TEST_F(WriteSolution, AnUnwritablePlaceIsRefusedAndLeavesNothing) {
    for (std::string name : {"none/out.h5", "none/out.csv", "none/out.json"})
        EXPECT_THAT(refusal<InputError>([&] { written(name); }),
                    HasSubstr("does not exist; create it first"));
    EXPECT_THAT(refusal<InputError>([&] { written("out.txt"); }), HasSubstr("no format that fano writes"));
    EXPECT_EQ(files(), 0U);
}

TEST_F(WriteSolution, AFullDiskLeavesNothing) {
    for (std::string name : {"out.h5", "out.csv", "out.json"}) {
        FullDisk const disk(100);
        EXPECT_THAT(refusal<InputError>([&] { written(name); }), HasSubstr("cannot be written")) << name;
    }
    EXPECT_EQ(files(), 0U);
}

TEST(DescribeSolution, NamesTheModelAndTheDevice) {
    Network network;
    network.name = "telegraph";
    network.hash = 0xbeef;
    auto const provenance = describe(network, sample_solution(), "fano cme telegraph.toml");
    EXPECT_EQ(provenance.model_name, "telegraph");
    EXPECT_EQ(provenance.model_hash, "000000000000beef");
    EXPECT_EQ(provenance.device, "cpu (2 threads)");
    EXPECT_EQ(provenance.command, "fano cme telegraph.toml");
}

}  // namespace
}  // namespace fano::test
