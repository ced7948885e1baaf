// Tables printed and written, read back by other means.
#include <cmath>

#include <gmock/gmock.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <nlohmann/json.hpp>

#include "fano/error.hpp"
#include "fano/table.hpp"
#include "sample_ensemble.hpp"

namespace fano::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class WriteTable : public FolderTest {
protected:
    static std::vector<Table> sample() {
        return {{"counts",
                 {{"time", "h", {0, 0.1, 20}}, {"mRNA", "molecules", {1, 1.0 / 3, 6.02e23}}},
                 {"k is replaced by its mean, 2", "second"}},
                {"folds", {{"k", "", {}}, {"mRNA", "", {}}}}};
    }
    std::string written(std::string const& name) const { return read(path(name)); }
};

std::string printed(Table const& table, std::size_t most_rows = 12) {
    char* text = nullptr;
    std::size_t size = 0;
    std::FILE* const out = ::open_memstream(&text, &size);
    print_table(out, table, most_rows);
    std::fclose(out);
    std::string const result(text, size);
    std::free(text);
    return result;
}

TEST_F(WriteTable, PrintsColumnsAlignedWithUnitsAndNotesBelow) {
    EXPECT_EQ(printed(sample()[0]),
              "time [h]  mRNA [molecules]\n"
              "       0                 1\n"
              "     0.1          0.333333\n"
              "      20          6.02e+23\n"
              "note: k is replaced by its mean, 2\n"
              "note: second\n");
}

TEST_F(WriteTable, PrintsTheFirstRowsAndTheLast) {
    Table table{"counts", {{"µ", "", {0, 1, 2, 3, std::nan("")}}, {"x", "", {5, 6, 7, 8, 9}}}};
    EXPECT_EQ(printed(table, 2), "  µ    x\n  0    5\n  1    6\n...  ...\n  -    9\n");
    EXPECT_EQ(printed(table, 4), "µ  x\n0  5\n1  6\n2  7\n3  8\n-  9\n");
    EXPECT_EQ(printed(table, 5), printed(table, 4));
    EXPECT_EQ(printed({"empty", {{"x", "", {}}}}), "x\n");
}

TEST_F(WriteTable, CsvReadsBackTheSameNumbers) {
    write_tables(path("out.csv"), sample(), sample_provenance());
    std::istringstream text(written("out.csv"));
    std::vector<std::string> comments, lines;
    for (std::string line; std::getline(text, line);)
        (line.starts_with("#") ? comments : lines).push_back(line);
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_EQ(lines[0], "time,mRNA");
    EXPECT_EQ(lines[1], "0,1");
    EXPECT_EQ(std::stod(lines[2].substr(lines[2].find(',') + 1)), 1.0 / 3);
    EXPECT_EQ(std::stod(lines[3].substr(lines[3].find(',') + 1)), 6.02e23);
    EXPECT_EQ(comments.front(), "# version: 0.1.0");
    EXPECT_THAT(comments, ::testing::Contains("# unit of mRNA: molecules"));
    EXPECT_THAT(comments, ::testing::Contains("# note: k is replaced by its mean, 2"));
    EXPECT_THAT(written("out.folds.csv"), ::testing::EndsWith("\nk,mRNA\n"));
}

TEST_F(WriteTable, CsvQuotesNamesThatNeedIt) {
    write_tables(path("out.csv"), {{"a", {{"covariance A, \"B\"", "", {1}}}}}, sample_provenance());
    EXPECT_THAT(written("out.csv"), HasSubstr("\n\"covariance A, \"\"B\"\"\"\n1\n"));
}

TEST_F(WriteTable, JsonIsAnObjectByTableAndColumn) {
    write_tables(path("out.json"), sample(), sample_provenance());
    auto const object = nlohmann::json::parse(written("out.json"));
    EXPECT_EQ(object["counts"]["time"], (std::vector<double>{0, 0.1, 20}));
    EXPECT_EQ(object["counts"]["mRNA"], (std::vector<double>{1, 1.0 / 3, 6.02e23}));
    EXPECT_EQ(object["folds"]["k"], std::vector<double>{});
    EXPECT_EQ(object["units"]["counts"]["mRNA"], "molecules");
    EXPECT_EQ(object["notes"]["counts"][1], "second");
    EXPECT_EQ(object["provenance"]["version"], "0.1.0");
    // A line a table, for people who look at it.
    EXPECT_THAT(written("out.json"), HasSubstr("\n\"folds\": {\"k\":[],\"mRNA\":[]},\n"));
}

TEST_F(WriteTable, Hdf5HasAGroupATableAndADatasetAColumn) {
    write_tables(path("out.h5"), sample(), sample_provenance());
    hid_t const file = H5Fopen(path("out.h5").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    ASSERT_GE(file, 0);
    std::vector<double> values(3);
    ASSERT_GE(H5LTread_dataset_double(file, "counts/mRNA", values.data()), 0);
    EXPECT_THAT(values, ElementsAre(1, 1.0 / 3, 6.02e23));
    ASSERT_GE(H5LTread_dataset_double(file, "counts/time", values.data()), 0);
    EXPECT_THAT(values, ElementsAre(0, 0.1, 20));
    auto const attribute = [&](char const* object, char const* name) {
        char* text = nullptr;
        H5LTget_attribute_string(file, object, name, reinterpret_cast<char*>(&text));
        std::string const result = text == nullptr ? "" : text;
        H5free_memory(text);
        return result;
    };
    EXPECT_EQ(attribute("counts/mRNA", "units"), "molecules");
    EXPECT_EQ(attribute("counts", "note"), "k is replaced by its mean, 2");
    EXPECT_EQ(attribute("counts", "note_2"), "second");
    EXPECT_EQ(attribute("/", "version"), "0.1.0");
    hid_t const dataset = H5Dopen2(file, "counts/mRNA", H5P_DEFAULT),
                scale = H5Dopen2(file, "counts/time", 0);
    EXPECT_GT(H5DSis_attached(dataset, scale, 0), 0);
    H5Dclose(dataset);
    H5Dclose(scale);
    hsize_t extent = 1;
    H5LTget_dataset_info(file, "folds/k", &extent, nullptr, nullptr);
    EXPECT_EQ(extent, 0U);
    H5Fclose(file);
}

TEST_F(WriteTable, ColumnsOfOneNameDoNotHideEachOther) {
    write_tables(path("out.h5"), {{"a", {{"x", "", {1}}, {"x", "", {2}}}}}, sample_provenance());
    hid_t const file = H5Fopen(path("out.h5").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    double value = 0;
    ASSERT_GE(H5LTread_dataset_double(file, "a/x_2", &value), 0);
    EXPECT_EQ(value, 2);
    H5Fclose(file);
}

TEST_F(WriteTable, AFileThatCannotBeWrittenIsAnInputError) {
    for (char const* name : {"nowhere/out.csv", "nowhere/out.json", "nowhere/out.h5", "out.txt"})
        EXPECT_THROW(write_tables(path(name), sample(), sample_provenance()), InputError) << name;
}

TEST_F(WriteTable, ColumnsOfDifferentLengthsLeaveNothingBehind) {
    Table const uneven{"a", {{"x", "", {1, 2}}, {"y", "", {1}}}};
    for (char const* name : {"out.csv", "out.json", "out.h5"}) {
        EXPECT_THROW(write_tables(path(name), {uneven}, sample_provenance()), Error);
        EXPECT_FALSE(std::filesystem::exists(path(name)));
    }
    EXPECT_THROW(print_table(stdout, uneven), Error);
}

TEST_F(WriteTable, TheProvenanceNamesTheModelAndTheCommand) {
    auto const network = compile(read_toml(
        "name = \"N\"\n[species]\nX = 1\n[reactions.r]\nequation = \"X -> 0\"\nrate = 1\n", "m.toml"));
    auto const provenance = describe(network, "fano ode m.toml");
    EXPECT_EQ(provenance.command, "fano ode m.toml");
    EXPECT_EQ(provenance.model_file, "m.toml");
    EXPECT_EQ(provenance.model_name, "N");
    EXPECT_EQ(provenance.model_hash.size(), 16U);
    EXPECT_FALSE(provenance.version.empty());
    EXPECT_EQ(provenance.device, "cpu");
}

}  // namespace
}  // namespace fano::test
